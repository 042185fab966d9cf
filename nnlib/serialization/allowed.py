"""The classes and functions that a program allows its files to use (``safe_globals``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

__all__ = ["add_safe_globals", "clear_safe_globals", "get_safe_globals", "safe_globals"]

Safe = Callable | tuple[Callable, str]
NEVER = ("sys", "os", "posix", "nt", "subprocess", "importlib", "ctypes", "runpy", "shutil")
_safe: dict[str, Safe] = {}


def add_safe_globals(safe_globals: Sequence[Safe]) -> None:
    """Let files ask for these classes and functions from now on.

    Whoever writes the file decides what such a class or function is called with, so name
    only what does no harm however it is called.

    Parameters
    ----------
    safe_globals : sequence of class, of function, or of (either, str)
        The string is the name in the file, where that is not the present one.

    Raises
    ------
    TypeError
        If one is neither.
    ValueError
        If one can do anything at all: builtin functions, and those of ``os`` and its like.

    >>> from fractions import Fraction
    >>> add_safe_globals([Fraction])
    >>> get_safe_globals()
    [<class 'fractions.Fraction'>]
    >>> clear_safe_globals()
    """
    _safe.update({_name(safe): safe for safe in safe_globals})


def get_safe_globals() -> list[Safe]:
    """Return the classes and functions that were added so far."""
    return list(_safe.values())


def clear_safe_globals() -> None:
    """Remove all classes and functions that were added."""
    _safe.clear()


@contextmanager
def safe_globals(safe_globals: Sequence[Safe]) -> Iterator[None]:
    """Allow files to use these classes and functions inside this context."""
    before = dict(_safe)
    try:
        add_safe_globals(safe_globals)
        yield
    finally:
        _safe.clear()
        _safe.update(before)


def added() -> dict[str, Any]:
    """Return the classes and functions that were allowed, by their names in files."""
    return {k: v[0] if isinstance(v, tuple) else v for k, v in _safe.items()}


def _name(safe: Safe) -> str:
    """Return the name by which a file refers to a class or function."""
    named = isinstance(safe, tuple) and len(safe) == 2 and isinstance(safe[1], str)
    what = safe[0] if named else safe
    if not (callable(what) and hasattr(what, "__qualname__")):
        raise TypeError(f"add_safe_globals: expected a class or a function, got {safe!r}")
    module = getattr(what, "__module__", None) or ""
    if module.partition(".")[0] in NEVER or (
        module == "builtins" and not isinstance(what, type)
    ):
        raise ValueError(
            f"add_safe_globals: {module}.{what.__qualname__} is never safe in a file"
        )
    return safe[1] if named else f"{module}.{what.__qualname__}"

"""Definitions of an assignment's problems: the public ones, and private ones laid over them."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import zlib
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType

from .engine.problem import Problem
from .errors import CannotDo, NotThere, first_line

_PUBLIC: ContextVar[Path | None] = ContextVar("public", default=None)


def public_definitions() -> ModuleType:
    """The public definitions of the assignment whose private ones are being read.

    A private file calls this to change a problem rather than write it anew. Each call gives a
    module of its own, so that nothing it changes is changed elsewhere.

    Returns
    -------
    module
        All that the public file defines, by name.

    Raises
    ------
    NotThere
        If there are none, or this is not called from a private file.
    """
    file = _PUBLIC.get()
    if file is None:
        raise NotThere(
            "public_definitions: only a file of private definitions may ask for them"
        )
    return _module(file)


def read_problems(public: Path, private: Path | None = None) -> list[Problem]:
    """The problems of an assignment, in the order of their definitions.

    Parameters
    ----------
    public : Path
        The public definitions; they may be missing where there are private ones.
    private : Path, optional
        Private definitions: those of the same name replace public ones, others are added.

    Returns
    -------
    list of Problem
        At least one.

    Raises
    ------
    NotThere
        If there is neither file.
    CannotDo
        If a file cannot be run, or declares no problems.
    """
    here = private is not None and private.is_file()
    if not here:
        return _declared(public)
    with _public(public):
        own = {p.name: p for p in _declared(private)}
    rest = {p.name: p for p in _declared(public)} if public.is_file() else {}
    return list((rest | own).values())


@contextlib.contextmanager
def _public(file):
    """Within this block `public_definitions` reads this file."""
    token = _PUBLIC.set(file)
    try:
        yield
    finally:
        _PUBLIC.reset(token)


def _module(file):
    """Run a file of definitions."""
    if not file.is_file():
        raise NotThere(f"no problems of {file.stem}: {file} does not exist")
    name = f"problems_{file.stem}_{zlib.crc32(bytes(file)):08x}"
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # the source of a class is looked for there
    try:
        spec.loader.exec_module(module)
    except CannotDo:
        raise
    except Exception as e:
        raise CannotDo(f"{file} cannot be read: {first_line(e)}") from e
    return module


def _declared(file):
    """What a file declares as PROBLEMS."""
    problems = getattr(_module(file), "PROBLEMS", None)
    if not isinstance(problems, list) or not all(isinstance(p, Problem) for p in problems):
        raise CannotDo(f"{file}: PROBLEMS should be a list of problems")
    names = [p.name for p in problems]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise CannotDo(f"{file}: PROBLEMS holds {', '.join(twice)} twice")
    return problems

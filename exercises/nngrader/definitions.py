"""Definitions of an assignment's problems: the public ones, and private ones laid over them."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import threading
import zlib
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType

from .engine.problem import Problem
from .errors import CannotDo, NotThere, first_line

_PUBLIC: ContextVar[Path | None] = ContextVar("public", default=None)
_READING = threading.RLock()  # a private file reads the public ones
FIRST = "__init__.py"  # what is run of a folder


def place_of(problems: Path, assignment: str) -> Path:
    """Where the definitions of an assignment are: one file, or a folder of them.

    Parameters
    ----------
    problems : Path
        The folder with the definitions of all assignments.
    assignment : str
        Its name is that of the file, `ASSIGNMENT.py`, or of the folder, which holds an
        `__init__.py` that declares them all.

    Returns
    -------
    Path
        The folder where there is one, else the file, whether it exists or not.

    Raises
    ------
    CannotDo
        If there are both.
    """
    file, folder = problems / f"{assignment}.py", problems / assignment
    if not (folder / FIRST).is_file():
        return file
    if file.is_file():
        raise CannotDo(f"{assignment} is defined twice: in {file} and in {folder}")
    return folder


def files_of(place: Path) -> list[Path]:
    """All files of definitions: the one, or those of the folder.

    Parameters
    ----------
    place : Path
        As `place_of` gives it.

    Returns
    -------
    list of Path
        Sorted; empty where there is nothing.
    """
    if place.is_dir():
        return sorted(f for f in place.rglob("*.py") if f.is_file())
    return [place] * place.is_file()


def public_definitions() -> ModuleType:
    """The public definitions of the assignment whose private ones are being read.

    A private file calls this to change a problem rather than write it anew. Each call gives
    modules of its own, so that nothing it changes is changed elsewhere.

    Returns
    -------
    module
        All that the public file, or the `__init__.py` of the folder, defines, by name.

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
        The public definitions, a file or a folder; they may be missing where there are private
        ones.
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
    rest = {p.name: p for p in _declared(public)} if files_of(public) else {}
    return list((rest | own).values())


@contextlib.contextmanager
def _public(file):
    """Within this block `public_definitions` reads this file."""
    token = _PUBLIC.set(file)
    try:
        yield
    finally:
        _PUBLIC.reset(token)


def _module(place):
    """Run a file of definitions, or a folder of them as a package."""
    file, inside = (place / FIRST, [str(place)]) if place.is_dir() else (place, None)
    if not file.is_file():
        raise NotThere(f"no problems of {place.stem}: {file} does not exist")
    name = f"problems_{place.stem}_{zlib.crc32(bytes(place)):08x}"
    with _READING:
        for known in [n for n in sys.modules if n.startswith(f"{name}.")]:
            del sys.modules[known]  # of an earlier reading, which keeps its own
        spec = importlib.util.spec_from_file_location(
            name, file, submodule_search_locations=inside
        )
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

"""The functions that an assignment's notebook calls: `check` for students, `points` for marks.

`nngrader grade` replaces these functions with ones that do nothing. It judges the problem that
a test cell declares.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from pathlib import Path

from .engine import caller, judge, with_file
from .engine.declaration.challenge import files_beside
from .engine.observation.reading import names_used
from .errors import CannotDo
from .student.function import cells_run, check_message

__all__ = ["check", "points"]


def check(f: Callable) -> None:
    """Check a function or class on the visible cases and print what is wrong with it.

    Parameters
    ----------
    f : callable
        The student's function or class. Its name determines the problem.
    """
    try:
        print(check_message(f, Path.cwd()))
    except CannotDo as e:
        print(f"check: {e}")
    except KeyboardInterrupt:
        print(f"check: {getattr(f, '__name__', 'this')} was still running when you stopped it.")


def points(name: str, f, most: float) -> float:
    """Return the points that a function earns on the hidden cases of a problem.

    `nbgrader autograde` calls it without a sandbox, so use it only for submissions you trust.

    Parameters
    ----------
    name : str
        Name of the problem.
    f : callable
        The student's function.
    most : float
        Points for a correct answer.
    """
    data = _hidden_here()[name]
    data = with_file(data, files_beside(data, Path.cwd()))
    cells = cells_run()
    used = [inspect.getsource(f)] if cells is None else cells
    verdict = judge(data, caller(data, f), names_used(*used, function=name))
    return round(verdict.score * most / 100, 6)


def _hidden_here():
    """Return the hidden cases of the assignment in the current folder."""
    from .course.folder import Course

    here = Path.cwd()
    course = os.environ.get("NNGRADER_COURSE") or next(
        (p for p in here.parents if (p / "problems").is_dir() and (p / "source").is_dir()), None
    )
    if course is None:
        raise RuntimeError("points: this folder isn't part of a course; students call check(f)")
    return Course(course).hidden(os.environ.get("NNGRADER_ASSIGNMENT", here.name))

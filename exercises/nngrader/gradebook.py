"""nbgrader as a library: its configuration for a course, and its gradebook."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from pathlib import Path

from .course import HIDDEN_FILES, Course
from .errors import CannotDo, NotThere, first_line


def config_of(course: Course, assignment: str, **course_directory):
    """The course's `nbgrader_config.py`, with the folders of this call.

    Parameters
    ----------
    course : Course
        The course.
    assignment : str
        Becomes `CourseDirectory.assignment_id`.
    **course_directory
        Further settings of `CourseDirectory`.

    Returns
    -------
    traitlets.config.Config
        The configuration.
    """
    from traitlets.config import Config, PyFileConfigLoader

    find_programs()
    config = Config()
    if (course / "nbgrader_config.py").is_file():
        config = PyFileConfigLoader("nbgrader_config.py", str(course.root)).load_config()
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.assignment_id = assignment
    config.CourseDirectory.ignore = HIDDEN_FILES
    config.CourseDirectory.update(course_directory)
    return config


@contextlib.contextmanager
def quiet():
    """Within this block nbgrader's own warnings, about its use of SQLAlchemy, are not shown."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="nbgrader")
        warnings.filterwarnings("ignore", module="sqlalchemy")
        yield


def find_programs() -> None:
    """Put the interpreter's own folder on PATH: nbgrader calls `alembic` by name."""
    folder, path = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = folder + os.pathsep + path


@contextlib.contextmanager
def open_gradebook(course: Course, assignment: str):
    """The gradebook of a course, to be used in a `with` block.

    Parameters
    ----------
    course : Course
        The course.
    assignment : str
        The assignment that is asked about.

    Yields
    ------
    nbgrader.api.Gradebook
        The gradebook that the course's configuration names; SQLite by default.

    Raises
    ------
    CannotDo
        If it is locked, broken, or not to be reached.
    """
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy.exc import SQLAlchemyError

    directory = CourseDirectory(config=config_of(course, assignment))
    try:
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            yield gradebook
    except SQLAlchemyError as e:
        raise CannotDo(f"the gradebook cannot be used: {first_line(e)}") from e


def marks(course: Course, assignment: str) -> dict[str, dict]:
    """What the gradebook says of an assignment, marks by hand and late penalties in it.

    Parameters
    ----------
    course : Course
        The course.
    assignment : str
        The assignment.

    Returns
    -------
    dict
        By student: `score`, `max_score`, `late_penalty`, `needs_manual_grade`, and `by_hand`,
        a list of (cell, score or None, most, comment) of the cells that a person marks.

    Raises
    ------
    FileNotFoundError
        If the gradebook does not know the assignment.
    """
    from nbgrader.api import MissingEntry

    with quiet(), open_gradebook(course, assignment) as gradebook:
        try:
            gradebook.find_assignment(assignment)
        except MissingEntry:
            raise NotThere(f"{assignment} is not in the gradebook") from None
        found = gradebook.assignment_submissions(assignment)
        return {s.student.id: _mark(s) for s in sorted(found, key=lambda s: s.student.id)}


def _mark(submission):
    """One submission as plain data."""
    penalty = sum(n.late_submission_penalty or 0.0 for n in submission.notebooks)
    return {
        "score": round(max(0.0, submission.score - penalty), 6),
        "max_score": submission.max_score,
        "late_penalty": penalty,
        "needs_manual_grade": submission.needs_manual_grade,
        "by_hand": [h for n in submission.notebooks for h in _by_hand(n)],
    }


def _by_hand(notebook):
    """The cells of a notebook that a person marks or has marked."""
    comments = {c.name: c.comment for c in notebook.comments if c.comment}
    return [
        (
            g.name,
            None if g.needs_manual_grade else g.score,
            g.max_score,
            comments.get(g.name, ""),
        )
        for g in notebook.grades
        if g.needs_manual_grade or g.manual_score is not None or g.auto_score is None
    ]

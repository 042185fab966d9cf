"""nbgrader's configuration for a course, and its gradebook."""

from __future__ import annotations

import contextlib
import logging
import warnings
from pathlib import Path

from ..course.folder import HIDDEN_FILES, Course
from ..errors import CannotDo, NotThere, first_line
from ..wording import did_you_mean

REASONS = (  # a part of a database's message, and our explanation
    ("locked", "another program is using it: close that program, or wait, and run this again"),
    ("timeout", "another program is using it: close that program, or wait, and run this again"),
    ("readonly", "it is read-only: check its permissions and its folder's permissions"),
    ("read-only", "it is read-only: check its permissions and its folder's permissions"),
    ("not a database", "it is not a database: restore a copy"),
    ("malformed", "it is damaged: restore a copy"),
    ("disk is full", "the disk is full"),
    ("disk i/o", "the disk is full or damaged"),
    ("unable to open", "it cannot be opened: check its folder and permissions"),
    ("connection", "its server cannot be reached"),
    (
        "no such column",
        "another version of nbgrader made it: back it up, and run `nbgrader db upgrade`",
    ),
)
SQLITE = "sqlite:///"
SILENT = "No response."  # nbgrader's comment on a cell that the student didn't change


def config_of(course: Course, assignment: str, **course_directory):
    """Return an assignment's `nbgrader_config.py` settings; keywords set `CourseDirectory`."""
    from traitlets.config import Config, PyFileConfigLoader

    config = Config()
    if (course / "nbgrader_config.py").is_file():
        config = PyFileConfigLoader("nbgrader_config.py", str(course.root)).load_config()
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.assignment_id = assignment
    config.CourseDirectory.ignore = HIDDEN_FILES
    config.CourseDirectory.update(course_directory)
    config.CourseDirectory.db_url = absolute(course, config.CourseDirectory.get("db_url"))
    if "plugin_class" not in config.AssignLatePenalties:
        config.AssignLatePenalties.plugin_class = "nngrader.gradebook.late.LatePolicy"
    return config


def absolute(course: Course, url: str | None) -> str:
    """Return the address of the gradebook; for a file, with its absolute path.

    :param url: The configured address. nbgrader's default is `gradebook.db` in the course
        folder.
    """
    url = url or f"{SQLITE}gradebook.db"
    file = url.removeprefix(SQLITE)
    return f"{SQLITE}{course / file}" if url.startswith(SQLITE) and file else url


@contextlib.contextmanager
def quiet():
    """Open a block that hides nbgrader's warnings and tracebacks."""
    log = logging.getLogger("tornado.application")
    before, log.disabled = log.disabled, True
    try:
        with _no_warnings():
            yield
    finally:
        log.disabled = before


@contextlib.contextmanager
def _no_warnings():
    """Open a block that hides nbgrader's warnings about its use of SQLAlchemy."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="nbgrader")
        warnings.filterwarnings("ignore", module="sqlalchemy")
        yield


def begin_gradebook(url: str) -> None:
    """Write the version of nbgrader's tables into an empty database.

    nbgrader would call the program `alembic` for this, which takes 3 seconds.
    """
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(url)
    if not inspect(engine).get_table_names():
        newest = ScriptDirectory(ALEMBIC_DIR).get_current_head()
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:n)"), {"n": newest})
    engine.dispose()


@contextlib.contextmanager
def open_gradebook(course: Course, assignment: str):
    """Open the gradebook of a course for a `with` block; create it if there is none.

    :yield: The gradebook in the course's configuration; SQLite by default.
    :raises CannotDo: If it is locked or broken, or cannot be reached.
    """
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory

    directory = CourseDirectory(config=config_of(course, assignment))
    with database_errors(directory.db_url):
        begin_gradebook(directory.db_url)
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            yield gradebook


@contextlib.contextmanager
def database_errors(url: str):
    """Open a block whose database errors are explained, with the name of the database.

    :raises CannotDo: Instead of SQLAlchemy's errors, and of nbgrader's errors about them.
    """
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, InvalidEntry) as e:
        raise CannotDo(f"the gradebook {display_name(url)} cannot be used: {reason(e)}") from e


def display_name(url: str) -> str:
    """Return the name of a gradebook to show: its file, or its address without password."""
    from sqlalchemy.engine import make_url

    if url.startswith(SQLITE):
        return url.removeprefix(SQLITE)
    return make_url(url).render_as_string(hide_password=True)


def reason(e: BaseException) -> str:
    """Return why a database refused an operation; we explain the known reasons.

    >>> reason(ValueError("(sqlite3.OperationalError) database is locked"))
    'another program is using it: close that program, or wait, and run this again'
    """
    message = str(e).lower()
    return next((words for sign, words in REASONS if sign in message), first_line(e))


def students(course: Course, assignment: str) -> set[str]:
    """Return the ids of the students in the gradebook."""
    with quiet(), open_gradebook(course, assignment) as gradebook:
        return {s.id for s in gradebook.students}


def require_gradebook(course: Course, assignment: str) -> None:
    """Raise an error if there is no gradebook; nbgrader would create an empty one."""
    url = config_of(course, assignment).CourseDirectory.db_url
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_file():
        raise CannotDo(
            f"the gradebook {display_name(url)} is missing: restore a copy, or create an empty "
            f"one with `nngrader release {assignment}`, and run this again"
        )


def marks(course: Course, assignment: str) -> dict[str, dict]:
    """Return the marks of an assignment, including manual marks and late penalties.

    :return: Marks by student, with the keys `score`, `max_score`, `late_penalty`, `earned`
        (before that penalty) and `needs_manual_grade`. `untimed` is true if the course has a
        late penalty, but the time of submission is unknown. `by_hand` lists (cell, score or
        None, maximum, comment) of cells to mark by hand, and `left_out` lists (cell, score,
        maximum) of written answers that the student didn't change. `comments` contains a
        person's comments on other cells, by cell, and `extra` the extra credit on top of the
        grader's points, by cell.
    """
    from nbgrader.api import MissingEntry

    from .autograder import entries_of
    from .late import policy_of

    require_gradebook(course, assignment)
    policy = policy_of(config_of(course, assignment), course, assignment)
    with quiet(), open_gradebook(course, assignment) as gradebook:
        try:
            most = gradebook.find_assignment(assignment).max_score
        except MissingEntry:
            known = course.assignments()
            near = did_you_mean(assignment, known) if assignment not in known else ""
            raise NotThere(f"{assignment} is not in the gradebook{near}") from None
        entries = entries_of(gradebook, assignment)
        return {s: _mark(entries[s], most, policy) for s in sorted(entries)}


def _mark(one, most, policy):
    """Return the mark of one submission as plain data."""
    penalty = one.fair_penalty(policy)
    by_hand = [_by_hand(one, g) for g in one.grades.values() if g.by_hand]
    marked = {cell for cell, *_ in by_hand}
    silent = [g for g in one.grades.values() if one.comments.get(g.name) == SILENT]
    others = {c: t for c, t in one.comments.items() if c not in marked and t != SILENT}
    return {
        "score": round(max(0.0, one.score - penalty), 6),
        "max_score": most,
        "late_penalty": penalty,
        "earned": round(one.score, 6),
        "untimed": policy.stated and one.timestamp is None,
        "needs_manual_grade": any(g.needs_manual_grade for g in one.grades.values()),
        "by_hand": by_hand,
        "left_out": [(g.name, g.score, g.most) for g in silent if g.name not in marked],
        "comments": others,
        "extra": {g.name: g.extra for g in one.grades.values() if g.extra and not g.by_hand},
    }


def _by_hand(one, grade):
    """Return (cell, score or None, maximum, comment) of a cell to mark by hand."""
    score = None if grade.needs_manual_grade else grade.score
    return grade.name, score, grade.most, one.comments.get(grade.name, "")

"""nbgrader's autograder for notebooks whose points are known: one for a whole class.

nbgrader opens a gradebook for each of its steps, and commits after each cell. Here one stays
open, and what the steps write becomes visible at once, at the end of a submission, or not.
"""

from __future__ import annotations

import contextlib

import nbformat
from nbconvert.writers import FilesWriter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, autograde
from nbgrader.preprocessors import (
    AssignLatePenalties,
    SaveAutoGrades,
    latesubmissions,
    saveautogrades,
)
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from traitlets import List

from .late import Policy, extension_of
from .notebooks import grade_id, is_code, is_solution, is_test

OPENERS = (
    autograde,
    saveautogrades,
    latesubmissions,
)  # nbgrader's modules that open gradebooks
WAIT_MS = 5000  # for another program that writes into the same gradebook
ONE_AT_A_TIME = 20112  # PostgreSQL's number of the lock that writers of ours share


class Gathering(Session):
    """A session whose `commit` only gathers; `keep` writes all that was gathered."""

    def commit(self):
        """Send what changed, so that later steps see it, and keep nothing yet."""
        self.flush()
        self.expire_all()

    def keep(self):
        """Make the whole visible to others."""
        super().commit()


class OpenGradebook(Gradebook):
    """A gradebook that stays open until `shut`."""

    wait_ms = WAIT_MS

    def __init__(self, db_url: str, course_id: str):
        super().__init__(db_url, course_id)
        self.db.remove()
        self.db = scoped_session(sessionmaker(class_=Gathering, bind=self.engine))

    def close(self):
        """Stay open: each of nbgrader's steps closes what it used."""

    def shut(self):
        """Close indeed."""
        super().close()

    @contextlib.contextmanager
    def whole(self):
        """Within this block nobody else of ours writes; all of it is kept, or nothing."""
        try:
            self._take()
            with one_for_all(self):
                yield
            self.db().keep()
        except BaseException:
            self.db.rollback()
            raise

    def _take(self):
        """Begin by taking the lock, so that what is read is what others left."""
        self.db.rollback()
        connection = self.db.connection()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {self.wait_ms}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {self.wait_ms or 1}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")


@contextlib.contextmanager
def one_for_all(gradebook: OpenGradebook):
    """Within this block nbgrader's steps use this gradebook, and open none of their own.

    Parameters
    ----------
    gradebook : OpenGradebook
        What each of them gets.
    """
    for module in OPENERS:
        module.Gradebook = lambda *_, **__: gradebook
    try:
        yield
    finally:
        for module in OPENERS:
            module.Gradebook = Gradebook


class Record(Autograde):
    """Saves the points that stand in the outputs, and late penalties; executes nothing.

    Where nbgrader converts twice, to clean a student's notebook and to grade it, once is
    enough: the notebook is ours. It names notebooks by patterns, in which some students' names
    have a meaning of their own: `convert` takes the one.
    """

    cause = None
    sanitize_preprocessors = List([])
    autograde_preprocessors = List([SaveAutoGrades, AssignLatePenalties])

    def __init__(self, gradebook: OpenGradebook, policy: Policy, **settings):
        super().__init__(**settings)
        self.gradebook, self.policy = gradebook, policy
        self.force, self.log.level = True, 50
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        self.exporter.optimistic_validation = True  # after the last step, not after each
        self.exporter._preprocessors = []
        for step in self.autograde_preprocessors:
            self.exporter.register_preprocessor(step, enabled=True)

    def convert(self, notebook, before=None) -> None:
        """Record one notebook.

        Parameters
        ----------
        notebook : Path
            In a folder STUDENT/ASSIGNMENT, its time of submission beside it.
        before : Path, optional
            What was recorded of this student the last time.

        Raises
        ------
        NbGraderException
            If it cannot be recorded; `cause` has what went wrong.
        """
        self.cause, self.before = None, before
        self.assignments, self.notebooks = {str(notebook.parent): [str(notebook)]}, []
        self.convert_notebooks()

    def init_assignment(self, assignment_id, student_id):
        """Enter student and submission, and the student's own due date."""
        with self._cause_kept():
            super().init_assignment(assignment_id, student_id)
            entry = self.gradebook.find_submission(assignment_id, student_id)
            source = self._format_source(assignment_id, student_id)
            if self.coursedir.get_existing_timestamp(source) is None:
                entry.timestamp = None
            if self.policy.extensions is not None:
                entry.extension = extension_of(self.policy, student_id, self.policy.due)

    def convert_single_notebook(self, notebook_filename):
        """Save the points; what a person marked is looked at again if it has changed."""
        with self._cause_kept():
            where = self.init_single_notebook_resources(notebook_filename)["nbgrader"]
            place = where["notebook"], where["assignment"], where["student"]
            marked = self._marked(notebook_filename, place)
            super(Autograde, self).convert_single_notebook(notebook_filename)
            for name, same in marked.items():
                self.gradebook.find_grade(name, *place).needs_manual_grade = not same

    def _marked(self, notebook, place):
        """Cells that a person is done with, and whether they are as they were then."""
        names = [
            g.name
            for g in self.gradebook.find_submission_notebook(*place).grades
            if g.manual_score is not None and not g.needs_manual_grade
        ]
        if not names or not self.before or not self.before.is_file():
            return dict.fromkeys(names, False)
        old, new = (nbformat.read(f, as_version=4) for f in (self.before, notebook))
        return {name: same_work(old, new, name) for name in names}

    @contextlib.contextmanager
    def _cause_kept(self):
        """Keep what goes wrong, which nbgrader itself only logs."""
        try:
            yield
        except Exception as e:
            self.cause = e
            raise

    def penalise(self, assignment_id: str, student_id: str) -> None:
        """Let nbgrader work out the penalty again: marks by hand have changed the score."""
        names = {"student": student_id, "assignment": assignment_id, "notebook": assignment_id}
        step = AssignLatePenalties(parent=self)
        nothing = nbformat.v4.new_notebook()
        step.preprocess(nothing, {"nbgrader": names | {"db_url": self.coursedir.db_url}})


def same_work(old: dict, new: dict, name: str) -> bool:
    """Whether what a person marked in one cell is what stood there before.

    Parameters
    ----------
    old, new : notebook
        As they were recorded then, and as they are to be recorded.
    name : str
        The graded cell: of a written answer its text counts; of test cells and tasks all
        sources, and what was found.

    Returns
    -------
    bool
        False also where the cell is missing.
    """
    then, now = (_work(notebook, name) for notebook in (old, new))
    return then is not None and then == now


def _work(notebook, name):
    """What a person looks at to mark a cell."""
    cell = next((c for c in notebook["cells"] if grade_id(c) == name), None)
    if cell is None or is_solution(cell):
        return cell and cell["source"]
    sources = [c["source"] for c in notebook["cells"] if is_code(c) or grade_id(c)]
    return sources, [c["outputs"] for c in notebook["cells"] if is_test(c)]

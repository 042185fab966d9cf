"""Results into nbgrader's gradebook, by nbgrader's own converter.

Formgrader, nbgrader's feedback and its export then see nothing unusual: the converter reads the
rebuilt notebooks, with the points as outputs of the test cells, never what students handed in.
"""

from __future__ import annotations

import copy
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .assignment import Assignment
from .engine import sentence
from .errors import first_line
from .gradebook import config_of, open_gradebook, quiet
from .notebooks import grade_id, is_test
from .scratch import Scratch
from .store import digest
from .submission import read_regular

MOST_STAMP = 100  # bytes of a timestamp
AHEAD = timedelta(days=1)  # what a clock in another time zone may be ahead
TRIES, PAUSE = 4, 2.0  # where another program holds the gradebook; seconds between them
NO_NAME = "the folder's name cannot be a student's id: rename it"


class Recorder:
    """Writes results of an assignment; what is recorded already is left alone.

    Parameters
    ----------
    assignment : Assignment
        The assignment; it must have been released into the gradebook.
    """

    def __init__(self, assignment: Assignment):
        self.assignment = assignment
        self.config = config_of(assignment.course, assignment.name)
        with quiet(), open_gradebook(assignment.course, assignment.name) as gradebook:
            self.due = str(gradebook.find_assignment(assignment.name).duedate)
            found = gradebook.assignment_submissions(assignment.name)
            self.known = {s.student.id for s in found}

    def record(self, result: dict, notebook: dict) -> None:
        """Record one submission; a failure becomes a flag of its result.

        Parameters
        ----------
        result : dict
            What `Grader.grade` gave; `flags` and `failed` are set where it cannot be recorded,
            `flags` also where its time of submission cannot be read.
        notebook : dict
            The rebuilt notebook.
        """
        if not is_id(result["student"]):
            flag(result, NO_NAME)
            result["failed"] = True
            return
        try:
            self._record(result, notebook)
        except (Exception, SystemExit) as e:
            cause = f" ({first_line(e.__cause__)})" if e.__cause__ else ""
            flag(result, f"could not be recorded: {first_line(e)}{cause}"[:300])
            result["failed"] = True

    def _record(self, result, notebook):
        """Record one submission, unless the same is there already."""
        student, name = result["student"], self.assignment.name
        stamp = self._timestamp(student, result)
        shown = with_results(notebook, result)
        mark = digest([shown, stamp, self.due, json.dumps(self.config, default=str)])
        shown["metadata"]["nngrader"] = {"recorded": mark}
        if student in self.known and self._recorded(student) == mark:
            return
        with Scratch() as folder:
            place = Path(folder, student, name)
            place.mkdir(parents=True)
            (place / f"{name}.ipynb").write_text(json.dumps(shown), encoding="utf-8")
            if stamp:
                (place / "timestamp.txt").write_text(stamp)
            self._persist(folder, place / f"{name}.ipynb")

    def _persist(self, folder, notebook):
        """Convert; where another program holds the gradebook, wait for it."""
        for left in reversed(range(TRIES)):
            try:
                return self._convert(folder, notebook)
            except Exception as e:
                if not left or "locked" not in f"{e} {e.__cause__}":
                    raise
                time.sleep(PAUSE)

    def _convert(self, folder, notebook):
        """Run nbgrader's autograder, with nothing to execute, on the one notebook there."""
        from nbgrader.converters.base import NbGraderException
        from nbgrader.coursedir import CourseDirectory

        settings = {"submitted_directory": folder}
        config = config_of(self.assignment.course, self.assignment.name, **settings)
        directory = CourseDirectory(config=config)
        converter = converter_class(notebook)(coursedir=directory, config=config)
        converter.force, converter.log.level = True, 50
        try:
            with quiet():
                converter.start()
        except NbGraderException as e:  # which tells of a log, and not of the cause
            raise e from (converter.cause or e.__context__)

    def _recorded(self, student):
        """The mark of what is recorded, None where there is none."""
        name = self.assignment.name
        try:
            file = self.assignment.course / "autograded" / student / name / f"{name}.ipynb"
            return json.loads(file.read_text())["metadata"]["nngrader"]["recorded"]
        except (OSError, ValueError, KeyError):
            return None

    def _timestamp(self, student, result):
        """The time of submission as nbgrader writes it, empty where there is none."""
        from nbgrader.utils import parse_utc

        name = self.assignment.name
        file = self.assignment.course / "submitted" / student / name / "timestamp.txt"
        try:
            stamp = read_regular(file, MOST_STAMP)[0].decode().strip()
            if parse_utc(stamp) > datetime.now(UTC).replace(tzinfo=None) + AHEAD:
                flag(result, "timestamp.txt tells a time that has not come yet")
            return stamp
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except Exception:  # what reads dates raises more than it says
            flag(result, "timestamp.txt cannot be read: the submission counts as in time")
            return ""


def is_id(student: str) -> bool:
    r"""Whether nbgrader can hold a name.

    >>> [is_id(s) for s in ("Zoë [x]", "a\nb", "andr\udce9")]
    [True, False, False]
    """
    try:
        student.encode()
    except UnicodeEncodeError:
        return False
    return "\n" not in student


def flag(result: dict, text: str) -> None:
    """Add a flag to a result."""
    result["flags"].append(text)
    result["status"] = "flagged" if result["status"] == "graded" else result["status"]


def converter_class(notebook: Path):
    """The autograder of nbgrader for one notebook, without execution: it saves the points.

    nbgrader itself looks for notebooks by patterns, in which some students' names have a
    meaning of their own.
    """
    from nbgrader.converters import Autograde
    from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, SaveAutoGrades
    from traitlets import List

    class Record(Autograde):
        """Saves the points that stand in the outputs, and late penalties."""

        cause = None
        sanitize_preprocessors = List([])
        autograde_preprocessors = List([SaveAutoGrades, AssignLatePenalties, CheckCellMetadata])

        def init_notebooks(self):
            """Take the one notebook."""
            self.assignments, self.notebooks = {str(notebook.parent): [str(notebook)]}, []

        def convert_single_notebook(self, notebook_filename):
            """Keep what goes wrong, which nbgrader itself only logs."""
            try:
                super().convert_single_notebook(notebook_filename)
            except Exception as e:
                self.cause = e
                raise

    return Record


def with_results(notebook: dict, result: dict) -> dict:
    """The rebuilt notebook as the instructor sees it in formgrader.

    Parameters
    ----------
    notebook : dict
        The rebuilt notebook.
    result : dict
        Its result.

    Returns
    -------
    dict
        Points and findings are the outputs of the test cells; flags stand in a cell at the top.
    """
    shown = copy.deepcopy(notebook)
    for cell in shown["cells"]:
        if is_test(cell):
            points = result["cells"].get(grade_id(cell), [0.0])[0]
            cell["outputs"] = _outputs(points, _words(cell, result))
            cell["execution_count"] = 1
    if result["flags"]:
        shown["cells"].insert(0, _note(result["flags"]))
    return shown


def _outputs(points, words):
    """A number, which nbgrader reads as points, after what was found."""
    stream = {"output_type": "stream", "name": "stdout", "text": words}
    number = {
        "output_type": "execute_result",
        "data": {"text/plain": repr(float(points))},
        "execution_count": 1,
        "metadata": {},
    }
    return [stream, number] if words else [number]


def _words(cell, result):
    """What was found about the problems that this test cell names."""
    lines = []
    for name, report in result["problems"].items():
        if name in cell["source"]:
            lines += [f"{sentence(a, text)}\n" for a, text, _ in report["findings"]]
    return "".join(lines)


def _note(flags):
    """A text cell with the flags; they hold no text of the student's but clean names."""
    lines = "\n".join(f"- {f}".replace("<", "&lt;") for f in flags)
    source = f"**nngrader, for the instructor**\n\n{lines}"
    return {"cell_type": "markdown", "id": "nngrader-flags", "metadata": {}, "source": source}

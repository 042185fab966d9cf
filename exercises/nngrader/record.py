"""Results into nbgrader's gradebook, by nbgrader's own converter.

Formgrader, nbgrader's feedback and its export then see nothing unusual: the converter reads the
rebuilt notebooks, with the points as outputs of the test cells, never what students handed in.
"""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path

from .assignment import Assignment
from .gradebook import config_of, open_gradebook, quiet
from .notebooks import grade_id, is_test
from .store import digest
from .submission import Unreadable, read_regular

MOST_STAMP = 100  # bytes of a timestamp


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
        try:
            self._record(result, notebook)
        except (Exception, SystemExit) as e:
            flag(result, f"could not be recorded: {type(e).__name__}: {e}"[:300])
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
        with tempfile.TemporaryDirectory(prefix="nngrader-") as folder:
            place = Path(folder, student, name)
            place.mkdir(parents=True)
            (place / f"{name}.ipynb").write_text(json.dumps(shown), encoding="utf-8")
            if stamp:
                (place / "timestamp.txt").write_text(stamp)
            self._convert(folder, place / f"{name}.ipynb")

    def _convert(self, folder, notebook):
        """Run nbgrader's autograder, with nothing to execute, on the one notebook there."""
        from nbgrader.coursedir import CourseDirectory

        settings = {"submitted_directory": folder}
        config = config_of(self.assignment.course, self.assignment.name, **settings)
        directory = CourseDirectory(config=config)
        converter = converter_class(notebook)(coursedir=directory, config=config)
        converter.force, converter.log.level = True, 50
        with quiet():
            converter.start()

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
            parse_utc(stamp)
            return stamp
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except (Unreadable, OSError, ValueError, OverflowError):
            flag(result, "timestamp.txt cannot be read: the submission counts as in time")
            return ""


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

        sanitize_preprocessors = List([])
        autograde_preprocessors = List([SaveAutoGrades, AssignLatePenalties, CheckCellMetadata])

        def init_notebooks(self):
            """Take the one notebook."""
            self.assignments, self.notebooks = {str(notebook.parent): [str(notebook)]}, []

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
            lines += [f"{aspect}: {text}\n" for aspect, text, _ in report["findings"]]
    return "".join(lines)


def _note(flags):
    """A text cell with the flags; they hold no text of the student's but clean names."""
    lines = "\n".join(f"- {f}".replace("<", "&lt;") for f in flags)
    source = f"**nngrader, for the instructor**\n\n{lines}"
    return {"cell_type": "markdown", "id": "nngrader-flags", "metadata": {}, "source": source}

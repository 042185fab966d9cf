"""A sample course, cut out of the real one, and tools to write submissions to it."""

import copy
import functools
import json
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nngrader.cli import main
from nngrader.course import Course
from nngrader.course.folder import read_problems
from nngrader.release.build import release

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = ROOT / "exercises"
NAME = "ps2_classifiers"
SEED = 20261120
FOLDER = tempfile.TemporaryDirectory(prefix="nngrader-definitions-")  # for this process
# The course is cut out of the real one: three problems, with points of its own.
POINTS = {
    "pairwise_distances": {"shape": 3, "value": 13, "stability": 5, "integers": 6},
    "softmax_cross_entropy": {"shape": 3, "value": 12, "gradient": 12, "stability": 8},
    "hinge_loss": {"shape": 3, "value": 10, "gradient": 10, "edge": 5},
}
POINTS["pairwise_distances"] |= {"loops": 1, "memory": 1, "inputs-unchanged": 1}
POINTS["softmax_cross_entropy"] |= {"errors": 2, "inputs-unchanged": 3}
POINTS["hinge_loss"] |= {"inputs-unchanged": 2}
DECLARED = {"pairwise_distances": "distances", "softmax_cross_entropy": "softmax"}
DECLARED |= {"hinge_loss": "hinge"}
LIMITS = """
[limits]
call_seconds = 1.0
total_seconds = 2.5
memory_mb = 400
processes = 16
file_mb = 8
output_kb = 256

[points]
pairwise_distances = 30
softmax_cross_entropy = 40
hinge_loss = 30
"""

MISTAKES = {  # bodies with an ordinary mistake
    "pairwise_distances": "return sum((x[:, None] - 1.0 * y) ** 2 for x, y in zip(X.T, Y.T))",
    "softmax_cross_entropy": """
    if len(scores) != len(targets):
        raise ValueError
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    n = np.arange(len(p))
    loss = -np.log(p[n, targets]).mean()
    p[n, targets] -= 1
    return loss, p / len(p)""",
    "hinge_loss": "return 3.0",
}


def definitions():
    """Return the source of the course's definitions by file name."""
    real = EXERCISES / "problems" / NAME
    lines = [f"from .{name} import {p}\n" for name, p in DECLARED.items()]
    first = f"{''.join(lines)}\nPROBLEMS = [{', '.join(DECLARED.values())}]\n"
    files = {"__init__.py": first, "common.py": (real / "common.py").read_text()}
    for name, points in POINTS.items():
        other = f"\n{DECLARED[name]}.points = {points}\n"
        files[f"{name}.py"] = (real / f"{name}.py").read_text() + other
    return files


def source_text():
    """Return the assignment's source: its beginning, the parts of three problems, its end."""
    real = (EXERCISES / "source" / NAME / f"{NAME}.md").read_text()
    first, *rest, last = re.split(r"^(?=## )", real, flags=re.MULTILINE)
    kept = [part for part in rest if re.search(rf"{{problem}} ({'|'.join(POINTS)})\n", part)]
    return "".join([first, *kept, last])


@functools.cache
def problems():
    """Return the declared problems of the assignment."""
    return read_problems(write_definitions(Path(FOLDER.name) / NAME))


def write_definitions(folder):
    """Write the definitions into a new folder, and return it."""
    folder.mkdir()
    for name, text in definitions().items():
        (folder / name).write_text(text)
    return folder


def problems_folder(course):
    """Return the folder of a course's definitions."""
    return course / "problems" / NAME


def make_course(folder):
    """Return a course of three real problems, with short time limits and a fixed seed."""
    source = folder / "source" / NAME
    source.mkdir(parents=True)
    (folder / "problems").mkdir()
    write_definitions(problems_folder(folder))
    (source / f"{NAME}.md").write_text(source_text())
    (source / "nngrader.toml").write_text(LIMITS)
    shutil.copy(EXERCISES / "nbgrader_config.py", folder)
    (folder / ".seed").write_text(f"{SEED}\n")
    (folder / ".seed").chmod(0o600)
    return folder


def release_unchecked(course):
    """Release a course without the search for leaks and the check over seeds."""
    with pytest.MonkeyPatch.context() as patch:
        for what in ("seed_complaints", "leaks", "package_leaks", "moving_leaks"):
            patch.setattr(f"nngrader.release.build.{what}", lambda *_: [])
        release(Course(course), NAME, seeds=1)


def run(course, *arguments):
    """Run nngrader in a course, in this process; return its exit status."""
    return main(["--course", str(course), *map(str, arguments)])


def grade(course, *options, status=0):
    """Grade the course's submissions; return the results by student."""
    file = course / "results.json"
    assert run(course, "grade", NAME, *options, "--json", file) == status
    return {r["student"]: r for r in json.loads(file.read_text())}


def command(course, *arguments):
    """Return the command line that runs nngrader in a course."""
    return [sys.executable, "-m", "nngrader", "--course", str(course), *map(str, arguments)]


def environment():
    """Return this process's environment, with one thread for each library."""
    return os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass
class Notebook:
    """A student's notebook that a test edits."""

    cells: list
    rest: dict = field(default_factory=lambda: {"metadata": {}, "nbformat": 4})

    def __getitem__(self, gid):
        return next(c for c in self.cells if grade_id(c) == gid)

    def index(self, gid):
        return self.cells.index(self[gid])

    def write(self, gid, source):
        self[gid]["source"] = source
        return self

    def add_cell(self, source, before="pairwise_distances"):
        """Add a code cell by the student before the cell of a problem."""
        cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
        cell |= {"execution_count": None, "id": f"mine-{len(self.cells)}"}
        self.cells.insert(self.index(before), cell)
        return self

    def delete(self, *gids):
        self.cells = [c for c in self.cells if grade_id(c) not in gids]
        return self

    def text(self):
        return json.dumps(self.rest | {"nbformat_minor": 5, "cells": self.cells})


def grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def joined(notebook):
    """Return a copy of a notebook with each cell's source as one string."""
    cells = [c | {"source": "".join(c["source"])} for c in notebook["cells"]]
    return copy.deepcopy(notebook | {"cells": cells})


class ReleasedNotebook:
    """The released notebook, from which a test makes untouched and solved submissions."""

    def __init__(self, course, name=NAME):
        self.released = json.loads((course / "release" / name / f"{name}.ipynb").read_text())
        self.instructor = json.loads((course / "source" / name / f"{name}.ipynb").read_text())

    def instructor_joined(self):
        """Return the instructor's notebook with each cell's source as one string."""
        return joined(self.instructor)

    def untouched_notebook(self):
        """Return the released notebook with each cell's source as one string."""
        return joined(self.released)

    def untouched(self):
        return Notebook(joined(self.released)["cells"])

    def solved(self):
        notebook = self.untouched()
        for cell in self.instructor["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                notebook.write(grade_id(cell), "".join(cell["source"]))
        return notebook

    def mistaken(self, *names):
        """Return the solved notebook with mistakes in these functions."""
        notebook = self.solved()
        for name in names:
            head = self.untouched()[name]["source"].partition("\n")[0]
            notebook.write(name, f"{head}\n    {MISTAKES[name]}")
        return notebook


def hand_in(course, student, text):
    """Write a notebook into a student's submissions; return the folder."""
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    data = text if isinstance(text, bytes) else text.encode()
    (folder / f"{NAME}.ipynb").write_bytes(data)
    return folder

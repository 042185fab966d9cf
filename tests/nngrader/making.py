"""Makes courses and submissions for the tests and for the benchmark."""

import copy
import importlib.util
import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from nngrader.cli import main

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = ROOT / "exercises"
NAME = "ps2_classifiers"
SEED = 20261120
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

# In a notebook cell: runs the problems' definitions with a stand-in for their declaration.
STAND_IN = """
WRITTEN = {text!r}

class Declared:
    def __init__(self, name, **_):
        self.name, self.answers = name, {{}}
        DECLARED[name] = self

    def reference(self, f):
        self.answers["reference"] = f
        return f

    def case(self, *_, **__):
        return lambda f: f

    def example(self, *_):
        pass

    def mistake(self, *_, **__):
        return self.alternative

    def alternative(self, f):
        self.answers[f.__name__] = f
        return f

DECLARED = {{}}
exec(WRITTEN, {{"problem": Declared, "np": np}})
"""


def problems():
    """The problems of the assignment, as the instructor declares them."""
    file = EXERCISES / "problems" / f"{NAME}.py"
    spec = importlib.util.spec_from_file_location("declared_problems", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PROBLEMS


def make_course(folder):
    """Copy source and problems, with short limits, and a fixed seed; then release."""
    for part in ("source", "problems"):
        ignored = shutil.ignore_patterns("*.ipynb", "*.json", "__pycache__")
        shutil.copytree(EXERCISES / part, folder / part, ignore=ignored)
    shutil.copy(EXERCISES / "nbgrader_config.py", folder)
    (folder / "source" / NAME / "nngrader.toml").write_text(LIMITS)
    (folder / ".seed").write_text(f"{SEED}\n")
    (folder / ".seed").chmod(0o600)
    return folder


def run(course, *arguments):
    """The command, in this process."""
    return main(["--course", str(course), *map(str, arguments)])


def command(course, *arguments):
    """The command, as a list for a process of its own."""
    return [sys.executable, "-m", "nngrader", "--course", str(course), *map(str, arguments)]


def environment():
    """One thread for each process, and nothing of pytest's."""
    return os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass
class Notebook:
    """A student's notebook in the making."""

    cells: list
    rest: dict = field(default_factory=lambda: {"metadata": {}, "nbformat": 4})

    def __getitem__(self, gid):
        return next(c for c in self.cells if grade_id(c) == gid)

    def index(self, gid):
        return self.cells.index(self[gid])

    def write(self, gid, source):
        self[gid]["source"] = source
        return self

    def own(self, source, before="pairwise_distances"):
        """A code cell of the student's own, before one of ours."""
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


class Base:
    """The released notebook, untouched or solved, to start from."""

    def __init__(self, course, name=NAME):
        self.released = json.loads((course / "release" / name / f"{name}.ipynb").read_text())
        self.instructor = json.loads((course / "source" / name / f"{name}.ipynb").read_text())

    def instructor_joined(self):
        """The source notebook with text as sources, as the grader reads it."""
        cells = [c | {"source": "".join(c["source"])} for c in self.instructor["cells"]]
        return copy.deepcopy(self.instructor | {"cells": cells})

    def untouched_notebook(self):
        """The released notebook with text as sources."""
        cells = [c | {"source": "".join(c["source"])} for c in self.released["cells"]]
        return copy.deepcopy(self.released | {"cells": cells})

    def untouched(self):
        notebook = Notebook(copy.deepcopy(self.released["cells"]))
        for cell in notebook.cells:
            cell["source"] = "".join(cell["source"])
        return notebook

    def solved(self):
        notebook = self.untouched()
        for cell in self.instructor["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                notebook.write(grade_id(cell), "".join(cell["source"]))
        return notebook

    def answering(self, answers):
        """Solved, but for functions that are declared mistakes or alternatives, by problem."""
        text = (EXERCISES / "problems" / f"{NAME}.py").read_text()
        kept = text.replace("from nngrader.engine.problem import problem\n", "")
        notebook = self.solved().own(STAND_IN.format(text=kept))
        for problem, answer in answers.items():
            call = f"DECLARED[{problem!r}].answers[{answer!r}](*args, **kwargs)"
            notebook.write(problem, f"def {problem}(*args, **kwargs):\n    return {call}")
        return notebook


def hand_in(course, student, text):
    """Put a notebook where students' notebooks lie."""
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    data = text if isinstance(text, bytes) else text.encode()
    (folder / f"{NAME}.ipynb").write_bytes(data)
    return folder

"""A class graded on two kinds of processor: one of them made the release."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tools.processors import can_imitate, environment

from .sample_course import EXERCISES, ReleasedNotebook, command

ASSIGNMENTS = sorted(path.name for path in (EXERCISES / "source").glob("ps*"))
ABLE = can_imitate()
OLD, NEW = (environment(ABLE[0]), environment(ABLE[-1])) if ABLE else ({}, {})
RELEASE = """
import sys
from pathlib import Path
from nngrader.cli import skip_unused_imports
skip_unused_imports()
from nngrader.release import build
from nngrader.course import Course
skipped = ("seed_complaints", "leaks", "package_leaks", "moving_leaks", "score_complaints")
for what in skipped:  # these ask nothing of the processor, the last what is graded below
    setattr(build, what, lambda *_: [])
build.release(Course(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), seeds=1)
"""
# In a notebook cell: the problems' definitions, with a stand-in for their declaration.
STAND_IN = """
import numpy as np

FILES = {files!r}
MODULES, ANSWERS = {{}}, {{}}

class Declared:
    def __init__(self, name, **_):
        self.kept = ANSWERS[name] = {{"mistakes": [], "alternatives": []}}

    def example(self, *_):
        pass

    def reference(self, f):
        return f

    def case(self, *_, **__):
        return lambda f: f

    def mistake(self, *_, **__):
        return lambda f: self.kept["mistakes"].append(f) or f

    def alternative(self, f):
        self.kept["alternatives"].append(f)
        return f

for name, (text, needs) in FILES.items():
    space = {{"__name__": "__main__", "np": np, "problem": Declared, "travels": lambda f: f}}
    for module, asked in needs:
        space.update({{a: MODULES[module][a] for a in asked}})
    exec(text, space)
    MODULES[name] = space
"""


def run(switches, *line):
    done = subprocess.run(line, env=os.environ | switches, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def definitions(name):
    """Return the texts of the definitions by file, each after those that it imports from."""
    files, left = {}, {}
    for file in (EXERCISES / "problems" / name).glob("*.py"):
        text = file.read_text()
        if file.stem != "__init__" and "import challenge" not in text:
            needs = re.findall(r"^from \.(\w+) import (.*)$", text, re.MULTILINE)
            needs = [(module, names.split(", ")) for module, names in needs]
            text = re.sub(r"^from (\.|nngrader).*\n", "", text, flags=re.MULTILINE)
            left[file.stem] = text, needs
    while left:
        for stem, (text, needs) in list(left.items()):
            if all(module in files for module, _ in needs):
                files[stem] = text, needs
                del left[stem]
    return files


def declared(files):
    """Return the names of the problems in some definitions."""
    return re.findall(r'problem\(\s*"(\w+)"', "".join(text for text, _ in files.values()))


def answering(base, name, kind, k):
    """Return the solved notebook, each function the k-th registered one of a kind."""
    notebook = base.solved()
    files = definitions(name)
    problems = declared(files)
    notebook.add_cell(STAND_IN.format(files=files), before=min(problems, key=notebook.index))
    for p in problems:
        wanted = f"ANSWERS[{p!r}][{kind!r}]"
        notebook.write(p, f"{p} = {wanted}[{k} % len({wanted})]")
    return notebook


def hostile(base, name):
    """Return the solved notebook; one function ends its process, one returns objects."""
    notebook = base.solved()
    first, second, *_ = declared(definitions(name))
    notebook.write(first, f"import os\ndef {first}(*args):\n    os._exit(0)")
    odd = "class Odd(np.ndarray):\n    pass\n"
    return notebook.write(
        second, f"{odd}def {second}(*args):\n    return np.zeros((5, 7)).view(Odd)"
    )


@pytest.mark.sandbox
@pytest.mark.turn(1)  # at the others problems are judged on two
@pytest.mark.deep(90)  # one assignment, in turn
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_a_class_is_graded_alike_on_two_processors(name, tmp_path, request):
    course = tmp_path / "course"
    for part in (f"source/{name}", f"problems/{name}", "heldback"):
        shutil.copytree(EXERCISES / part, course / part)
    shutil.copy(EXERCISES / "nbgrader_config.py", course)
    (course / ".seed").write_text("5\n")
    (course / ".seed").chmod(0o600)
    run(OLD, sys.executable, "-c", RELEASE, course, name, tmp_path)
    base = ReleasedNotebook(course, name)
    deep = request.config.getoption("deep")
    notebooks = {
        "right": answering(base, name, "alternatives", 1),
        "hostile": hostile(base, name),
        "mistaken": answering(base, name, "mistakes", 3),
    }
    if deep:
        notebooks |= {"solved": base.solved(), "first": answering(base, name, "mistakes", 0)}
    for student, notebook in notebooks.items():
        folder = course / "submitted" / student / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_text(notebook.text())
        for file in (course / "heldback" / name).glob("*.npz"):
            shutil.copy(file, folder)
    graded, checked = [], []
    for k, switches in enumerate((OLD, NEW)):
        path = tmp_path / str(k)
        shutil.copytree(course, path)
        run(switches, *command(path, "grade", name, "--workers", "2", "--json", path / "r"))
        graded.append({r["student"]: r for r in json.loads((path / "r").read_text())})
        home = path / "submitted" / "mistaken" / name
        shutil.copy(path / "release" / name / f"{name}.cases.json", home)
        line = command(path, "check", home / f"{name}.ipynb")
        done = subprocess.run(line, env=os.environ | switches, capture_output=True, text=True)
        checked.append(done.stdout)
    where = [{r.pop("processor") for r in results.values()} for results in graded]
    assert len(where[0]) == len(where[1]) == 1
    assert (where[0] == where[1]) == (OLD == NEW)
    assert graded[0] == graded[1]
    for student in ("right", "solved")[: 1 + deep]:
        result = graded[0][student]
        assert result["score"] == sum(p["max"] for p in result["problems"].values())
    assert checked[0] == checked[1]

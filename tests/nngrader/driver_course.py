"""A course whose assignment has drivers, a challenge and a short answer; its submissions."""

import importlib.util
import inspect
import io
import re
import textwrap

import numpy as np

from tests.exercises.driver_problems import folding, graph
from tests.exercises.one_challenge import DEFINITIONS, npz

from .sample_course import EXERCISES, LIMITS, SEED

NAME = "ps9_drivers"
POINTS = {"Value": 30, "stratified_folds": 30, "classify": 30}
DRIVEN = {"Value": graph.value, "stratified_folds": folding.folds}
RUBRIC = "2 points for shuffling, 8 for what a leak between folds does to the accuracy."
SOLVED = npz(W=np.kron(np.eye(4), np.ones(4)), b=np.zeros(4))
HALF = npz(W=np.kron(np.diag([1.0, 1.0, 1.0, 0.0]), np.ones(4)), b=np.array([0, 0, 0, -1.0]))


def make_course(folder):
    """Write the course with source, problems and held-back data; return its folder."""
    for subfolder in ("problems", f"source/{NAME}", f"heldback/{NAME}"):
        (folder / subfolder).mkdir(parents=True)
    (folder / "problems" / f"{NAME}.py").write_text(definitions())
    (folder / "source" / NAME / f"{NAME}.md").write_text(script())
    limits = LIMITS.partition("[points]")[0] + "[points]\n"
    limits += "".join(f"{name} = {points}\n" for name, points in POINTS.items())
    (folder / "source" / NAME / "nngrader.toml").write_text(limits)
    config = (EXERCISES / "nbgrader_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(config)
    (folder / ".seed").write_text(f"{SEED}\n")
    (folder / ".seed").chmod(0o600)
    (folder / "heldback" / NAME / "weights.npz").write_bytes(SOLVED)
    pictures, labels = declared(folder).blobs(5, 60)
    held = npz(pictures=pictures, labels=labels)
    (folder / "heldback" / "pictures.npz").write_bytes(held)
    return folder


def definitions():
    """Return the source of the problems' file: problems with drivers, and the challenge."""
    driven = "\n\n".join(inspect.getsource(module) for module in (graph, folding))
    best = DEFINITIONS.replace("most_bytes=4000", "most_bytes=100_000")
    best = best.replace("{0.5: 3, 0.8: 4}", "{0.5: 10, 0.9: 20}")
    best = best.replace("import numpy as np\n", "").replace("\nPROBLEMS = [best]\n", "")
    return f"{driven}\n{best}\nPROBLEMS = [value, folds, best]\n"


def declared(course):
    """Return the problems' file as a module."""
    spec = importlib.util.spec_from_file_location("driven", course / "problems" / f"{NAME}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The instructor's notebook


def script():
    """Return the instructor's notebook as a percent script."""
    marks = "\n\n".join(f"```{{problem}} {name}\n```" for name in POINTS)
    return f"""```{{code-cell}} python
:name: setup
import numpy as np
from nngrader import check
```

{marks}

What happens where pictures of one shirt lie in two folds?

```{{answer}} leak
:points: 10
{RUBRIC}
```
"""


def answer(name):
    """Return the source of a problem's reference."""
    if name == "classify":
        result = re.search(r"@best\.reference\n(def classify.*?)\n\n\n", DEFINITIONS, re.DOTALL)
        return result[1]
    return plain_source(DRIVEN[name].solve)


def plain_source(f):
    """Return the source of a function or class without its decorators."""
    source = textwrap.dedent(inspect.getsource(f))
    return re.sub(r"\A(@.*\n)+", "", source).strip()


# Submissions


def mistaken(name, mistake):
    """Return the source of a cell that answers with a known mistake."""
    solve = DRIVEN[name].mistakes[mistake].solve
    wrong = plain_source(solve)
    right = re.sub(rf"\b{name}\b", f"Right{name}", answer(name))
    wrong = re.sub(rf"\b{name}\b", f"Right{name}", wrong)
    return f"{right}\n\n\n{wrong}\n\n\n{name} = {solve.__name__}"


def bomb():
    """Return a small .npz file whose arrays do not fit in memory."""
    out = io.BytesIO()
    np.savez_compressed(out, W=np.zeros(10_000_000), b=np.zeros(4))
    return out.getvalue()


def hand_in(course, student, notebook, weights=SOLVED):
    """Write a student's notebook, and a file next to it, into the submissions."""
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(notebook.text())
    if weights is not None:
        (folder / "weights.npz").write_bytes(weights)
    return folder

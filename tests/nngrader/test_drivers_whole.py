"""An assignment with drivers, a challenge and a short answer, from release to the report."""

import csv
import html
import inspect
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from nngrader.course import Course
from nngrader.records.flag import FlagCode
from nngrader.release.build import release

from tests.exercises.declared_problems import load
from tests.exercises.driver_problems import folding, graph
from tests.exercises.one_challenge import DEFINITIONS, SOLVED, bomb, npz

from .sample_course import EXERCISES, LIMITS, SEED, ReleasedNotebook, environment, run

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
NAME = "ps9_drivers"
POINTS = {"Value": 30, "stratified_folds": 30, "classify": 30}
RUBRIC = "2 points for shuffling, 8 for what a leak between folds does to the accuracy."
HALF = npz(W=np.kron(np.diag([1.0, 1.0, 1.0, 0.0]), np.ones(4)), b=np.array([0, 0, 0, -1.0]))
SETUP = """```{code-cell} python
:name: setup
import numpy as np
from nngrader import check
```
"""
ANSWER = f"""```{{answer}} leak
:points: 10
{RUBRIC}
```
"""
IN_TEXT = "def classify(weights, pictures):\n    return np.array(['a label'] * len(pictures))"
FILES = {  # by student: what makes the file, its points, and a finding's code
    "half": (lambda: HALF, 10, "threshold"),
    "no-file": (lambda: None, 0, "file-missing"),
    "bomb": (bomb, 0, "file-unreadable"),
    "empty": (bytes, 0, "file-missing"),
    "other-arrays": (lambda: npz(V=[1.0]), 0, "raised"),
}
UNREAD = {"bomb": FlagCode.FILE_UNREADABLE, "empty": FlagCode.EMPTY_FILE}


def make_course(folder):
    """Write the course with source, problems and held-back data; return its folder."""
    for subfolder in ("problems", f"source/{NAME}", f"heldback/{NAME}"):
        (folder / subfolder).mkdir(parents=True)
    definitions = folder / "problems" / f"{NAME}.py"
    best = DEFINITIONS.replace("most_bytes=4000", "most_bytes=100_000")
    best = best.replace("{0.5: 3, 0.8: 4}", "{0.5: 10, 0.9: 20}")
    every = best.replace("PROBLEMS = [best]", "PROBLEMS = [value, folds, best]")
    definitions.write_text("\n".join([*map(inspect.getsource, (graph, folding)), every]))
    marks = [f"```{{problem}} {name}\n```\n" for name in POINTS]
    script = folder / "source" / NAME / f"{NAME}.md"
    script.write_text("\n".join([SETUP, *marks, "What happens?\n", ANSWER]))
    points = "".join(f"{name} = {points}\n" for name, points in POINTS.items())
    limits = LIMITS.partition("[points]")[0] + f"[points]\n{points}"
    script.with_name("nngrader.toml").write_text(limits)
    shutil.copy(EXERCISES / "nbgrader_config.py", folder)
    (folder / ".seed").write_text(f"{SEED}\n")
    (folder / ".seed").chmod(0o600)
    (folder / "heldback" / NAME / "weights.npz").write_bytes(SOLVED)
    pictures, labels = load(definitions).blobs(5, 60)
    held = npz(pictures=pictures, labels=labels)
    (folder / "heldback" / "pictures.npz").write_bytes(held)
    return folder


def hand_in(course, student, notebook, weights=SOLVED):
    """Write a student's notebook, and a file next to it, into the submissions."""
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(notebook.text())
    if weights is not None:
        (folder / "weights.npz").write_bytes(weights)


@dataclass
class Whole:
    """The results of releasing, grading and returning an assignment."""

    course: Path
    results: dict

    def page(self, student):
        """Return a student's feedback page as plain text."""
        text = (self.course / "feedback" / student / NAME / f"{NAME}.html").read_text()
        return html.unescape(re.sub(r"<[^>]*>", " ", text))

    def problem(self, student, name):
        return self.results[student]["problems"][name]


@pytest.fixture(scope="module")
def whole(open_folder):
    course = make_course(open_folder / "driven")
    release(Course(course), NAME, seeds=2)
    base = ReleasedNotebook(course, NAME)
    hand_in(course, "solved", base.solved())
    hand_in(course, "untouched", base.untouched(), None)
    alone = base.untouched().write("classify", base.solved()["classify"]["source"])
    for student, (file, _, _) in FILES.items():
        hand_in(course, student, alone, file())
    hand_in(course, "in-text", base.untouched().write("classify", IN_TEXT))
    out = open_folder / "driven.json"
    assert run(course, "grade", NAME, "--json", out) == 0
    assert run(course, "feedback", NAME) == run(course, "report", NAME) == 0
    return Whole(course, {r["student"]: r for r in json.loads(out.read_text())})


def test_a_released_zip_reveals_no_secret_and_checks_a_correct_notebook(whole, tmp_path):
    with zipfile.ZipFile(whole.course / "release" / f"{NAME}.zip") as z:
        z.extractall(tmp_path)
    (notebook,) = tmp_path.rglob(f"{NAME}.ipynb")
    files = {f.name for f in notebook.parent.rglob("*") if f.is_file()}
    assert not {"weights.npz", "pictures.npz"} & files
    text = notebook.read_text()
    assert "stack.pop()" not in text
    assert RUBRIC not in text
    notebook.write_text(ReleasedNotebook(whole.course, NAME).solved().text())
    (notebook.parent / "weights.npz").write_bytes(SOLVED)
    line = [sys.executable, "-m", "nngrader", "check", notebook]
    done = subprocess.run(line, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stdout + done.stderr
    for name, points in POINTS.items():
        assert f"{name}: {points} of {points} points on the visible cases." in done.stdout
    assert "accuracy with the 40 visible pictures: 1." in done.stdout


def test_correct_answers_earn_all_that_is_not_marked_by_hand(whole):
    assert len(whole.results) == len(list((whole.course / "submitted").iterdir()))
    codes = [f["code"] for r in whole.results.values() for f in r["flags"]]
    assert FlagCode.GRADER_FAILED not in codes
    assert whole.results["solved"]["score"] == sum(POINTS.values())
    assert whole.results["solved"]["status"] == "graded"
    assert whole.results["untouched"]["score"] == 0
    assert "Your instructor still has to grade some answers." in whole.page("solved")
    assert RUBRIC not in whole.page("solved")
    recorded = whole.course / "autograded" / "solved" / NAME / f"{NAME}.ipynb"
    assert RUBRIC in recorded.read_text()


def test_a_challenge_gives_what_was_reached_with_the_file(whole):
    for student, (_, score, code) in FILES.items():
        report, flags = whole.problem(student, "classify"), whole.results[student]["flags"]
        assert report["score"] == whole.results[student]["score"] == score, student
        assert code in [f["code"] for f in report["findings"]], report["findings"]
        results = [f["code"] for f in flags if f["data"].get("file") == "weights.npz"]
        assert results == ([UNREAD[student]] if student in UNREAD else []), (student, flags)
    assert whole.problem("in-text", "classify")["score"] == 0


def test_the_leaderboard_ranks_without_names(whole):
    with open(whole.course / "feedback" / f"leaderboard-{NAME}-classify.csv") as f:
        rows = list(csv.DictReader(f))
    assert rows[0]["measured"] == "1"
    assert {r["measured"] for r in rows} == {"1", "0.75"}
    assert [int(r["rank"]) for r in rows] == sorted(int(r["rank"]) for r in rows)
    assert not any(student in json.dumps(rows) for student in whole.results)
    assert any(row["code"] in whole.page("half") for row in rows if row["measured"] == "0.75")

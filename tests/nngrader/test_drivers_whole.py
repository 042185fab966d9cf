"""An assignment with drivers, a challenge and a short answer, from release to the report."""

import csv
import html
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.records.flag import FlagCode
from nngrader.records.rendering import as_html
from nngrader.release.build import release

from .driver_course import (
    DRIVEN,
    HALF,
    NAME,
    POINTS,
    RUBRIC,
    SOLVED,
    bomb,
    hand_in,
    make_course,
    mistaken,
    npz,
)
from .sample_course import ReleasedNotebook, environment, run

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
MISTAKEN = {  # by student: each makes one mistake in every problem
    f"mistakes-{n}": [
        (name, list(p.mistakes)[n]) for name, p in DRIVEN.items() if n < len(p.mistakes)
    ]
    for n in range(max(len(p.mistakes) for p in DRIVEN.values()))
}
WRITTEN = sum(POINTS.values())
FAILS = {"Recursive": "calls itself too many times"}  # with no answer to know it by
IN_TEXT = "def classify(weights, pictures):\n    return np.array(['a label'] * len(pictures))"
FILES = {  # by student: what makes the file, its points, and a finding's code
    "half": (lambda: HALF, 10, "threshold"),
    "no-file": (lambda: None, 0, "file-missing"),
    "large": (lambda: b"\0" * 100_001, 0, "file-too-large"),
    "bomb": (bomb, 0, "file-unreadable"),
    "broken": (lambda: SOLVED[:200], 0, "file-unreadable"),
    "empty": (bytes, 0, "file-missing"),
    "other-arrays": (lambda: npz(V=[1.0]), 0, "raised"),
}
UNREAD = {
    "large": FlagCode.FILE_TOO_LARGE,
    "bomb": FlagCode.FILE_UNREADABLE,
    "broken": FlagCode.FILE_UNREADABLE,
    "empty": FlagCode.EMPTY_FILE,
}


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
    for student, mistakes in MISTAKEN.items():
        notebook = base.solved()
        for problem, mistake in mistakes:
            notebook.write(problem, mistaken(problem, mistake))
        hand_in(course, student, notebook)
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
    assert whole.results["solved"]["score"] == WRITTEN
    assert whole.results["solved"]["status"] == "graded"
    assert whole.results["untouched"]["score"] == 0
    assert "Your instructor still has to grade some answers." in whole.page("solved")
    assert RUBRIC not in whole.page("solved")
    recorded = whole.course / "autograded" / "solved" / NAME / f"{NAME}.ipynb"
    assert RUBRIC in recorded.read_text()


def test_a_mistake_is_charged_and_its_hint_is_on_the_page(whole):
    for student, mistakes in MISTAKEN.items():
        for problem, mistake in mistakes:
            about, report = DRIVEN[problem].mistakes[mistake], whole.problem(student, problem)
            lost = {a for a, (earned, most) in report["aspects"].items() if earned < most}
            every = DRIVEN[problem].measure or not about.once
            right = lost == about.loses if every else len(lost & about.loses) == len(lost) == 1
            assert right, (problem, mistake, report)
            expected = FAILS.get(mistake, about.hint)
            said = [f["text"] for f in report["findings"]]
            assert any(expected in text for text in said), (mistake, report)
            assert as_html(expected) in whole.page(student)


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


def test_no_hidden_input_is_on_a_page(whole):
    cases = Course(whole.course).hidden(NAME)["Value"]["cases"]
    numbers = {f"{x:.6g}" for c in cases for x in c["args"]["numbers"].values()}
    for student in whole.results:
        page = whole.page(student)
        assert not [n for n in numbers if n in page], student

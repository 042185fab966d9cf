"""An assignment with drivers, a challenge and a short answer, from release to the report."""

import contextlib
import csv
import html
import io
import itertools
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.release.build import release

from .conftest import asked_for
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

pytestmark = pytest.mark.sandbox
FEW_SEEDS = 2
MISTAKEN = {  # by student: each makes one mistake in every problem
    f"mistakes-{n}": [
        (name, list(p.mistakes)[n]) for name, p in DRIVEN.items() if n < len(p.mistakes)
    ]
    for n in range(max(len(p.mistakes) for p in DRIVEN.values()))
}
WRITTEN = sum(POINTS.values())
FAILS = {"Recursive": "calls itself too deeply, or without end"}  # with no answer to know it by
PATCHES = """
import builtins
builtins.isinstance = lambda *_: True
np.ravel = np.concatenate = lambda v: np.arange(10**6)
np.random.default_rng = lambda seed: None

def stratified_folds(y, k, rng):
    return [np.arange(len(y))] * k
"""
TAKES_OVER = """
import gc, sys

class Value:
    def __init__(self, data, *_):
        frame = sys._getframe(1)
        frame.f_globals["np"] = None
        for name in list(frame.f_locals):
            if name in ("expression", "numbers"):
                raise SystemExit(0)
"""
IN_TEXT = "def classify(weights, pictures):\n    return np.array(['a label'] * len(pictures))"
IN_PLACE = (
    "def classify(weights, pictures):\n    return pictures[:, 0, 0] * 0.0 + weights['W'][0, 0]"
)


@dataclass
class Whole:
    """The results of releasing, grading and returning an assignment."""

    course: Path
    printed: str
    results: dict

    def page(self, student):
        """Return a student's feedback page as plain text."""
        text = (self.course / "feedback" / student / NAME / f"{NAME}.html").read_text()
        return html.unescape(re.sub(r"<[^>]*>", " ", text))

    def problem(self, student, name):
        return self.results[student]["problems"][name]

    def board(self):
        with open(self.course / "feedback" / f"leaderboard-{NAME}-classify.csv") as f:
            return list(csv.DictReader(f))


def fill(course, base, students):
    """Hand in for the class, and for the named students who make a mistake."""
    hand_in(course, "solved", base.solved())
    hand_in(course, "untouched", base.untouched(), None)
    for student in sorted(students & set(MISTAKEN)):
        notebook = base.solved()
        for problem, mistake in MISTAKEN[student]:
            notebook.write(problem, mistaken(problem, mistake))
        hand_in(course, student, notebook)
    alone = base.untouched().write("classify", base.solved()["classify"]["source"])
    files = {"half": HALF, "no-file": None, "bomb": bomb(), "large": b"\0" * 100_001}
    files |= {"empty": b"", "broken": SOLVED[:200], "other-arrays": npz(V=[1.0])}
    for student in ("half", *sorted(students & files.keys() - {"half"})):
        hand_in(course, student, alone, files[student])
    hand_in(course, "in-place", base.untouched().write("classify", IN_PLACE))
    if "in-text" in students:
        hand_in(course, "in-text", base.untouched().write("classify", IN_TEXT))
    hand_in(course, "patches", base.solved().write("stratified_folds", PATCHES))
    hand_in(course, "takes-over", base.solved().write("Value", TAKES_OVER))


@pytest.fixture(scope="session")
def whole(request, open_folder):
    """Return the assignment after release, submission, grading and feedback."""
    course = make_course(open_folder / "driven")
    release(Course(course), NAME, seeds=FEW_SEEDS)
    fill(course, ReleasedNotebook(course, NAME), asked_for(request.session, "whole"))
    out, printed = open_folder / "driven.json", io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert run(course, "grade", NAME, "--json", out) == 0
        assert run(course, "feedback", NAME) == 0
        assert run(course, "report", NAME) == 0
    results = {r["student"]: r for r in json.loads(out.read_text())}
    return Whole(course, printed.getvalue(), results)


# What students get


@pytest.fixture
def unpacked(whole, tmp_path):
    """Return the notebook of a student who has unpacked the released zip."""
    with zipfile.ZipFile(whole.course / "release" / f"{NAME}.zip") as z:
        z.extractall(tmp_path)
    (notebook,) = tmp_path.rglob(f"{NAME}.ipynb")
    return notebook


def checked(notebook):
    command = [sys.executable, "-m", "nngrader", "check", notebook]
    return subprocess.run(command, capture_output=True, text=True, env=environment())


def test_what_is_released_holds_no_solution_and_no_file_that_is_held_back(whole, unpacked):
    files = {f.name for f in unpacked.parent.rglob("*") if f.is_file()}
    assert "weights.npz" not in files
    assert "pictures.npz" not in files
    text = unpacked.read_text()
    assert "stack.pop()" not in text
    assert RUBRIC not in text
    assert "YOUR ANSWER HERE" in text


def test_a_student_is_told_of_what_is_not_written_and_of_the_file_that_is_missing(unpacked):
    done = checked(unpacked)
    assert done.returncode == 1
    assert "Value is not written yet (NotImplementedError)" in done.stdout
    assert "weights.npz does not lie beside the notebook" in done.stdout


def test_a_student_who_is_right_is_told_so(whole, unpacked):
    unpacked.write_text(ReleasedNotebook(whole.course, NAME).solved().text())
    (unpacked.parent / "weights.npz").write_bytes(SOLVED)
    done = checked(unpacked)
    assert done.returncode == 0, done.stdout + done.stderr
    for name, points in POINTS.items():
        assert f"{name}: {points} of {points} points on the visible cases." in done.stdout
    assert "accuracy with the 40 visible pictures: 1." in done.stdout


# What they earn


def test_all_are_accounted_for(whole):
    assert len(whole.results) == len(list((whole.course / "submitted").iterdir()))
    assert all(r["max_score"] == 100 for r in whole.results.values())
    assert not any(
        "grader itself failed" in f for r in whole.results.values() for f in r["flags"]
    )


def test_right_answers_earn_all_that_is_not_marked_by_hand(whole):
    assert whole.results["solved"]["score"] == WRITTEN
    assert whole.results["solved"]["status"] == "graded"
    assert whole.page("solved").count("Everything that was tried came out right.") == 5


def test_an_untouched_notebook_earns_nothing(whole):
    assert whole.results["untouched"]["score"] == 0
    page = whole.page("untouched")
    assert "Value is not written yet" in page
    assert "weights.npz is missing: without it there is nothing to try." in page


@pytest.mark.deep(3)
@pytest.mark.parametrize("student", MISTAKEN)
def test_a_mistake_is_charged_and_its_hint_stands_on_the_page(whole, student):
    for problem, mistake in MISTAKEN[student]:
        about, report = DRIVEN[problem].mistakes[mistake], whole.problem(student, problem)
        lost = {a for a, (earned, most) in report["aspects"].items() if earned < most}
        every = DRIVEN[problem].measure or not about.once
        assert lost == about.loses if every else len(lost & about.loses) == len(lost) == 1
        expected = FAILS.get(mistake, about.hint)
        assert any(expected in text for text in report["mistakes"]), report["mistakes"]
        assert expected in whole.page(student)


@pytest.mark.deep(4)
@pytest.mark.parametrize(
    ("student", "score", "words"),
    [
        ("half", 10, "accuracy 0.9 is not reached: it is 0.75 with the pictures"),
        ("no-file", 0, "weights.npz is missing: without it there is nothing to try."),
        ("large", 0, "weights.npz is larger than "),
        ("bomb", 0, "weights.npz holds more numbers than fit in memory."),
        ("broken", 0, "weights.npz cannot be opened: it is not a complete .npz file."),
        ("other-arrays", 0, "using classify raised KeyError (with the pictures"),
        ("in-text", 0, "what it returns is an array of another type, expected numbers"),
        ("in-place", 0, "accuracy 0.5 is not reached"),
    ],
)
def test_a_challenge_gives_what_was_reached_with_the_file(whole, student, score, words):
    report = whole.problem(student, "classify")
    assert report["score"] == score
    assert any(words in text for text in report["mistakes"]), report["mistakes"]
    assert whole.results[student]["score"] == score


@pytest.mark.parametrize("student", ["large", "broken", "bomb", "empty"])
def test_a_file_that_cannot_be_read_is_flagged_once(whole, student):
    assert whole.results[student]["status"] == "flagged"
    assert sum("weights.npz" in f for f in whole.results[student]["flags"]) == 1
    assert not any("weights.npz" in f for f in whole.results["half"]["flags"])


def test_who_patches_what_the_driver_uses_gains_nothing(whole):
    assert whole.problem("patches", "stratified_folds")["score"] == 0
    assert whole.problem("patches", "Value")["score"] <= POINTS["Value"]


def test_who_looks_into_the_driver_and_ends_it_loses_that_problem_alone(whole):
    assert whole.problem("takes-over", "Value")["score"] == 0
    assert whole.results["takes-over"]["score"] == WRITTEN - POINTS["Value"]
    assert whole.results["takes-over"]["status"] == "flagged"


# What comes back


def test_the_json_holds_what_is_documented(whole):
    keys = ["student", "assignment", "status", "flags", "score", "max_score", "problems"]
    keys += ["processor"]
    for result in whole.results.values():
        assert list(result) == keys
        assert list(result["problems"]) == list(POINTS)
        for report in result["problems"].values():
            assert list(report) == ["score", "max", "aspects", "mistakes"]
            assert all(isinstance(text, str) for text in report["mistakes"])


def test_the_leaderboard_ranks_without_names(whole):
    rows = whole.board()
    assert rows[0]["measured"] == "1"
    assert {r["measured"] for r in rows} == {"1", "0.75", "0.25"}
    assert [int(r["rank"]) for r in rows] == sorted(int(r["rank"]) for r in rows)
    assert not any(student in json.dumps(rows) for student in whole.results)
    assert any(row["code"] in whole.page("half") for row in rows if row["measured"] == "0.75")


def test_the_short_answer_waits_for_a_person(whole):
    assert "Some answers are still to be marked by a person." in whole.page("solved")
    assert RUBRIC not in whole.page("solved")
    recorded = whole.course / "autograded" / "solved" / NAME / f"{NAME}.ipynb"
    assert RUBRIC in recorded.read_text()


def test_the_report_names_problems_and_mistakes(whole):
    text = html.unescape((whole.course / "report" / f"{NAME}.html").read_text())
    made = [m for student, m in MISTAKEN.items() if student in whole.results]
    for problem, mistake in itertools.chain(*made):
        assert problem in text
        assert FAILS.get(mistake, DRIVEN[problem].mistakes[mistake].hint) in text
    assert "classify" in text


def test_no_held_back_label_and_no_hidden_input_stands_on_a_page(whole):
    hidden = Course(whole.course).hidden(NAME)
    numbers = {
        f"{x:.6g}"
        for case in hidden["Value"]["cases"]
        for x in case["args"]["numbers"].values()
    }
    for student in whole.results:
        page = whole.page(student)
        assert not [n for n in numbers if n in page]


def test_the_same_again_runs_nothing_and_changes_nothing(whole, monkeypatch, tmp_path):
    def nobody(*_, **__):
        raise AssertionError("a submission was run again")

    monkeypatch.setattr("nngrader.grading.one_submission.Runner", nobody)
    assert run(whole.course, "grade", NAME, "--json", tmp_path / "again.json") == 0
    again = json.loads((tmp_path / "again.json").read_text())
    assert {r["student"]: r for r in again} == whole.results


@pytest.mark.parametrize("student", ["untouched", "no-file"])
def test_a_file_that_is_not_handed_in_is_no_flag_and_told_to_its_student(whole, student):
    assert not any(".npz" in flag for flag in whole.results[student]["flags"])
    assert "weights.npz is missing" in whole.page(student)

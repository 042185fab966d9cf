"""Points that change after submission, and results graded under an earlier definition."""

import json
import shutil

import pytest
from nngrader.course import Course
from nngrader.course.definitions import graded_earlier
from nngrader.gradebook import marks
from nngrader.settings import read_settings
from nngrader.storage.results import Store

from .recorded_gradebook import give
from .sample_course import (
    MISTAKES,
    NAME,
    ReleasedNotebook,
    hand_in,
    problems_folder,
    release_unchecked,
    run,
)

pytestmark = pytest.mark.sandbox
SETTINGS = """due = 2026-01-01T00:00:00+00:00
[late]
percent_per_day = 10
"""


@pytest.fixture(scope="module")
def reviewed(hand_marked, open_folder):
    """Return a graded course: Ben's hinge loss is wrong and marked by hand, and he was late."""
    course = shutil.copytree(hand_marked, open_folder / "reweighted")
    base = ReleasedNotebook(course)
    settings = course / "source" / NAME / "nngrader.toml"
    settings.write_text(SETTINGS + settings.read_text())
    hand_in(course, "ada", base.solved().write("why", "So.").text())
    folder = hand_in(course, "ben", base.mistaken(*MISTAKES).write("why", "Thus.").text())
    (folder / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC")
    assert run(course, "grade", NAME) == 0
    for student in ("ada", "ben"):
        give(course, student, "why", manual_score=6)
        give(course, student, "draw", manual_score=0)
    give(course, "ben", "test_hinge_loss", manual_score=5)
    give(course, "ben", "why", "Which step?")
    return course


@pytest.fixture
def course(reviewed, tmp_path):
    return shutil.copytree(reviewed, tmp_path / "course")


def everything(course):
    """Return the text of all files but the gradebook, and the marks."""
    files = {f: f.read_bytes() for f in course.rglob("*") if f.is_file() and f.suffix != ".db"}
    locks = {f: b for f, b in files.items() if not f.name.startswith("lock-")}
    return locks, marks(Course(course), NAME)


def released(course):
    return json.loads((course / "release" / NAME / f"{NAME}.ipynb").read_text())["cells"]


def latest(course):
    return Store(course / ".results").get(f"latest-{NAME}")


def test_dry_run_lists_changes_and_changes_nothing(course, capsys):
    before = everything(course)
    assert run(course, "reweight", NAME, "--points", "hinge_loss=30", "why=5") == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line for line in lines if line[:3] in ("ada", "ben")}
    then = before[1]["ben"]["score"] / 0.9
    assert "91 -> 103" in rows["ada"]
    assert f"{then * 0.9:g} -> {(then + 5 - 3) * 0.9:g}" in rows["ben"]
    assert everything(course) == before


def test_points_change_everywhere_and_grading_again_agrees(course, capsys):
    pairs = {"pairwise_distances": 60, "softmax_cross_entropy": 10}
    named = [f"{n}={p}" for n, p in pairs.items()]
    before = latest(course)["ben"]["problems"]
    assert run(course, "reweight", NAME, "--yes", "--points", *named) == 0
    assert read_settings(course / "source" / NAME / "nngrader.toml")[1] == pairs | {
        "hinge_loss": 15
    }
    now = latest(course)
    for name, old in (("pairwise_distances", 30), ("softmax_cross_entropy", 40)):
        was, actual = before[name], now["ben"]["problems"][name]
        assert 0 < was["score"] < old
        assert actual["score"] == pytest.approx(was["score"] * pairs[name] / old)
        assert sum(n for n, _ in actual["aspects"].values()) == pytest.approx(actual["score"])
    known = marks(Course(course), NAME)
    assert known["ada"]["score"] == 60 + 10 + 15 + 6
    assert known["ben"]["by_hand"][1] == ("test_hinge_loss", 5.0, 15.0, "")
    assert run(course, "feedback", NAME) == 0
    page = (course / "feedback" / "ada" / NAME / f"{NAME}.html").read_text()
    assert "60 of 60" in page
    shown = (course / "autograded" / "ben" / NAME / f"{NAME}.ipynb").read_text()
    assert 'points(\\"pairwise_distances\\", pairwise_distances, 60)' in shown

    kept = Store(course / ".results").part(NAME).keys()
    capsys.readouterr()
    assert run(course, "grade", NAME) == 0
    assert set(Store(course / ".results").part(NAME).keys()) <= set(kept)  # nobody ran again
    assert marks(Course(course), NAME) == known
    assert {s: r["score"] for s, r in latest(course).items()} == {
        s: r["score"] for s, r in now.items()
    }
    shutil.rmtree(course / ".results" / NAME)
    assert run(course, "grade", NAME) == 0  # and whoever runs again gets the same
    again = latest(course)
    for student, result in now.items():
        assert again[student]["score"] == pytest.approx(result["score"], abs=1e-5)
    assert marks(Course(course), NAME)["ada"]["score"] == known["ada"]["score"]


@pytest.mark.slow
def test_an_earlier_release_with_other_points_gets_no_flag(course):
    pairs = ("pairwise_distances=60", "softmax_cross_entropy=10")
    before = latest(course)
    assert run(course, "reweight", NAME, "--yes", "--points", *pairs) == 0
    text = next(c for c in released(course) if c["id"] == "text_pairwise_distances")
    release_unchecked(course)
    (now,) = [c for c in released(course) if c["id"] == text["id"]]
    assert now["source"] != text["source"]
    assert run(course, "grade", NAME) == 0
    flags = {s: [f["code"] for f in r["flags"]] for s, r in latest(course).items()}
    assert flags == {s: [f["code"] for f in r["flags"]] for s, r in before.items()}
    assert latest(course)["ada"]["status"] == "graded"


@pytest.mark.slow
def test_a_problem_that_is_dropped_and_restored_gets_its_points_and_marks_back(course):
    before, results = marks(Course(course), NAME), latest(course)
    assert run(course, "reweight", NAME, "--drop", "hinge_loss", "why", "--yes") == 0
    known = marks(Course(course), NAME)
    assert known["ada"] | {"by_hand": []} == before["ada"] | {
        "by_hand": [],
        "score": 70,
        "earned": 70,
        "max_score": 75,
    }
    assert run(course, "feedback", NAME) == run(course, "report", NAME) == 0
    page = (course / "feedback" / "ben" / NAME / f"{NAME}.html").read_text()
    assert "This problem was dropped" in page
    assert "Which step?" in page
    assert run(course, "reweight", NAME, "--points", "hinge_loss=15", "why=10", "--yes") == 0
    assert marks(Course(course), NAME) == before
    parts = ("problems", "cells", "score", "max_score")
    assert {s: [r[p] for p in parts] for s, r in latest(course).items()} == {
        s: [r[p] for p in parts] for s, r in results.items()
    }


def test_impossible_values_are_refused(course, capsys):
    for arguments, words in (
        (["--drop", "nothing"], "'nothing'"),
        (["--drop", "hing_loss"], "did you mean 'hinge_loss'?"),
        (["--points", "why=-1"], "why = -1"),
        (["--points", "why=nan"], "why = nan"),
        (["--points", "why=3", "--drop", "why"], "why"),
    ):
        assert run(course, "reweight", NAME, *arguments) == 2
        assert words in capsys.readouterr().err


@pytest.mark.slow
def test_results_of_changed_definitions_are_marked(course, capsys):
    file = problems_folder(course) / "hinge_loss.py"
    text = file.read_text()
    file.write_text("# a remark\n" + text)
    assert graded_earlier(Course(course), NAME, latest(course)) == {}
    file.write_text(
        text.replace("does the correct class itself", "does the right class itself")
    )
    words = "graded under an earlier definition"
    capsys.readouterr()
    for command in (["export", NAME], ["report", NAME], ["feedback", NAME]):
        assert run(course, *command) == 0
    output = capsys.readouterr()
    assert f"{words}, so grade again: ada, ben (hinge_loss)" in output.err
    (row,) = [line for line in output.out.splitlines() if line.startswith("ada")]
    assert row.endswith(f"final,{words}: hinge_loss")
    assert words.capitalize() in (course / "report" / f"{NAME}.html").read_text()
    page = (course / "feedback" / "ada" / NAME / f"{NAME}.html").read_text()
    assert page.count(words.capitalize()) == 1
    assert run(course, "course") == 0
    assert f"{NAME}: {words}, so grade again: ada, ben (hinge_loss)" in capsys.readouterr().err

    assert run(course, "explain", NAME, "ben", "hinge_loss") == 0
    assert f"points are recorded, {words}" in capsys.readouterr().err
    assert run(course, "grade", NAME, "--students", "ben") == 0
    assert f"{words}, so grade again: ada (hinge_loss)" in capsys.readouterr().out
    assert list(graded_earlier(Course(course), NAME, latest(course))) == ["ada"]

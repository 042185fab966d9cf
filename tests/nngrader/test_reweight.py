"""Other points after hand-in, and what was graded under an earlier definition."""

import csv
import json
import re
import shutil

import pytest
from nngrader.course import Course
from nngrader.course.definitions import definition_digests, graded_earlier
from nngrader.engine import reweighted
from nngrader.gradebook import marks, quiet
from nngrader.gradebook import rewrite as writing
from nngrader.settings import read_settings, with_points
from nngrader.storage.results import Store

from .recorded_gradebook import gradebook
from .sample_course import NAME, ReleasedNotebook, hand_in, problems_folder, run
from .test_nbgrader import partly_wrong
from .test_review import give

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
    folder = hand_in(course, "ben", partly_wrong(base).write("why", "Thus.").text())
    (folder / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC")
    assert run(course, "grade", NAME) == 0
    for student in ("ada", "ben"):
        give(course, student, "why", manual_score=6)
        give(course, student, "draw", manual_score=0)
    give(course, "ben", "test_hinge_loss", manual_score=5)
    with quiet(), gradebook(course) as g:
        g.find_comment("why", NAME, NAME, "ben").manual_comment = "Which step?"
        g.db.commit()
    return course


@pytest.fixture
def course(reviewed, tmp_path):
    return shutil.copytree(reviewed, tmp_path / "course")


def everything(course):
    """Return the text of all files but the gradebook, and the marks."""
    files = {f: f.read_bytes() for f in course.rglob("*") if f.is_file() and f.suffix != ".db"}
    locks = {f: b for f, b in files.items() if not f.name.startswith("lock-")}
    return locks, marks(Course(course), NAME)


def latest(course):
    return Store(course / ".results").get(f"latest-{NAME}")


def test_what_would_change_is_said_for_whom_and_nothing_is_changed(course, capsys):
    before = everything(course)
    assert run(course, "reweight", NAME, "--points", "hinge_loss=30", "why=5") == 0
    told = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line for line in told if line[:3] in ("ada", "ben")}
    then = before[1]["ben"]["score"] / 0.9
    assert "91 -> 103" in rows["ada"]
    assert "15 -> 30" in rows["ada"]
    assert f"{then * 0.9:g} -> {(then + 5 - 3) * 0.9:g}" in rows["ben"]
    assert "5 -> 10 (by hand)" in rows["ben"]
    assert "hinge_loss: 15 points, now 30" in told
    assert "all cells together: 100 points, now 110" in told
    assert "marks by hand in these cells: 3, each keeps its share" in told
    assert "all comments stay" in told
    assert told[-1] == "nothing was changed: with --yes it will be"
    assert everything(course) == before


def test_points_change_wherever_they_stand_and_grading_again_agrees(course, capsys):
    pairs = {"pairwise_distances": 60, "softmax_cross_entropy": 10}
    named = [f"{n}={p}" for n, p in pairs.items()]
    before = latest(course)["ben"]["problems"]
    assert run(course, "reweight", NAME, "--yes", "--points", *named) == 0
    assert read_settings(course / "source" / NAME / "nngrader.toml")[1] == pairs | {
        "hinge_loss": 15
    }
    now = latest(course)
    for name, old in (("pairwise_distances", 30), ("softmax_cross_entropy", 40)):
        was, found = before[name], now["ben"]["problems"][name]
        assert 0 < was["score"] < old
        assert found["score"] == pytest.approx(was["score"] * pairs[name] / old)
        assert sum(n for n, _ in found["aspects"].values()) == pytest.approx(found["score"])
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


def test_a_problem_that_is_dropped_and_taken_back_has_its_points_and_marks_again(course):
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


def test_a_run_that_breaks_off_changes_no_mark_and_is_finished_by_another(course, monkeypatch):
    before = marks(Course(course), NAME)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "_write_results", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(course, "reweight", NAME, "--drop", "hinge_loss", "--yes")
    assert {s: m["by_hand"] for s, m in marks(Course(course), NAME).items()} == {
        s: m["by_hand"] for s, m in before.items()
    }
    assert run(course, "reweight", NAME, "--yes") == 0
    assert marks(Course(course), NAME)["ada"]["score"] == before["ada"]["score"] - 15
    assert latest(course)["ada"]["cells"]["test_hinge_loss"] == [0, 0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--drop", "nothing"], "has no problem 'nothing'; it has pairwise_distances, soft"),
        (["--drop", "hing_loss"], "draw; did you mean 'hinge_loss'?"),
        (["--points", "why=-1"], "why = -1: points are a number from 0 on; 0 drops it"),
        (["--points", "why=nan"], "why = nan: points are a number from 0 on"),
        (["--points", "why=3", "--drop", "why"], "why: named twice"),
    ],
)
def test_what_cannot_be_is_refused_in_words(course, capsys, arguments, words):
    assert run(course, "reweight", NAME, *arguments) == 2
    assert words in capsys.readouterr().err


def test_before_anything_is_graded_the_settings_are_the_place(released, capsys):
    assert run(released, "reweight", NAME, "--drop", "hinge_loss") == 2
    assert "nothing of ps2_classifiers is graded yet: write the" in capsys.readouterr().err


def test_settings_keep_what_else_they_say(tmp_path):
    file = tmp_path / "nngrader.toml"
    file.write_text("# first\n[points] # of each\na = 3 # small\n\n[limits]\nprocesses = 3\n")
    text = with_points(file, {"a": 0, "b": 2.5})
    assert text == (
        "# first\n[points] # of each\nb = 2.5\na = 0 # small\n\n[limits]\nprocesses = 3\n"
    )
    file.write_text("points = {a = 3}\n")
    with pytest.raises(ValueError, match="by hand"):
        with_points(file, {"a": 1})


def test_a_report_is_rounded_once_however_often_its_points_change():
    aspects = {"value": [10.0, 20.0], "shape": [1 / 3, 1.0]}
    first = {"score": 10 + 1 / 3, "max": 21, "aspects": aspects, "findings": []}
    second = reweighted(reweighted(reweighted(first, 7), 0), 42)
    assert second["aspects"]["shape"] == [0.666667, 2]
    assert reweighted(second, 21) == first


def test_what_a_changed_definition_no_longer_gives_is_marked_until_graded_again(course, capsys):
    file = problems_folder(course) / "hinge_loss.py"
    text = file.read_text()
    file.write_text("# a remark\n" + text)
    assert graded_earlier(Course(course), NAME, latest(course)) == {}
    file.write_text(text.replace("the right class wins already", "the right one wins already"))
    words = "graded under an earlier definition"
    capsys.readouterr()
    for command in (["export", NAME], ["report", NAME], ["feedback", NAME]):
        assert run(course, *command) == 0
    told = capsys.readouterr()
    assert f"{words}, so grade again: ada, ben (hinge_loss)" in told.err
    (row,) = [line for line in told.out.splitlines() if line.startswith("ada")]
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


def test_that_a_definition_has_changed_is_said_without_names_too(course, tmp_path, capsys):
    file = problems_folder(course) / "hinge_loss.py"
    file.write_text(file.read_text().replace("the right class wins already", "it wins already"))
    assert run(course, "reweight", NAME, "--points", "why=5", "--yes") == 0
    words, out = "graded under an earlier definition", tmp_path / "out"
    capsys.readouterr()
    assert run(course, "export", NAME, "--anonymous") == 0
    assert run(course, "report", NAME, "--anonymous", "--out", out / "report.html") == 0
    assert run(course, "feedback", NAME, "--anonymous", "--out", out) == 0
    told = capsys.readouterr()
    key = csv.DictReader((course / "anonymous-key.csv").read_text().splitlines())
    codes = {row["student"]: row["code"] for row in key}
    both = sorted(codes[student] for student in ("ada", "ben"))
    assert f"{', '.join(both)} (hinge_loss)" in told.err
    for code in both:
        (row,) = [line for line in told.out.splitlines() if line.startswith(code)]
        assert row.endswith(f"final,{words}: hinge_loss")
    texts = [f.read_text() for f in out.rglob("*.html")]
    assert len(texts) == 3
    assert all(words.capitalize() in text for text in texts)
    for text in (
        told.out.replace(str(tmp_path), ""),
        told.err.replace(str(tmp_path), ""),
        *texts,
    ):
        assert not re.search(r"\b(ada|ben)\b", text, re.IGNORECASE)


def test_a_definition_is_told_by_its_own_files_and_not_by_the_list_of_all(released, tmp_path):
    course = shutil.copytree(released, tmp_path / "course")
    names = ["hinge_loss", "pairwise_distances"]
    then = definition_digests(Course(course), NAME, names)
    first = problems_folder(course) / "__init__.py"
    first.write_text(first.read_text().replace("PROBLEMS = [distances, ", "PROBLEMS = ["))
    (problems_folder(course) / "softmax_cross_entropy.py").write_text("import json\n")
    assert definition_digests(Course(course), NAME, names) == then
    common = problems_folder(course) / "common.py"
    common.write_text(common.read_text().replace("1e-8", "1e-9"))
    now = definition_digests(Course(course), NAME, names)
    assert all(now[n] != then[n] for n in names)


def test_a_dropped_problem_is_still_judged_so_that_others_can_lean_on_a_right_one(course):
    assert run(course, "reweight", NAME, "--drop", "hinge_loss", "--yes") == 0
    shutil.rmtree(course / ".results" / NAME)
    assert run(course, "grade", NAME, "--students", "ben") == 0
    found = json.loads(json.dumps(latest(course)["ben"]["problems"]["hinge_loss"]))
    assert (found["score"], found["max"], found["graded"]["max"]) == (0, 0, 100)

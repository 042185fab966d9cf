"""What goes wrong around submissions: odd names, the machine, the gradebook, a second run."""

import contextlib
import errno
import fcntl
import json
import os
import sqlite3
import subprocess

import pytest
from nngrader import record, score, screen, session
from nngrader.course import Course
from nngrader.gradebook import marks
from nngrader.record import NO_NAME
from nngrader.store import Store

from .making import NAME, command, environment, hand_in, run

pytestmark = pytest.mark.sandbox
ODD_NAMES = ["a\nb", os.fsdecode(b"andr\xe9"), "red\x1b[31m"]


@pytest.fixture
def handed_in(course, base):
    """A course in which one student has handed in."""
    hand_in(course, "ada", base.solved().text())
    return course


@pytest.fixture
def graded_once(handed_in):
    assert run(handed_in, "grade", NAME) == 0
    return handed_in


def said(capsys):
    """The one line of an error."""
    text = capsys.readouterr().err
    assert "Traceback" not in text
    (line,) = text.splitlines()
    return line


def test_a_name_that_nobody_can_hold_stops_nobody_else(handed_in, base, tmp_path):
    for student in [*ODD_NAMES, "zoe"]:
        hand_in(handed_in, student, base.untouched().text())
    settings = environment() | {"PYTHONIOENCODING": "utf-8:strict"}
    line = command(handed_in, "grade", NAME, "--json", tmp_path / "r.json")
    done = subprocess.run(line, capture_output=True, text=True, env=settings)
    assert done.returncode == 1, done.stderr
    assert "[5/5] zoe" in done.stdout
    assert "\x1b" not in done.stdout
    results = {r["student"]: r for r in json.loads((tmp_path / "r.json").read_text())}
    assert [results[s]["flags"] for s in ODD_NAMES] == [[NO_NAME], [NO_NAME], []]
    assert set(marks(Course(handed_in), NAME)) == {"ada", "zoe", "red\x1b[31m"}
    line = command(handed_in, "feedback", NAME)
    done = subprocess.run(line, capture_output=True, text=True, env=settings)
    assert done.returncode == 0, done.stderr
    for student in [*ODD_NAMES, "ada", "zoe"]:
        assert (handed_in / "feedback" / student / NAME / f"{NAME}.html").is_file()


def test_a_page_that_cannot_be_written_stops_no_other(handed_in, base, capsys):
    hand_in(handed_in, "bob", base.solved().text())
    assert run(handed_in, "grade", NAME) == 0
    (handed_in / "feedback").mkdir()
    (handed_in / "feedback" / "ada").write_text("a file")
    capsys.readouterr()
    assert run(handed_in, "feedback", NAME) == 1
    assert said(capsys).startswith("nngrader: no page for ada: ")
    assert (handed_in / "feedback" / "bob" / NAME / f"{NAME}.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grade", NAME, "--json", "{folder}"], "cannot be written"),
        (["grade", NAME, "--json", "{folder}/nowhere/r.json"], "cannot be written"),
        (["grade", NAME, "--seed", "{folder}"], "Is a directory"),
        (["grade", NAME, "--seed", "{folder}/seed"], "should hold one whole number"),
        (["grade", NAME, "--seed", "{folder}/nowhere"], "No such file"),
        (["export", NAME, "--out", "{folder}"], "Is a directory"),
        (["feedback", NAME, "--out", "{folder}/seed"], "File exists"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_what_the_machine_refuses_is_one_line(graded_once, tmp_path, capsys, arguments, words):
    (tmp_path / "seed").write_text("seven\n")
    before = (graded_once / ".results").stat().st_mtime_ns
    capsys.readouterr()
    assert run(graded_once, *(a.format(folder=tmp_path) for a in arguments)) == 1
    assert words in said(capsys)
    assert (graded_once / ".results").stat().st_mtime_ns == before


def test_a_full_disk_is_one_line(handed_in, monkeypatch, capsys):
    def full(self, key, result):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Store, "put", full)
    assert run(handed_in, "grade", NAME) == 1
    assert "No space left on device" in said(capsys)


@pytest.mark.parametrize("name", ["grade", "export", "feedback"])
def test_a_broken_gradebook_is_one_line(graded_once, capsys, name):
    (graded_once / "gradebook.db").write_bytes(b"no database " * 1000)
    capsys.readouterr()
    assert run(graded_once, name, NAME) == 1
    assert "gradebook.db cannot be used: it is no database" in said(capsys)


def test_settings_that_are_no_toml_are_told_with_their_file(handed_in, capsys):
    file = handed_in / "source" / NAME / "nngrader.toml"
    file.write_text("[limits\n")
    assert run(handed_in, "grade", NAME) == 1
    assert str(file) in said(capsys)


def test_a_seed_that_others_can_read_is_told(handed_in, capsys):
    (handed_in / ".seed").chmod(0o644)
    assert run(handed_in, "grade", NAME) == 0
    assert "can be read by others" in said(capsys)


def test_names_that_a_spreadsheet_computes_are_told(course, base, capsys):
    hand_in(course, "=1+1", base.untouched().text())
    assert run(course, "grade", NAME) == 0
    capsys.readouterr()
    assert run(course, "export", NAME) == 0
    assert said(capsys).endswith("for formulas: =1+1")


def test_two_runs_at_a_time_are_refused(handed_in, capsys):
    store = Store(handed_in / ".results")
    with open(store.folder / "lock", "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert run(handed_in, "grade", NAME) == 1
    assert "another grading of this course is running" in said(capsys)
    assert run(handed_in, "grade", NAME) == 0


def test_a_gradebook_that_is_locked_for_a_moment_is_waited_for(handed_in, monkeypatch):
    locked = sqlite3.connect(handed_in / "gradebook.db", check_same_thread=False)
    waits = []

    def end_of_lock(seconds):
        waits.append(seconds)
        locked.rollback()

    convert = record.Recorder._convert

    def converting(self, folder, notebook):
        if not waits:
            locked.execute("begin exclusive")
        convert(self, folder, notebook)

    monkeypatch.setattr(record.Recorder, "_convert", converting)
    monkeypatch.setattr(record.time, "sleep", end_of_lock)
    with contextlib.closing(locked):
        assert run(handed_in, "grade", NAME) == 0
    assert waits == [record.PAUSE]
    assert marks(Course(handed_in), NAME)["ada"]["score"] == 100


def test_why_nothing_was_recorded_is_for_the_instructor_alone(handed_in, monkeypatch, capsys):
    import nbgrader.preprocessors

    def failing(self, nb, resources):
        raise ZeroDivisionError("planted in /secret/folder")

    monkeypatch.setattr(nbgrader.preprocessors.SaveAutoGrades, "preprocess", failing)
    assert run(handed_in, "grade", NAME) == 1
    assert "ZeroDivisionError: planted" in json.dumps(kept(handed_in)["ada"]["flags"])
    run(handed_in, "feedback", NAME)
    page = (handed_in / "feedback" / "ada" / NAME / f"{NAME}.html").read_text()
    assert "Your instructor has been told that something went wrong." in page
    assert "planted" not in page


def kept(course):
    return Store(course / ".results").get(f"latest-{NAME}")


def test_a_result_that_took_too_long_is_found_out_anew(course, base):
    slow = "def hinge_loss(scores, targets):\n    while True:\n        pass"
    hand_in(course, "ada", base.solved().write("hinge_loss", slow).text())
    assert run(course, "grade", NAME) == 0
    result = kept(course)["ada"]
    assert any("took too long" in f for f in result["flags"])
    assert Store(course / ".results").get(result["key"]) is None


def test_a_test_cell_that_fails_leaves_a_report_of_no_points(course, base, monkeypatch):
    points = score.Stub.points

    def failing(self, name, most):
        return 1 / 0 if name == "hinge_loss" else points(self, name, most)

    monkeypatch.setattr(score.Stub, "points", failing)
    hand_in(course, "ada", base.solved().text())
    assert run(course, "grade", NAME) == 0
    result = kept(course)["ada"]
    assert result["flags"] == ["test_hinge_loss: the test cell failed (ZeroDivisionError)"]
    report = result["problems"]["hinge_loss"]
    assert (report["score"], report["max"]) == (0, 30)
    assert sum(most for _, most in report["aspects"].values()) == pytest.approx(30)
    assert not any(earned for earned, _ in report["aspects"].values())
    assert run(course, "feedback", NAME) == 0


def test_where_nobody_reads_any_longer_recording_goes_on(handed_in, base):
    for student in ("bob", "cy", "dee"):
        hand_in(handed_in, student, base.untouched().text())
    line = command(handed_in, "grade", NAME, "--workers", "1")
    running = subprocess.Popen(line, stdout=subprocess.PIPE, env=environment())
    running.stdout.readline()
    running.stdout.close()
    assert running.wait(100) == 0
    assert set(marks(Course(handed_in), NAME)) == {"ada", "bob", "cy", "dee"}


def test_a_line_on_the_screen_has_nothing_that_steers_a_terminal():
    flags = ["own cell \x07"]
    result = {"student": "a\nb\udce9", "status": "graded", "score": 1, "max_score": 2}
    assert screen.line(result | {"flags": flags}, 1, 2).isprintable()
    assert session.shown("Zoë") == "Zoë"

"""Problems outside of submissions: odd names, the machine, the gradebook, a second run."""

import errno
import json
import os
import subprocess

import pytest
from nngrader.course import Course
from nngrader.gradebook import marks
from nngrader.grading import all_submissions
from nngrader.limits import Ending
from nngrader.records.flag import Flag, FlagCode
from nngrader.storage import results
from nngrader.storage.results import Store

from .sample_course import NAME, command, environment, grade, hand_in, run

pytestmark = pytest.mark.sandbox
ODD_NAMES = ["a\nb", os.fsdecode(b"andr\xe9"), "red\x1b[31m"]


@pytest.fixture
def handed_in(course, base):
    """Return a course with one student's submission."""
    hand_in(course, "ada", base.solved().text())
    return course


@pytest.mark.slow
def test_an_odd_student_name_stops_no_other_student(handed_in, base, tmp_path):
    for student in [*ODD_NAMES, "zoe"]:
        hand_in(handed_in, student, base.untouched().text())
    settings = environment() | {"PYTHONIOENCODING": "utf-8:strict"}
    line = command(handed_in, "grade", NAME, "--json", tmp_path / "r.json")
    done = subprocess.run(line, capture_output=True, text=True, env=settings)
    assert done.returncode == 1, done.stderr
    assert "[5/5] " in done.stdout
    assert "\x1b" not in done.stdout
    results = {r["student"]: r for r in json.loads((tmp_path / "r.json").read_text())}
    assert [codes(results[s]) for s in ODD_NAMES] == [
        [FlagCode.HIDDEN_CHARACTERS, FlagCode.BAD_STUDENT_ID],
        [FlagCode.HIDDEN_CHARACTERS, FlagCode.BAD_STUDENT_ID],
        [FlagCode.HIDDEN_CHARACTERS],
    ]
    assert {results[s]["status"] for s in ODD_NAMES} == {"flagged"}
    assert set(marks(Course(handed_in), NAME)) == {"ada", "zoe", "red\x1b[31m"}
    line = command(handed_in, "feedback", NAME)
    done = subprocess.run(line, capture_output=True, text=True, env=settings)
    assert done.returncode == 0, done.stderr
    for student in [*ODD_NAMES, "ada", "zoe"]:
        assert (handed_in / "feedback" / student / NAME / f"{NAME}.html").is_file()


@pytest.mark.slow
def test_a_disk_that_fills_up_gives_one_line_and_loses_nothing(
    handed_in, base, monkeypatch, capsys
):
    for student in ("bob", "cy"):
        hand_in(handed_in, student, base.solved().add_cell(f"{student} = 1").text())
    write, done = results.write_whole, []

    def full(file, text):
        done.append(file)
        if len(done) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(file, text)

    monkeypatch.setattr(results, "write_whole", full)
    assert run(handed_in, "grade", NAME, "--workers", "1") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written to (No space left on device)" in line
    assert set(marks(Course(handed_in), NAME)) == {"ada"}
    monkeypatch.undo()
    assert run(handed_in, "grade", NAME) == 0
    assert {m["score"] for m in marks(Course(handed_in), NAME).values()} == {100}


def codes(result):
    return [flag["code"] for flag in result["flags"]]


def kept(course):
    return Store(course / ".results").get(f"latest-{NAME}")


def counting(monkeypatch, change):
    """Return a list that grows with each job, whose result is passed to `change`."""
    ran, really = [], all_submissions.run

    def counted(*arguments):
        ran.append(arguments)
        return change(really(*arguments), len(ran))

    monkeypatch.setattr(all_submissions, "run", counted)
    return ran


@pytest.mark.slow
def test_a_result_that_took_too_long_on_the_processor_is_kept(course, base, monkeypatch):
    slow = "def hinge_loss(scores, targets):\n    while True:\n        pass"
    hand_in(course, "ada", base.solved().write("hinge_loss", slow).text())
    ran = counting(monkeypatch, lambda result, n: result)
    for _ in range(2):
        assert run(course, "grade", NAME) == 0
        endings = [f["data"].get("ending") for f in kept(course)["ada"]["flags"]]
        assert Ending.TOO_LONG in endings
    assert len(ran) == 1


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_one_that_waited_too_long_is_graded_once_more_at_the_end_and_that_counts(
    course, base, monkeypatch, times
):
    for student in ("ada", "bob", "cy"):
        hand_in(course, student, base.solved().add_cell(f"{student} = 1").text())

    def busy(result, n):
        if n == 1 or (n == 4 and times == 2):
            cells = result["cells"] | {"test_hinge_loss": [0.0, 30]}
            waited = Flag(FlagCode.FUNCTION_STOPPED, "hinge_loss", {"ending": Ending.WAITED})
            changed = {"status": "flagged", "score": 70.0, "cells": cells}
            return result | changed | {"flags": [waited.as_json()]}
        return result

    ran = counting(monkeypatch, busy)
    assert run(course, "grade", NAME, "--workers", "1") == 0
    assert len(ran) == 4
    assert ran[3][1].work == ran[0][1].work
    score = 100 if times == 1 else 70
    assert kept(course)["ada"]["score"] == marks(Course(course), NAME)["ada"]["score"] == score


def test_folders_that_a_person_would_take_for_one_are_both_flagged(course, base):
    names = ["Zo\u00eb", "Zoe\u0308", "bob", "BOB ", "cy"]
    for student in names:
        hand_in(course, student, base.solved().text())
    results = grade(course)
    assert [codes(results[n]) for n in names] == [[FlagCode.SIMILAR_FOLDER]] * 4 + [[]]
    assert [results[n]["status"] for n in names] == ["flagged"] * 4 + ["graded"]
    assert set(marks(Course(course), NAME)) == set(names)

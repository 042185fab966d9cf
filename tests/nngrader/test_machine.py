"""What goes wrong around submissions: odd names, the machine, the gradebook, a second run."""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
from types import SimpleNamespace

import pytest
from nngrader import screen
from nngrader.course import Course
from nngrader.gradebook import marks, open_gradebook, quiet, record
from nngrader.gradebook.record import NO_NAME
from nngrader.grading import all_submissions
from nngrader.grading.all_submissions import TWIN, UNSEEN
from nngrader.grading.one_submission import Stub, judge_cells
from nngrader.sandbox.runner import Raised
from nngrader.storage import results
from nngrader.storage.results import Store

from .ordinary_user import chown_tree, run_as_ordinary_user
from .sample_course import NAME, command, environment, hand_in, problems_folder, run

pytestmark = pytest.mark.sandbox
ODD_NAMES = ["a\nb", os.fsdecode(b"andr\xe9"), "red\x1b[31m"]


@pytest.fixture
def handed_in(course, base):
    """Return a course with one student's submission."""
    hand_in(course, "ada", base.solved().text())
    return course


@pytest.fixture(scope="module")
def graded_before(released, base, tmp_path_factory):
    course = shutil.copytree(released, tmp_path_factory.mktemp("graded") / "course")
    hand_in(course, "ada", base.solved().text())
    assert run(course, "grade", NAME) == 0
    return course


@pytest.fixture
def graded_once(graded_before, tmp_path):
    """Return a copy of a course in which one student was graded."""
    return shutil.copytree(graded_before, tmp_path / "course")


def printed_errors(capsys):
    """Return the single line of an error message that was printed."""
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
    assert "[5/5] " in done.stdout
    assert "\x1b" not in done.stdout
    results = {r["student"]: r for r in json.loads((tmp_path / "r.json").read_text())}
    assert [results[s]["flags"] for s in ODD_NAMES] == [
        [UNSEEN, NO_NAME],
        [UNSEEN, NO_NAME],
        [UNSEEN],
    ]
    assert {results[s]["status"] for s in ODD_NAMES} == {"flagged"}
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
    assert printed_errors(capsys).startswith("nngrader: no page for ada: ")
    assert (handed_in / "feedback" / "bob" / NAME / f"{NAME}.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["grade", NAME, "--json", "{folder}"], 2, "is a folder: name a file"),
        (["grade", NAME, "--json", "{folder}/nowhere/r.json"], 1, "cannot be written"),
        (["grade", NAME, "--seed", "{folder}"], 2, "is a folder: name a file"),
        (["grade", NAME, "--seed", "{folder}/seed"], 1, "should hold one whole number"),
        (["grade", NAME, "--seed", "{folder}/nowhere"], 2, "nowhere does not exist"),
        (["export", NAME, "--out", "{folder}"], 2, "is a folder: name a file"),
        (["feedback", NAME, "--out", "{folder}/seed"], 2, "is a file: name a folder"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_what_the_machine_refuses_is_one_line(
    graded_once, tmp_path, capsys, arguments, status, words
):
    (tmp_path / "seed").write_text("seven\n")
    before = (graded_once / ".results").stat().st_mtime_ns
    capsys.readouterr()
    assert run(graded_once, *(a.format(folder=tmp_path) for a in arguments)) == status
    assert words in printed_errors(capsys)
    assert (graded_once / ".results").stat().st_mtime_ns == before


def test_a_disk_that_is_full_in_the_middle_is_one_line_and_loses_nothing(
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
    assert "cannot be written (No space left on device)" in printed_errors(capsys)
    assert set(marks(Course(handed_in), NAME)) == {"ada"}
    monkeypatch.undo()
    assert run(handed_in, "grade", NAME) == 0
    assert {m["score"] for m in marks(Course(handed_in), NAME).values()} == {100}


@pytest.mark.parametrize("name", ["grade", "export", "feedback"])
def test_a_broken_gradebook_is_one_line(graded_once, capsys, name):
    (graded_once / "gradebook.db").write_bytes(b"no database " * 1000)
    capsys.readouterr()
    assert run(graded_once, name, NAME) == 1
    assert "gradebook.db cannot be used: it is no database" in printed_errors(capsys)


def test_settings_that_are_no_toml_are_told_with_their_file(handed_in, capsys):
    file = handed_in / "source" / NAME / "nngrader.toml"
    file.write_text("[limits\n")
    assert run(handed_in, "grade", NAME) == 1
    assert str(file) in printed_errors(capsys)


def test_a_seed_that_others_can_read_is_told(handed_in, capsys):
    (handed_in / ".seed").chmod(0o644)
    assert run(handed_in, "grade", NAME) == 0
    assert "can be read by others" in printed_errors(capsys)


def test_names_that_a_spreadsheet_computes_are_told(course, base, capsys):
    hand_in(course, "=1+1", base.untouched().text())
    assert run(course, "grade", NAME) == 0
    capsys.readouterr()
    assert run(course, "export", NAME) == 0
    assert printed_errors(capsys).endswith("for formulas: =1+1")


def test_two_runs_at_a_time_are_refused(handed_in, capsys):
    results = Store(handed_in / ".results")
    with open(results.folder / f"lock-{NAME}", "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert run(handed_in, "grade", NAME) == 1
    assert f"another grading of {NAME} in this course is running" in printed_errors(capsys)
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
    monkeypatch.setattr(record, "time", SimpleNamespace(sleep=end_of_lock))
    monkeypatch.setattr("nngrader.gradebook.converter.OpenGradebook.wait_ms", 50)
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


def counting(monkeypatch, change):
    """Return a list that grows with each job, whose result is passed to `change`."""
    ran, really = [], all_submissions.run

    def counted(*arguments):
        ran.append(arguments)
        return change(really(*arguments), len(ran))

    monkeypatch.setattr(all_submissions, "run", counted)
    return ran


def test_a_result_that_took_too_long_on_the_processor_is_kept(course, base, monkeypatch):
    slow = "def hinge_loss(scores, targets):\n    while True:\n        pass"
    hand_in(course, "ada", base.solved().write("hinge_loss", slow).text())
    ran = counting(monkeypatch, lambda result, n: result)
    for _ in range(2):
        assert run(course, "grade", NAME) == 0
        assert any("took too long" in f for f in kept(course)["ada"]["flags"])
    assert len(ran) == 1


@pytest.mark.deep(2)
@pytest.mark.parametrize("times", [1, 2])
def test_one_that_waited_too_long_is_graded_once_more_at_the_end_and_that_counts(
    course, base, monkeypatch, times
):
    for student in ("ada", "bob", "cy"):
        hand_in(course, student, base.solved().add_cell(f"{student} = 1").text())

    def busy(result, n):
        if n == 1 or (n == 4 and times == 2):
            flags = ["hinge_loss: was stopped: waited too long"]
            cells = result["cells"] | {"test_hinge_loss": [0.0, 30]}
            lost = {"status": "flagged", "score": 70.0, "cells": cells}
            return result | {"flags": flags} | lost
        return result

    ran = counting(monkeypatch, busy)
    assert run(course, "grade", NAME, "--workers", "1") == 0
    assert len(ran) == 4
    assert ran[3][1].work == ran[0][1].work
    assert kept(course)["ada"]["score"] == (100 if times == 1 else 70)
    assert marks(Course(course), NAME)["ada"]["score"] == (100 if times == 1 else 70)
    assert run(course, "grade", NAME) == 0
    assert len(ran) == 4


def test_what_seconds_and_prints_a_result_holds(handed_in):
    assert run(handed_in, "grade", NAME) == 0
    result = kept(handed_in)["ada"]
    assert set(result["seconds"]) == set(result["problems"])
    assert all(0 < s < 60 for s in result["seconds"].values())
    assert isinstance(result["fingerprints"], dict)


def test_folders_that_a_person_would_take_for_one_are_both_flagged(course, base, tmp_path):
    names = ["Zo\u00eb", "Zoe\u0308", "bob", "BOB ", "cy"]
    for student in names:
        hand_in(course, student, base.solved().text())
    assert run(course, "grade", NAME, "--json", tmp_path / "r.json") == 0
    results = {r["student"]: r for r in json.loads((tmp_path / "r.json").read_text())}
    assert [results[n]["flags"] for n in names] == [[TWIN]] * 4 + [[]]
    assert [results[n]["status"] for n in names] == ["flagged"] * 4 + ["graded"]
    assert set(marks(Course(course), NAME)) == set(names)


def test_those_who_handed_in_nothing_are_told(handed_in, base, capsys):
    with quiet(), open_gradebook(Course(handed_in), NAME) as gradebook:
        for student in ("ada", "bob", "cy"):
            gradebook.add_student(student)
    assert run(handed_in, "grade", NAME) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "not handed in: 2 students (bob, cy)"
    assert run(handed_in, "grade", NAME, "--students", "ada") == 0
    assert "not handed in" not in capsys.readouterr().out


def test_those_of_the_class_list_who_handed_in_nothing_are_told(handed_in, capsys):
    with quiet(), open_gradebook(Course(handed_in), NAME) as gradebook:
        gradebook.add_student("bob")
    (handed_in / "students.csv").write_text("id\nzoe\nada\nbob\ncy\n")
    assert run(handed_in, "grade", NAME) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "not handed in: 3 students (zoe, bob, cy)"
    )


def test_a_class_list_with_faults_is_told_before_the_work(handed_in, capsys):
    (handed_in / "students.csv").write_text("name\nada\n")
    assert run(handed_in, "grade", NAME) == 1
    assert "students.csv: no column `id`" in capsys.readouterr().err
    assert not (handed_in / "autograded").exists()


@pytest.mark.parametrize(
    ("look", "flags"),
    [
        ("hinge_loss(1, 2)", []),  # raises what the student's function raises
        ("print('seen by nobody')", []),
        ("1 / 0", ["a locked cell without points failed (ZeroDivisionError)"]),
    ],
)
def test_a_cell_without_points_that_fails_costs_nothing(look, flags, capsys):
    def unwritten(*_):
        def raising(*_):
            raise Raised("NotImplementedError")

        return raising

    cells = [(look, None, 0.0), ("2.0", "test_hinge_loss", 3.0)]
    spec = SimpleNamespace(cells=cells, functions=["hinge_loss"], hidden={})
    runner, found = SimpleNamespace(before_test=None, spent={}), []
    job = SimpleNamespace(tested={}, files={})
    result = judge_cells(spec, job, runner, [], found, None, unwritten)
    assert (result["cells"], found) == ({"test_hinge_loss": [2.0, 3.0]}, flags)
    assert capsys.readouterr().out == ""


def test_a_test_cell_that_fails_leaves_a_report_of_no_points(course, base, monkeypatch):
    really = Stub.points

    def failing(self, name, most):
        return 1 / 0 if name == "hinge_loss" else really(self, name, most)

    monkeypatch.setattr(Stub, "points", failing)
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
    for student in ("bob", "cy"):
        hand_in(handed_in, student, base.untouched().text())
    line = command(handed_in, "grade", NAME, "--workers", "1")
    running = subprocess.Popen(line, stdout=subprocess.PIPE, env=environment())
    running.stdout.readline()
    running.stdout.close()
    assert running.wait(100) == 0
    assert set(marks(Course(handed_in), NAME)) == {"ada", "bob", "cy"}


def test_a_line_on_the_screen_has_nothing_that_steers_a_terminal():
    flags = ["own cell \x07"]
    result = {"student": "a\nb\udce9", "status": "graded", "score": 1, "max_score": 2}
    assert screen.line(result | {"flags": flags}, 1, 2).isprintable()
    assert screen.shown("Zoë") == "Zoë"


def test_the_table_ends_with_what_needs_a_person_and_all_its_reasons():
    def result(student, status, *flags, **more):
        points = {"score": 1.0, "max_score": 2.0}
        return {"student": student, "status": status, "flags": list(flags)} | points | more

    results = [
        result("ungraded", "ungradable", "no notebook"),
        result("broken", "ungradable", "the grader itself failed", failed=True),
        result("fine", "graded"),
        result("odd", "flagged", "one " * 50, "two"),
    ]
    lines = screen.table(results, with_graded=True)
    firsts = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert firsts == ["fine", "odd", "ungraded", "broken"]
    assert f"    {'one ' * 50}" in lines
    assert "    two" in lines
    assert screen.table(results, with_graded=False)[0].startswith("odd")


def test_at_a_terminal_there_is_a_bar_and_the_table_comes_after_it(handed_in, tmp_path):
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    line = command(handed_in, "grade", NAME)
    running = subprocess.Popen(line, stdout=theirs, stderr=theirs, env=environment())
    os.close(theirs)
    output = b""
    with contextlib.suppress(OSError), open(ours, "rb", buffering=0) as terminal:
        while part := terminal.read(4096):
            output += part
    assert running.wait(60) == 0
    text = output.decode()
    assert "1/1 [" in text
    assert "[1/1] " not in text
    assert text.index("1/1 [") < text.index("ada ")
    assert text.rstrip().endswith("1 submission: 1 graded, 0 flagged, 0 ungradable")


@pytest.mark.deep(3)
@pytest.mark.parametrize("part", ["", ".results", "submitted"])
def test_what_an_ordinary_user_may_not_use_is_one_line(part, released, base, open_folder):
    home = open_folder / f"closed-{part.strip('.') or 'course'}"
    course = shutil.copytree(released, home / "course")
    hand_in(course, "ada", base.solved().text())
    chown_tree(home)
    (course / part).chmod(0 if part == "submitted" else 0o555)
    if not part:
        shutil.rmtree(course / ".results")
    done = run_as_ordinary_user(command(course, "grade", NAME), home)
    (course / part).chmod(0o755)
    assert done.returncode == 1, done
    (line,) = done.stderr.splitlines()
    words = "cannot be read: Permission denied" if part == "submitted" else "cannot be written"
    assert f"{course / (part or '.results')} {words}" in line
    assert not (course / "autograded").exists()


def test_two_assignments_of_one_course_can_be_graded_at_one_time(handed_in, base, tmp_path):
    other = "second"
    for folder in ("source", "release"):
        shutil.copytree(handed_in / folder / NAME, handed_in / folder / other)
        for f in (handed_in / folder / other).glob(f"{NAME}.*"):
            f.rename(f.with_name(f.name.replace(NAME, other)))
    shutil.copytree(problems_folder(handed_in), handed_in / "problems" / other)
    enter_copy(handed_in, other)
    for student in ("ada", "bob"):
        for name in (NAME, other):
            folder = handed_in / "submitted" / student / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.ipynb").write_text(base.solved().text())
    going = [
        subprocess.Popen(
            command(handed_in, "grade", name), stderr=subprocess.PIPE, env=environment()
        )
        for name in (NAME, other)
    ]
    errors = [p.communicate(timeout=200)[1] for p in going]
    assert [p.returncode for p in going] == [0, 0], errors
    for name in (NAME, other):
        found = marks(Course(handed_in), name)
        assert {s: m["score"] for s, m in found.items()} == {"ada": 100, "bob": 100}


def enter_copy(course, other):
    """Enter an assignment into the gradebook as its release would."""
    from nngrader.release.build import generate, gradebook_of, visible_cases

    course = Course(course)
    instructor = course.instructor(other)
    visible = visible_cases(course.problems(other))
    generate(course, other, instructor, visible, gradebook_of(course, other))

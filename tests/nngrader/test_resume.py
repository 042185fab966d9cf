"""A run that is killed continues where it stopped, and ends as if nothing had happened."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from nngrader.errors import CannotDo
from nngrader.grading import all_submissions
from nngrader.records.flag import FlagCode
from nngrader.sandbox.launch import become
from nngrader.storage import scratch
from nngrader.storage.results import Store
from nngrader.storage.scratch import PREFIX, YOUNG, Scratch, own_block, slot, sweep

from .sample_course import LIMITS, NAME, command, environment, grade, hand_in, run

pytestmark = pytest.mark.sandbox


def marks(course, capsys):
    capsys.readouterr()
    assert run(course, "export", NAME) == 0
    return capsys.readouterr().out


def kept(course):
    return {f.name for f in (course / ".results" / NAME).glob("*.json")}


@pytest.mark.slow
def test_a_killed_run_is_resumed_and_ends_in_the_same_gradebook(course, base, tmp_path, capsys):
    settings = course / "source" / NAME / "nngrader.toml"
    settings.write_text(LIMITS.replace("2.5", "2.0"))
    shutil.rmtree(course / ".results")  # it follows from the other limits
    for n in range(3):
        hand_in(course, f"student-{n}", base.solved().add_cell(f"n = {n}").text())
    hand_in(course, "student-3", base.untouched().text())
    slow = "while True:\n    pass"
    hand_in(course, "student-4", base.solved().write("hinge_loss", slow).text())
    other = shutil.copytree(course, tmp_path / "other")

    line = command(course, "grade", NAME, "--workers", "1")
    running = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment())
    assert "student-0" in running.stdout.readline()
    assert "student-1" in running.stdout.readline()
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    before = kept(course)
    assert before

    resumed = grade(course)
    assert before < kept(course)
    assert resumed == grade(other)
    assert marks(course, capsys) == marks(other, capsys)


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def test_a_fault_of_the_grader_is_reported_and_stops_no_other_student(
    course, base, monkeypatch
):
    for student in ("ada", "bob"):
        hand_in(course, student, base.solved().add_cell(f"name = {student!r}").text())
    read = all_submissions.read_submission

    def failing(folder, *asked):
        if "bob" in str(folder):
            raise ZeroDivisionError("planted")
        return read(folder, *asked)

    monkeypatch.setattr(all_submissions, "read_submission", failing)
    results = grade(course, status=1)
    assert results["ada"]["score"] == 100
    assert results["bob"]["status"] == "ungradable"
    (flag,) = results["bob"]["flags"]
    assert flag["code"] == FlagCode.GRADER_FAILED
    assert flag["data"] == {"exception": "ZeroDivisionError", "reason": "planted"}
    monkeypatch.undo()
    assert run(course, "grade", NAME) == 0


def test_stored_results_are_whole_or_absent(tmp_path):
    store = Store(tmp_path / "results")
    store.put("a", {"score": 1})
    assert store.get("a") == {"score": 1}
    whole = (tmp_path / "results" / "a.json").read_text()
    for odd in (whole[:-1], whole.replace("1", "2"), '{"score": 1}', ""):
        (tmp_path / "results" / "b.json").write_text(odd)
        assert store.get("b") is None
    assert store.get("c") is None
    assert store.keys() == ["a", "b"]


def test_folders_of_a_killed_grader_are_removed_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    old = time.time() - 2 * YOUNG
    left, strange = tmp_path / f"{PREFIX}left", tmp_path / "nngrader-else"
    for folder in (left / "inside", strange, tmp_path / f"{PREFIX}young"):
        folder.mkdir(parents=True)
    (tmp_path / f"{PREFIX}link").symlink_to(strange)
    with Scratch() as used:
        for folder in (left, strange, used):
            os.utime(folder, (old, old))
        assert sweep() == 1
        assert set(os.listdir(tmp_path)) == {
            "nngrader-else",
            f"{PREFIX}young",
            f"{PREFIX}link",
            os.path.basename(used),
        }
    assert not os.path.exists(used)


def test_parallel_workers_have_their_own_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "_BLOCKS", {})
    code = (
        "import sys, tempfile\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "from nngrader.storage.scratch import own_block, slot\n"
        "with slot() as number:\n"
        "    print(number, own_block(), flush=True)\n"
        "    sys.stdin.read()\n"
    )
    line = [sys.executable, "-c", code]
    with slot() as first, slot() as second:
        assert (first, second) == (0, 1)
        assert own_block() == own_block() == 0
        other = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert other.stdout.readline() == "2 1\n"
        monkeypatch.setattr(scratch, "MOST", 2)
        scratch._BLOCKS.clear()
        with pytest.raises(CannotDo, match="2 graders are already run"):
            own_block()
        monkeypatch.setattr(scratch, "MOST", 64)
        other.kill()
        other.communicate()
        assert own_block() == 1
        with slot() as again:
            assert again == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="users are for root alone")
def test_two_graders_share_no_user_whatever_their_process_ids(monkeypatch):
    pid = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: pid + 64)
    monkeypatch.setattr(scratch, "_BLOCKS", dict(scratch._BLOCKS))
    one = become(0)
    monkeypatch.undo()
    users = [line[line.index("--reuid") + 1] for line in (one, become(0), become(1))]
    assert len(set(users)) == 3

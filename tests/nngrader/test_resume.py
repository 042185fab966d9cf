"""A run that is killed goes on where it stopped, and ends as if nothing had happened."""

import json
import os
import shutil
import signal
import subprocess
import time

import pytest
from nngrader.store import Store, digest

from .making import NAME, command, environment, hand_in, run

pytestmark = pytest.mark.sandbox


def marks(course, capsys):
    capsys.readouterr()
    assert run(course, "export", NAME) == 0
    return capsys.readouterr().out


def kept(course):
    return {f.name for f in (course / ".results").glob("*.json")}


def test_a_killed_run_is_resumed_and_ends_in_the_same_gradebook(course, base, tmp_path, capsys):
    for n in range(4):
        hand_in(course, f"student-{n}", base.solved().own(f"n = {n}").text())
    hand_in(course, "student-4", base.untouched().text())
    slow = "while True:\n    pass"
    hand_in(course, "student-5", base.solved().write("hinge_loss", slow).text())
    other = shutil.copytree(course, tmp_path / "other")

    line = command(course, "grade", NAME, "--workers", "1")
    running = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment())
    assert "student-0" in running.stdout.readline()
    assert "student-1" in running.stdout.readline()
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    before = kept(course)
    assert before

    assert run(course, "grade", NAME, "--json", tmp_path / "resumed.json") == 0
    assert before < kept(course)
    assert run(other, "grade", NAME, "--json", tmp_path / "whole.json") == 0
    assert json.loads((tmp_path / "resumed.json").read_text()) == json.loads(
        (tmp_path / "whole.json").read_text()
    )
    assert marks(course, capsys) == marks(other, capsys)


def test_what_has_not_changed_is_not_run_again(course, base, tmp_path, monkeypatch):
    from nngrader import grade

    for student in ("ada", "bob"):
        hand_in(course, student, base.solved().text())
    assert run(course, "grade", NAME) == 0
    ran = []
    really = grade.Grader._run

    def counted(self, rebuilt, slot):
        ran.append(rebuilt)
        return really(self, rebuilt, slot)

    monkeypatch.setattr(grade.Grader, "_run", counted)
    assert run(course, "grade", NAME) == 0
    assert ran == []
    file = course / "submitted" / "bob" / NAME / f"{NAME}.ipynb"
    file.write_text(base.solved().own("changed = 1").text())
    assert run(course, "grade", NAME) == 0
    assert len(ran) == 1


def test_a_worker_ends_with_a_grader_that_is_killed(course, base):
    slow = "import time\ntime.sleep(300)"
    hand_in(course, "ada", base.solved().own(slow).text())
    line = command(course, "grade", NAME)
    running = subprocess.Popen(line, stdout=subprocess.DEVNULL, env=environment())
    assert wait_for(lambda: len(workers_below(running.pid)) > 0)
    workers = workers_below(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert wait_for(lambda: not any(is_worker(pid) for pid in workers))


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def workers_below(pid):
    from nngrader.usage import children

    found, todo = [], [pid]
    while todo:
        p = todo.pop()
        found += [p] * is_worker(p)
        todo += children(p)
    return found


def is_worker(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return b"worker.py" in f.read()
    except OSError:
        return False


def test_a_fault_of_the_grader_is_told_and_stops_nobody(course, base, tmp_path, monkeypatch):
    from nngrader import grade

    for student in ("ada", "bob"):
        hand_in(course, student, base.solved().own(f"name = {student!r}").text())
    read = grade.read_submission

    def failing(folder, name, ids):
        if "bob" in str(folder):
            raise ZeroDivisionError("planted")
        return read(folder, name, ids)

    monkeypatch.setattr(grade, "read_submission", failing)
    file = tmp_path / "r.json"
    assert run(course, "grade", NAME, "--json", file) == 1
    results = {r["student"]: r for r in json.loads(file.read_text())}
    assert results["ada"]["score"] == 100
    assert results["bob"]["status"] == "ungradable"
    assert results["bob"]["flags"] == ["the grader itself failed: ZeroDivisionError: planted"]
    monkeypatch.undo()
    assert run(course, "grade", NAME, "--json", file) == 0


def test_half_a_result_is_no_result(tmp_path):
    store = Store(tmp_path / "results")
    store.put("a", {"score": 1})
    assert store.get("a") == {"score": 1}
    (tmp_path / "results" / "b.json").write_text('{"score": ')
    assert store.get("b") is None
    assert store.get("c") is None
    assert [f.name for f in (tmp_path / "results").iterdir()] in (
        ["a.json", "b.json"],
        ["b.json", "a.json"],
    )


def test_a_digest_follows_content_and_not_order():
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest(["\ud800"]) != digest(["\ud801"])

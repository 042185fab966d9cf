"""A run that is killed goes on where it stopped, and ends as if nothing had happened."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nngrader.errors import CannotDo
from nngrader.grading import all_submissions
from nngrader.storage.results import Store, digest
from nngrader.storage.scratch import PREFIX, YOUNG, Scratch, slot, sweep

from .sample_course import LIMITS, NAME, command, environment, hand_in, run

pytestmark = pytest.mark.sandbox


def marks(course, capsys):
    capsys.readouterr()
    assert run(course, "export", NAME) == 0
    return capsys.readouterr().out


def kept(course):
    return {f.name for f in (course / ".results" / NAME).glob("*.json")}


@pytest.mark.turn(0)
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

    assert run(course, "grade", NAME, "--json", tmp_path / "resumed.json") == 0
    assert before < kept(course)
    assert run(other, "grade", NAME, "--json", tmp_path / "whole.json") == 0
    assert json.loads((tmp_path / "resumed.json").read_text()) == json.loads(
        (tmp_path / "whole.json").read_text()
    )
    assert marks(course, capsys) == marks(other, capsys)


def test_what_has_not_changed_is_not_run_again(course, base, tmp_path, monkeypatch):
    for student in ("ada", "bob"):
        hand_in(course, student, base.solved().text())
    assert run(course, "grade", NAME) == 0
    ran = []
    really = all_submissions.Threads.submit

    def counted(self, job):
        ran.append(job)
        return really(self, job)

    monkeypatch.setattr(all_submissions.Threads, "submit", counted)
    assert run(course, "grade", NAME) == 0
    assert ran == []
    file = course / "submitted" / "bob" / NAME / f"{NAME}.ipynb"
    file.write_text(base.solved().add_cell("changed = 1").text())
    assert run(course, "grade", NAME) == 0
    assert len(ran) == 1


def test_kept_results_do_not_grow_without_bound(course, base):
    file = hand_in(course, "ada", base.solved().text()) / f"{NAME}.ipynb"
    hand_in(course, "bob", base.solved().add_cell("bob = 1").text())
    seen = set()
    for n in range(3):
        file.write_text(base.solved().add_cell(f"n = {n}").text())
        assert run(course, "grade", NAME, "--students", "ada") == 0
        seen |= kept(course)
    assert len(kept(course)) == 4  # three of ada's, and that the seed holds
    (course / ".results" / NAME / "half.json.123.456").write_text("{")
    assert run(course, "grade", NAME) == 0
    assert len(kept(course)) == 3
    assert len(kept(course) - seen) == 1
    assert len(os.listdir(course / ".results" / NAME)) == 3
    (course / ".seed").write_text("4711\n")
    assert run(course, "grade", NAME, "--students", "bob") == 0
    assert len(kept(course)) == 2
    assert not kept(course) & seen


@pytest.mark.deep(5)
@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b"null"])
def test_a_kept_result_that_is_damaged_is_made_again(course, base, tmp_path, damage):
    hand_in(course, "ada", base.solved().text())
    file, answers = tmp_path / "r.json", []
    for _ in range(2):
        assert run(course, "grade", NAME, "--json", file) == 0
        answers.append(file.read_text())
        for f in (course / ".results" / NAME).iterdir():
            f.write_bytes(damage or f.read_bytes().replace(b"30", b"31"))
    assert answers[0] == answers[1]


def test_a_worker_ends_with_a_grader_that_is_killed(course, base):
    slow = "import time\ntime.sleep(300)"
    hand_in(course, "ada", base.solved().add_cell(slow).text())
    line = command(course, "grade", NAME)
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, env=environment()) as running:
        try:
            assert wait_for(lambda: len(workers_below(running.pid)) > 0)
            workers = workers_below(running.pid)
        finally:
            os.kill(running.pid, signal.SIGKILL)
    assert wait_for(lambda: not any(is_worker(pid) for pid in workers))


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def workers_below(pid):
    from nngrader.sandbox.supervisor import children

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

    for student in ("ada", "bob"):
        hand_in(course, student, base.solved().add_cell(f"name = {student!r}").text())
    read = all_submissions.read_submission

    def failing(folder, *asked):
        if "bob" in str(folder):
            raise ZeroDivisionError("planted")
        return read(folder, *asked)

    monkeypatch.setattr(all_submissions, "read_submission", failing)
    file = tmp_path / "r.json"
    assert run(course, "grade", NAME, "--json", file) == 1
    results = {r["student"]: r for r in json.loads(file.read_text())}
    assert results["ada"]["score"] == 100
    assert results["bob"]["status"] == "ungradable"
    assert results["bob"]["flags"] == ["the grader itself failed: ZeroDivisionError: planted"]
    monkeypatch.undo()
    assert run(course, "grade", NAME, "--json", file) == 0


def test_what_is_kept_is_found_whole_or_not_at_all(tmp_path):
    store = Store(tmp_path / "results")
    store.put("a", {"score": 1})
    assert store.get("a") == {"score": 1}
    whole = (tmp_path / "results" / "a.json").read_text()
    for odd in (whole[:-1], whole.replace("1", "2"), '{"score": 1}', ""):
        (tmp_path / "results" / "b.json").write_text(odd)
        assert store.get("b") is None
    assert store.get("c") is None
    assert store.keys() == ["a", "b"]


def test_a_digest_follows_content_and_not_order():
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest(["\ud800"]) != digest(["\ud801"])


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


def test_what_runs_at_one_time_has_slots_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = (
        "import sys, tempfile\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "from nngrader.storage.scratch import slot\n"
        "with slot() as number:\n"
        "    print(number, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    line = [sys.executable, "-c", code]
    with slot() as first, slot() as second:
        other = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        third = int(other.stdout.readline())
        assert (first, second, third) == (0, 1, 2)
        other.kill()
        other.communicate()
        with slot() as again:
            assert again == third


def test_a_folder_of_slots_that_is_another_ones_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"nngrader-slots-{os.geteuid()}").mkdir(mode=0o755)
    with pytest.raises(CannotDo, match="should be a folder of yours alone"), slot():
        pass


@pytest.mark.turn(1)
def test_a_grader_killed_often_leaves_what_an_undisturbed_one_leaves(course, base, request):
    kills = "50" if request.config.getoption("deep") else "3"
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", base.untouched().text())
    hand_in(course, "cy", base.answering({"hinge_loss": "sum_instead_of_mean"}).text())
    hand_in(course, "dee", b"no notebook")
    hand_in(course, "eve", base.solved().add_cell("import os\nos._exit(1)").text())
    program = str(Path(__file__).with_name("kill_and_resume.py"))
    line = [sys.executable, "-W", "ignore", program, str(course), NAME, kills, "9"]
    done = subprocess.run(line, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"killed {kills} times, ")
    assert done.stdout.endswith(" courses as undisturbed, 7 files compared\n")

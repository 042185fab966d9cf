"""Hostile processes against the one that starts them: none harms more than its own function."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
from nngrader.sandbox.launch import Sandbox
from nngrader.sandbox.runner import Runner
from nngrader.sandbox.supervisor import Died, children, tree_usage
from nngrader.settings import Limits

from .sample_course import environment

pytestmark = pytest.mark.sandbox
LIMITS = Limits(call_seconds=2.0, total_seconds=4.0, memory_mb=300)
NEXT = "\ndef g():\n    return sorted(p for p in os.listdir('/proc') if p.isdigit())"
HEAD = "import os, signal, sys, time, ctypes, struct\n"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(LIMITS) as box:
        yield box


@pytest.fixture
def start(sandbox):
    """Yield a function that makes a runner of `f`, and of `g`, which tells what it sees."""
    made = []

    def make(body, box=sandbox):
        made.append(Runner([("cell", f"{HEAD}{body}\n{NEXT}", True)], box, 0))
        return made[-1]

    yield make
    for r in made:
        r.close()


def run_both(r):
    """Call `f`, then `g`; return what came of `f`, and whether the sandbox is the same."""
    try:
        came = r.value("f", (), {})
    except Died as e:
        came = str(e)
    before = r.worker
    own, *rest = (int(p) for p in r.value("g", (), {}))
    assert own == 1
    assert len(rest) == 1
    return came, r.worker is before


SURVIVED = {
    "signals to the first process": """
def f():
    for s in range(1, 65):
        try:
            os.kill(1, s)
            os.kill(os.getppid(), s)
        except OSError:
            pass
    time.sleep(0.1)
    return 3
""",
    "a leftover that was stopped": """
def f():
    if os.fork() == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
    return 3
""",
    "a thread that goes on": """
def f():
    import threading
    threading.Thread(target=lambda: [time.sleep(0.01) for _ in range(10**6)]).start()
    return 3
""",
    "files and links": """
def f():
    for folder in ("/tmp", "/dev/shm"):
        os.symlink("/usr", folder + "/link")
        os.symlink("/nowhere", folder + "/broken")
        os.mkdir(folder + "/empty")
        open(folder + "/\\udcff\\n", "w").close()
    os.mkfifo("/tmp/fifo")
    return 3
""",
}


@pytest.mark.parametrize("body", SURVIVED.values(), ids=SURVIVED)
def test_what_a_function_leaves_is_gone_and_the_sandbox_lives(start, body):
    assert run_both(start(body)) == (3, True)


NOISE = """
def f():
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            for s in range(1, 65):
                try:
                    signal.signal(s, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            while True:
                for fd in range(64):
                    try:
                        os.set_blocking(fd, False)
                        os.write(fd, b"\\0" * 64)
                    except OSError:
                        pass
    return 3
"""


def test_noise_in_every_pipe_does_not_reach_the_next_function(start):
    r = start(NOISE)
    with contextlib.suppress(Died):
        r.value("f", (), {})
    assert len(r.value("g", (), {})) == 2


ENDINGS = {
    "exit": ("os._exit(0)", "ended the process"),
    "kill itself": ("os.kill(os.getpid(), 9)", "ended the process"),
    "killed by a child": (
        "os.fork() or os.kill(-1, 9)\n    time.sleep(60)",
        "ended the process",
    ),
    "close all": ("os.closerange(0, 64)\n    time.sleep(60)", "ended the process"),
    "crash": ("ctypes.string_at(0)", "crashed Python itself"),
    "too large": ("return np.zeros(1 << 20)", "gave an answer that is far too large"),
    "half an answer": ("tell(struct.pack('<II', 5, 0))\n    os._exit(0)", "ended the process"),
    "a huge header": ("tell(b'\\xff' * 8)\n    time.sleep(60)", "far too large"),
    "in advance": ("tell(struct.pack('<II', 4, 0) + b'null' * 3)", "forged an answer"),
}
TELL = """
import numpy as np

def tell(data):
    frame = sys._getframe()
    while "sink" not in frame.f_locals:
        frame = frame.f_back
    os.write(frame.f_locals["sink"], data)

def f():
"""


@pytest.mark.parametrize(("line", "reason"), ENDINGS.values(), ids=ENDINGS)
def test_a_process_that_fails_is_replaced_in_the_same_sandbox(start, line, reason):
    r = start(f"{TELL}    {line}")
    if reason == "forged an answer":
        with pytest.raises(Died):
            r.value("f", (), {})
        assert r.notes["f"] == "was stopped: forged an answer"
        r.deaths.clear()
        assert len(r.value("g", (), {})) == 2
        return
    came, same = run_both(r)
    assert reason in came
    assert same


BROKEN = {
    "a folder that is not empty": "os.makedirs('/tmp/a/b')",
    "a thousand files": "[open(f'/tmp/{n}', 'w').close() for n in range(1100)]",
    "a deep folder": """
    for _ in range(300):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)""",
    "a closed folder": "os.makedirs('/tmp/c/d'); os.chmod('/tmp/c', 0)",
}


@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN)
def test_files_that_are_hard_to_remove_cost_a_sandbox_and_nothing_else(start, line):
    look = "os.listdir('/tmp') + os.listdir('/dev/shm')"
    r = start(f"def f():\n    {line.strip()}\n    return 3\ndef h():\n    return {look}")
    assert r.value("f", (), {}) == 3
    first = r.worker
    assert r.value("h", (), {}) == []
    assert r.worker is not first
    assert r.notes == {}


REFUSED = """
libc = ctypes.CDLL(None, use_errno=True)

def opened(path):
    try:
        return bool(os.open(path, os.O_RDONLY))
    except OSError:
        return False

def f():
    return {
        "memory": opened("/proc/1/mem"),
        "map": opened("/proc/1/maps"),
        "pipe": any(opened(f"/proc/1/fd/{n}") for n in range(64)),
        "environment": opened("/proc/1/environ"),
        "limits": libc.prlimit(1, 7, struct.pack("QQ", 0, 0), None) == 0,
        "priority": libc.setpriority(0, 1, 19) == 0,
        "schedule": libc.sched_setscheduler(1, 5, struct.pack("i", 0)) == 0,
        "trace": libc.ptrace(16, 1, 0, 0) == 0,
    }
"""


def test_the_first_process_can_neither_be_read_nor_changed(start):
    assert set(start(REFUSED).value("f", (), {}).values()) == {False}


def test_a_students_process_has_no_pipe_but_its_own_two(start):
    body = """
def f():
    found = []
    for fd in range(1024):
        try:
            found.append(os.fstat(fd).st_mode & 0o170000 == 0o010000)
        except OSError:
            pass
    return [found.count(True), found.count(False)]
"""
    assert start(body).value("f", (), {}) == [2, 3]


def test_orphans_that_have_ended_do_not_count_for_long(start):
    body = """
def f():
    done = 0
    while done < 40:
        try:
            pid = os.fork()
        except BlockingIOError:
            time.sleep(0.05)
            continue
        if pid == 0:
            try:
                os.fork()
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        done += 1
    return done
"""
    assert start(body).value("f", (), {}) == 40


def test_what_works_on_between_two_calls_is_counted_with_the_next_one_that_is_not_brief(start):
    body = """
def f(first):
    if first and os.fork() == 0:
        while True:
            pass
    time.sleep(0 if first else 0.02)
    return 3
"""
    r = start(body)
    assert r.value("f", (True,), {}) == 3
    before = r.spent["f"]
    time.sleep(0.5)
    assert r.value("f", (False,), {}) == 3
    assert r.spent["f"] - before > 0.1


def test_a_process_that_stops_itself_waits_until_its_time_is_up(start):
    r = start("def f():\n    os.kill(os.getpid(), signal.SIGSTOP)")
    r.limits = Limits(call_seconds=0.1, memory_mb=300)
    with pytest.raises(Died, match="waited too long"):
        r.value("f", (), {})


def test_nothing_is_left_when_a_submission_is_closed(start):
    sleeps = "\n    for _ in range(2):\n        if not os.fork():\n            time.sleep(100)"
    r = start(f"def f():{sleeps}\n    return 3")
    assert r.value("g", (), {})
    before = tree_usage(r.worker.process.pid).processes
    assert r.value("f", (), {}) == 3
    pids = tree_usage(r.worker.process.pid).processes
    assert len(pids) >= len(before) + 2
    r.close()
    assert [p for p in pids if is_alive(p)] == []


GRADER = """
from nngrader.settings import Limits
from nngrader.sandbox.runner import Runner
from nngrader.sandbox.launch import Sandbox

cell = "import time\\ndef f(s):\\n    time.sleep(s)\\n    return 3"
with Sandbox(Limits(call_seconds=60.0, total_seconds=60.0), unsafe={unsafe}) as box:
    r = Runner([("cell", cell, True)], box, 0)
    print(r.value("f", (0,), {{}}), flush=True)
    r.value("f", (100,), {{}})
"""


@pytest.mark.parametrize("unsafe", [False, True])
def test_the_end_of_the_grader_ends_its_sandboxes(unsafe):
    line = [sys.executable, "-c", GRADER.format(unsafe=unsafe)]
    grader = subprocess.Popen(line, stdout=subprocess.PIPE, env=environment())
    assert grader.stdout.readline() == b"3\n"
    pids = tree_usage(grader.pid).processes[1:]
    assert len(pids) >= 2
    grader.kill()
    grader.wait()
    grader.stdout.close()
    deadline = time.monotonic() + 20
    while any(is_alive(p) for p in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [p for p in pids if is_alive(p)] == []


def is_alive(pid):
    """Return whether a process is alive: one that has ended may be left as a zombie."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_without_a_sandbox_only_our_own_processes_are_ended(start):
    body = """
def f():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(1)
        os._exit(0)
    os.wait()
    open("/tmp/" + NAME, "w").close()
    return 3
def h():
    return 4
"""
    name = f"nngrader-kept-{os.getpid()}"
    with (
        Sandbox(LIMITS, unsafe=True) as box,
        subprocess.Popen(["sleep", "100"], start_new_session=True) as bystander,
    ):
        r = start(f"NAME = {name!r}\n{body}", box)
        try:
            assert r.value("f", (), {}) == 3
            left = [p for p in tree_usage(r.worker.process.pid).processes[1:]]
            assert len(left) == 2
            assert r.value("h", (), {}) == 4
            assert len(children(r.worker.process.pid)) == 1
            assert not any(is_alive(p) for p in left)
            assert bystander.poll() is None
            assert os.path.exists(f"/tmp/{name}")
        finally:
            r.close()
            bystander.send_signal(signal.SIGKILL)
            os.unlink(f"/tmp/{name}")

"""Hostile processes against the one that starts them: none harms more than its own function."""

import subprocess
import sys

import pytest
from nngrader.limits import Ending
from nngrader.records.flag import Flag, FlagCode
from nngrader.sandbox.launch import Sandbox
from nngrader.sandbox.runner import Runner
from nngrader.sandbox.supervisor import Died, tree_usage
from nngrader.settings import Limits

from .orphan_processes import still_running
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
    """Yield a function that makes a runner of `f`, and of `g`, which reports what it sees."""
    made = []

    def make(body, box=sandbox):
        made.append(Runner([("cell", f"{HEAD}{body}\n{NEXT}", True)], box, 0))
        return made[-1]

    yield make
    for r in made:
        r.close()


def run_both(r):
    """Call `f`, then `g`; return the outcome of `f`, and whether the sandbox is the same."""
    try:
        value = r.value("f", (), {})
    except Died as e:
        value = str(e)
    before = r.worker
    own, *rest = (int(p) for p in r.value("g", (), {}))
    assert own == 1
    assert len(rest) == 1
    return value, r.worker is before


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
        os.setsid()
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


CLOSED = "def f():\n    os.makedirs('/tmp/d/e')\n    os.chmod('/tmp/d', 0)\n    return 3"


def test_a_folder_that_cannot_be_removed_ends_the_sandbox(start):
    assert run_both(start(CLOSED)) == (3, False)


def test_sandbox_survives_leftovers_of_a_function(start):
    for name, body in SURVIVED.items():
        assert run_both(start(body)) == (3, True), name


ENDINGS = {
    "exit": ("os._exit(0)", Ending.ENDED),
    "kill itself": ("os.kill(os.getpid(), 9)", Ending.ENDED),
    "killed by a child": ("os.fork() or os.kill(-1, 9)\n    time.sleep(60)", Ending.ENDED),
    "close all": ("os.closerange(0, 64)\n    time.sleep(60)", Ending.ENDED),
    "crash": ("ctypes.string_at(0)", Ending.CRASHED),
    "too large": ("return np.zeros(1 << 20)", Ending.TOO_LARGE),
    "half an answer": ("tell(struct.pack('<II', 5, 0))\n    os._exit(0)", Ending.ENDED),
    "a huge header": ("tell(b'\\xff' * 8)\n    time.sleep(60)", Ending.TOO_LARGE),
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


def test_a_process_that_fails_is_replaced_in_the_same_sandbox(start):
    for name, (line, ending) in ENDINGS.items():
        value, same = run_both(start(f"{TELL}    {line}"))
        assert value == ending, name
        assert same, name


def test_a_process_that_answers_in_advance_is_ended(start):
    r = start(f"{TELL}    tell(struct.pack('<II', 4, 0) + b'null' * 3)")
    with pytest.raises(Died):
        r.value("f", (), {})
    assert r.notes["f"] == [Flag(FlagCode.FUNCTION_STOPPED, "f", {"ending": Ending.FORGED})]
    r.deaths.clear()
    assert len(r.value("g", (), {})) == 2


def test_a_students_process_has_no_pipe_but_its_own_two(start):
    body = """
def f():
    pipes = []
    for fd in range(1024):
        try:
            pipes.append(os.fstat(fd).st_mode & 0o170000 == 0o010000)
        except OSError:
            pass
    return [pipes.count(True), pipes.count(False)]
"""
    assert start(body).value("f", (), {}) == [2, 3]


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


@pytest.mark.slow
@pytest.mark.parametrize("unsafe", [False, True])
def test_the_end_of_the_grader_ends_its_sandboxes(unsafe):
    line = [sys.executable, "-c", GRADER.format(unsafe=unsafe)]
    grader = subprocess.Popen(line, stdout=subprocess.PIPE, env=environment())
    assert grader.stdout.readline() == b"3\n"
    pids = tree_usage(grader.pid).processes[1:]
    assert len(pids) >= 2
    grader.kill()
    grader.communicate()
    assert still_running(pids) == []

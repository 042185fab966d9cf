"""Limits: where they are set, what each does, and what is said to student and instructor."""

import pytest
from nngrader.engine.observation.likeness import fingerprint
from nngrader.sandbox.launch import Sandbox
from nngrader.sandbox.runner import SKIPPED, Raised, Runner
from nngrader.sandbox.supervisor import Died
from nngrader.settings import Container, Limits, read_settings

from .reused_sandbox import ReusedSandbox

pytestmark = pytest.mark.sandbox
SHORT = {"call_seconds": 0.5, "total_seconds": 1.0, "memory_mb": 300, "processes": 6}
HEAD = "import os, threading, time\nimport numpy as np\n"


@pytest.fixture(scope="module")
def reused_sandbox():
    with ReusedSandbox(Limits(**SHORT)) as box:
        yield box


@pytest.fixture
def start(reused_sandbox):
    """Yield a function that starts a runner of cells under given limits."""
    made = []

    def make(*cells, **limits):
        box = Sandbox(Limits(**SHORT | limits)) if limits else reused_sandbox
        named = [(f"cell {n}", HEAD + c, False) for n, c in enumerate(cells)]
        made.append(Runner(named, box, 0))
        return made[-1]

    yield make
    for r in made:
        reused_sandbox.leave(r)
        if r.sandbox is not reused_sandbox:
            r.sandbox.__exit__()


def answer(r, name="f"):
    """Return what the runner reports to the engine about a call."""
    return r.call(name, {}, 1, 1000)


BUSY = """
def f(s=100):
    end = time.process_time() + s
    while time.process_time() < end:
        pass
"""
FAULTS = {
    "computing": (
        BUSY,
        "TimeoutError",
        "took longer than it may (more than 0.5 seconds of computing time in one call)",
        "was stopped: took too long (more than 0.5 seconds of computing time in one call)",
    ),
    "sleeping": (
        "def f():\n    time.sleep(100)",
        "TimeoutError",
        "took longer than it may, mostly waiting (more than 2 seconds by the clock "
        "in one call)",
        "was stopped: waited too long (more than 2 seconds by the clock in one call)",
    ),
    "memory": (
        "def f():\n    k = []\n    while True:\n        k.append(np.ones(1 << 20))",
        "MemoryError",
        "ran out of memory (300 MB are allowed)",
        "",
    ),
    "memory at once": (
        "def f():\n    return np.ones(1 << 30)",
        "MemoryError",
        "ran out of memory (300 MB are allowed)",
        "ran out of memory (300 MB are allowed)",
    ),
    "processes": (
        "def f():\n    while os.fork():\n        pass\n    time.sleep(1)",
        "BlockingIOError",
        "starts too many processes or threads (6 are allowed)",
        "starts too many processes or threads (6 are allowed)",
    ),
    "threads": (
        "def f():\n    while True:\n"
        "        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        "RuntimeError",
        "starts too many processes or threads (6 are allowed)",
        "starts too many processes or threads (6 are allowed)",
    ),
    "file": (
        "def f():\n    open('/tmp/x', 'wb').write(bytes(3 << 20))",
        "OSError",
        "writes a file that is too large (2 MB are allowed)",
        "writes a file that is too large (2 MB are allowed)",
    ),
    "space": (
        "def f():\n    for n in range(9):\n"
        "        open(f'/tmp/{n}', 'wb').write(bytes(1 << 20))",
        "OSError",
        "fills the space for files (4 MB are allowed)",
        "fills the space for files (4 MB are allowed)",
    ),
    "open files": (
        "def f():\n    return [open('/dev/null') for _ in range(100)]",
        "OSError",
        "holds too many files open (64 are allowed)",
        "holds too many files open (64 are allowed)",
    ),
    "output": (
        "def f():\n    return np.zeros(1 << 10)",
        "Exception",
        "returns far more than is asked for",
        "was stopped: gave an answer that is far too large",
    ),
    "exit": (
        "def f():\n    os._exit(3)",
        "SystemExit",
        "ends the whole program (SystemExit)",
        "was stopped: ended the process",
    ),
    "crash": (
        "import ctypes\ndef f():\n    ctypes.string_at(0)",
        "SystemExit",
        "makes Python itself crash",
        "was stopped: crashed Python itself",
    ),
}


@pytest.mark.parametrize(("cell", "kind", "words", "note"), FAULTS.values(), ids=FAULTS)
def test_each_limit_has_words_of_its_own(start, cell, kind, words, note):
    seconds = 0.5 if kind == "TimeoutError" else 20.0
    r = start(cell, file_mb=2, space_mb=4, call_seconds=seconds, total_seconds=20.0)
    came = answer(r)
    assert came["error"][0] == [kind]
    assert came["stopped"] == words
    assert note in r.notes["f"]


def test_what_is_said_of_a_function_that_is_not_called_again_is_why(start):
    r = start("def f():\n    os._exit(3)")
    assert len({answer(r)["stopped"] for _ in range(3)}) == 1
    assert r.notes == {"f": "was stopped: ended the process"}


def test_words_of_a_limit_are_ours_whatever_a_worker_says(start):
    r = start("def f():\n    raise ValueError('[Errno 27] of mine')")
    assert answer(r)["stopped"] == ""
    assert r.notes == {}
    r.worker.ask = lambda *_: {"error": [["OSError"], ""], "stopped": "<b>", "limit": ["space"]}
    assert answer(r)["stopped"] == ""


def test_all_calls_of_a_function_share_a_limit(start):
    r = start(BUSY, call_seconds=0.6)
    for _ in range(2):
        assert r.value("f", (0.35,), {}) is None
    with pytest.raises(Died):
        r.value("f", (10,), {})
    assert "more than 1 seconds of computing time in all calls of it" in r.notes["f"]


def test_a_submission_has_a_limit_for_all_functions_together(start):
    r = start(f"{BUSY}\ng = h = f", call_seconds=5, total_seconds=5, submission_seconds=1)
    assert r.value("f", (0.5,), {}) is None
    for name in ("g", "h"):
        words = r.call(name, {}, 1, 1000)["stopped"]
        limit = "more than 1 seconds of computing time in all that was run"
        assert words == f"was not run to its end: time was up ({limit})"
    assert r.worked < 2
    assert r.lost == set()
    assert set(r.spent) == {"f", "g", "h"}
    assert r.spent["f"] > 0.4


def test_a_submission_may_not_sleep_for_much_longer_than_it_may_work(start):
    r = start("def f():\n    time.sleep(9)\n    return 1\ng = f", submission_seconds=0.5)
    with pytest.raises(Died, match="too long"):
        r.value("f", (), {})
    assert r.notes["f"].endswith("(more than 1 seconds by the clock in all that was run)")
    with pytest.raises(Died, match="too long"):
        r.value("g", (), {})
    assert r.waited < 3


def test_a_cell_that_meets_a_limit_says_which(start):
    r = start("open('/tmp/x', 'wb').write(bytes(3 << 20))", "def f():\n    return 1", file_mb=2)
    assert r.value("f", (), {}) == 1
    words = "writes a file that is too large (2 MB are allowed) when it was loaded"
    assert r.notes == {"cell 0": words}


def test_an_answer_may_not_be_larger_than_its_arguments_allow(start):
    r = start("def f(n):\n    return np.zeros(n)", output_kb=1)
    assert len(r.value("f", (100,), {})) == 100
    with pytest.raises(Died, match="far too large"):
        r.value("f", (10_000,), {})


MAGICS = {
    "%matplotlib inline": True,
    "!ls": True,
    "x = !ls": True,
    "%%bash\nls": True,
    "f?": True,
    "y = 7 % 3": False,
    "text = '''\n%time\n'''": False,
    "    y = 1\n    z = 2": False,
    "    y = 1\n    %time z = 2": True,
}


@pytest.mark.parametrize(("line", "skipped"), MAGICS.items())
def test_lines_of_ipython_are_not_run_and_this_is_said(start, line, skipped):
    r = start("def f():\n    return 1")
    r.cells.append(("own cell 1", line, True))
    r.read()
    assert r.value("f", (), {}) == 1
    assert r.notes == ({"own cell 1": SKIPPED} if skipped else {})


def test_a_cell_with_two_faults_has_both_told(start):
    r = start()
    r.cells.append(("own cell 1", "%time\n1 / 0", True))
    r.read()
    with pytest.raises(Raised):
        r.value("f", (), {})
    error = "raised ZeroDivisionError when it was loaded"
    assert r.notes["own cell 1"] == f"{SKIPPED}; {error}"


@pytest.mark.parametrize("line", ["await x", "return 1", "break", "x: (yield)"])
def test_a_statement_that_cannot_be_compiled_takes_no_other_with_it(start, line):
    r = start("def f():\n    return HELPER")
    r.cells.append(("own cell 1", f"{line}\nHELPER = 3", True))
    assert r.value("f", (), {}) == 3
    assert r.notes == {"own cell 1": "raised SyntaxError when it was loaded"}


def test_warnings_and_prints_cost_nothing(start):
    r = start(
        "import sys, warnings\n"
        "def f():\n"
        "    warnings.warn('old', DeprecationWarning)\n"
        "    print('x' * 10**6)\n"
        "    print('y', file=sys.stderr, flush=True)\n"
        "    np.log(np.zeros(2))\n"
        "    os.write(1, b'z')\n"
        "    return 1\n"
        "f()"
    )
    assert r.value("f", (), {}) == 1
    assert r.notes == {}


def test_fingerprints_are_kept_of_cells_that_are_not_the_students_own(start):
    r = start("def f(x):\n    return x + 1", "def broken(:")
    r.cells += [("own cell 1", "y = 1", True), ("text", "\0", False)]
    r.read()
    assert set(r.fingerprints) == {"cell 0", "cell 1", "text"}
    assert r.fingerprints["cell 0"] == fingerprint(r.cells[0][1])
    assert r.fingerprints["cell 1"] == r.fingerprints["text"] == []


def test_a_fingerprint_that_a_worker_makes_up_is_bounded(start):
    r = start("x = 1")
    r._fresh()
    lies = {"fingerprints": [-1, True, 2**60, "x", [1], *range(3000)], "error": None}
    r.worker.ask = lambda *_: lies
    r._compare()
    assert r.fingerprints == {"cell 0": list(range(2000))}


@pytest.mark.parametrize("odd", [None, 3, {"x": 1}, "text"])
def test_a_fingerprint_that_is_none_is_empty(start, odd):
    r = start("x = 1")
    r._fresh()
    r.worker.ask = lambda *_: {"fingerprints": odd}
    r._compare()
    assert r.fingerprints == {"cell 0": []}


# nngrader.toml


@pytest.fixture
def settings(tmp_path):
    """Return a function that parses settings from a text."""
    file = tmp_path / "nngrader.toml"

    def read(text):
        file.write_text(text)
        return read_settings(file)

    return read


def test_without_settings_the_defaults_hold(tmp_path):
    assert read_settings(tmp_path / "nngrader.toml") == (Limits(), {})


def test_limits_come_from_the_assignments_settings(settings):
    text = "[limits]\nmemory_mb = 77\nsubmission_seconds = 9\n[points]\nf = 30\n"
    assert settings(text) == (Limits(memory_mb=77, submission_seconds=9), {"f": 30})


def test_a_due_date_above_the_tables_is_not_in_the_way(settings):
    text = "due = 2026-12-01T23:59:00+01:00\n[limits]\nmemory_mb = 77\n"
    assert settings(text) == (Limits(memory_mb=77), {})


@pytest.mark.parametrize(
    "line",
    [
        "memory_gb = 3",
        "memory_mb = -1",
        "memory_mb = 1",
        'processes = "many"',
        "processes = 1.5",
        "processes = true",
        "processes = 0",
        "processes = 1000000",
        "call_seconds = nan",
        "call_seconds = inf",
        "call_seconds = 0",
        "call_seconds = -0.1",
        "call_seconds = false",
        "call_seconds = 1e300",
        "total_seconds = [3]",
        "submission_seconds = 2026-11-20",
        "file_mb = 0.5",
        "space_mb = 0",
        "output_kb = 1e3",
        "output_kb = 100000000",
        "container = 3",
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(settings, line):
    name = line.partition(" = ")[0]
    with pytest.raises(ValueError, match=r"nngrader\.toml: .*expected") as refused:
        settings(f"[limits]\n{line}\n")
    assert name in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[limit]\nprocesses = 3", "unknown table 'limit', expected one of limits, points"),
        ("deu = 2026-12-01", "unknown setting 'deu', .*; did you mean 'due'"),
        ("[limits]\ncall_second = 3", "did you mean 'call_seconds'"),
        ("limits = 3", r"limits = 3, expected a table \[limits\]"),
        ("[points]\nf = true", "points of f = True, expected a number"),
        ("[points]\nf = -1", "points of f = -1, expected a number"),
        ("[points]\nf = nan", "points of f = nan, expected a number"),
        ("[sandbox]\nprefix = 'vm'", "prefix = 'vm', expected 'podman' or 'docker'"),
        ("[sandbox]\nprefix = 'podman'", "image = '', expected the name of an image"),
        ("[sandbox]\nprefix = 'podman'\nimage = 3", "image = 3, expected the name"),
        ("[sandbox]\nprefix = 'docker'\nimage = '--privileged'", "expected the name"),
        ("[sandbox]\nprefix = 'docker'\nimages = 'x'", "expected one of prefix, image"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, text, words):
    with pytest.raises(ValueError, match=words):
        settings(text)


def test_a_container_is_named_with_its_image(settings):
    limits, _ = settings("[sandbox]\nprefix = 'podman'\nimage = 'ours:1'\n")
    assert limits.container == Container("podman", "ours:1")

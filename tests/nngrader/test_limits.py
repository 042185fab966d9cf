"""Limits: where they are set, what each does, and the messages to student and instructor."""

import pytest
from nngrader.records.flag import Flag, FlagCode
from nngrader.sandbox.launch import Sandbox
from nngrader.sandbox.runner import Runner
from nngrader.sandbox.supervisor import Died
from nngrader.settings import Limits, read_settings

pytestmark = pytest.mark.sandbox
SHORT = {"call_seconds": 0.5, "total_seconds": 1.0, "memory_mb": 300, "processes": 6}
HEAD = "import os, threading, time\nimport numpy as np\n"


@pytest.fixture
def start():
    """Yield a function that ends the former runner, and starts one under given limits."""
    made = []

    def end():
        for r, box in made:
            r.close()
            box.__exit__()
        made.clear()

    def make(*cells, **limits):
        end()
        box = Sandbox(Limits(**SHORT | limits))
        named = [(f"cell {n}", HEAD + c, False) for n, c in enumerate(cells)]
        made.append((Runner(named, box, 0), box))
        return made[-1][0]

    yield make
    end()


BUSY = """
def f(s=100):
    end = time.process_time() + s
    while time.process_time() < end:
        pass
"""
THREADS = """def f():
    while True:
        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"""
WRITES = "open('/tmp/x', 'wb').write(bytes(3 << 20))"
FILLS = "[open(f'/tmp/{n}', 'wb').write(bytes(1 << 20)) for n in range(9)]"
TIME = {"limit": "time", "most": 0.5, "where": "in one call"}
CLOCK = {"limit": "clock", "most": 2.0, "where": "in one call"}


def of(limit, most):
    """Return what is said about a limit of the sandbox."""
    return {"limit": limit, "most": most}


FAULTS = {  # the cell; the kind of error; what stopped it
    "computing": (BUSY, "TimeoutError", TIME),
    "sleeping": ("def f():\n    time.sleep(100)", "TimeoutError", CLOCK),
    "memory": (
        "def f():\n    k = []\n    while True:\n        k.append(np.ones(1 << 20))",
        "MemoryError",
        of("memory", 300),
    ),
    "memory at once": ("def f():\n    np.ones(1 << 30)", "MemoryError", of("memory", 300)),
    "processes": (
        "def f():\n    while os.fork():\n        pass\n    time.sleep(1)",
        "BlockingIOError",
        of("processes", 6),
    ),
    "threads": (THREADS, "RuntimeError", of("processes", 6)),
    "file": (f"def f():\n    {WRITES}", "OSError", of("file", 2)),
    "space": (f"def f():\n    {FILLS}", "OSError", of("space", 4)),
    "open files": (
        "def f():\n    return [open('/dev/null') for _ in range(100)]",
        "OSError",
        of("open files", 64),
    ),
    "output": ("def f():\n    return np.zeros(1 << 10)", "Exception", {"limit": "too-large"}),
    "exit": ("def f():\n    os._exit(3)", "SystemExit", {"limit": "ended"}),
    "crash": (
        "import ctypes\ndef f():\n    ctypes.string_at(0)",
        "SystemExit",
        {"limit": "crashed"},
    ),
}
ENDINGS = {  # the flag's data, where it is not what stopped the function
    "computing": {"ending": "too-long", "limit": "call_seconds", "seconds": 0.5},
    "sleeping": {"ending": "waited", "limit": "call_seconds", "seconds": 2.0},
} | {name: {"ending": FAULTS[name][2]["limit"]} for name in ("output", "exit", "crash")}


@pytest.mark.parametrize(
    "names", [["crash"], pytest.param([*FAULTS], marks=pytest.mark.slow)], ids=["one", "all"]
)
def test_each_limit_has_its_own_message(start, names):
    for name in names:
        cell, kind, stopped = FAULTS[name]
        seconds = 0.5 if kind == "TimeoutError" else 20.0
        r = start(cell, file_mb=2, space_mb=4, call_seconds=seconds, total_seconds=20.0)
        result = r.call("f", {}, 1, 1000)
        assert result["error"][0] == [kind], name
        assert result["stopped"] == stopped, name
        (flag,) = r.notes["f"]
        ended = "ending" in flag.data
        assert flag.code == (FlagCode.FUNCTION_STOPPED if ended else FlagCode.FUNCTION_LIMIT)
        assert ENDINGS.get(name, stopped).items() <= flag.data.items(), name


@pytest.mark.slow
def test_all_calls_of_a_function_share_a_limit(start):
    r = start(BUSY, call_seconds=0.6)
    for _ in range(2):
        assert r.value("f", (0.35,), {}) is None
    with pytest.raises(Died):
        r.value("f", (10,), {})
    (flag,) = r.notes["f"]
    assert flag.data == {"ending": "too-long", "limit": "total_seconds", "seconds": 1.0}


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


def test_lines_of_ipython_are_not_run_and_this_is_said(start):
    lines = [*MAGICS.items(), ("%time\n1 / 0", True)]
    r = start("def f():\n    return 1")
    r.cells += [(f"own cell {n}", line, True) for n, (line, _) in enumerate(lines)]
    r.read()
    assert r.value("f", (), {}) == 1
    codes = {name: [flag.code for flag in result] for name, result in r.notes.items()}
    flagged = {name for name, result in codes.items() if FlagCode.LINES_SKIPPED in result}
    assert flagged == {f"own cell {n}" for n, (_, skipped) in enumerate(lines) if skipped}
    last = f"own cell {len(lines) - 1}"
    assert codes[last] == [FlagCode.LINES_SKIPPED, FlagCode.CELL_RAISED]
    assert r.notes[last][1].data == {"exception": "ZeroDivisionError", "added": len(lines)}


def test_a_statement_that_cannot_be_compiled_takes_no_other_with_it(start):
    for line in ("return 1", "break", "x: (yield)"):
        r = start("def f():\n    return HELPER")
        r.cells.append(("own cell 1", f"{line}\nHELPER = 3", True))
        assert r.value("f", (), {}) == 3, line
        data = {"exception": "SyntaxError", "cause": "syntax", "line": 1, "added": 1}
        (flags,) = r.notes.values()
        assert flags == [Flag(FlagCode.SYNTAX_ERROR, "own cell 1", data)]


def test_a_syntax_error_has_its_line_and_a_missing_name_is_reported(start):
    for cell, code, data in (
        ("x = 1\nif x:\npass", FlagCode.SYNTAX_ERROR, ("IndentationError", 3)),
        ("def g(:\n    pass", FlagCode.SYNTAX_ERROR, ("SyntaxError", 1)),
        ("%time\nx = (1,\n", FlagCode.SYNTAX_ERROR, ("SyntaxError", 2)),
        ("exec('1 +')", FlagCode.SYNTAX_ERROR, ("SyntaxError", None)),
        ("x = 1\nsofmax(x)", FlagCode.NAME_MISSING, "sofmax"),
        ("raise NameError(name='a secret')", FlagCode.NAME_MISSING, None),
        ("raise NameError(name='not_in' + '_it')", FlagCode.NAME_MISSING, None),
        ("import not_there.at_all", FlagCode.CELL_RAISED, "not_there"),
        ("raise ModuleNotFoundError(name='a secret')", FlagCode.CELL_RAISED, None),
    ):
        r = start("def f():\n    return 1")
        r.cells.append(("g", cell, False))
        assert r.value("f", (), {}) == 1
        flag = r.notes["g"][-1]
        assert flag.code == code, cell
        given = flag.data.get("name")
        if code == FlagCode.SYNTAX_ERROR:
            given = flag.data["exception"], flag.data.get("line")
        assert given == data, cell


def test_a_fingerprint_that_a_worker_makes_up_is_bounded(start):
    r = start("x = 1")
    r._fresh()
    lies = {"fingerprints": [-1, True, 2**60, "x", [1], *range(3000)], "error": None}
    r.worker.ask = lambda *_: lies
    r._compare()
    assert r.fingerprints == {"cell 0": list(range(2000))}


# nngrader.toml


@pytest.fixture
def settings(tmp_path):
    """Return a function that parses settings from a text."""
    file = tmp_path / "nngrader.toml"

    def read(text):
        file.write_text(text)
        return read_settings(file)

    return read


def test_limits_come_from_the_assignments_settings(settings):
    text = "[limits]\nmemory_mb = 77\nsubmission_seconds = 9\n[points]\nf = 30\n"
    assert settings(text) == (Limits(memory_mb=77, submission_seconds=9), {"f": 30})


SENSELESS = """memory_gb = 3; memory_mb = -1; memory_mb = 1; processes = "many"; processes = 1.5
processes = true; processes = 0; processes = 1000000; call_seconds = nan; call_seconds = inf
call_seconds = 0; call_seconds = -0.1; call_seconds = false; call_seconds = 1e300
total_seconds = [3]; submission_seconds = 2026-11-20; file_mb = 0.5; space_mb = 0
output_kb = 1e3; output_kb = 100000000; container = 3"""


def test_a_limit_that_makes_no_sense_is_refused(settings):
    for line in SENSELESS.replace("; ", "\n").splitlines():
        with pytest.raises(ValueError, match=r"nngrader\.toml: .*expected") as refused:
            settings(f"[limits]\n{line}\n")
        assert line.partition(" = ")[0] in str(refused.value)


def test_settings_that_make_no_sense_are_refused_and_named(settings):
    for text, words in (
        ("[limit]\nprocesses = 3", "limit"),
        ("deu = 2026-12-01", "did you mean 'due'"),
        ("[limits]\ncall_second = 3", "did you mean 'call_seconds'"),
        ("limits = 3", "limits"),
        ("[points]\nf = true", "f = True"),
        ("[points]\nf = -1", "f = -1"),
        ("[points]\nf = nan", "f = nan"),
        ("[sandbox]\nprefix = 'vm'", "'vm'"),
        ("[sandbox]\nprefix = 'podman'", "image"),
        ("[sandbox]\nprefix = 'podman'\nimage = 3", "image = 3"),
        ("[sandbox]\nprefix = 'docker'\nimage = '--privileged'", "--privileged"),
        ("[sandbox]\nprefix = 'docker'\nimages = 'x'", "images"),
    ):
        with pytest.raises(ValueError, match=r"expected|did you mean") as refused:
            settings(text)
        assert words in str(refused.value), text

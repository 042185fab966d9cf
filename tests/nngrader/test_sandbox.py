"""The sandbox: what is refused and how, the limits, and grading without it."""

import json
import os
import stat

import pytest
from nngrader.engine.observation.reading import imports, names_used
from nngrader.intake.suspicion import suspicious
from nngrader.sandbox.launch import Refused, Sandbox
from nngrader.sandbox.runner import Raised, Runner, known
from nngrader.sandbox.supervisor import Died, tree_usage
from nngrader.settings import Limits

from .sample_course import NAME, hand_in, run

pytestmark = pytest.mark.sandbox
SHORT = Limits(call_seconds=1.0, total_seconds=2.0, memory_mb=300)


@pytest.fixture
def sandbox():
    with Sandbox(SHORT) as box:
        yield box


@pytest.fixture
def brief():
    """Yield a sandbox with short time limits."""
    with Sandbox(Limits(call_seconds=0.4, total_seconds=0.8, memory_mb=300)) as box:
        yield box


@pytest.fixture
def runner(sandbox):
    made = []

    def make(*cells, box=sandbox):
        made.append(Runner([(f"cell {n}", c, True) for n, c in enumerate(cells)], box, 0))
        return made[-1]

    yield make
    for r in made:
        r.close()


def test_a_function_gets_copies_and_gives_back_plain_data(runner):
    r = runner("def f(x, n=2):\n    x.append(n)\n    return {'x': x, 'n': (n,)}")
    given = [1]
    assert r.value("f", (given,), {"n": 5}) == {"x": [1, 5], "n": (5,)}
    assert given == [1]


def test_an_error_is_known_by_a_name_of_pythons_own(runner):
    class_of_its_own = "class Mine(KeyError): pass\ndef f():\n    raise Mine('secret')"
    r = runner(class_of_its_own)
    with pytest.raises(Raised, match=r"^KeyError$"):
        r.value("f", (), {})
    with pytest.raises(Raised, match=r"^NameError$"):
        r.value("not_there", (), {})
    assert r.notes["not_there"] == "is not defined after the cells have run"


def test_what_is_no_name_of_an_error_is_not_repeated():
    for names in (None, 3, [], [3], [[]], [[None]], [["print"]], [["Mine"]], "x"):
        assert known(names) == "an exception"


def test_a_function_that_dies_twice_is_not_called_again(runner):
    r = runner("import os\ndef f():\n    os._exit(0)\ndef g():\n    return 1")
    for words in ("ended the process", "ended the process", "not called again"):
        with pytest.raises(Died, match=words):
            r.value("f", (), {})
    assert r.value("g", (), {}) == 1


@pytest.mark.slow
def test_time_is_limited_by_call_and_in_all(brief, runner):
    r = runner(
        "import time\n"
        "def f(s):\n"
        "    end = time.process_time() + s\n"
        "    while time.process_time() < end:\n"
        "        pass\n"
        "    return 1",
        box=brief,
    )
    with pytest.raises(Died, match="took too long"):
        r.value("f", (30,), {})
    assert r.value("f", (0.3,), {}) == 1
    with pytest.raises(Died, match=r"took too long|not called again"):
        r.value("f", (0.3,), {})


@pytest.mark.slow
def test_sleep_is_limited_too(brief, runner):
    r = runner("import time\ndef f(s):\n    time.sleep(s)\n    return 1", box=brief)
    assert r.value("f", (0.5,), {}) == 1
    with pytest.raises(Died, match="waited too long"):
        r.value("f", (30,), {})


def test_each_function_has_a_worker_of_its_own(runner):
    r = runner("seen = []\ndef f():\n    seen.append(1)\n    return len(seen)\ng = f")
    assert [r.value("f", (), {}), r.value("f", (), {}), r.value("g", (), {})] == [1, 2, 1]


def test_memory_of_the_whole_tree_is_counted():
    block = bytearray(b"x") * (64 << 20)
    assert tree_usage(os.getpid()).memory > len(block)
    assert tree_usage(2**30)[:2] == (0, 0)


def test_a_worker_sees_numpy_and_nothing_else_that_is_installed(runner):
    r = runner(
        "import importlib.util as u\n"
        "def f(names):\n    return [n for n in names if u.find_spec(n)]"
    )
    names = ["numpy", "json", "scipy", "torch", "nnlib", "nbgrader", "pytest", "pip"]
    assert r.value("f", (names,), {}) == ["numpy", "json"]


@pytest.mark.slow
def test_empty_files_count_as_memory():
    cell = "def f():\n    for n in range(10**7):\n        open(f'/tmp/{n}', 'w').close()"
    limits = Limits(call_seconds=8.0, total_seconds=8.0, memory_mb=150)
    with Sandbox(limits) as box:
        r = Runner([("cell", cell, True)], box, 0)
        with pytest.raises(Died, match="used too much memory"):
            r.value("f", (), {})
        r.close()


def test_names_that_matter_are_told_however_many_others_there_are(runner):
    noise = "\n".join(f"np.a{k:05}\nimport a{k:05}" for k in range(4200))
    r = runner(f"if False:\n    {'np.vectorize; import subprocess'}\n{noise}")
    names, imports = r.read(["numpy.vectorize", "subprocess", "numpy.frompyfunc"])
    assert {"numpy.vectorize", "subprocess", "..."} <= set(names)
    assert {"subprocess", "..."} <= set(imports)
    assert "numpy.frompyfunc" not in names
    assert len(names) == 4000


def test_ways_to_the_interpreter_by_another_module_are_flagged():
    for source, flag in (
        ("import random\nrandom._os.fork()", "uses random._os.fork"),
        ("import dataclasses as d\nd.sys.modules", "uses dataclasses.sys"),
        ("np.ma.core.inspect", "uses numpy.ma.core.inspect"),
        ("np._core", "uses numpy._core"),
        ("f = 'ex' + 'p'\ngetattr(np, f)(1)", "uses getattr.computed"),
        ("import subprocess", "imports subprocess"),
    ):
        found = suspicious(names_used(source), imports(source))
        assert any(f.startswith(flag) for f in found), source


def test_the_modules_of_a_network_are_no_way_out_where_networks_are_used():
    asked = ("torch",)
    source = "import torch\ndef f(model):\n    return list(model.modules())"
    flags = {
        uses: suspicious(names_used(source), imports(source), uses) for uses in ((), asked)
    }
    assert flags == {(): ["imports torch", "uses model.modules"], asked: []}
    for way in ("torch.modules", "torch.sys.modules", "model.sys.modules", "a.b.modules"):
        found = suspicious([way], ["torch"], asked)
        assert found == [f"uses {way}"], way


def test_what_students_write_every_day_is_not_flagged():
    for source in (
        "self._x\nself.modules",
        "import math\nmath.exp(1)",
        "from __future__ import annotations",
        "def __init__(self): super().__init__()",
        "from numpy import *\nfor _ in zeros(3): pass",
        "__author__ = 'Ada'\n__all__ = []",
    ):
        assert suspicious(names_used(source), imports(source)) == [], source


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Return a PATH with the sandbox's programs, which tests remove or replace."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("setpriv", "prlimit", "taskset", "env"):
        (folder / name).symlink_to(f"/usr/bin/{name}")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_where_the_kernel_refuses_the_grader_says_what_to_do(programs, sandbox):
    fake = programs / "bwrap"
    fake.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(Refused) as refused:
        sandbox.require()
    for words in ("No permissions to create new namespace", "run as root", "sudo sysctl -w"):
        assert words in str(refused.value)


def test_without_a_sandbox_every_result_says_so(course, base, tmp_path, capsys):
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", base.untouched().text())
    hand_in(course, "eve", base.solved().add_cell("import os\nos._exit(1)").text())
    file = tmp_path / "results.json"
    assert run(course, "grade", NAME, "--unsafe-no-sandbox", "--json", file) == 0
    results = {r["student"]: r for r in json.loads(file.read_text())}
    assert {s: r["score"] for s, r in results.items()} == {"ada": 100, "bob": 0, "eve": 100}
    assert all(r["flags"][0] == "run without a sandbox" for r in results.values())
    assert run(course, "grade", NAME, "--json", file) == 0
    again = {r["student"]: r for r in json.loads(file.read_text())}
    assert again["ada"]["flags"] == []

"""The sandbox: what is refused and how, the limits, and grading without it."""

import pytest
from nngrader.engine.observation.reading import imports, names_used
from nngrader.intake.suspicion import suspicious
from nngrader.limits import Ending
from nngrader.records.flag import Flag, FlagCode
from nngrader.sandbox.launch import Sandbox
from nngrader.sandbox.runner import Raised, Runner, known
from nngrader.sandbox.supervisor import Died
from nngrader.settings import Limits

from .sample_course import grade, hand_in

pytestmark = pytest.mark.sandbox
USES, IMPORTS = FlagCode.UNUSUAL_NAME, FlagCode.UNUSUAL_IMPORT
SHORT = Limits(call_seconds=1.0, total_seconds=2.0, memory_mb=300)


@pytest.fixture
def sandbox():
    with Sandbox(SHORT) as box:
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


def test_an_error_is_reported_under_the_name_of_a_built_in_error(runner):
    class_of_its_own = "class Mine(KeyError): pass\ndef f():\n    raise Mine('secret')"
    r = runner(class_of_its_own)
    with pytest.raises(Raised, match=r"^KeyError$"):
        r.value("f", (), {})
    with pytest.raises(Raised, match=r"^NameError$"):
        r.value("not_there", (), {})
    assert r.notes["not_there"] == [Flag(FlagCode.FUNCTION_MISSING, "not_there")]


def test_invalid_error_names_are_not_repeated():
    for names in (None, 3, [], [3], [[]], [[None]], [["print"]], [["Mine"]], "x"):
        assert known(names) == "an exception"


def test_a_function_that_dies_twice_is_not_called_again(runner):
    r = runner("import os\ndef f():\n    os._exit(0)\ndef g():\n    return 1")
    for ending in (Ending.ENDED, Ending.ENDED, Ending.NOT_AGAIN):
        with pytest.raises(Died) as died:
            r.value("f", (), {})
        assert died.value.ending == ending
    assert r.value("g", (), {}) == 1


def test_a_statement_that_awaits_is_skipped_and_the_others_run(runner):
    r = runner("import scipy\nx = await g()\nasync for i in x: pass\ndef f(): return 1")
    r.read([], ["f"])
    assert "scipy" not in r.names_of["f"]
    assert r.value("f", (), {}) == 1
    codes = [flag.code for flag in r.notes["cell 0"]]
    assert codes == [FlagCode.LINES_SKIPPED, FlagCode.CELL_RAISED]  # by the import


def test_cells_run_in_a_module_with_the_name_that_it_has_in_a_notebook(runner):
    r = runner("if __name__ == '__main__':\n    def f(): return 1")
    assert r.value("f", (), {}) == 1


def test_each_function_has_its_own_worker(runner):
    r = runner("calls = []\ndef f():\n    calls.append(1)\n    return len(calls)\ng = f")
    assert [r.value("f", (), {}), r.value("f", (), {}), r.value("g", (), {})] == [1, 2, 1]


def test_a_worker_sees_numpy_and_nothing_else_that_is_installed(runner):
    r = runner(
        "import importlib.util as u\n"
        "def f(names):\n    return [n for n in names if u.find_spec(n)]"
    )
    names = ["numpy", "json", "scipy", "torch", "nnlib", "nbgrader", "pytest", "pip"]
    assert r.value("f", (names,), {}) == ["numpy", "json"]


def test_access_to_the_interpreter_through_other_modules_is_flagged():
    for source, code, name in (
        ("import random\nrandom._os.fork()", USES, "random._os.fork"),
        ("import dataclasses as d\nd.sys.modules", USES, "dataclasses.sys.modules"),
        ("np.ma.core.inspect", USES, "numpy.ma.core.inspect"),
        ("np._core", USES, "numpy._core"),
        ("f = 'ex' + 'p'\ngetattr(np, f)(1)", USES, "getattr.computed"),
        ("import subprocess", IMPORTS, "subprocess"),
    ):
        result = suspicious(names_used(source), imports(source))
        assert Flag(code, data={"name": name}) in result, source


def test_the_modules_of_a_network_are_not_flagged_where_networks_are_used():
    asked = ("torch",)
    source = "import torch\ndef f(model):\n    return list(model.modules())"
    flags = {
        uses: suspicious(names_used(source), imports(source), uses) for uses in ((), asked)
    }
    odd = [
        Flag(IMPORTS, data={"name": "torch", "usual": True}),
        Flag(USES, data={"name": "model.modules"}),
    ]
    assert flags == {(): odd, asked: []}
    for way in ("torch.modules", "torch.sys.modules", "model.sys.modules", "a.b.modules"):
        result = suspicious([way], ["torch"], asked)
        assert result == [Flag(USES, data={"name": way})], way


def test_ordinary_code_is_not_flagged():
    for source in (
        "self._x\nself.modules",
        "import math\nmath.exp(1)",
        "from __future__ import annotations",
        "def __init__(self): super().__init__()",
        "from numpy import *\nfor _ in zeros(3): pass",
        "__author__ = 'Ada'\n__all__ = []",
    ):
        assert suspicious(names_used(source), imports(source)) == [], source


@pytest.mark.slow
def test_without_a_sandbox_every_result_says_so(course, base):
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", base.untouched().text())
    hand_in(course, "eve", base.solved().add_cell("import os\nos._exit(1)").text())
    results = grade(course, "--unsafe-no-sandbox")
    assert {s: r["score"] for s, r in results.items()} == {"ada": 100, "bob": 0, "eve": 100}
    assert all(r["flags"][0]["code"] == FlagCode.NO_SANDBOX for r in results.values())
    assert grade(course)["ada"]["flags"] == []

"""Problems with arguments or results that are not plain data: declared, packed and judged."""

import functools
import inspect
import re
import textwrap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nngrader.engine import caller, cases_json, judge, observed, pack
from nngrader.engine.declaration.problem import Problem
from nngrader.engine.observation.driver import as_text
from nngrader.engine.observation.observe import (
    Failed,
    Tensor,
    describe,
    driven,
    observe,
)
from nngrader.grading.explain import failed_cases
from nngrader.grading.one_submission import Judge
from nngrader.records.codes import Code
from nngrader.sandbox.launch import Sandbox
from nngrader.sandbox.runner import Runner
from nngrader.settings import Limits
from nngrader.student.function import check_message

from tests.exercises.declared_problems import codes, has, texts
from tests.exercises.driver_problems.folding import folds
from tests.exercises.driver_problems.graph import evaluate, value

PROBLEMS = {p.name: p for p in (value, folds)}
every_problem = pytest.mark.parametrize("name", PROBLEMS)


@functools.cache
def packed(name, visible):
    """Pack a problem, write it to a file, and read it back."""
    return cases_json.loads(cases_json.dumps(pack(PROBLEMS[name], 1, visible=visible)))


def judged(name, f, visible=True):
    data = packed(name, visible)
    return judge(data, caller(data, f))


def test_mistakes_are_known_by_what_is_measured():
    mistaken = packed("stratified_folds", False)["cases"][0]["mistaken"]
    assert [bool(part) for part in mistaken["not stratified"]] == [True, False, True]


# What is wrong with a declaration

OUTSIDE = 3


def uses_a_name(f, x):
    return f(x) + OUTSIDE


def many_arguments(f, *args):
    return f(*args)


@pytest.mark.parametrize(
    ("driver", "fault"),
    [
        (uses_a_name, "its driver uses names that aren't sent with it: OUTSIDE"),
        (lambda f, x: f(x), "must be a plain function"),
        (many_arguments, "each argument of a case"),
    ],
)
def test_a_driver_that_cannot_travel_is_refused(driver, fault):
    with pytest.raises(ValueError, match=fault):
        Problem("f", returns={"y": "value"}, points={"value": 1}, driver=driver).validate()


def called_repeatedly(f, x, rounds):
    rng = np.random.default_rng(0)
    return [f(x, rng) for _ in range(rounds)]


@pytest.mark.parametrize(("call", "changed"), [(0, ["x"]), (1, [])])
def test_every_call_of_a_driver_gets_the_arguments_of_the_case(call, changed):
    given = []

    def writes_into_x(x, rng):
        given.append((x.tolist(), id(rng)))
        if len(given) == call + 1:
            x[:] = -1
        return rng.random()

    f = driven(writes_into_x, as_text(called_repeatedly, "driver"))
    observation = observe(f, {"x": np.array([1.0, 2.0]), "rounds": 3}, 1)
    assert [x for x, _ in given] == 3 * [[1.0, 2.0]]
    assert len({rng for _, rng in given}) == 1
    assert observation["changed"] == changed


@pytest.mark.parametrize(
    ("about", "fault"),
    [
        ({"driver": evaluate, "no_loop_over": "N"}, "no_loop_over needs a plain function"),
        ({"observed": ("a",)}, "observed and kept need a measure"),
        ({"wrong": {"z": "?"}}, "wrong names z, which is not a part"),
        ({"self_reported": ("value",)}, "self-reported aspects give 1 of 1 points"),
    ],
)
def test_meaningless_settings_are_refused(about, fault):
    with pytest.raises(ValueError, match=fault):
        Problem("f", returns={"y": "value"}, points={"value": 1}, **about).validate()


def redeclared(p, name, **changes):
    """Return a problem with one attribute or case changed."""
    other = Problem.__new__(Problem)
    other.__dict__.update(p.__dict__ | {"cases": list(p.cases)} | changes)
    return other


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (lambda x: x, "a function for numbers"),
        ([np.array([None])], "an array of type object for numbers"),
        (np.ma.array([1.0]), "a masked array for numbers"),
        ([{1: 2}], "a dict with keys other than text for numbers"),
        (object(), "an object for numbers"),
    ],
)
def test_arguments_that_are_not_plain_data_are_refused(odd, words):
    p = redeclared(value, "Value", by_hand=("a", odd, 1))
    with pytest.raises(ValueError, match=f"the example gives {words}"):
        pack(p, 1, visible=True)


def test_a_reference_that_fails_on_ordinary_input_is_refused():
    p = redeclared(value, "Value", by_hand=("a +* b", {"a": 1.0}, 1))
    with pytest.raises(ValueError, match=r"raises SyntaxError \(.*\) in the example"):
        pack(p, 1, visible=True)
    p = redeclared(folds, "stratified_folds", solve=lambda y, k, rng: None)
    p.solve.__name__, p.solve.__doc__ = p.name, "Nothing."
    with pytest.raises(ValueError, match="its reference returns a part without numbers"):
        pack(p, 1, visible=True)


# What a student is told


def test_an_error_inside_a_class_is_reported_with_method_and_line():
    class Value(value.solve):
        def tanh(self):
            return self.data.tanh()

    message = "'float' object has no attribute 'tanh'"
    results = {"raised": "AttributeError", "message": message, "function": "tanh"}
    assert has(judged("Value", Value), Code.RAISED, line_number=2, **results)


def test_an_error_inside_another_class_of_the_cell_is_reported_with_its_name():
    class Helper:
        def cosine(self, x):
            return x.cosine()

    class Value(value.solve):
        def tanh(self):
            return Helper().cosine(self.data)

    assert has(judged("Value", Value), Code.RAISED, line_number=2, function="Helper.cosine")


def test_for_hidden_cases_only_the_class_of_an_error_is_named():
    class Value(value.solve):
        def tanh(self):
            raise ValueError(f"secret {self.data}")

    verdict = judged("Value", Value, visible=False)
    assert has(verdict, Code.RAISED, raised="ValueError", function="Value")
    assert "secret" not in texts(verdict)


def forwards_and_back(Value, expression, numbers, times=1):
    leaves = {name: Value(x) for name, x in numbers.items()}
    y, code = leaves["a"], compile(expression, "expression", "eval")
    for _ in range(times):
        y = eval(code, {"__builtins__": {}}, leaves | {"y": y})
    try:
        y.backward()
    except Exception as e:
        return y.data, Failed(e, "`backward`")
    return y.data, [leaf.grad for leaf in leaves.values()]


@functools.cache
def apart(visible):
    return pack(redeclared(value, "Value", driver=forwards_and_back), 1, visible=visible)


class FailsOnItsWayBack(value.solve):
    def backward(self):
        raise self.error(f"secret {self.data}")


@pytest.mark.parametrize("error", [KeyError, NotImplementedError])
def test_an_error_costs_the_parts_that_it_prevents_and_is_reported(error):
    Value = type("Value", (FailsOnItsWayBack,), {"error": error})
    for visible in (True, False):
        data = apart(visible)
        verdict = judge(data, caller(data, Value))
        assert verdict.points["value"] == (verdict.points["value"][1],) * 2
        assert verdict.points["gradient"][0] == verdict.points["shape"][0] == 0
        assert has(verdict, Code.PREVENTED, who="`backward`", raised=error.__name__)
        assert codes(verdict).count(Code.PREVENTED) == 1
        assert has(verdict, Code.PREVENTED, line_number=2) == (visible and error is KeyError)
        assert ("secret" in texts(verdict)) == (visible and error is KeyError)


def read_from_a_tensor(Value, expression, numbers, times=1):
    leaves = {name: Value(x) for name, x in numbers.items()}
    y, code = leaves["a"], compile(expression, "expression", "eval")
    for _ in range(times):
        y = eval(code, {"__builtins__": {}}, leaves | {"y": y})
    y.backward()
    return Tensor(np.array(y.data)), [leaf.grad for leaf in leaves.values()]


@pytest.mark.parametrize("visible", [True, False])
def test_a_tensor_whose_numbers_a_driver_has_read_costs_only_its_form(visible):
    data = pack(redeclared(value, "Value", driver=read_from_a_tensor), 1, visible=visible)
    for case in data["cases"]:  # what is asked for was read from a tensor, too
        assert np.isfinite(case["want"][0]).all()
    verdict = judge(data, caller(data, value.solve))
    assert {a for a, (earned, most) in verdict.points.items() if earned < most} == {"shape"}
    assert has(verdict, Code.KIND, kind="tensor", number=True)


def test_the_instructor_sees_the_parts_that_an_error_has_prevented():
    class Value(FailsOnItsWayBack):
        error = KeyError

    data = apart(False)
    run = caller(data, Value)
    result = failed_cases(data, [run(dict(case["args"])) for case in data["cases"]], None)
    assert re.match(r"grad: expected \[.*KeyError", result[0].wrong[0])


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda y, k, rng: (f for f in [y]), Code.KIND),
        (lambda y, k, rng: y, Code.UNMEASURED),
        (lambda y, k, rng: [["a"]] * k, Code.KIND),
        (lambda y, k, rng: [np.full(9, 10**9)] * k, Code.MISTAKE),
        (lambda y, k, rng: [], Code.RAISED),
    ],
)
def test_unmeasurable_texts_are_found(answer, code):
    for visible in (True, False):
        verdict = judged("stratified_folds", answer, visible)
        assert verdict.score == 0
        assert code in codes(verdict)


def told_of_any(args, raw):
    raise ValueError(f"the answer holds {raw}")


def told_a_constant(args, raw):
    raise ValueError("what is asked is another thing")


@pytest.mark.parametrize(
    ("measure", "data"),
    [(told_of_any, {}), (told_a_constant, {"words": "what is asked is another thing"})],
)
def test_a_measure_uses_only_constant_words(measure, data):
    about = packed("stratified_folds", False) | {"measure": as_text(measure, "measure")}
    verdict = judge(about | {"observed": 1}, lambda args: {"parts": [describe(12345.0)]})
    assert verdict.score == 0
    assert {(f.code, *f.data.items()) for f in verdict.findings} == {
        (Code.UNMEASURED, *data.items())
    }


RAW = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-(2**62), 2**62),
    st.lists(st.floats(), max_size=5),
    st.lists(st.lists(st.integers(-3, 99), max_size=3), max_size=3),
    st.sampled_from(
        [np.zeros((0, 3)), np.ones((5, 1, 2), bool), np.array(1j), np.int8([1] * 50)]
    ),
)


@given(st.lists(RAW, max_size=5), st.booleans())
def test_no_raw_answer_makes_the_judge_raise_or_earns_anything(raw, visible):
    data = packed("stratified_folds", visible)
    verdict = judge(data, lambda args: {"parts": [describe(r) for r in raw]})
    assert verdict.score == 0


@pytest.mark.parametrize("reply", [None, [], {"parts": 3}, {"parts": [3] * 99}, {"error": "x"}])
def test_any_reply_of_a_worker_about_a_measurement_is_judged(reply):
    assert judge(packed("stratified_folds", False), lambda args: reply).score == 0


def test_of_measured_answers_the_raw_ones_are_allowed_for():
    data = packed("stratified_folds", False)
    assert observed(data) == 3
    assert all(c["raw_bytes"] >= 16 * len(c["args"]["y"]) for c in data["cases"])


# What a student runs


@pytest.fixture
def folder(tmp_path):
    cases_json.save({n: packed(n, True) for n in PROBLEMS}, tmp_path / "ps.cases.json")
    return tmp_path


def test_check_shows_the_example_through_the_driver(folder):
    class Value(value.solve):
        def __mul__(self, other):
            made = super().__mul__(other)
            made.data = float(np.sin(9 * made.data))
            return made

    lines = check_message(Value, folder).splitlines()
    assert "    expression = a * b + a" in lines
    assert "    numbers = {'a': 2.0, 'b': 3.0}" in lines
    assert "    data: expected 8.0; yours: 1.4412" in lines


# In the sandbox


def points_in_the_sandbox(name, cell, slot=0, data=None):
    hidden = {name: data or packed(name, False)}
    limits = Limits(call_seconds=20.0, total_seconds=60.0, memory_mb=2048)
    with Sandbox(limits) as sandbox:
        runner = Runner([("cell", cell, False)], sandbox, slot)
        try:
            judging = Judge(runner, hidden)
            judging.points(name, PROBLEMS[name].total)
        finally:
            runner.close()
    return judging.reports[name]


def written(f, name):
    """Return the text of a solution as a notebook has it."""
    lines = textwrap.dedent(inspect.getsource(f)).splitlines()
    code = "\n".join(line for line in lines if not line.startswith("@"))
    return "\n".join(["import numpy as np", code.replace(f.__name__, name, 1)])


SECRET = 'raise KeyError(f"secret {self.data}")'
JOINED = "np.ones(2) + np.ones(3)"


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("line", "known"),
    [
        (SECRET, {"raised": "KeyError"}),
        (JOINED, {"raised": "ValueError", "cause": "broadcast"}),
    ],
)
def test_an_error_that_prevents_only_a_part_is_reported_without_its_text(line, known):
    cell = written(value.solve, "Value") + textwrap.dedent(f"""
        def backward(self):
            {line}
        Value.backward = backward
    """)
    report = points_in_the_sandbox("Value", cell, data=apart(False))
    assert report["aspects"]["value"] == [5.0, 5.0]
    (result,) = (f for f in report["findings"] if f["code"] == Code.PREVENTED)
    assert result["parts"] == ["grad"]
    assert result["data"] == {"who": "`backward`"} | known
    assert "secret" not in str(report)

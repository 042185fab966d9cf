"""What `check` tells a student."""

import functools
import re
import subprocess
import sys
from dataclasses import replace
from inspect import isclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from nngrader import check, numerical_gradient
from nngrader.engine import caller, cases_json
from nngrader.engine.explanation.side_by_side import difference, differences
from nngrader.engine.judgement.ledger import PASSIVE
from nngrader.student.function import (
    FOLLOWED,
    NOT_PROVED,
    OWN_FUNCTIONS,
    STILL_THERE,
    called_wrong,
    calls_wrong,
    check_message,
    report,
)

from tests.exercises.declared_problems import PROBLEMS, SEED, judged, packed


class Solve:
    """The references by name, loaded when they are asked for."""

    def __getitem__(self, name):
        return PROBLEMS[name].solve


SOLVE = Solve()
FEW = ("Value", "hinge_loss", "pairwise_distances", "softmax_cross_entropy")


@functools.cache
def cases_file(*names):
    """Return the text of a file of the visible cases of these problems."""
    return cases_json.dumps({name: packed(name, SEED, True) for name in names})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Make a folder with the visible cases of a few problems, and work in it."""
    (tmp_path / "ps2_classifiers.cases.json").write_text(cases_file(*FEW))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def renamed(f, name):
    """Return the function under the name that a problem asks for."""
    f.__name__ = name
    return f


def test_a_correct_function_is_confirmed(folder, capsys):
    for name in FEW:
        assert check(SOLVE[name]) is None
        printed = capsys.readouterr().out
        total = f"{PROBLEMS[name].total:g}"
        assert printed.startswith(f"{name}: {total} of {total} points")
        assert NOT_PROVED in printed


def test_a_known_mistake_gets_its_hint(folder):
    p = PROBLEMS["softmax_cross_entropy"]
    wrong = renamed(lambda *a: p.mistakes["sum instead of mean"].solve(*a), p.name)
    text = check_message(wrong, folder)
    assert text.startswith("softmax_cross_entropy: 10 of 14 points on the visible cases.")
    assert "Full points: shape, gradient, stability, errors, inputs-unchanged." in text
    assert text.count(p.mistakes["sum instead of mean"].hint) == 1
    assert "gradient, stability, but" in text


def test_an_unexplained_answer_is_shown_next_to_the_example(folder):
    wrong = renamed(
        lambda X, Y: np.sin(SOLVE["pairwise_distances"](X, Y)), "pairwise_distances"
    )
    lines = check_message(wrong, folder).splitlines()
    assert "    X = [[0.0, 0.0], [3.0, 4.0]]" in lines
    assert (
        "    distances: expected [[1.0, 3.0, 4.0], [4.2426, 4.0, 3.0]]; "
        "yours: [[0.8415, 0.1411, -0.7568], [-0.8917, -0.7568, 0.1411]]" in lines
    )


def test_an_explained_answer_does_not_reveal_the_correct_one(folder):
    wrong = renamed(lambda X, Y: SOLVE["pairwise_distances"](X, Y) ** 2, "pairwise_distances")
    assert "yours:" not in check_message(wrong, folder)


KINDS = ["bool", "uint8", "float16", "longdouble", "complex64"]


def turned(part, kind):
    """Return other values of another type; a list or dict of arrays is changed item by item."""
    if isinstance(part, dict):
        return {name: turned(one, kind) for name, one in part.items()}
    if isinstance(part, list):
        return [turned(one, kind) for one in part]
    return np.sin(3 * np.asarray(part)).astype(kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", ["hinge_loss", *(pytest.param(name, marks=pytest.mark.slow) for name in PROBLEMS)]
)
def test_an_answer_of_any_type_is_described(tmp_path, name, kind):
    if isclass(SOLVE[name]) or "Returns nothing" in SOLVE[name].__doc__:
        pytest.skip("its answer is what it changes or is, not what it returns")
    (tmp_path / "ps.cases.json").write_text(cases_file(name))

    def typed(*args):
        whole = SOLVE[name](*args)
        parts = whole if isinstance(whole, tuple) else (whole,)
        odd = tuple(turned(part, kind) for part in parts)
        return odd if isinstance(whole, tuple) else odd[0]

    text = check_message(renamed(typed, name), tmp_path)
    if PROBLEMS[name].measure:  # each fault of a property is told, and nothing waits
        assert re.search(r"^  (shape|value)(, \w+)?: .{40}", text, re.MULTILINE)
        assert not re.search(r"\b(\d+) of \1 points", text)
    elif {case.aspect for case in PROBLEMS[name].cases} == {"value"}:  # nothing waits
        assert re.search(r"^  (shape|value)(, \w+)?: .{40}", text, re.MULTILINE)
    elif re.search("(is|are) True or False, expected a number", text):
        assert kind == "bool"
    elif waits(PROBLEMS[name]):
        assert "Correct your answers for ordinary input first" in text
    else:
        assert re.search(r"^  (shape|value): .{20}", text, re.MULTILINE)


def waits(p):
    """Return whether an aspect other than the parts and the form has separate cases."""
    return bool(set(p.points) - set(p.returns.values()) - set(PASSIVE))


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_of_any_type_in_a_class_are_described(folder, kind):
    class Value(SOLVE["Value"]):
        def backward(self):
            super().backward()
            for number in self.order():
                number.data, number.grad = turned(number.data, kind), turned(number.grad, kind)

    text = check_message(Value, folder)
    assert "Step 1 of 3" in text
    assert re.search(r"^  (shape|value)(, \w+)?: .{40}", text, re.MULTILINE)
    assert "ordinary input" not in text  # later steps are not told of


def test_the_example_compares_numbers_and_not_their_types(folder):
    def floored(scores, targets, margin=1.0):
        _, gradient = SOLVE["hinge_loss"](scores, targets, margin)
        return 0 * gradient[0, 0] + 7, (np.sin(9 * gradient) > 0).astype(int)

    text = check_message(renamed(floored, "hinge_loss"), folder)
    assert "    loss: expected 4.5; yours: 7.0" in text.splitlines()
    assert "    gradient: expected [[-0.5" in text  # 1 and 0 are shown as they are asked


@pytest.mark.parametrize(
    ("result", "want", "line"),
    [
        (np.array([2.0, 3.0]), np.array([2, 3]), ""),
        (np.array([2, 3]), np.array([2.0, 3.0]), ""),
        (np.array(1.0), np.array(1), ""),
        (np.array([True, False]), np.array([1, 0]), ""),
        (np.array([np.nan, 1.0]), np.array([np.nan, 1.0]), ""),
        (np.array([2.0, 4.0]), np.array([2, 3]), "    p: expected [2, 3]; yours: [2, 4]"),
        (np.array([2.5, 3.0]), np.array([2, 3]), "    p: expected [2, 3]; yours: [2.5, 3.0]"),
        (
            np.array([2, 4]),
            np.array([2.0, 3.0]),
            "    p: expected [2.0, 3.0]; yours: [2.0, 4.0]",
        ),
        (np.array([np.inf]), np.array([3]), "    p: expected [3]; yours: [inf]"),
        (np.array([2 + 1j]), np.array([2]), "    p: expected [2]; yours: [(2+1j)]"),
        (np.array([[2.0]]), np.array([2]), "    p: expected [2]; yours: [[2]]"),
    ],
)
def test_only_numbers_that_differ_are_shown_side_by_side(result, want, line):
    assert difference("p", result, want) == line
    lines = [line] if line else []
    part = {"kind": "array", "values": result}
    assert differences({"returns": {"p": "value"}}, {"want": [want]}, [part]) == lines


@pytest.mark.parametrize(
    ("kind", "words"), [("none", "None"), ("failed", "missing"), ("tensor", "no numbers")]
)
def test_non_numeric_result_is_shown_with_the_expected_one(kind, words):
    parts = [{"kind": kind, "values": None}]
    lines = differences({"returns": {"p": "value"}}, {"want": [np.array([1])]}, parts)
    assert lines == [f"    p: expected [1]; yours: {words}"]


def test_an_aspect_with_the_name_of_its_part_is_said_once(folder):
    wrong = renamed(
        lambda s, t: (SOLVE["softmax_cross_entropy"](s, t)[0], s * np.nan),
        "softmax_cross_entropy",
    )
    text = check_message(wrong, folder)
    assert "  gradient: Your `gradient` is nan everywhere" in text


def test_numerical_gradient_works_outside_of_a_checked_function(folder):
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    assert np.allclose(numerical_gradient(lambda x: (x**3).sum(), x), 3 * x**2)
    with pytest.raises(ValueError, match=r"\(2, 2\)"):
        numerical_gradient(lambda x: x, x)
    with pytest.raises(ValueError, match="f returned None, expected one real number"):
        numerical_gradient(lambda x: None, x)
    with pytest.raises(ValueError, match="an object of type complex, expected"):
        numerical_gradient(lambda x: 1j, x)

    def hinge_loss(scores, targets, margin=1.0):
        return 0.0, numerical_gradient(np.sum, scores)

    assert "numerical_gradient is for" in check_message(hinge_loss, folder)
    assert (numerical_gradient(np.sum, x) > 0).all()


def test_another_order_and_other_names_of_the_parameters_are_reported(folder):
    def pairwise_distances(Y, X):
        return X - Y[:2]

    called = "as pairwise_distances(X, Y), but it is defined as pairwise_distances"
    assert f"{called}(Y, X)." in check_message(pairwise_distances, folder)

    def pairwise_distances(a, b):
        raise ValueError("the shapes don't fit")

    assert f"{called}(a, b)." in check_message(pairwise_distances, folder)

    def pairwise_distances(a, b):
        return 2 * SOLVE["pairwise_distances"](a, b)

    assert called not in check_message(pairwise_distances, folder)


def test_an_error_is_reported_with_line_and_shapes(folder):
    def pairwise_distances(X, Y):
        return X - Y

    text = check_message(pairwise_distances, folder)
    assert "ValueError on line 2: operands could not be broadcast" in text
    assert "(tried: random points; shapes: X (" in text


def test_a_loop_is_reported_with_its_steps(folder):
    def pairwise_distances(X, Y):
        return np.array([np.sqrt(((x - Y.astype(float)) ** 2).sum(axis=1)) for x in X])

    text = check_message(pairwise_distances, folder)
    assert text.startswith("pairwise_distances: 13.5 of 14 points")
    assert re.search(r"when N grows: \d+ lines for N = \d+", text)


def test_a_forbidden_name_in_another_cell_is_reported(folder, monkeypatch):
    import IPython

    cells = {"In": ["", "import torch", "def hinge_loss(): torch"]}
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(user_ns=cells))
    text = check_message(SOLVE["hinge_loss"], folder)
    assert "uses `torch`" in text
    assert STILL_THERE in text


def test_a_missing_file_is_named(tmp_path):
    assert "contains no file *.cases.json" in check_message(SOLVE["hinge_loss"], tmp_path)


def test_an_unknown_function_gets_the_list_of_names(folder):
    text = check_message(test_an_unknown_function_gets_the_list_of_names, folder)
    assert f"The problems are {', '.join(FEW)}." in text


@pytest.mark.parametrize("odd", [lambda X, Y: X, len, print, 3, None, object()])
def test_anything_may_be_checked(folder, odd):
    assert check_message(odd, folder).startswith("check: no problem has the name")


def test_checking_needs_only_numpy(folder):
    blocked = "IPython nbformat nbgrader jupytext scipy sklearn torch matplotlib".split()
    program = f"""
import sys
from pathlib import Path
from types import SimpleNamespace
for name in {blocked!r}:
    sys.modules[name] = None
import numpy as np
from nngrader import check
def hinge_loss(scores, targets, margin=1.0):
    raise NotImplementedError
check(hinge_loss)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    assert "`hinge_loss` isn't written yet" in ran.stdout, ran.stderr


def hint_of(name, mistake):
    """Return what check prints about a known mistake, on visible cases."""
    data, f = packed(name, 1, True), PROBLEMS[name].mistakes[mistake].solve
    return report(data, caller(data, f), judged(data, f), Path())


def test_a_program_that_fails_is_shown_letter_by_letter():
    printed = hint_of("Value", "MinusForgotten").partition("  A case that fails:\n")[2]
    numbers, program, *differ = printed.splitlines()
    assert re.fullmatch(r"    a = [\d.]+, b = [\d.]+", numbers)
    assert program == "    y = 2 / a * (3 - 4 * (5 + b))"
    (wrong,) = differ
    both = re.fullmatch(r"    grad of b: expected -([\d.]+); yours: ([\d.]+)", wrong)
    assert both[1] == both[2]


def test_only_the_first_step_that_is_wrong_is_reported():
    class Begun:
        def __init__(self, data, *parents):
            self.data, self.grad, self.parents = data, 0.0, parents

        def __add__(self, other):
            return Begun(self.data + other.data, (self, 1.0), (other, 1.0))

        def __mul__(self, other):
            return Begun(self.data * other.data, (self, other.data), (other, self.data))

        def backward(self, gradient=1.0):
            self.grad = gradient
            for parent, slope in self.parents:
                parent.backward(slope * gradient)

    data = packed("Value", 1, True)
    result = report(data, caller(data, Begun), judged(data, Begun), Path())
    assert "Step 1 is correct. Next: step 2 of 3, numbers and results" in result
    assert "reuse: " in result
    assert "operations" not in result
    assert "long" not in result
    assert re.search(r"    y = .*a \* a.*\n    grad of a: expected", result)
    assert "  Step 1 of 3, + and *" in hint_of("Value", "ProductLikeSum")
    assert "grad of" in hint_of("Value", "OrderNotReversed")
    assert "  Steps 1 and 2 are correct. Next: step 3 of 3" in hint_of("Value", "LogOfTheInput")
    assert "  All 3 steps are correct." in hint_of("Value", "WalksEveryWay")


def test_the_sign_that_a_driver_sets_is_not_shown_as_a_number():
    assert "A case that fails" not in hint_of("Value", "WalksEveryWay")


def test_driver_shows_actual_and_expected_results():
    printed = hint_of("softmax_vjp", "diagonal alone")
    assert "    g = [4.0, 1.0, -2.0]" in printed
    assert "    dz: expected [0.75, 0.0, -0.75]; yours: [0.75, 0.25, -0.375]" in printed
    printed = hint_of("gradient_check", "sign kept")
    printed = printed.partition("  Work through this example by hand:\n")[2]
    assert re.search(r"formula = np.sum.*\n    x = \[", printed)
    assert re.search(r"error: expected \d\S*; yours: \d", printed)
    assert "A case that fails" not in hint_of("softmax_vjp", "jacobian built")


def test_the_loss_that_was_reached_is_shown_only_in_the_notebook():
    printed = hint_of("train_network", "one step")
    assert re.search(
        r"^  Your loss is 0\.\d+, and it should be 0\.1 or lower\.$", printed, re.MULTILINE
    )
    f = PROBLEMS["train_network"].mistakes["one step"].solve
    assert judged(packed("train_network", 1, False), f).reported == ()


SQUARED = """def pairwise_distances(X, Y):
    return ((X[:, None] - Y[None]) ** 2).sum(axis=2)
"""
NEIGHBOURS = """def knn_predict(X, y, Z, k):
    return np.array([vote(row) for row in [pairwise_distances(Z, X)]])
"""


@pytest.mark.parametrize(("right", "lines"), [(False, 1), (True, 0)])
def test_a_function_that_calls_a_wrong_one_is_reported(right, lines):
    problems = {n: packed(n, 1, True) for n in ("pairwise_distances", "knn_predict")}
    names = {"np": np}
    exec(SQUARED + NEIGHBOURS, names)
    if right:
        names["pairwise_distances"] = SOLVE["pairwise_distances"]
    warning = called_wrong(problems, names["knn_predict"])
    words = r"  It calls pairwise_distances, which isn't correct yet \(.* of 14 points\): .*"
    assert [bool(re.fullmatch(words, line)) for line in warning[:-1]] == [True] * lines
    assert warning[-1:] == [f"  {FOLLOWED}"] * lines
    assert called_wrong(problems, names["pairwise_distances"]) == []
    data, wrong = problems["knn_predict"], judged(problems["knn_predict"], lambda *args: 0)
    lines = report(data, None, wrong, Path(), calls=warning).splitlines() if warning else []
    assert lines[:1] == ["knn_predict: not judged yet."] * bool(warning)
    assert lines[1:] == warning


def test_a_called_function_with_a_loop_does_not_hide_the_result_of_its_caller():
    data, names = packed("pairwise_distances", 1, True), {"np": np}
    loop = "np.array([np.sqrt(((x - Y) ** 2).sum(axis=1)) for x in X.astype(float)])"
    exec(f"def pairwise_distances(X, Y):\n    return {loop}\n" + NEIGHBOURS, names)
    assert judged(data, names["pairwise_distances"]).score < 100
    problems = {"pairwise_distances": data, "knn_predict": packed("knn_predict", 1, True)}
    assert called_wrong(problems, names["knn_predict"]) == []


def test_a_challenge_is_judged_even_if_it_calls_a_wrong_function():
    data, warning = packed("classify_pictures", 1, True), ["  It calls conv2d_fast."]
    wrong = judged(data, lambda file, images: images[:, 0, 0, 0] * 0)
    lines = report(data, None, wrong, Path(), calls=calls_wrong(data, warning)).splitlines()
    assert lines[0] == "classify_pictures: 0 of 5 points on the visible cases."
    assert [*warning, f"  {OWN_FUNCTIONS}"] == lines[-3:-1]


@pytest.mark.parametrize(("loss", "said"), [(0.02, False), (0.08, True)])
def test_check_says_how_near_a_training_run_is_to_the_limit(loss, said):
    data = packed("train_network", 1, True)
    full = judged(data, PROBLEMS["train_network"].solve)
    lines = report(data, None, replace(full, reported=(loss,)), Path()).splitlines()
    assert f"  Your loss is {loss}, and it should be 0.1 or lower." in lines
    assert any("on the hidden samples" in line for line in lines) == said


def test_aspects_without_points_are_told_from_those_with_some():
    data, f = packed("conv2d_backward", SEED, True), SOLVE["conv2d_backward"]

    def wrong(*args):
        dx, dweight, dbias = f(*args)
        return dx, dweight, np.append(dbias, dbias)

    lines = report(data, caller(data, wrong), judged(data, wrong), Path())
    assert "\n  You also lose some of the points for weights, stride." in lines
    assert "No points yet" not in lines


def test_an_argument_that_is_never_used_is_named():
    data, f = packed("ridge_fit", SEED, True), SOLVE["ridge_fit"]
    own = "def ridge_fit(X, y, alpha):\n    return X.mean(axis=0), y.mean()"
    lines = report(data, caller(data, f), judged(data, lambda X, y, a: f(X, y, 0)), Path(), own)
    assert "\n  It never uses its argument `alpha`." in lines

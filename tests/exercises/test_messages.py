"""A message names only what the student's code contains, and doesn't win by coincidence.

The wrong answers are those of a student who solved ps1 and ps7; for each, the message had been
misleading. The solution of each problem is written in her style, not in the reference's.
"""

import numpy as np
import pytest
from nngrader.engine import judge, judge_own
from nngrader.engine.explanation.own_words import in_own_words
from nngrader.engine.observation.reading import names_used, words_near
from nngrader.records import exceptions
from nngrader.records.codes import Code
from nngrader.records.finding import EVERYTHING, Finding, of_problem
from nngrader.records.rendering import Audience, sentences

from tests.exercises.declared_problems import PROBLEMS, observer, packed

ROWS = """
def row_reduce(A):
    R, pivots = A.copy(), []
    for j in range(A.shape[1]):
        i = len(pivots)
        if i == len(R):
            break
        p = {pivot}
        if abs(R[p, j]) / abs(A).max() > 1e-11:
            R[[i, p]] = R[[p, i]]
            R[i] = R[i] / R[i, j]
            for k in range(len(R)):
                if k != i:
                    R[k] = R[k] - R[k, j] * R[i]
            pivots.append(j)
        else:
            R[i:, j] = 0
    return R, {pivots}
"""
GAME = """
def gan_losses(real, fake):
    N, M = len(real), len(fake)
    critic = np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean()
    D = {sigmoid}
    saturating, non_saturating = -np.logaddexp(0, fake).mean(), np.logaddexp(0, -fake).mean()
    dreal, dfake = -D(-real) / N, D(fake) / M
    dsaturating, dnon_saturating = -D(fake) / M, -D(-fake) / M
    {change}
    return critic, saturating, non_saturating, dreal, dfake, dsaturating, dnon_saturating
"""
POWERS = """
def power_iteration(A, v, tol=1e-10, max_iter=10_000):
    x = v / np.sqrt(v @ v)
    for _ in range(max_iter):
        y = A @ x
        y = y / np.sqrt(y @ y)
        if min(np.sqrt(((y - x)**2).sum()), np.sqrt(((y + x)**2).sum())) <= tol:
            y = y * np.sign({entry})
            return y @ A @ y, y
        x = y
    raise {error}("no convergence")
"""
BASIS = """
def gram_schmidt(A, {found}):
    Q = {start}
    for a in A.T:
        left = a.copy()
        for q in Q:
            left = left - (q @ left) * q
        if np.sqrt(left @ left) > 1e-10 * np.sqrt(a @ a):
            Q.append({unit})
    return np.array(Q).T
"""
DIVERGENCE = """
def kl_gaussian(mean, log_var):
    kl = (mean**2 + (np.expm1(log_var) - log_var)).sum(axis=1) / 2
    return kl, {gradient}
"""
BELOW, UNIT = "i + abs(R[i:, j]).argmax()", "left / np.sqrt(left @ left)"
STABLE = "lambda z: np.exp(-np.logaddexp(0, -z))"


def rows(pivot=BELOW, pivots="pivots"):
    return ROWS.format(pivot=pivot, pivots=pivots)


def game(change, sigmoid=STABLE):
    return GAME.format(change=change, sigmoid=sigmoid)


SLOW_VARIANTS = ("power_iteration",)
# name in the table: problem, source, texts in the message, texts that must not be in it
FAULTS = {
    "R7": ("row_reduce", rows("abs(R[:, j]).argmax()"), [], ["arange"]),
    "R4": ("row_reduce", rows(pivots="pivots + [len(A)]"), ["only axis has the wrong"], []),
    "R5": ("row_reduce", rows(pivots="list(enumerate(pivots))"), ["too many axes"], []),
    "R15": ("row_reduce", rows(pivots="[*range(A.shape[1])]"), ["only axis has the wrong"], []),
    "N7": (
        "gan_losses",
        game("dnon_saturating = dsaturating"),
        ["`dnon_saturating` is equal to the correct `dsaturating`"],
        ["order"],
    ),
    "N8": (
        "gan_losses",
        game("dreal, dfake = dfake, dreal"),
        ["`dreal` and `dfake` are swapped"],
        ["Along which axis"],
    ),
    "Y15": ("gan_losses", game("dreal = D(real) / N"), ["same amount"], ["expm1"]),
    "W3": (
        "power_iteration",
        POWERS.format(entry="y[0]", error="RuntimeError"),
        ["the entry of largest magnitude is negative"],
        ["once too often"],
    ),
    "W11": (
        "power_iteration",
        POWERS.format(entry="y[abs(y).argmax()]", error="ValueError"),
        ["Right place, wrong class: raise RuntimeError, not ValueError"],
        ["should come first"],
    ),
    "G10": (
        "gram_schmidt",
        BASIS.format(found="found=[]", start="found", unit=UNIT),
        ["The first call works, the next ones don't"],
        ["gufunc", "transposed"],
    ),
    "G2": (
        "gram_schmidt",
        BASIS.format(found="*_", start="[]", unit="left"),
        [],
        ["instead of another variable"],
    ),
    "K9": (
        "kl_gaussian",
        DIVERGENCE.format(gradient="np.expm1(log_var) / (-2 * len(mean))"),
        ["minus the correct value"],
        ["instead of"],
    ),
}


def verdict_of(name, source, visible):
    """Return the verdict on a function in a source, with what the source contains."""
    names = {"np": np}
    exec(source, names)
    data = packed(name, 1, visible, variants=name not in SLOW_VARIANTS)
    words, used = words_near([source], name), names_used(source)
    return judge_own(data, observer(data, names[name]), words, used)


def said(verdict, visible):
    """Return the sentences about a verdict, as `check` or the feedback shows them."""
    return sentences(verdict.findings, Audience.VISIBLE if visible else Audience.HIDDEN)


@pytest.mark.parametrize("visible", [True, False])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_message_fits_the_students_code(fault, visible):
    name, source, present, absent = FAULTS[fault]
    lines = said(verdict_of(name, source, visible), visible)
    assert lines
    for words in present:
        assert sum(words in line for line in lines) == 1, lines
    for words in (*absent, "?,", "(?", "gufunc"):
        assert not any(words in line for line in lines), lines


@pytest.mark.parametrize("fault", FAULTS)
def test_the_students_words_change_no_points(fault):
    name, source, *_ = FAULTS[fault]
    names = {"np": np}
    exec(source, names)
    data = packed(name, 1, False, variants=name not in SLOW_VARIANTS)
    plain = judge(data, observer(data, names[name])).points
    exec(source, names)  # with a new default list
    own = judge_own(data, observer(data, names[name]), words_near([source], name)).points
    assert plain == own


OWN = {"f", "x", "y", "A", "np", "sqrt", "sum", "+", "3"}


@pytest.mark.parametrize(
    ("about", "change"),
    [
        ({"kind": "function", "of": "np.sqrt"}, "leave out `np.sqrt`"),
        ({"kind": "function", "of": "np.exp"}, "leave out an exponential"),
        ({"kind": "function", "of": "np.arange"}, None),
        ({"kind": "function-again", "of": "np.sqrt"}, "apply `np.sqrt` once too often"),
        ({"kind": "function-again", "of": "np.tanh"}, None),
        ({"kind": "function-exchanged", "used": "expm1", "needed": "exp"}, None),
        (
            {"kind": "function-exchanged", "used": "sum", "needed": "mean"},
            "use `sum` instead of a mean",
        ),
        (
            {"kind": "function-exchanged", "used": "sum", "needed": "argmax"},
            "use `sum` instead of another function",
        ),
        ({"kind": "name", "used": "A"}, None),
        ({"kind": "name", "used": "A", "needed": "x"}, "use `A` instead of `x`"),
        ({"kind": "name", "used": "A", "needed": "z"}, None),
        ({"kind": "term", "of": "x / z"}, "leave out a term"),
        ({"kind": "term", "of": "np.sqrt(x)"}, "leave out the term `np.sqrt(x)`"),
        ({"kind": "axis", "of": ".mean"}, "reduce along a wrong axis"),
        ({"kind": "arguments", "of": "np.outer"}, None),
        ({"kind": "argument", "of": "keepdims=True"}, None),
        ({"kind": "operator", "used": "+", "needed": "-"}, "write `+` instead of `-`"),
        ({"kind": "operator", "used": "@", "needed": "*"}, None),
        ({"kind": "constant", "used": "3", "needed": "2"}, "write 3 instead of 2"),
        ({"kind": "constant", "used": "4", "needed": "2"}, None),
        ({"kind": "constant", "used": "-3", "needed": "3"}, None),
        (
            {
                "kind": "function",
                "of": "np.arange",
                "or": {"kind": "name", "used": "A", "needed": "x"},
            },
            "use `A` instead of `x`",
        ),
    ],
)
def test_a_variant_names_only_what_the_students_code_contains(about, change):
    (known,) = in_own_words({"variants": [about]}, OWN)["variants"]
    assert bool(known.get("vague")) == (change is None)
    if change:
        (line,) = sentences([Finding(Code.VARIANT, data={"variant": known})], Audience.HIDDEN)
        assert f"what you get if you {change}. Does" in line


def test_a_packed_variant_never_exchanges_a_variable_for_an_unknown_one():
    for about in packed("gram_schmidt", 1, True, variants=True)["variants"]:
        assert about["kind"] != "name" or about.get("vague") or "needed" in about


def test_the_words_of_a_function_include_its_helpers_and_no_other_cell():
    cells = [
        "def f(x):\n    '''np.exp'''\n    return half(x)  # np.log",
        "half = lambda y: y / 2",
        "x = np.arange(9)",
    ]
    words = words_near(cells, "f")
    assert {"half", "/", "2", "x"} <= words
    assert words.isdisjoint({"exp", "log", "arange"})


SWAPPED = [
    Finding(Code.EXCHANGED, "value", (a,), data={"other": b, "swapped": True})
    for a, b in (("dx", "dw"), ("dw", "dx"))
]


def test_two_swapped_parts_are_named_once():
    (line,) = sentences(SWAPPED, Audience.HIDDEN)
    assert "Your `dx` and `dw` are swapped." in line


def test_swapped_results_are_recognised():
    def swapped(mean, log_var, eps, f, df):
        solve = PROBLEMS["reparameterize"].solve
        z, dmean, dlog_var, *rest = solve(mean, log_var, eps, f, df)
        return z, dlog_var, dmean, *rest

    data = packed("reparameterize", 1, False)
    verdict = judge_own(data, observer(data, swapped), {"swapped"})
    (line,) = said(verdict, False)
    assert "`dmean` and `dlog_var` are swapped." in line


def test_an_exception_that_numpy_raises_has_no_right_place():
    source = POWERS.format(entry="y[0]", error="RuntimeError").replace(
        "raise RuntimeError(", "np.zeros(2) + np.zeros("
    )
    source = source.replace('"no convergence"', "3")
    lines = said(verdict_of("power_iteration", source, False), False)
    assert any("raises ValueError instead" in line for line in lines)
    assert not any("Right place" in line for line in lines)


def test_a_call_that_fails_only_on_some_input_keeps_nothing():
    source = "def gram_schmidt(A):\n    return A[:, :5] @ A[:, :5]"
    lines = said(verdict_of("gram_schmidt", source, True), True)
    assert any("raises ValueError" in line for line in lines)
    assert not any("The first call works" in line for line in lines)


def test_a_forbidden_package_is_the_only_cause():
    names = Finding(Code.RAISED, "value", data={"function": "f", "raised": "NameError"})
    scipy = Finding(Code.FORBIDDEN, EVERYTHING, data={"name": "scipy", "whole": True})
    (line,) = sentences([scipy, names], Audience.HIDDEN)
    assert "`scipy`, which isn't allowed and costs all points of this problem" in line
    assert of_problem([scipy, names]) == []
    assert of_problem([names]) == [names]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: np.ones((2, 3)) @ np.ones((4, 5)),
            "the sizes of a matrix product don't match: 3 and 4",
        ),
        (lambda: np.ones(3) @ 2.0, "a matrix product needs arrays, and one factor is a number"),
        (
            lambda: np.sqrt([None]),
            "a function of NumPy can't work with a value of the type NoneType",
        ),
        (
            lambda: np.linalg.solve(np.ones((2, 2)), np.ones((3, 1))),
            "two sizes that should be equal are 2 and 3",
        ),
        (lambda: np.add("a", 1), "`add` can't work with values of this type"),
        (lambda: np.isnan("a"), "`isnan` can't work with values of this type"),
    ],
)
def test_numpys_internals_are_put_in_words(make, words):
    with pytest.raises((ValueError, TypeError)) as raised:
        make()
    assert exceptions.in_words(str(raised.value)) == words
    assert exceptions.cause(str(raised.value))

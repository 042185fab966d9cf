"""The judge never raises, gives no points for nothing, and reveals no hidden cases."""

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nngrader.engine import judge
from nngrader.engine.observation.compare import off
from nngrader.engine.observation.observe import observe
from nngrader.records.codes import Code
from nngrader.records.rendering import Audience, text

from tests.exercises.declared_problems import (
    PROBLEMS,
    SEED,
    TYPICAL,
    codes,
    has,
    is_plain,
    judged,
    lost,
    packed,
    texts,
)
from tests.exercises.hidden_numbers import numbers_in
from tests.exercises.test_observe import Endless, Lies, Refuses, Trap

typical_problem = pytest.mark.parametrize("name", TYPICAL)
shown = pytest.mark.parametrize("visible", [True, False])

shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=13)
ODD_ARRAYS = [
    np.array([None, 1.0], dtype=object),
    np.array([[1, 2]], dtype=object),
    np.zeros(3, dtype="V3"),
    np.zeros(5, dtype=[("a", float)]),
    np.full((5, 7), 1e4000, dtype=np.longdouble),
    np.ma.masked_less(np.arange(5.0), 2),
    np.broadcast_to(1.0, (10**6, 10**6)),
    np.ndarray.__new__(Trap, (5,)),
]
arrays = st.one_of(
    hnp.arrays(hnp.scalar_dtypes(), shapes),
    st.sampled_from(range(len(ODD_ARRAYS))).map(ODD_ARRAYS.__getitem__),
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=5),
    arrays,
    st.builds(object),
    st.builds(Refuses),
    st.builds(Lies),
    st.just(Endless([1, 2])),
    st.just(iter([1])),
    st.just(np.float32(1)),
    st.just(10**400),
    st.just(len),
    st.just(np),
)
answers = st.recursive(
    leaves,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.tuples(inside, inside),
        st.dictionaries(st.text(max_size=3), inside, max_size=2),
    ),
    max_leaves=6,
)
message = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), arrays
    ),
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.dictionaries(
            st.sampled_from(
                "parts error changed steps kind values dtype shape masked array".split()
            ),
            inside,
            max_size=6,
        ),
    ),
    max_leaves=12,
)


@shown
@typical_problem
@given(answer=answers)
def test_every_kind_of_return_value_is_judged(name, visible, answer):
    verdict = judged(packed(name, 1, visible), lambda *args: answer)
    assert verdict.score == 0
    assert verdict.findings
    assert visible or numbers_in(packed(name, 1, visible), verdict.findings) == []


@shown
@typical_problem
@given(answer=message)
def test_any_reply_of_a_worker_becomes_a_verdict(name, visible, answer):
    verdict = judge(packed(name, 1, visible), lambda args: answer)
    assert 0 <= verdict.score <= 100
    for audience in Audience:
        assert all(text(f, audience) for f in verdict.findings)


@pytest.mark.parametrize("name", TYPICAL[:3])
@given(change=answers, where=st.integers(0, 5))
def test_one_odd_answer_among_correct_ones_is_judged(name, change, where):
    solve, calls = PROBLEMS[name].solve, []

    def odd_once(*args):
        calls.append(args)
        return change if len(calls) == where + 1 else solve(*args)

    verdict = judged(packed(name, 1, True), odd_once)
    assert 0 <= verdict.score <= 100


def leak_by_message(*args):
    raise ValueError(f"secret {args[0].ravel()[:3].tolist()}")


def leak_by_class(*args):
    raise type(f"Secret{abs(int(args[0].ravel()[0] * 1e6))}", (Exception,), {})


def leak_by_shape(*args):
    return np.zeros((abs(int(args[0].ravel()[0] * 1000)) + 100, 1))


def leak_by_values(*args):
    return args[0] * 1.0, args[0] * 1.0


def leak_by_count(*args):
    return (0,) * min(abs(int(args[0].ravel()[0] * 10)), 10**6)


LEAKS = [leak_by_message, leak_by_class, leak_by_shape, leak_by_values, leak_by_count]


@pytest.mark.parametrize("seed", [SEED, pytest.param(10, marks=pytest.mark.slow)])
@typical_problem
def test_results_on_hidden_inputs_stay_inside(name, seed):
    for leak in LEAKS:
        message = texts(judged(packed(name, seed, False), leak))
        assert "secret" not in message.lower(), leak
        assert not any(number in message for number in _numbers(name, seed)), leak


def is_number(v):
    return isinstance(v, np.ndarray | int | float)


def _numbers(name, seed):
    """Yield the hidden inputs' numbers of three digits and more, and their sizes."""
    for case in packed(name, seed, False)["cases"]:
        for v in filter(is_number, case["args"].values()):
            yield from {f"{abs(x):.3g}" for x in np.ravel(v)[:50] if abs(x) >= 100}
            yield f"({len(v) if np.ndim(v) else v},"


def test_a_message_of_the_student_is_shown_to_the_student():
    assert "secret" in texts(judged(packed("pairwise_distances", 1, True), leak_by_message))


def scaled(name, factor):
    """Return the reference, its first part multiplied."""

    def f(*args):
        whole = PROBLEMS[name].solve(*args)
        return (factor * whole[0], *whole[1:]) if isinstance(whole, tuple) else factor * whole

    return f


def test_a_charged_mistake_is_not_charged_again():
    for name in filter(is_plain, PROBLEMS):
        first = next(iter(PROBLEMS[name].returns.values()))
        assert lost(judged(packed(name, SEED, False), scaled(name, 2))) == {first}, name


SPECIAL = {
    "pairwise_distances": lambda X, Y: X.dtype == np.uint8,
    "softmax_cross_entropy": lambda scores, targets: np.abs(scores).max() > 500,
    "hinge_loss": lambda scores, targets, margin=1.0: scores.dtype.kind == "i",
}
FORMS = {"a list": np.ndarray.tolist, "float32": lambda a: a.astype("f4")}


def of_form(name, form):
    """Return the reference, whose array has another form in one special kind of case."""

    def f(*args):
        whole = PROBLEMS[name].solve(*args)
        if not SPECIAL[name](*args):
            return whole
        return (whole[0], form(whole[1])) if isinstance(whole, tuple) else form(whole)

    return f


@shown
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SPECIAL)
def test_a_fault_of_form_in_a_special_case_is_reported_as_such(name, form, visible):
    data = packed(name, SEED, visible)
    for known in (data, data | {"mistakes": {}}):
        (result,) = judged(known, of_form(name, FORMS[form])).findings
        assert result.code == (Code.KIND if form == "a list" else Code.DTYPE)
        assert result.mistake is None


def test_float32_inside_costs_one_aspect_whatever_the_draw():
    def f(scores, targets):
        loss, gradient = PROBLEMS["softmax_cross_entropy"].solve(scores.astype("f4"), targets)
        return float(loss), gradient.astype(float)

    for seed in range(5):
        verdict = judged(packed("softmax_cross_entropy", seed, False), f)
        assert verdict.score == pytest.approx(100 - 100 * 4 / 14), seed


def test_a_special_aspect_is_shared_by_its_parts():
    known = PROBLEMS["softmax_cross_entropy"].mistakes["log of zero"]
    for seed in range(5):
        verdict = judged(packed("softmax_cross_entropy", seed, False), known.solve)
        assert verdict.points["stability"] == pytest.approx((200 / 14, 400 / 14)), seed


def test_a_mistake_in_all_parts_is_reported_for_all_and_charged_once():
    p = PROBLEMS["hinge_loss"]
    verdict = judged(packed(p.name, 1, True), p.mistakes["not averaged"].solve)
    (result,) = verdict.findings
    assert (result.code, result.aspect) == (Code.MISTAKE, "value")
    assert (result.parts, result.mistake) == (("loss", "gradient"), "not averaged")
    assert set(verdict.spared) == {"gradient", "edge"}


def test_an_exception_that_follows_from_a_mistake_costs_nothing_more():
    known = PROBLEMS["knn_predict"].mistakes["sorted down the columns"]
    data = packed("knn_predict", 5, False)
    assert any("sorted down the columns" not in case["mistaken"] for case in data["cases"])
    verdict = judged(data, known.solve)
    assert [f.mistake for f in verdict.findings] == ["sorted down the columns"]
    assert {a for a, (got, most) in verdict.points.items() if got < most} == {"value"}


def test_a_special_case_is_not_explained_by_what_ordinary_input_would_show():
    def f(scores, targets):
        z = scores - scores.min(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        gradient = np.exp(log_p)
        gradient[np.arange(len(z)), targets] -= 1
        return -log_p[np.arange(len(z)), targets].mean(), gradient / len(z)

    verdict = judged(packed("softmax_cross_entropy", 1, True), f)
    assert "by log p" not in {f.mistake for f in verdict.findings}


def test_form_counts_in_addition_to_an_explained_mistake():
    points = judged(
        packed("pairwise_distances", 1, True), scaled("pairwise_distances", 2)
    ).points
    assert points["shape"][0] == points["shape"][1]


def test_form_does_not_count_in_addition_to_an_unexplained_one():
    def odd(X, Y):
        return np.sin(PROBLEMS["pairwise_distances"].solve(X, Y))

    assert judged(packed("pairwise_distances", 1, True), odd).score == 0


def special(scores):
    """Return whether scores are large, as in the cases of the aspect stability."""
    return np.abs(scores).max() > 500


def test_a_function_that_fails_on_ordinary_input_has_no_points_for_its_form():
    solve = PROBLEMS["softmax_cross_entropy"].solve

    def f(scores, targets):
        if len(scores) == len(targets) and not special(scores):
            raise KeyError
        return solve(scores, targets)

    verdict = judged(packed("softmax_cross_entropy", 1, True), f)
    assert lost(verdict) == {"shape", "value", "gradient"}


def test_input_changed_in_one_case_is_charged():
    solve = PROBLEMS["softmax_cross_entropy"].solve

    def f(scores, targets):
        answer = solve(scores, targets)
        if special(scores):
            scores[:] = 0
        return answer

    verdict = judged(packed("softmax_cross_entropy", 1, True), f)
    assert lost(verdict) == {"inputs-unchanged"}


@shown
def test_an_unexpected_error_in_hidden_cases_is_not_named(visible):
    solve = PROBLEMS["softmax_cross_entropy"].solve

    def f(scores, targets):
        if len(scores) != len(targets):
            raise BlockingIOError
        return solve(scores, targets)

    verdict = judged(packed("softmax_cross_entropy", 1, visible), f)
    assert has(verdict, Code.ERROR_EXPECTED, expected="ValueError")
    assert ("BlockingIOError" in texts(verdict)) == visible


@pytest.mark.parametrize(
    ("used", "costs"),
    [
        (["scipy.spatial.distance.cdist"], "all"),
        (["numpy.vectorize"], "loops"),
        (["numpy.vectorized"], ""),
        (["numpy.linalg.norm", "numpy"], ""),
    ],
)
def test_a_forbidden_name_costs_its_price(used, costs):
    p = PROBLEMS["pairwise_distances"]
    verdict = judged(packed(p.name, 1, False), p.solve, used)
    assert lost(verdict) == (set(p.points) if costs == "all" else set(costs.split()))
    assert bool(verdict.findings) == bool(costs)


@pytest.mark.parametrize(
    ("make", "loses"),
    [
        (lambda d: d.astype("f4"), {"shape"}),
        (lambda d: d.tolist(), {"shape"}),
        (lambda d: np.ma.masked_invalid(d), set()),
        (lambda d: np.ma.masked_array(d, d == d[0, 0]), {"shape"}),
        (lambda d: d.astype("g"), set()),
        (lambda d: d.astype(">f8"), set()),
        (lambda d: np.asfortranarray(d), set()),
        (lambda d: d.astype(complex), {"shape"}),
        (lambda d: d.astype(object), {"shape"}),
        (lambda d: d[None], {"shape"}),
        (lambda d: d.ravel(), {"shape"}),
        (lambda d: (d,), {"shape"}),
    ],
)
def test_a_correct_answer_of_another_type_loses_only_its_form(make, loses):
    p = PROBLEMS["pairwise_distances"]
    verdict = judged(packed(p.name, 1, False), lambda X, Y: make(p.solve(X, Y)))
    assert lost(verdict) == loses


def test_the_steps_grow_with_the_rows_of_a_loop():
    data = packed("pairwise_distances", 1, True)
    looped = [c for c in data["cases"] if c["aspect"] == "loops"]
    assert [c["letter"] for c in looped] == ["N", "N", "M", "M"]
    for few, many in (looped[:2], looped[2:]):
        assert many["sizes"][many["letter"]] - few["sizes"][few["letter"]] >= 70

    def steps(case, f):
        return observe(f, case["args"], 1)["steps"]

    def rows(X, Y):
        return np.array([np.sqrt(((x - Y) ** 2).sum(1)) for x in X])

    more = looped[1]["sizes"]["N"] - looped[0]["sizes"]["N"]
    assert steps(looped[1], rows) - steps(looped[0], rows) >= more


def test_one_step_for_each_entry_is_charged():
    solve = PROBLEMS["pairwise_distances"].solve

    def run(args):
        return observe(solve, args, 1) | {"steps": len(args["X"])}

    assert lost(judge(packed("pairwise_distances", 1, False), run)) == {"loops"}


def by_hand(X, Y):
    """Return correct distances, by two loops."""
    return np.array([[np.linalg.norm(x.astype(float) - y) for y in Y] for x in X])


def where_large(instead):
    """Return a function with loops that does something else where steps are counted."""
    return lambda X, Y: instead(X, Y) if max(len(X), len(Y)) > 40 else by_hand(X, Y)


ASIDE = {
    "nothing": lambda X, Y: None,
    "an error": lambda X, Y: 1 / 0,
    "zeros": lambda X, Y: np.zeros((len(X), len(Y))),
    "part": lambda X, Y: by_hand(X[:1], Y),
    "a list": lambda X, Y: PROBLEMS["pairwise_distances"].solve(X, Y).tolist(),
}


@shown
@pytest.mark.parametrize("aside", ASIDE)
def test_evading_the_step_count_costs_the_points_for_loops(aside, visible):
    verdict = judged(packed("pairwise_distances", SEED, visible), where_large(ASIDE[aside]))
    assert lost(verdict) == {"loops", "memory"}
    expected = Code.RAISED if aside == "an error" else Code.LARGER_WRONG
    assert expected in codes(verdict)


def test_the_sizes_at_which_steps_are_counted_are_drawn():
    seeds = [packed("pairwise_distances", seed, False)["cases"] for seed in range(8)]
    for k in (-2, -1):
        assert len({cases[k]["sizes"]["M"] for cases in seeds}) > 1


def test_a_mistake_that_is_charged_keeps_the_loops():
    p = PROBLEMS["pairwise_distances"]
    assert lost(judged(packed(p.name, 1, False), p.mistakes["squared"].solve)) == {"value"}


@pytest.mark.parametrize(
    "names",
    [[*PROBLEMS][:9], pytest.param([*PROBLEMS], marks=pytest.mark.slow)],
    ids=["few", "all"],
)
def test_a_worker_that_does_not_reply_earns_nothing(names):
    for name in names:
        for parts in ([], [{}], [None], ()):
            data = packed(name, SEED, False)
            assert judge(data, lambda args, parts=parts: {"parts": parts}).score == 0, name


@pytest.mark.parametrize("rtol", [0.0, 1e-7, 0.5])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 1.0])
def test_entries_agree_as_numpy_says(rtol, odd):
    one = [0.0, -0.0, 1.0, 1 + 5e-8, -1.0, 1e-300, 3e-300, odd]
    got, want = (a.ravel() for a in np.meshgrid(one, one))
    largest = max(abs(v) for v in one if np.isfinite(v))
    expected = np.isclose(got, want, rtol=0, atol=rtol * largest + 1e-300, equal_nan=True)
    np.testing.assert_array_equal(off(got, want, rtol), ~expected)


@pytest.mark.parametrize("visible", [True, False])
def test_a_boolean_instead_of_a_number_is_named(visible):
    verdict = judged(packed("gradient_check", 1, visible), lambda *_, **__: False)
    assert verdict.score == 0
    assert codes(verdict) == [Code.BOOLEAN]


def test_an_undeclared_factor_is_charged_where_it_spoils_most():
    def halved(*args):
        loss, grads = PROBLEMS["two_layer_loss"].solve(*args)
        return loss, {name: gradient / 2 for name, gradient in grads.items()}

    verdict = judged(packed("two_layer_loss", 1, True), halved)
    assert lost(verdict) == {"hidden"}
    assert {"output", "stability"} == set(verdict.spared)
    (result,) = verdict.findings
    assert (result.code, result.parts) == (Code.FACTOR, ("dW2", "db2", "dW1", "db1"))
    assert (result.data["factor"], result.data["power"]) == ("2", -1)


def test_a_last_row_and_column_of_zeros_cost_the_same_in_check_and_grading():
    def f(x, weight, bias, stride, padding):
        y = PROBLEMS["conv2d_forward"].solve(x, weight, bias, stride, padding)
        y[:, :, -1], y[:, :, :, -1] = 0, 0
        return y

    verdicts = [judged(packed("conv2d_forward", 1, v), f) for v in (True, False)]
    assert [v.findings[0].code for v in verdicts] == [Code.LEFT_EMPTY] * 2
    assert verdicts[0].points == verdicts[1].points


def test_an_axis_is_named_only_if_it_has_this_length_in_all_cases():
    data = packed("conv2d_fast", 1, False)
    case = data["cases"][0]
    case["sizes"] = case["sizes"] | {"N": np.shape(case["want"][0])[3]}  # W_out, by chance
    (finding, *_) = judged(data, lambda *args: np.zeros((2, 3, 4))).findings
    assert "N" not in finding.data["expected"]


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("importance_log_likelihood", (1, 0)),
        ("reparameterize", (0, 2, 1, 3, 4)),
        ("reparameterize", (1, 0, 2, 3, 4)),
        ("gan_losses", (0, 1, 2, 4, 3, 5, 6)),
        ("perplexity", (1, 0)),
        ("pca", (0, 2, 1)),
        ("row_reduce", (1, 0)),
        ("power_iteration", (1, 0)),
        ("evaluate", None),
    ],
)
def test_a_wrong_order_costs_the_same_everywhere(name, order):
    p = PROBLEMS[name]

    def in_another_order(*args):
        value = p.solve(*args)
        return tuple(value[k] for k in order or (1, 0))

    for visible in (True, False):
        verdict = judged(packed(name, SEED, visible), in_another_order)
        assert lost(verdict) == {"shape"}
        (finding,) = verdict.findings
        assert finding.code == Code.ORDER
        assert "swapped" in text(finding, Audience.VISIBLE)

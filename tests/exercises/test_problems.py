"""Every declared problem, held to its own declaration over several seeds.

A commit sees, of half of the problems, a quarter of the mistakes and of the alternatives on one
of three seeds, and the gate of a release for a third: `nngrader release` goes through all.
"""

import ast
import functools
import inspect
import itertools
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from nngrader.engine import cases_json
from nngrader.engine.declaration.gate import over_seeds

from tests.exercises.declared_problems import (
    PLAIN,
    PROBLEMS,
    SEEDS,
    is_charged_as_declared,
    judged,
    lost,
    packed,
    texts,
)

DATA = [(seed, visible) for seed in SEEDS for visible in (True, False)]
every_data = pytest.mark.parametrize(("seed", "visible"), DATA)
one_seed = pytest.mark.rotate("seed", 1)
every_problem = pytest.mark.parametrize("name", PROBLEMS)
every_plain_problem = pytest.mark.parametrize("name", PLAIN)


a_quarter = pytest.mark.thin("mistake", 4, within="name")
seen_or_hidden = pytest.mark.rotate("visible", 1)


def each(kind):
    return [
        pytest.param(name, what, id=f"{name}: {what}")
        for name, p in PROBLEMS.items()
        for what in getattr(p, kind)
    ]


def shaped(p, make):
    """Return an answer whose parts have the right shapes and are filled by `make(shape)`."""

    def f(*args):
        try:
            right = p.solve(*args)
        except ValueError:
            right = p.solve(*p.by_hand)
        parts = tuple(make(np.shape(w)) for w in (right if len(p.returns) > 1 else (right,)))
        return parts if len(p.returns) > 1 else parts[0]

    return f


@every_problem
def test_the_declaration_is_sound(name):
    PROBLEMS[name].validate()


@every_problem
def test_no_right_answer_begins_with_what_lies_in_memory(name):
    # A mutant that leaves out the filling would return something else in each call.
    p = PROBLEMS[name]
    sources = [inspect.getsource(f) for f in (p.solve, *p.alternatives.values())]
    assert [source for source in sources if "np.empty" in source] == []


@one_seed
@every_data
@every_problem
def test_the_reference_has_all_points_and_nothing_is_said(name, seed, visible):
    verdict = judged(packed(name, seed, visible), PROBLEMS[name].solve)
    assert (verdict.score, verdict.findings) == (100, [])


@pytest.mark.thin("style", 4, within="name")
@one_seed
@every_data
@pytest.mark.parametrize(("name", "style"), each("alternatives"))
def test_an_alternative_has_all_points(name, style, seed, visible):
    verdict = judged(packed(name, seed, visible), PROBLEMS[name].alternatives[style])
    assert (verdict.score, verdict.findings) == (100, [])


@functools.cache
def verdict(name, mistake, seed, visible):
    """Return the verdict on a known mistake, cached since two tests read it."""
    return judged(packed(name, seed, visible), PROBLEMS[name].mistakes[mistake].solve)


@a_quarter
@one_seed
@every_data
@pytest.mark.parametrize(("name", "mistake"), each("mistakes"))
def test_a_mistake_is_charged_as_it_is_declared(name, mistake, seed, visible):
    p = PROBLEMS[name]
    came = verdict(name, mistake, seed, visible)
    assert is_charged_as_declared(p, p.mistakes[mistake], came), lost(came)


@a_quarter
@one_seed
@every_data
@pytest.mark.parametrize(("name", "mistake"), each("mistakes"))
def test_a_mistake_gets_its_own_hint_and_no_other(name, mistake, seed, visible):
    found = verdict(name, mistake, seed, visible)
    named = {m for aspect, _, m in found.findings if aspect != "shape"}
    hints = {m: known.hint for m, known in PROBLEMS[name].mistakes.items()}
    assert {hints.get(m) for m in named} == {hints[mistake]}
    assert PROBLEMS[name].mistakes[mistake].hint in texts(found)


NOTHING = {
    "untouched": lambda p: lambda *args: exec("raise NotImplementedError"),
    "None": lambda p: lambda *args: None,
    "several None": lambda p: lambda *args: (None,) * len(p.returns),
    "a ValueError": lambda p: lambda *args: int("none"),
    "an exit": lambda p: lambda *args: exec("raise SystemExit"),
}
ARRAYS = {
    "zeros": lambda p: shaped(p, np.zeros),
    "ones": lambda p: shaped(p, np.ones),
    "nan": lambda p: shaped(p, lambda shape: np.full(shape, np.nan)),
    "infinite": lambda p: shaped(p, lambda shape: np.full(shape, -np.inf)),
    "random": lambda p: shaped(p, np.random.default_rng(0).normal),
    "empty": lambda p: lambda *args: np.zeros(0),
    "the first argument": lambda p: lambda *args: args[0],
}


@seen_or_hidden
@one_seed
@every_data
@every_problem
@pytest.mark.parametrize("what", NOTHING)
def test_nothing_gives_nothing(name, what, seed, visible):
    assert judged(packed(name, seed, visible), NOTHING[what](PROBLEMS[name])).score == 0


@seen_or_hidden
@one_seed
@every_data
@every_plain_problem
@pytest.mark.parametrize("what", ARRAYS)
def test_arrays_that_know_nothing_give_nothing(name, what, seed, visible):
    assert judged(packed(name, seed, visible), ARRAYS[what](PROBLEMS[name])).score == 0


@every_problem
def test_an_untouched_stub_is_told_so_once(name, seed):
    verdict = judged(packed(name, seed, True), NOTHING["untouched"](PROBLEMS[name]))
    finding = f"{name} is not written yet (NotImplementedError)."
    assert [text for _, text, _ in verdict.findings] == [finding]


@pytest.mark.rotate("name", len(PROBLEMS) // 3)
@pytest.mark.rotate("first", 1)
@pytest.mark.parametrize("first", range(50))
@every_problem
def test_the_gate_of_a_release_holds(name, first):
    assert over_seeds(PROBLEMS[name], 1, first=first) == []


@every_problem
def test_visible_data_survives_a_file_bit_for_bit(name, seed, tmp_path):
    data = packed(name, seed, True)
    cases_json.save(data, tmp_path / "cases.json")
    again = cases_json.load(tmp_path / "cases.json")
    assert cases_json.dumps(again) == cases_json.dumps(data)
    assert judged(again, PROBLEMS[name].solve).score == 100


@every_problem
def test_packed_data_holds_nothing_but_plain_types(name, seed):
    kinds = {type(v) for v in walk(packed(name, seed, False))}
    assert kinds <= {dict, list, str, int, float, bool, type(None), np.ndarray}


def walk(v):
    yield v
    for inside in v.values() if type(v) is dict else v if type(v) is list else ():
        yield from walk(inside)


@every_problem
def test_packed_data_holds_no_statement_of_the_reference(name, seed):
    text = "".join(cases_json.dumps(packed(name, seed, True)).split())
    body = ast.parse(inspect.getsource(PROBLEMS[name].solve)).body[0].body[1:]
    statements = ["".join(ast.unparse(s).split()) for s in body]
    assert not [s for s in statements if len(s) > 20 and s in text]


@every_problem
def test_visible_and_hidden_cases_share_no_input(name, seed):
    arrays = [
        {v.tobytes() for c in packed(name, seed, shown)["cases"] for v in _arrays(c["args"])}
        for shown in (True, False)
    ]
    assert not arrays[0] & arrays[1]


def _arrays(args):
    return [v for v in args.values() if isinstance(v, np.ndarray) and v.size > 20]


@pytest.mark.parametrize(("N", "M"), [(5, 17), (17, 5), (7, 5), (11, 13)])
def test_far_points_have_the_sizes_they_should_and_some_nearly_coincide(N, M):
    case = next(c for c in PROBLEMS["pairwise_distances"].cases if c.group == "coincident")
    X, Y = case.make(np.random.default_rng(0), N, M, 7)
    assert (X.shape, Y.shape) == ((N, 7), (M, 7))
    far = np.linalg.norm(X[:, None] - Y, axis=2)
    assert (far < 1e-5).any(axis=0).sum() == min(N, M) - 2
    assert np.sort(far, axis=None)[min(N, M) - 2] > 1


def test_no_order_of_adding_keeps_what_is_under_the_root_from_below_0():
    case = next(c for c in PROBLEMS["pairwise_distances"].cases if c.group == "coincident")
    for seed in range(20):
        X, Y = case.make(np.random.default_rng(seed), 7, 11, 5)
        for order in itertools.permutations(range(5)):
            x, y = X[-1, order], Y[0, order]
            xx, yy, xy = (added(*pair) for pair in ((x, x), (y, y), (x, y)))
            assert (xx, yy, xy) == (fused(x, x), fused(y, y), fused(x, y))
            assert xx + yy - 2 * xy < 0


def added(x, y):
    """Return the sum of products, each product and each sum rounded."""
    total = 0.0
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        total += a * b
    return total


def fused(x, y):
    """Return the sum of products, product and sum rounded together (fused multiply-add)."""
    total = 0.0
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        total = float(Fraction(a) * Fraction(b) + Fraction(total))
    return total


@one_seed
@every_data
def test_some_picture_is_safe_by_the_margin(seed, visible):
    data = packed("hinge_loss", seed, visible)
    for case in [c for c in data["cases"] if c["aspect"] == "value"]:
        pays = np.any(case["want"][1], axis=1)
        assert pays.any()
        assert not pays.all()


@one_seed
@every_data
@every_problem
def test_of_two_ordinary_cases_one_is_wide_and_one_is_high(name, seed, visible):
    for one, other in pairwise(packed(name, seed, visible)["cases"]):
        if one["group"] == other["group"] and one["aspect"] == "value":
            first, second = ([*c["sizes"].values(), 0][:2] for c in (one, other))
            assert len(one["sizes"]) < 2 or (first[0] < first[1]) != (second[0] < second[1])


TOGETHER = (  # one sample alone has no spread
    "pca",
    "ridge_fit",
    "gaussian_classifier_fit",
    "batch_norm_forward",
    "batch_norm_backward",
)


def _has_samples(p):
    """Return whether the first argument has a row for each of N samples that count one each."""
    return (
        p.name not in TOGETHER and "N" in p.cases[0].letters[:1] and np.ndim(p.by_hand[0]) > 1
    )


WEAK = {
    "the best class for the right one": (
        "softmax_cross_entropy",
        lambda s, t: PROBLEMS["softmax_cross_entropy"].solve(s, s.argmax(axis=1))[0],
    ),
    "the logarithm of a mean": (
        "softmax_cross_entropy",
        lambda s, t: -np.log((np.exp(s) / np.exp(s).sum(1, keepdims=True))[[0, 1], t].mean()),
    ),
    "at least the margin": (
        "hinge_loss",
        lambda s, t, m: (np.maximum(m, s - s[[0, 1], t, None]).sum() - 2 * m) / 2,
    ),
}


@pytest.mark.parametrize("weak", WEAK)
def test_the_example_tells_wrong_ideas_apart(weak):
    name, f = WEAK[weak]
    p = PROBLEMS[name]
    assert not np.isclose(f(*p.by_hand), p.solve(*p.by_hand)[0], rtol=1e-3)


def _has_rows(p):
    """Return whether the first argument is a table of samples, and not a square matrix."""
    first = np.shape(p.by_hand[0])
    return _has_samples(p) and (len(first) < 2 or first[0] != first[1])


@pytest.mark.parametrize("name", [name for name in PLAIN if _has_rows(PROBLEMS[name])])
def test_every_row_of_the_example_contributes(name):
    p = PROBLEMS[name]
    rows = range(len(p.by_hand[0]))
    for part in map(np.asarray, _parts(p, p.by_hand)):
        assert part.ndim == 0 or part.any(axis=tuple(range(1, part.ndim))).all()
    for row in rows:
        alone = [v[[row]] if np.shape(v)[:1] == (len(rows),) else v for v in p.by_hand]
        assert all(np.any(part) for part in _parts(p, alone))


@pytest.mark.parametrize("name", TOGETHER[1:])
def test_every_row_of_the_example_changes_every_part(name):
    p, n = PROBLEMS[name], len(PROBLEMS[name].by_hand[0])
    asked = _parts(p, p.by_hand)
    for row in range(n):
        others = [np.delete(v, row, 0) if np.shape(v)[:1] == (n,) else v for v in p.by_hand]
        for part, without in zip(asked, _parts(p, others), strict=True):
            assert np.shape(part) != np.shape(without) or not np.allclose(part, without)


def _parts(p, args):
    whole = p.solve(*args)
    return whole if len(p.returns) > 1 else (whole,)


def test_every_hint_asks():
    hints = [m.hint for p in PROBLEMS.values() for m in p.mistakes.values()]
    assert [h for h in hints if "?" not in h] == []


@pytest.mark.deep(4)
@every_problem
def test_what_was_tried_is_the_same_for_every_seed(name):
    # Feedback shows it, so it must not tell how large the hidden inputs were.
    tried = [{case["tried"] for case in packed(name, seed, False)["cases"]} for seed in SEEDS]
    assert all(words == tried[0] for words in tried)


def test_the_order_of_equal_distances_decides_no_vote(rng):
    known = PROBLEMS["knn_predict"].solve.__globals__
    X_train, X = (rng.integers(8, size=(n, 5)).astype(float) for n in (40, 500))
    _, _, rows, k = known["asked"](rng, X_train, X, 6, 500, tied=False)
    near = np.sort(known["pairwise_distances"](rows, X_train), axis=1)
    assert len(rows) > 9
    assert (near[:, k] - near[:, k - 1] > 1e-4).all()

"""Every declared problem, held to its own declaration on one seed; on more with `--slow`."""

import ast
import inspect
import itertools
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from nngrader.engine import cases_json
from nngrader.engine.declaration.cases import pack
from nngrader.engine.declaration.gate import check_seed, over_seeds, seeds_needed
from nngrader.records.codes import Code

from tests.exercises.declared_problems import (
    CHALLENGES,
    OTHER_DRAWS,
    PROBLEMS,
    SEED,
    TYPICAL,
    is_charged_as_declared,
    is_plain,
    judged,
    lost,
    packed,
    texts,
)

slow = pytest.mark.slow
every_problem = pytest.mark.parametrize("name", PROBLEMS)
TAKES_LONG = "Value gradient_check residual_block sample train_one_epoch Checkpoint".split()
FEW = (*TYPICAL, "pca", "affine_backward", "optimizer_step", "NormalizeRows")
few_problems = pytest.mark.parametrize(  # the others with --slow
    "name", [pytest.param(name, marks=[slow] * (name not in FEW)) for name in PROBLEMS]
)
every_draw = pytest.mark.parametrize(
    ("seed", "visible"),
    [
        (SEED, False),
        *(pytest.param(*draw, marks=slow) for draw in ((SEED, True), *OTHER_DRAWS)),
    ],
)


@pytest.fixture
def some(pytestconfig):
    """Return a function that selects one in four answers of problems that take long."""

    def kept(name, answers):
        step = 4 if name in TAKES_LONG and not pytestconfig.getoption("slow") else 1
        return dict(list(answers.items())[::step])

    return kept


@every_problem
def test_the_declaration_is_sound(name):
    PROBLEMS[name].validate()


@every_problem
def test_no_correct_answer_begins_with_uninitialised_memory(name):
    # A mutant that leaves out the filling would return something else in each call.
    p = PROBLEMS[name]
    sources = [inspect.getsource(f) for f in (p.solve, *p.alternatives.values())]
    assert [source for source in sources if "np.empty" in source] == []


@every_draw
@every_problem
def test_correct_answers_get_full_points_and_no_findings(name, seed, visible, some):
    p, unfair = PROBLEMS[name], {}
    for title, f in {"the reference": p.solve, **some(name, p.alternatives)}.items():
        verdict = judged(packed(name, seed, visible), f)
        if (verdict.score, verdict.findings) != (100, []):
            unfair[title] = verdict.score, verdict.findings
    assert unfair == {}


@every_draw
@every_problem
def test_each_mistake_is_charged_as_declared_and_gets_only_its_own_hint(
    name, seed, visible, some
):
    p, wrong = PROBLEMS[name], []
    hints = {title: mistake.hint for title, mistake in p.mistakes.items()}
    for title, mistake in some(name, p.mistakes).items():
        verdict = judged(packed(name, seed, visible), mistake.solve)
        named = {f.mistake for f in verdict.findings if f.mistake or f.aspect != "shape"}
        if not is_charged_as_declared(p, mistake, verdict):
            wrong.append((title, "loses", lost(verdict)))
        if {hints.get(m) for m in named} != {mistake.hint}:
            wrong.append((title, "is taken for", named))
        if mistake.hint not in texts(verdict):
            wrong.append((title, "is not told", mistake.hint))
    assert wrong == []


NOTHING = {
    "untouched": lambda *args: exec("raise NotImplementedError"),
    "None": lambda *args: None,
    "two None": lambda *args: (None, None),
    "a ValueError": lambda *args: int("none"),
    "an exit": lambda *args: exec("raise SystemExit"),
    "a number": lambda *args: 1.0,
    "nan": lambda *args: np.nan,
    "zeros": lambda *args: np.zeros(3),
    "two parts": lambda *args: (2, np.ones((3, 3))),
}


@every_draw
@every_problem
def test_empty_input_gives_empty_output(name, seed, visible):
    data = packed(name, seed, visible)
    scores = {what: judged(data, f).score for what, f in NOTHING.items()}
    assert {what: score for what, score in scores.items() if score} == {}


@every_problem
def test_an_untouched_stub_is_reported_once(name):
    verdict = judged(packed(name, SEED, False), NOTHING["untouched"])
    (result,) = verdict.findings
    assert (result.code, result.data) == (Code.NOT_WRITTEN, {"function": name})


@slow
@every_problem
def test_the_problem_passes_the_gate_of_a_release(name):
    assert over_seeds(PROBLEMS[name], 2, first=10) == []


@slow
@every_problem
def test_cases_are_drawn_for_all_seeds_of_a_release(name):
    for seed in range(seeds_needed(PROBLEMS[name], 50)):
        pack(PROBLEMS[name], seed, visible=False, variants=False)


@few_problems
def test_visible_data_survives_a_file_bit_for_bit(name, tmp_path):
    data = packed(name, SEED, True)
    cases_json.save(data, tmp_path / "cases.json")
    again = cases_json.load(tmp_path / "cases.json")
    assert cases_json.dumps(again) == cases_json.dumps(data)
    assert judged(again, PROBLEMS[name].solve).score == 100


@every_problem
def test_packed_data_contains_only_plain_types(name):
    kinds = {type(v) for v in walk(packed(name, SEED, False))}
    assert kinds <= {dict, list, str, int, float, bool, type(None), np.ndarray}


def walk(v):
    yield v
    for inside in v.values() if type(v) is dict else v if type(v) is list else ():
        yield from walk(inside)


@every_problem
def test_packed_data_contains_no_statement_of_the_reference(name):
    data = packed(name, SEED, False)
    text = "".join("".join(v for v in walk(data) if type(v) is str).split())
    body = ast.parse(inspect.getsource(PROBLEMS[name].solve)).body[0].body[1:]
    statements = ["".join(ast.unparse(s).split()) for s in body]
    assert not [s for s in statements if len(s) > 20 and s in text]


@few_problems
def test_visible_and_hidden_cases_share_no_input(name):
    arrays = [
        {v.tobytes() for c in packed(name, SEED, shown)["cases"] for v in _arrays(c["args"])}
        for shown in (True, False)
    ]
    assert not arrays[0] & arrays[1]


def _arrays(args):
    return [v for v in args.values() if isinstance(v, np.ndarray) and v.size > 20]


@slow
@every_problem
def test_tried_candidates_are_the_same_for_every_seed(name):
    # Feedback shows it, so it must not tell how large the hidden inputs were.
    tried = [{c["tried"] for c in packed(name, seed, False)["cases"]} for seed in (SEED, 2)]
    assert tried[0] == tried[1]


@every_draw
@every_problem
def test_of_two_ordinary_cases_one_is_wide_and_one_is_tall(name, seed, visible):
    for one, other in pairwise(packed(name, seed, visible)["cases"]):
        if one["group"] == other["group"] and one["aspect"] == "value":
            first, second = ([*c["sizes"].values(), 0][:2] for c in (one, other))
            same = one["sizes"] == other["sizes"] or len(one["sizes"]) < 2
            assert same or (first[0] < first[1]) != (second[0] < second[1])


@pytest.mark.parametrize("name", CHALLENGES)
def test_the_solution_file_of_a_challenge_gets_full_points_and_no_file_none(name):
    assert check_seed(CHALLENGES[name], SEED) == []


# What single problems draw


def test_radicand_is_negative_in_every_order_of_summation():
    case = next(c for c in PROBLEMS["pairwise_distances"].cases if c.group == "coincident")
    for seed in range(20):
        X, Y = case.make(np.random.default_rng(seed), 7, 11, 5)
        columns = np.argsort(X[-1] == 0, kind="stable")[:5]  # only two numbers aren't 0
        for order in itertools.permutations(columns):
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


def test_some_images_have_a_zero_gradient_and_some_do_not():
    for seed, visible in itertools.product(range(5), (True, False)):
        for case in packed("hinge_loss", seed, visible)["cases"]:
            if case["aspect"] == "value":
                assert len(set(np.any(case["want"][1], axis=1))) == 2, seed


TOGETHER = ("ridge_fit", "gaussian_classifier_fit", "batch_norm_forward", "batch_norm_backward")


def _has_rows(name):
    """Return whether the first argument is a table whose samples contribute separately."""
    p = PROBLEMS[name]
    if not is_plain(name) or name in (*TOGETHER, "pca") or "N" not in p.cases[0].letters[:1]:
        return False
    first = np.shape(p.by_hand[0])
    return len(first) > 1 and first[0] != first[1]


def test_every_row_of_an_example_contributes():
    for name in filter(_has_rows, PROBLEMS):
        p = PROBLEMS[name]
        for part in map(np.asarray, _parts(p, p.by_hand)):
            rows = part.any(axis=tuple(range(1, part.ndim))) if part.ndim else part
            assert part.ndim == 0 or rows.all(), name
        n = len(p.by_hand[0])
        for row in range(n):
            alone = [v[[row]] if np.shape(v)[:1] == (n,) else v for v in p.by_hand]
            assert all(np.any(part) for part in _parts(p, alone)), name


@pytest.mark.parametrize("name", TOGETHER)
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


def test_no_vote_depends_on_the_order_of_equal_distances(rng):
    known = PROBLEMS["knn_predict"].solve.__globals__
    X_train, X = (rng.integers(8, size=(n, 5)).astype(float) for n in (40, 500))
    _, _, rows, k = known["asked"](rng, X_train, X, 6, 500, tied=False)
    near = np.sort(known["pairwise_distances"](rows, X_train), axis=1)
    assert len(rows) > 9
    assert (near[:, k] - near[:, k - 1] > 1e-4).all()

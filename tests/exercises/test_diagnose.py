"""Explanations and descriptions of made-up wrong answers, one kind at a time."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from nngrader.engine.explanation.changes import changes, named_factors
from nngrader.engine.explanation.diagnose import explain
from nngrader.engine.explanation.patterns import few_digits
from nngrader.engine.explanation.shapes import cause
from nngrader.engine.judgement.form import form
from nngrader.engine.observation.compare import Entry, close
from nngrader.records.codes import Code
from nngrader.records.finding import PRIVATE, Finding
from nngrader.records.rendering import Audience, text

SIZES = [{"N": 5, "C": 7}, {"N": 11, "C": 13}]
MARGINS = [0.7, 1.9]
MISTAKES = {
    "doubled": {"hint": "twice?", "loses": ["value"]},
    "only the loss": {"hint": "which part?", "loses": ["value"]},
}


def entries(wrong, mistaken=None, *, scalar=False, visible=True, part="gradient", good=False):
    """Return two cases of different sizes; ``wrong(want, args, sizes)`` makes the answers."""
    rng = np.random.default_rng(0)
    made = []
    for sizes, margin in zip(SIZES, MARGINS, strict=True):
        want = rng.normal(size=() if scalar else (sizes["N"], sizes["C"])) + 0.3
        args = {
            "scores": rng.normal(size=(sizes["N"], sizes["C"])) * 1000,
            "targets": rng.integers(sizes["C"], size=sizes["N"]),
            "margin": margin,
        }
        case = {"group": "g", "aspect": "value", "sizes": sizes, "args": args}
        got = want if good else np.asarray(wrong(want, args, sizes))
        known = {n: f(want) for n, f in (mistaken or {}).items()}
        made.append(Entry(part, "value", case, got, want, known, 1e-7, visible))
    return made


def explained(wrong, mistaken=None, **about):
    mine = entries(wrong, mistaken, **about)
    with np.errstate(all="ignore"):
        return explain(mine, mine, MISTAKES if mistaken else {}).finding


def test_answers_of_another_shape_are_explained_without_an_error():
    """A known mistake's answer may have its shape in one case, and be unknown in another."""
    both = entries(lambda w, a, s: w[:-1] if s["N"] == 5 else -w)
    assert explain(both, both, MISTAKES, {}).finding is None
    assert few_digits(both[0]) is None


FACTORS = [
    (("N", 1, 1), lambda s, m: s["N"]),
    (("C", 1, -1), lambda s, m: 1 / s["C"]),
    (("N·C", 1, -1), lambda s, m: 1 / (s["N"] * s["C"])),
    (("N/C", 1, 1), lambda s, m: s["N"] / s["C"]),
    (("(C - 1)", 1, -1), lambda s, m: 1 / (s["C"] - 1)),
    (("√N", 1, 1), lambda s, m: s["N"] ** 0.5),
    (("N²", 1, -1), lambda s, m: s["N"] ** -2),
    (("2", 1, 1), lambda s, m: 2),
    (("2", 1, -1), lambda s, m: 0.5),
    (("1/ln 2", 1, 1), lambda s, m: 1 / np.log(2)),
    (("ln 10", 1, 1), lambda s, m: np.log(10)),
    (("margin", 1, 1), lambda s, m: m),
    (("1", -1, 1), lambda s, m: -1),
    (("N", -1, 1), lambda s, m: -s["N"]),
]


@pytest.mark.parametrize("scalar", [True, False])
@pytest.mark.parametrize(("named", "factor"), FACTORS)
def test_a_factor_is_named(named, factor, scalar):
    result = explained(lambda w, a, s: w * factor(s, a["margin"]), scalar=scalar)
    assert result.code == Code.FACTOR
    assert tuple(result.data[key] for key in ("factor", "sign", "power")) == named


@pytest.mark.parametrize("scalar", [True, False])
@pytest.mark.parametrize(
    ("named", "amount"),
    [
        (("1", 1), lambda s, m: 1),
        (("margin", -1), lambda s, m: -m),
        (("ln C", -1), lambda s, m: -np.log(s["C"])),
    ],
)
def test_an_amount_is_named(named, amount, scalar):
    result = explained(lambda w, a, s: w + amount(s, a["margin"]), scalar=scalar)
    assert result.code == Code.AMOUNT
    assert (result.data["amount"], result.data["sign"]) == named


def test_every_factor_has_one_name():
    for letters in [("N", "C"), ("N", "M", "D")]:
        for first, second in [((5, 7, 11), (7, 13, 17)), ((17, 5, 13), (11, 7, 5))]:
            pairs = []
            for numbers in (first, second):
                case = {"sizes": dict(zip(letters, numbers, strict=False)), "args": {}}
                entry = Entry("", "", case, np.ones(1), np.ones(1), {}, 0, True)
                pairs.append(named_factors(entry))
            both = [(round(pairs[0][n], 9), round(pairs[1][n], 9)) for n in pairs[0]]
            assert len(set(both)) == len(both)


def finding(code, **data):
    """Return a finding with these data, to compare others with."""
    return Finding(code, data=data)


OTHER = [
    (finding(Code.SQUARE), lambda w, a, s: w**2),
    (finding(Code.EXPONENTIAL), lambda w, a, s: np.exp(w)),
    (finding(Code.ABSOLUTE), lambda w, a, s: np.abs(w)),
    (finding(Code.NO_NEGATIVES), lambda w, a, s: np.maximum(w, 0)),
    (finding(Code.NO_POSITIVES), lambda w, a, s: np.minimum(w, 0)),
    (finding(Code.COMPLEMENT), lambda w, a, s: 1 - w),
    (finding(Code.TRUNCATED), lambda w, a, s: np.trunc(w)),
    (finding(Code.ROUNDED, decimals=2), lambda w, a, s: np.round(w, 2)),
    (finding(Code.ROUNDED, decimals=6), lambda w, a, s: np.round(w, 6)),
    (
        finding(Code.NOT_FINITE, kind="nan", count=[1, 35], first=[3, 2]),
        lambda w, a, s: put(w, (3, 2), np.nan),
    ),
    (
        finding(Code.NOT_FINITE, kind="infinite", count=[1, 35], first=[1, 0]),
        lambda w, a, s: put(w, (1, 0), np.inf),
    ),
    (finding(Code.FEW_DIGITS), lambda w, a, s: w + 1e-6 * np.abs(w).max() * alt(w)),
    (finding(Code.ZERO, everywhere=True), lambda w, a, s: 0 * w),
    (finding(Code.CONSTANT), lambda w, a, s: np.full_like(w, w.mean())),
    (finding(Code.REVERSED, lines="rows"), lambda w, a, s: w[::-1]),
    (finding(Code.REVERSED, lines="columns"), lambda w, a, s: w[:, ::-1] * (1 + 1e-12)),
    (finding(Code.CUMULATIVE, line="row"), lambda w, a, s: np.cumsum(w, axis=0)),
    (finding(Code.CUMULATIVE, line="column"), lambda w, a, s: np.cumsum(w, axis=1)),
    (finding(Code.SHIFTED, line="row", by=1), lambda w, a, s: np.r_[alt(w[:1]), w[:-1]]),
    (
        finding(Code.SHIFTED, line="column", by=-1),
        lambda w, a, s: np.c_[w[:, 1:], alt(w[:, :1])],
    ),
    (finding(Code.ARGUMENT, argument="scores"), lambda w, a, s: a["scores"]),
    (finding(Code.MINUS_LOGARITHM), lambda w, a, s: -log(w)),
    (finding(Code.RECIPROCAL), lambda w, a, s: 1 / w),
    (finding(Code.SIGNS), lambda w, a, s: w * np.where(alt(w) > 0.7, 1, -1)),
    (finding(Code.LINEAR), lambda w, a, s: 3 * w + 7.7),
    (finding(Code.RISING), lambda w, a, s: w**3 + w),
    (finding(Code.NEAR), lambda w, a, s: w + 0.1 * w**3 / np.abs(w).max() ** 2),
    (finding(Code.FALLING), lambda w, a, s: -(w**3) - w),
    (finding(Code.FIRST_LINES, only="row"), lambda w, a, s: put(w, np.s_[1:], 9 * alt(w[1:]))),
    (
        finding(Code.FIRST_LINES, lines="columns", place=3),
        lambda w, a, s: put(w, np.s_[:, 4:], 9 * alt(w[:, 4:])),
    ),
    (finding(Code.LAST_LINE, line="row"), lambda w, a, s: put(w, np.s_[:-1], 9 * alt(w[:-1]))),
    (
        finding(Code.BY_SIGN, argument="scores", sign="negative"),
        lambda w, a, s: w + (a["scores"] < 0) * alt(w),
    ),
    (finding(Code.BY_SIGN, sign="positive"), lambda w, a, s: w + (w > 0) * alt(w)),
    (finding(Code.LEFT_EMPTY), lambda w, a, s: w * (alt(w) > 0.6)),
    (finding(Code.BORDER), lambda w, a, s: w + around(w)),
    (
        finding(Code.ONE_LINE, end="last", line="row", how="sign"),
        lambda w, a, s: put(w, -1, -w[-1]),
    ),
    (
        finding(Code.ONE_LINE, place=3, line="column", how="factor"),
        lambda w, a, s: w * np.where(np.arange(w.shape[1]) == 3, 1.7, 1),
    ),
    (
        finding(Code.AT_INDEX, argument="targets", how="amount"),
        lambda w, a, s: at_targets(w, a, lambda v: v),
    ),
    (finding(Code.REORDERED), lambda w, a, s: np.roll(w, 2, axis=0)),
    (finding(Code.AT_INDEX, argument="targets"), lambda w, a, s: at_targets(w, a, np.sin)),
    (
        finding(Code.ONLY_AT_INDEX, argument="targets"),
        lambda w, a, s: w + np.sin(w) - at_targets(0 * w, a, lambda v: v) - only(w, a),
    ),
    (
        finding(Code.ONE_LINE, end="last", line="row"),
        lambda w, a, s: put(w, -1, 9 * alt(w[-1])),
    ),
    (finding(Code.ONE_LINE, end="first", line="row"), lambda w, a, s: put(w, 0, 9 * alt(w[0]))),
    (finding(Code.ONE_LINE, place=2, line="row"), lambda w, a, s: put(w, 2, 9 * alt(w[2]))),
    (
        finding(Code.ONE_LINE, place=3, line="column"),
        lambda w, a, s: put(w, (slice(None), 3), 9 * alt(w[:, 3])),
    ),
    (finding(Code.STEADY, same="amount"), lambda w, a, s: w + 0.77),
    (finding(Code.STEADY, same="factor"), lambda w, a, s: w * 0.77),
    (finding(Code.STEADY, same="amount", along="row"), lambda w, a, s: w + alt(w[:, :1])),
    (
        finding(Code.STEADY, same="factor", along="column"),
        lambda w, a, s: w * (2 + np.arange(w.shape[1])),
    ),
    (finding(Code.FIRST_ROW_FILLED), lambda w, a, s: put(w, slice(1, None), 0)),
    (finding(Code.FIRST_ROWS_FILLED), lambda w, a, s: put(w, slice(3, None), 0)),
    (
        finding(Code.DIFFERS),
        lambda w, a, s: put(w, slice(0, 4), 3 * w[:4]) if len(w) < 8 else np.sin(3 * w) + 2,
    ),
    (
        finding(Code.DIFFERS),
        lambda w, a, s: w * np.where(np.arange(len(w)) % 4, 3.0, 0)[:, None],
    ),
    (
        finding(Code.PLACES, place=[["row", "rows", 0, 1], ["column", "columns", 0, 1]]),
        lambda w, a, s: put(w, (slice(0, 2), slice(0, 2)), 9.5 * alt(w[:2, :2])),
    ),
    (finding(Code.DIFFERS), lambda w, a, s: np.sin(3 * w) + 2),
]


def put(w, where, value):
    """Return a copy of w with other entries at an index."""
    changed = w.copy()
    changed[where] = value
    return changed


def log(w):
    """Return the logarithm of w, NaN where negative, without a warning."""
    return np.log(w, where=w > 0, out=np.full_like(w, np.nan))


def around(w):
    """Return an array of the shape of w with 0 inside and other numbers at the border."""
    return put(alt(w), np.s_[1:-1, 1:-1], 0)


def alt(w):
    """Return an array of the shape of w without a pattern."""
    return np.random.default_rng(7).uniform(0.5, 1, size=w.shape)


def at_targets(w, a, f):
    """Return a copy of w with other entries at the targets."""
    n = np.arange(len(w))
    return put(w, (n, a["targets"]), f(w[n, a["targets"]]) + 5)


def only(w, a):
    """Return the difference that makes the entries at the targets correct."""
    n = np.arange(len(w))
    return put(0 * w, (n, a["targets"]), np.sin(w[n, a["targets"]])) - at_targets(
        0 * w, a, lambda v: v
    )


every_change = pytest.mark.parametrize(("expected", "wrong"), OTHER)


@every_change
def test_another_change_is_described(expected, wrong):
    result = explained(wrong)
    assert result.code == expected.code
    assert result.data | expected.data == result.data


@pytest.mark.parametrize("factors", [(2, 3.3), (1, 2)])
def test_a_factor_that_one_case_alone_shows_is_not_named(factors):
    following = iter(factors)
    assert explained(lambda w, a, s: w * next(following), scalar=True).code != Code.FACTOR


def test_a_registered_mistake_comes_first():
    mistaken = {"doubled": lambda w: 2 * w}
    result = explained(lambda w, a, s: 2 * w, mistaken)
    assert (result.code, result.mistake) == (Code.MISTAKE, "doubled")
    assert result.data == {"hint": "twice?"}


def test_a_mistake_that_gives_the_whole_answer_comes_before_one_that_gives_a_part():
    def both(loss_of_doubled):
        mistaken = {"doubled": loss_of_doubled, "only the loss": lambda w: w}
        return entries(lambda w, a, s: w, mistaken, part="loss", good=True)

    gradient = entries(
        lambda w, a, s: 2 * w, {"doubled": lambda w: 2 * w, "only the loss": lambda w: 2 * w}
    )
    here = [*gradient, *both(lambda w: 5 * w)]
    assert explain(gradient, here, MISTAKES).mistake == "only the loss"
    here = [*gradient, *both(lambda w: w)]
    assert explain(gradient, here, MISTAKES).mistake == "doubled"


def test_a_mistake_that_gives_the_correct_result_here_explains_nothing():
    mine = entries(lambda w, a, s: w * (1 + 1.5e-7), {"doubled": lambda w: w * (1 + 0.7e-7)})
    assert not any(e.right for e in mine)
    assert all(e.matches(e.mistaken["doubled"]) for e in mine)
    assert explain(mine, mine, MISTAKES).mistake is None


@pytest.mark.parametrize(("cases", "name"), [(2, "ignores margin"), (1, None)])
def test_that_an_argument_is_ignored_takes_two_cases(cases, name):
    mistaken = {"ignores margin": lambda w: 2 * w}
    mine = entries(lambda w, a, s: 2 * w, mistaken)[:cases]
    result = explain(mine, mine, {"ignores margin": {"hint": "margin?", "loses": []}})
    assert result.mistake == name


@pytest.mark.parametrize("name", ["lr", "lam", "length"])
def test_a_factor_among_the_arguments_takes_two_of_its_values(name):
    def named(*values):
        mine = entries(lambda w, a, s: w)
        with_it = [
            replace(e, case=e.case | {"args": {name: v}}, got=e.want * v)
            for e, v in zip(mine, values, strict=True)
        ]
        return explain(with_it, with_it, {}).finding.data.get("factor") == name

    assert named(0.3, 0.7)
    assert not named(0.3, 0.3)


def test_a_factor_means_nothing_where_its_argument_is_left_out():
    mine = entries(lambda w, a, s: w * a["margin"])
    result = explain(mine, mine, {})
    other = replace(mine[0], case=mine[0].case | {"args": {}})
    assert result.fits(mine[0])
    assert not result.fits(other)


@pytest.mark.parametrize("scalar", [True, False])
def test_a_known_mistake_that_would_need_a_factor_is_not_named(scalar):
    mistaken = {"doubled": lambda w: np.sin(w) + 2}
    result = explained(lambda w, a, s: -s["N"] * (np.sin(w) + 2), mistaken, scalar=scalar)
    assert result.mistake is None


def test_a_part_with_the_answer_of_another_part_is_reported():
    mine = entries(lambda w, a, s: w, part="mean")
    other = entries(lambda w, a, s: w, part="spread")
    others = [replace(o, want=o.want**2 + 1) for o in other]
    both = [replace(e, got=o.want) for e, o in zip(mine, others, strict=True)]
    for e, o in zip(both, others, strict=True):
        e.case["want"] = o.case["want"] = [e.want, o.want]
    result = explain(both, both + others, {}).finding
    assert (result.code, result.data) == (Code.EXCHANGED, {"other": "spread", "swapped": True})


def test_the_place_of_a_mistake_is_seen_again():
    first, other = entries(lambda w, a, s: put(w, 2, 9 * alt(w[2])))
    _, last = entries(lambda w, a, s: put(w, -1, 9 * alt(w[-1])))
    result = explain([first], [first], {})
    assert result.explains
    assert result.fits(other)
    assert not result.fits(last)


def test_a_correct_part_refutes_a_mistake_that_would_change_it():
    def odd(w):
        return np.sin(9 * w)

    def loss_of(got):
        made = entries(lambda w, a, s: w, {"doubled": lambda w: 3 * w}, part="loss", good=True)
        return [replace(e, got=got(e.want)) for e in made]

    mine = entries(lambda w, a, s: odd(w), {"doubled": odd})
    result = explain(mine, mine + loss_of(lambda w: w), MISTAKES)
    assert (result.finding.code, result.mistake) == (Code.LIKE_MISTAKE, None)
    assert result.finding.data == {"hint": "twice?", "like": "doubled"}
    assert result.is_uncertain
    for wrong in (lambda w: 3 * w, lambda w: w + 7):  # a second mistake refutes nothing
        assert explain(mine, mine + loss_of(wrong), MISTAKES).mistake == "doubled"


@pytest.mark.parametrize("k", range(4))
def test_blocks_of_rows_are_named(k):
    made = []
    for e in entries(lambda w, a, s: w, good=True):
        n, want = len(e.want), np.concatenate([e.want] * 4)
        got = put(want, np.s_[k * n : (k + 1) * n], 9 * alt(e.want))
        made.append(replace(e, want=want, got=got, rows=tuple("ifgo")))
    result = explain(made, made, {}).finding
    assert (result.code, result.data) == (Code.BLOCKS, {"letters": ["ifgo"[k]]})


def by_row(w, row, value):
    """Return an array that is 0 except for one row."""
    return put(0 * w, row, value)


JUNK = {
    "ones in the first row": lambda w, a, s: by_row(w, 0, 1.0),
    "ones in the last row": lambda w, a, s: by_row(w, -1, 1.0),
    "some numbers in the first row": lambda w, a, s: by_row(w, 0, alt(w[0])),
    "half of the first row": lambda w, a, s: by_row(w, 0, np.r_[w[0, :3], 9 * alt(w[0, 3:])]),
    "one per row": lambda w, a, s: 0 * w + alt(w[:, :1]),
    "one per column": lambda w, a, s: 0 * w + alt(w[:1]),
    "zeros": lambda w, a, s: 0 * w,
    "ones at the targets": lambda w, a, s: at_targets(0 * w, a, lambda v: v - 4),
}


@pytest.mark.parametrize("visible", [True, False])
@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_not_explained(junk, sparse, visible):
    mine = entries(JUNK[junk], visible=visible)
    if sparse:  # where the right answer is nearly empty, 0 is right by chance
        mine = [replace(e, want=at_targets(0 * e.want, e.args, lambda v: v)) for e in mine]
    assert not explain(mine, mine, {}).explains


def test_nan_alone_is_no_sign_of_a_mistake_unless_all_parts_fit():
    mistaken = {"doubled": lambda w: np.nan * w}
    mine = entries(lambda w, a, s: np.nan * w, mistaken)
    loss = entries(lambda w, a, s: 3 * w, {"doubled": lambda w: 2 * w}, part="loss")
    assert explain(mine, mine, MISTAKES).mistake == "doubled"
    assert explain(mine, mine + loss, MISTAKES).mistake is None


@every_change
def test_numbers_of_hidden_cases_are_not_said(expected, wrong):
    result = explained(wrong, visible=False).hidden()
    numbers = {k: v for k, v in result.data.items() if isinstance(v, int) and v is not True}
    assert set(numbers) <= {"by", "decimals"}
    assert not PRIVATE & set(result.data)


def test_every_simple_change_changes_something():
    mine = [replace(e, rtol=1e-9) for e in entries(lambda w, a, s: w)]
    with np.errstate(all="ignore"):
        unchanged = [
            result.finding
            for result in changes(mine)
            if all(close(result.predict(e), e.want, e.rtol) for e in mine)
        ]
    assert unchanged == []


SHAPES = [
    ((5, 7), (5, 7), None),
    ((7, 5), (5, 7), "transposed"),
    ((7, 5, 11), (5, 7, 11), "permuted"),
    ((5, 11, 7), (5, 7, 11), "permuted"),
    ((35,), (5, 7), "flat"),
    ((1, 5, 7), (5, 7), "extra-one"),
    ((5, 1), (5,), "extra-one"),
    ((5,), (5, 1), "missing-one"),
    ((1, 5, 1), (1, 1, 5), "permuted"),
    ((1, 1), (), "in-array"),
    ((5, 77), (55, 7), "regrouped"),
    ((5, 7, 11), (5, 7), "left-over-one"),
    ((5, 7, 3), (5, 7), "left-over-some"),
    ((5, 7), (), "left-over"),
    ((5,), (5, 7), "gone"),
    ((12,), (5, 7), "gone-some"),
    ((), (5, 7), "scalar"),
    ((5, 5), (5,), "broadcast"),
    ((7,), (5,), "each"),
    ((5, 5), (5, 7), "axis"),
    ((4, 7), (5, 7), "one-short"),
    ((5, 8), (5, 7), "one-long"),
    ((1, 7), (5, 7), "reduced"),
    ((3, 7), (5, 7), "length"),
    ((5, 3), (5, 8), "one-axis"),
    ((3, 2), (5, 7), "other"),
    ((0, 7), (5, 7), "empty"),
]


def fault(shape, want, *, visible=True):
    """Return the finding on an array of ones of a wrong shape."""
    answer = {"kind": "array", "values": np.ones(shape), "dtype": "float64", "masked": 0}
    sizes = SIZES[0] | {"D": 11}
    return form(answer, np.ones(want), sizes, lists=False, visible=visible)


@pytest.mark.parametrize(("shape", "want", "cause"), SHAPES)
def test_a_shape_is_described(shape, want, cause):
    result = fault(shape, want).fault
    assert (result and result.data["cause"]) == cause


def test_a_length_of_a_shape_is_named_after_the_expected_one():
    for shape, sentence in {(7, 5): "(C, N)", (4, 7): "(N - 1, C)", (35,): "(N·C,)"}.items():
        result = fault(shape, (5, 7)).fault
        assert (result.data["returned"], result.data["expected"]) == (sentence, "(N, C)")


def test_axes_that_stay_do_not_hide_two_that_are_exchanged():
    result = np.arange(560.0).reshape(5, 4, 7, 4)
    about, values = cause(result, np.ones((5, 4, 4, 7)), {})
    assert about == {"cause": "permuted", "axis": "third"}
    assert np.array_equal(values, result.swapaxes(2, 3))


@pytest.mark.parametrize(("shape", "want", "cause"), SHAPES[1:])
def test_a_shape_has_the_same_cause_where_numbers_are_not_shown(shape, want, cause):
    shown, hidden = (fault(shape, want, visible=v).fault for v in (True, False))
    both = [f.without({"returned", "expected"}).data for f in (shown, hidden)]
    assert both[0] == both[1]


def test_values_of_another_form_are_put_where_they_belong():
    made = np.arange(35.0).reshape(5, 7)
    for turned in (made.T, made.ravel(), made[None]):
        answer = {"kind": "array", "values": turned, "dtype": "float64", "masked": 0}
        assert np.array_equal(
            form(answer, made, SIZES[0], lists=False, visible=True).values, made
        )


def test_a_shape_of_many_axes_is_cut_short():
    assert fault((5, 2, 7, 3, 4, 6), (5, 7)).fault.data["returned"] == "(N, 2, C, 3, …)"


def test_few_shapes_of_hidden_cases_are_revealed():
    lengths = (1, 2, 3, *SIZES[0].values(), *(n + 1 for n in SIZES[0].values()), 35)
    shapes = [s for k in range(6) for s in itertools.product(lengths, repeat=k)][::7]
    texts = {
        form(
            {"kind": "array", "values": np.broadcast_to(0.0, s), "dtype": "", "masked": 0},
            np.ones((5, 7)),
            SIZES[0],
            lists=False,
            visible=False,
        ).fault
        for s in shapes
    }
    texts = {text(f, Audience.HIDDEN) for f in texts if f}
    assert len(shapes) > 1000
    assert len(texts) <= 45, sorted(map(str, texts))


def test_a_shape_of_hidden_cases_shows_letters_only():
    answer = {"kind": "array", "values": np.ones((5, 123)), "dtype": "float64", "masked": 0}
    fault = form(answer, np.ones((5, 7)), SIZES[0], lists=False, visible=False).fault
    assert (fault.data["returned"], fault.data["expected"]) == ("(N, ?)", "(N, C)")


@pytest.mark.parametrize(
    ("got", "want", "same"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-8], True),
        ([1e-9, 2.0], [0.0, 2.0], True),
        ([1e-6, 2.0], [0.0, 2.0], False),
        ([1.0, 2.0], [1.0, 2.0 + 3e-7], False),
        ([0.0], [0.0], True),
        ([1e-200], [0.0], False),
        ([], [], True),
        ([1.0], 1.0, False),
    ],
)
def test_nearness_is_relative_to_the_largest_entry(got, want, same):
    assert close(got, want, 1e-7) is same

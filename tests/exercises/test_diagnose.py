"""Explanations and descriptions of made-up wrong answers, one kind at a time."""

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
from nngrader.engine.explanation.changes import changes, named_factors
from nngrader.engine.explanation.diagnose import explain
from nngrader.engine.explanation.shapes import cause
from nngrader.engine.judgement.form import form
from nngrader.engine.observation.compare import Entry, close

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
        return explain(mine, mine, MISTAKES if mistaken else {}).text


FACTORS = [
    ("N times too large", lambda s, m: s["N"]),
    ("C times too small", lambda s, m: 1 / s["C"]),
    ("N·C times too small", lambda s, m: 1 / (s["N"] * s["C"])),
    ("N/C times too large", lambda s, m: s["N"] / s["C"]),
    ("(C - 1) times too small", lambda s, m: 1 / (s["C"] - 1)),
    ("√N times too large", lambda s, m: s["N"] ** 0.5),
    ("N² times too small", lambda s, m: s["N"] ** -2),
    ("2 times too large", lambda s, m: 2),
    ("2 times too small", lambda s, m: 0.5),
    ("1/ln 2 times too large", lambda s, m: 1 / np.log(2)),
    ("ln 10 times too large", lambda s, m: np.log(10)),
    ("margin times too large", lambda s, m: m),
    ("of the wrong sign", lambda s, m: -1),
    ("N times too large and of the wrong sign", lambda s, m: -s["N"]),
]


@pytest.mark.parametrize("scalar", [True, False])
@pytest.mark.parametrize(("words", "factor"), FACTORS)
def test_a_factor_is_named(words, factor, scalar):
    text = explained(lambda w, a, s: w * factor(s, a["margin"]), scalar=scalar)
    assert text.startswith(f" is {words}")
    assert ("of the wrong sign" in text) == ("of the wrong sign" in words)


@pytest.mark.parametrize("scalar", [True, False])
@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("too large by 1", lambda s, m: 1),
        ("too small by margin", lambda s, m: -m),
        ("too small by ln C", lambda s, m: -np.log(s["C"])),
    ],
)
def test_an_amount_is_named(words, amount, scalar):
    text = explained(lambda w, a, s: w + amount(s, a["margin"]), scalar=scalar)
    assert text.startswith(f" is {words}.")


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


OTHER = [
    ("is the square of what is asked", lambda w, a, s: w**2),
    ("is e to the power of what is asked", lambda w, a, s: np.exp(w)),
    ("has lost its sign", lambda w, a, s: np.abs(w)),
    ("is 0 where a negative number is asked", lambda w, a, s: np.maximum(w, 0)),
    ("is 0 where a positive number is asked", lambda w, a, s: np.minimum(w, 0)),
    ("and what is asked add up to 1", lambda w, a, s: 1 - w),
    ("has lost what stands after the decimal point", lambda w, a, s: np.trunc(w)),
    ("is rounded to 2 decimals", lambda w, a, s: np.round(w, 2)),
    ("is rounded to 6 decimals", lambda w, a, s: np.round(w, 6)),
    ("is nan in 1 of 35 entries, first at [3, 2]", lambda w, a, s: put(w, (3, 2), np.nan)),
    ("is infinite in 1 of 35 entries, first at [1, 0]", lambda w, a, s: put(w, (1, 0), np.inf)),
    (
        "agrees to 1e-06 of the largest entry",
        lambda w, a, s: w + 1e-6 * np.abs(w).max() * alt(w),
    ),
    ("is 0 everywhere", lambda w, a, s: 0 * w),
    ("has the same number everywhere", lambda w, a, s: np.full_like(w, w.mean())),
    ("has its rows in reverse order", lambda w, a, s: w[::-1]),
    ("has its columns in reverse order", lambda w, a, s: w[:, ::-1] * (1 + 1e-12)),
    ("adds up what is asked, row by row", lambda w, a, s: np.cumsum(w, axis=0)),
    ("adds up what is asked, column by column", lambda w, a, s: np.cumsum(w, axis=1)),
    ("is one row too late", lambda w, a, s: np.r_[alt(w[:1]), w[:-1]]),
    ("is one column too early", lambda w, a, s: np.c_[w[:, 1:], alt(w[:, :1])]),
    ("is scores, as it came", lambda w, a, s: a["scores"]),
    ("is minus the logarithm of what is asked", lambda w, a, s: -log(w)),
    ("is one divided by what is asked", lambda w, a, s: 1 / w),
    ("is right but for the sign", lambda w, a, s: w * np.where(alt(w) > 0.7, 1, -1)),
    ("is off by one factor and one amount everywhere", lambda w, a, s: 3 * w + 7.7),
    ("rises and falls with what is asked, by another rule", lambda w, a, s: w**3 + w),
    ("is near what is asked", lambda w, a, s: w + 0.1 * w**3 / np.abs(w).max() ** 2),
    ("falls where what is asked rises", lambda w, a, s: -(w**3) - w),
    ("is right in its first row only. What", lambda w, a, s: put(w, np.s_[1:], 9 * alt(w[1:]))),
    (
        "is right in its first columns only (up to column 3). What",
        lambda w, a, s: put(w, np.s_[:, 4:], 9 * alt(w[:, 4:])),
    ),
    ("is right in its last row only", lambda w, a, s: put(w, np.s_[:-1], 9 * alt(w[:-1]))),
    ("is wrong only where scores is negative", lambda w, a, s: w + (a["scores"] < 0) * alt(w)),
    ("is wrong only where what is asked is positive", lambda w, a, s: w + (w > 0) * alt(w)),
    ("is 0 in places where it should not be", lambda w, a, s: w * (alt(w) > 0.6)),
    ("is wrong at its border only", lambda w, a, s: w + around(w)),
    ("is wrong in the last row only, by its sign", lambda w, a, s: put(w, -1, -w[-1])),
    (
        "is wrong in column 3 only, by one factor",
        lambda w, a, s: w * np.where(np.arange(w.shape[1]) == 3, 1.7, 1),
    ),
    (
        "is wrong only at [n, targets[n]], by one amount",
        lambda w, a, s: at_targets(w, a, lambda v: v),
    ),
    ("holds the right numbers in wrong places", lambda w, a, s: np.roll(w, 2, axis=0)),
    ("is wrong only at [n, targets[n]]", lambda w, a, s: at_targets(w, a, np.sin)),
    (
        "is right only at [n, targets[n]]",
        lambda w, a, s: w + np.sin(w) - at_targets(0 * w, a, lambda v: v) - only(w, a),
    ),
    ("is wrong in the last row only", lambda w, a, s: put(w, -1, 9 * alt(w[-1]))),
    ("is wrong in the first row only", lambda w, a, s: put(w, 0, 9 * alt(w[0]))),
    ("is wrong in row 2 only", lambda w, a, s: put(w, 2, 9 * alt(w[2]))),
    ("is wrong in column 3 only", lambda w, a, s: put(w, (slice(None), 3), 9 * alt(w[:, 3]))),
    ("is off by one amount everywhere", lambda w, a, s: w + 0.77),
    ("is off by one factor everywhere", lambda w, a, s: w * 0.77),
    ("is off by one amount in each row", lambda w, a, s: w + alt(w[:, :1])),
    ("is off by one factor in each column", lambda w, a, s: w * (2 + np.arange(w.shape[1]))),
    (
        "is filled in its first row only",
        lambda w, a, s: put(w, slice(1, None), 0),
    ),
    (
        "is right in its first rows only",
        lambda w, a, s: put(w, slice(3, None), 0),
    ),
    (
        "differs, and not by a simple factor, sign or shift",
        lambda w, a, s: put(w, slice(0, 4), 3 * w[:4]) if len(w) < 8 else np.sin(3 * w) + 2,
    ),
    (
        "differs, and not by a simple factor, sign or shift",
        lambda w, a, s: w * np.where(np.arange(len(w)) % 4, 3.0, 0)[:, None],
    ),
    (
        "is wrong in 4 of ",
        lambda w, a, s: put(w, (slice(0, 2), slice(0, 2)), 9.5 * alt(w[:2, :2])),
    ),
    ("differs, and not by a simple factor, sign or shift", lambda w, a, s: np.sin(3 * w) + 2),
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
    """Return the difference that makes the entries at the targets right."""
    n = np.arange(len(w))
    return put(0 * w, (n, a["targets"]), np.sin(w[n, a["targets"]])) - at_targets(
        0 * w, a, lambda v: v
    )


@pytest.mark.parametrize(("words", "wrong"), OTHER, ids=[words for words, _ in OTHER])
def test_another_change_is_described(words, wrong):
    assert explained(wrong).lstrip().startswith(words)


def test_what_fits_one_case_only_is_not_said():
    factors = iter((2, 3.3))
    assert "2 times" not in explained(lambda w, a, s: w * next(factors), scalar=True)


def test_what_fits_only_the_wrong_case_is_not_said():
    factors = iter((1, 2))
    assert "2 times" not in explained(lambda w, a, s: w * next(factors), scalar=True)


def test_a_registered_mistake_comes_first():
    mistaken = {"doubled": lambda w: 2 * w}
    assert explained(lambda w, a, s: 2 * w, mistaken) == ": twice?"


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


def test_a_mistake_that_is_right_here_explains_nothing():
    mine = entries(lambda w, a, s: w * (1 + 1.5e-7), {"doubled": lambda w: w * (1 + 0.7e-7)})
    assert not any(e.right for e in mine)
    assert all(e.matches(e.mistaken["doubled"]) for e in mine)
    assert explain(mine, mine, MISTAKES).mistake is None


@pytest.mark.parametrize(("cases", "name"), [(2, "ignores margin"), (1, None)])
def test_that_an_argument_is_ignored_takes_two_cases(cases, name):
    mistaken = {"ignores margin": lambda w: 2 * w}
    mine = entries(lambda w, a, s: 2 * w, mistaken)[:cases]
    found = explain(mine, mine, {"ignores margin": {"hint": "margin?", "loses": []}})
    assert found.mistake == name


@pytest.mark.parametrize("name", ["lr", "lam", "length"])
def test_a_factor_among_the_arguments_takes_two_of_its_values(name):
    def named(*values):
        mine = entries(lambda w, a, s: w)
        with_it = [
            replace(e, case=e.case | {"args": {name: v}}, got=e.want * v)
            for e, v in zip(mine, values, strict=True)
        ]
        return f" is {name} times" in explain(with_it, with_it, {}).text

    assert named(0.3, 0.7)
    assert not named(0.3, 0.3)


def test_a_factor_means_nothing_where_its_argument_is_left_out():
    mine = entries(lambda w, a, s: w * a["margin"])
    found = explain(mine, mine, {})
    other = replace(mine[0], case=mine[0].case | {"args": {}})
    assert found.fits(mine[0])
    assert not found.fits(other)


@pytest.mark.parametrize("scalar", [True, False])
def test_a_known_mistake_and_a_factor_are_told_as_two(scalar):
    mistaken = {"doubled": lambda w: np.sin(w) + 2}
    text = explained(lambda w, a, s: -s["N"] * (np.sin(w) + 2), mistaken, scalar=scalar)
    assert text.startswith(" is N times too large and of the wrong sign (N is 5 and 11 here),")
    assert text.endswith("and apart from that: twice?")


def test_a_part_that_holds_another_parts_answer_is_told_so():
    mine = entries(lambda w, a, s: w, part="mean")
    other = entries(lambda w, a, s: w, part="spread")
    others = [replace(o, want=o.want**2 + 1) for o in other]
    both = [replace(e, got=o.want) for e, o in zip(mine, others, strict=True)]
    for e, o in zip(both, others, strict=True):
        e.case["want"] = o.case["want"] = [e.want, o.want]
    assert explain(both, both + others, {}).text.startswith(" holds what is asked of spread.")


def test_the_place_of_a_mistake_is_seen_again():
    first, other = entries(lambda w, a, s: put(w, 2, 9 * alt(w[2])))
    _, last = entries(lambda w, a, s: put(w, -1, 9 * alt(w[-1])))
    found = explain([first], [first], {})
    assert found.explains
    assert found.fits(other)
    assert not found.fits(last)


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


@pytest.mark.parametrize(("words", "wrong"), OTHER, ids=[words for words, _ in OTHER])
def test_numbers_of_hidden_cases_are_not_said(words, wrong):
    text = explained(wrong, visible=False)
    assert not re.search(
        r"\d", re.sub(r"float32|is 0|back to 0|up to 1|to \d decimals", "", text)
    )


def test_every_simple_change_changes_something():
    mine = [replace(e, rtol=1e-9) for e in entries(lambda w, a, s: w)]
    with np.errstate(all="ignore"):
        unchanged = [
            found.text
            for found in changes(mine)
            if all(close(found.predict(e), e.want, e.rtol) for e in mine)
        ]
    assert unchanged == []


SHAPES = [
    ((5, 7), (5, 7), None),
    ((7, 5), (5, 7), "(C, N), expected (N, C): rows and columns are exchanged"),
    ((7, 5, 11), (5, 7, 11), "its axes stand in another order. What should the first stand"),
    ((5, 11, 7), (5, 7, 11), "its axes stand in another order. What should the second stand"),
    ((35,), (5, 7), "(N·C,), expected (N, C): all entries lie in one row. Which call flattens"),
    ((1, 5, 7), (5, 7), "there is an axis of length 1 too many. Which index or keepdims"),
    (
        (5, 1),
        (5,),
        "(N, 1), expected (N,): there is an axis of length 1 too many. Which index or",
    ),
    ((5,), (5, 1), "an axis of length 1 is missing"),
    ((1, 5, 1), (1, 1, 5), "its axes stand in another order"),
    ((1, 1), (), "the number stands inside an array"),
    ((5, 77), (55, 7), "as many entries in another form"),
    ((5, 7, 11), (5, 7), "an axis is left over: D. What should happen to it?"),
    ((5, 7, 3), (5, 7), "an axis is left over. What should happen to it?"),
    ((5, 7), (), "axes are left over: N and C. What should happen to them?"),
    ((5,), (5, 7), "an axis is gone: C. Where did you reduce it?"),
    ((12,), (5, 7), "an axis is gone. Where did you reduce it?"),
    ((), (5, 7), "only one number is left"),
    ((5, 5), (5,), "Does an array of shape (N, 1) meet one of shape (N,) somewhere?"),
    ((7,), (5,), "this is one number for each C, asked is one for each N"),
    ((5, 5), (5, 7), "its last axis is that of N, asked is C"),
    ((4, 7), (5, 7), "(N - 1, C), expected (N, C): one is missing along N"),
    ((5, 8), (5, 7), "(N, C + 1), expected (N, C): there is one too many along C"),
    ((1, 7), (5, 7), "one is left along N"),
    ((3, 7), (5, 7), "how long should the axis of N be"),
    ((3, 2), (5, 7), "from where does each axis come"),
    ((0, 7), (5, 7), "it is empty"),
]


def fault(shape, want, *, visible=True):
    """Return the finding on an array of ones of a wrong shape."""
    answer = {"kind": "array", "values": np.ones(shape), "dtype": "float64", "masked": 0}
    sizes = SIZES[0] | {"D": 11}
    return form(answer, np.ones(want), sizes, lists=False, visible=visible)


@pytest.mark.parametrize(("shape", "want", "words"), SHAPES)
def test_a_shape_is_described(shape, want, words):
    message = fault(shape, want).fault
    assert (words in message) if words else message is None


def test_axes_that_stay_do_not_hide_two_that_are_exchanged():
    came = np.arange(560.0).reshape(5, 4, 7, 4)
    words, values = cause(came, np.ones((5, 4, 4, 7)), {})
    assert words.endswith("What should the third stand for?")
    assert np.array_equal(values, came.swapaxes(2, 3))


@pytest.mark.parametrize(("shape", "want", "words"), SHAPES[1:])
def test_a_shape_has_the_same_words_where_numbers_are_not_shown(shape, want, words):
    shown, hidden = (fault(shape, want, visible=v).fault for v in (True, False))
    if "has another shape" in hidden:
        shown = re.sub("has shape .*, expected", "has another shape than", shown)
    assert re.sub(r"[\d?]", "", shown) == re.sub(r"[\d?]", "", hidden)


def test_values_of_another_form_are_put_where_they_belong():
    made = np.arange(35.0).reshape(5, 7)
    for turned in (made.T, made.ravel(), made[None]):
        answer = {"kind": "array", "values": turned, "dtype": "float64", "masked": 0}
        assert np.array_equal(
            form(answer, made, SIZES[0], lists=False, visible=True).values, made
        )


def test_a_shape_of_many_axes_is_cut_short():
    assert "(N, 2, C, 3, …), expected (N, C)" in fault((5, 2, 7, 3, 4, 6), (5, 7)).fault


def test_of_hidden_cases_few_shapes_can_be_told():
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
    assert len(shapes) > 1000
    assert len(texts) <= 45, sorted(map(str, texts))


def test_a_shape_of_hidden_cases_shows_letters_only():
    answer = {"kind": "array", "values": np.ones((5, 123)), "dtype": "float64", "masked": 0}
    fault = form(answer, np.ones((5, 7)), SIZES[0], lists=False, visible=False).fault
    assert "has shape (N, ?), expected (N, C)" in fault


@pytest.mark.parametrize(
    ("got", "want", "same"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-8], True),
        ([1e-9, 2.0], [0.0, 2.0], True),
        ([1e-6, 2.0], [0.0, 2.0], False),
        ([1.0, 2.0], [1.0, 2.0 + 3e-7], False),
        ([np.nan, 1.0], [np.nan, 1.0], True),
        ([np.nan, 1.0], [2.0, 1.0], False),
        ([np.inf, 1.0], [np.inf, 1.0], True),
        ([np.inf, 1.0], [2.0, 1.0], False),
        ([0.0], [0.0], True),
        ([1e-200], [0.0], False),
        ([], [], True),
        ([1.0], 1.0, False),
    ],
)
def test_nearness_is_relative_to_the_largest_entry(got, want, same):
    assert close(got, want, 1e-7) is same

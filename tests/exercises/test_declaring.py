"""A wrong declaration is refused, and packed problems are what was declared."""

import inspect
import re

import numpy as np
import pytest
from nngrader.engine import pack, problem
from nngrader.engine.declaration.cases import PRIMES, draw_sizes
from nngrader.engine.declaration.gate import over_seeds


def declare(**changes):
    """Declare a small problem, `mean_square(x)`, with parts of its declaration changed."""
    about = {"returns": {"mean": "value"}, "points": {"shape": 1, "value": 6, "edge": 3}}
    p = problem(changes.get("name", "mean_square"), **about | changes.get("about", {}))

    def mean_square(x, power=2.0):
        """Mean of x to a power."""
        return (x**power).mean()

    def ordinary(rng, N):
        """Random numbers."""
        return rng.uniform(1, 2, size=N), rng.uniform(2.5, 3.5)

    def large(rng, N):
        """Large numbers, the power left out."""
        return (rng.uniform(1, 2, size=N) * 1e9,)

    p.reference(changes.get("reference", mean_square))
    p.case("value", visible=2)(changes.get("ordinary", ordinary))
    p.case("edge", parts=changes.get("parts", ""))(changes.get("large", large))
    if changes.get("example", True):
        p.example(np.array([1.0, 2.0]), 2.0)
    for k in range(changes.get("mistakes", 4)):
        wrong = changes.get("wrong") if k == 0 else None
        wrong = wrong or (lambda x, power=2.0, k=k: (k + 2) * mean_square(x, power))
        about = {"loses": changes.get("loses", "value"), "where": changes.get("where", "")}
        hint = changes.get("hint", f"what {k}?")
        p.mistake(hint, **about)(named(wrong, f"wrong_{k}"))
    for k in range(changes.get("alternatives", 2)):
        right = changes.get("right", lambda x, power=2.0: np.mean(x**power))
        p.alternative(named(right, f"right_{k}"))
    return p


def named(f, name):
    """Return the function under another name."""

    def copy(*args):
        return f(*args)

    copy.__name__ = name
    return copy


def undocumented(x):
    return x


def unworded(rng, N):
    return rng.uniform(1, 2, size=N), 3.0


def undrawn(rng, N):
    """A size that is not among the parameters."""
    return rng.uniform(1, 2, size=(N, C)), 3.0  # noqa: F821


def without_power(rng, N):
    """The second argument is forgotten."""
    return rng.uniform(1, 2, size=N)


def mean_square(x, power):
    """Mean of x to a power, which has no default."""
    return (x**power).mean()


def squared(rng, N):
    """Random numbers to one and the same power."""
    return rng.uniform(1, 2, size=N), 2.5


def test_an_argument_with_one_value_in_all_hidden_cases_is_refused():
    (result,) = over_seeds(declare(ordinary=squared), 2)
    assert "power is 2.5 in all hidden cases, so a function that always uses 2.5" in result
    assert "(seed 0)" in result


def never_left_out(rng, N):
    """Large numbers to a power that is given."""
    return rng.uniform(1, 2, size=N) * 1e9, rng.uniform(2.5, 3.5)


def test_an_argument_with_a_default_that_no_hidden_case_leaves_out_is_refused():
    (result,) = over_seeds(declare(large=never_left_out), 2)
    assert result == (
        "mean_square: no hidden case omits power, so a function with a different default than "
        "2.0 loses no points (seed 0)"
    )


def test_a_sound_problem_is_accepted():
    declare().validate()
    assert over_seeds(declare(), 5) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"reference": undocumented}, "needs a reference with a docstring"),
        ({"name": "other"}, "its reference is called mean_square"),
        ({"example": False}, "needs a pencil-and-paper example"),
        ({"mistakes": 3}, "3 known mistakes, expected at least 4"),
        ({"alternatives": 1}, "1 alternatives, expected at least 2"),
        ({"loses": ""}, "loses no aspect"),
        ({"loses": "speed"}, r"no points for speed \(lost by wrong 0\)"),
        ({"ordinary": unworded}, "the case unworded needs a docstring"),
        (
            {"about": {"points": {"value": 6, "edge": 3, "errors": 1}}},
            "hidden draws for errors",
        ),
        ({"about": {"points": {"shape": 1, "value": 6}}}, "no points for edge"),
        ({"about": {"points": {"value": 0, "edge": 3}}}, "more than 0 points"),
        (
            {"about": {"points": {"shape": 5, "value": 6, "edge": 3}}},
            "passive aspects give 5.*: shape 5",
        ),
        (
            {"about": {"points": {"inputs-unchanged": 2, "value": 6, "edge": 3}}},
            "self-reported aspects give 2 of 11.*: inputs-unchanged 2",
        ),
        ({"about": {"no_loop_over": "N"}}, "no points for loops"),
        ({"about": {"steps": {"speed": "fast"}}}, "steps names speed, which is not an aspect"),
        ({"where": "small"}, "names small, which is not a kind of case"),
        ({"parts": "speed"}, "a case judges speed, which is not a part of the answer"),
        ({"about": {"forbidden": {"style": ["scipy"]}}}, "no points for style"),
    ],
)
def test_a_wrong_declaration_is_refused(changes, fault):
    with pytest.raises(ValueError, match=fault):
        pack(declare(**changes), 1, visible=True)


def test_all_faults_are_named_at_once():
    with pytest.raises(ValueError, match=r"3 known mistakes.*1 alternatives"):
        declare(mistakes=3, alternatives=1).validate()


def test_a_case_that_cannot_show_a_mistake_is_refused():
    p = declare(wrong=lambda x, power=2.0: (x**power).mean())
    with pytest.raises(ValueError, match=r"none of 1000 draws.* wrong 0 gives the correct"):
        pack(p, 1, visible=True)


def test_a_case_that_cannot_tell_two_mistakes_apart_is_refused():
    def wrong(x, power=2.0):
        return 3 * (x**power).mean()

    with pytest.raises(ValueError, match="in the last draw, wrong 0 and wrong 1 give the same"):
        pack(declare(wrong=wrong), 1, visible=True)
    assert pack(declare(wrong=wrong, hint="the same for all?"), 1, visible=True)


def test_cases_are_drawn_again_until_a_mistake_shows():
    def of_large_mean(x, power=2.0):
        return (x**power).mean() * (2 if x.mean() > 1.6 else 1)

    data = pack(declare(wrong=of_large_mean), 1, visible=True)
    ordinary = [c for c in data["cases"] if c["aspect"] == "value"]
    assert all(c["args"]["x"].mean() > 1.6 for c in ordinary)


def test_a_default_that_is_ignored_is_a_mistake_of_its_own():
    assert "ignores power" in pack(declare(), 1, visible=True)["mistakes"]


def misspelt(x, power=2.0):
    return unknown(x)  # noqa: F821


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"right": lambda x, power=2.0: 0.0},
            r"mean_square: right_0 scores 0, expected 100 \(seed 0\): it loses everything .*"
            r"\(The student's `mean` is 0\.\)$",
        ),
        ({"right": misspelt}, "right_0 .*it raises NameError in ordinary: name .unknown"),
        ({"wrong": misspelt}, "it raises NameError in ordinary: name 'unknown' is not"),
        (
            {"reference": mean_square, "ordinary": without_power},
            r"raises TypeError \(mean_square\(\) missing .* in without_power \(seed 0\)$",
        ),
        (
            {"ordinary": undrawn},
            r"case undrawn cannot be drawn: NameError: name 'C' is not defined \(line \d+ of "
            r"test_declaring\.py\)",
        ),
        (
            {"loses": "value shape"},
            r"wrong 0 scores 40, expected 30 \(seed 0\): it loses value 60 of 60, but should "
            "lose shape, value",
        ),
        (
            {"wrong": lambda x, power=2.0: None},
            r"wrong 0 scores 0, expected 40 \(seed 0\): it loses everything, but should ",
        ),
        (
            {"wrong": lambda x, power=2.0: (x**power).mean()},
            "for each of these mistakes: wrong",
        ),
    ],
)
def test_the_gate_names_each_fault_once_and_not_for_each_seed(changes, complaint):
    complaints = over_seeds(declare(**changes), 3)
    assert len([c for c in complaints if re.search(complaint, c)]) == 1, complaints


def test_an_example_on_which_the_reference_fails_is_refused():
    p = declare(reference=mean_square)
    p.example(np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match=r"raises TypeError \(.*\) in the example"):
        pack(p, 1, visible=True)


def test_an_answer_with_another_number_of_parts_than_declared_is_refused():
    p = declare(about={"returns": {"mean": "value", "sum": "value"}})
    with pytest.raises(ValueError, match=r"in ordinary, .* \(1\) than `returns` names \(2\)"):
        pack(p, 1, visible=True)


@pytest.mark.parametrize("letters", ["N", "NC", "NMD", "NMDC"])
def test_sizes_are_different_primes_and_all_change(letters):
    rng, taken = np.random.default_rng(0), {}
    for _ in range(50):
        sizes = draw_sizes(list(letters), rng, taken)
        assert len(set(sizes.values())) == len(letters)
        assert set(sizes.values()) <= set(PRIMES)
        assert not any(sizes[k] == taken.get(k) for k in letters)
        if taken and len(letters) > 1:
            first, second = letters[:2]
            assert (sizes[first] < sizes[second]) != (taken[first] < taken[second])
        taken = sizes


def test_a_seed_decides_the_cases():
    first, again, other = (pack(declare(), s, visible=False)["cases"] for s in (1, 1, 2))
    assert first[0]["args"]["x"].tolist() == again[0]["args"]["x"].tolist()
    assert first[0]["args"]["x"].tolist() != other[0]["args"]["x"].tolist()


@pytest.mark.parametrize("seed", [0, -1, 2**80])
def test_any_whole_number_is_a_seed(seed):
    assert pack(declare(), seed, visible=False)["cases"]


def half(x):
    """Half of a mean."""
    return x.mean() / 2


def spread(x, power=2.0):
    """Half of the mean of a power, and x - x.mean()."""
    centred = x - x.mean()
    return half(x**power), centred


def by_sums(x, power=2.0):
    return (x**power).sum() / x.size / 2, x - x.sum() / x.size


class Twice:
    """A number that can be doubled."""

    def __init__(self, x):
        self.x = x

    def double(self):
        return Twice(2 * self.x)


def mistaken(solve=spread, **about):
    """Return the answer of a mistake that an edit declares."""
    p = problem("spread", returns={"mean": "value", "centred": "value"}, points={"value": 1})
    p.reference(solve)
    p.alternative(by_sums)
    p.mistake("what?", loses="value", name="a_change", **about)
    return p.mistakes["a change"].solve


@pytest.mark.parametrize(
    ("about", "mean", "centred"),
    [
        ({"edit": ("x - x.mean()", "x + x.mean()")}, 2.5, [3, 5]),
        ({"edit": [("x - x", "y - x"), ("centred =", "y = 2 * x; centred =")]}, 2.5, [0, 4]),
        ({"given": "power = 1\nx = x + 1"}, 1.5, [-1, 1]),
        ({"given": "x = 2 * x", "edit": ("x**power", "x")}, 2, [-2, 2]),
        ({"edit": ("/ 2", "/ 4"), "of": half}, 1.25, [-1, 1]),
        ({"edit": ("size / 2", "size"), "of": by_sums}, 5, [-1, 1]),
        ({"edit": (", centred", ", spread(2 * x)[1]")}, 2.5, [-2, 2]),
        ({"edit": (", centred", ", centred / (0 * x)")}, 2.5, [-np.inf, np.inf]),
    ],
)
def test_an_edit_changes_the_answer_and_leaves_the_reference_as_it_is(about, mean, centred):
    x = np.array([1.0, 3.0])
    result = mistaken(**about)(x)
    assert result[0] == mean
    assert result[1].tolist() == centred
    assert spread(x)[0] == 2.5


def test_an_edited_class_makes_objects_of_its_own():
    thrice = mistaken(Twice, edit=("2 *", "3 *"))
    assert thrice(1).double().double().x == 9
    assert Twice(1).double().x == 2


@pytest.mark.parametrize(
    ("about", "fault"),
    [
        ({"edit": ("x.max()", "x")}, "'x.max.*' should occur once .* 0 times"),
        ({"edit": ("centred", "x")}, "mistake a_change: 'centred' .* occurs 2 times"),
        (
            {"edit": ("x - ", "x - - - )")},
            "problem spread, mistake a_change: .* invalid Python",
        ),
        ({"edit": ("x - ", "x + "), "solve": None}, "needs a name, and a reference before it"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(about, fault):
    with pytest.raises(ValueError, match=fault):
        mistaken(**about)


def test_an_edited_answer_shows_its_own_source():
    changed = inspect.getsource(mistaken(edit=("x - x.mean()", "x")))
    assert "centred = x\n" in changed

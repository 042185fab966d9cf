"""Answers that only look like answers earn nothing, whatever the seed.

Two answers of one line are registered mistakes, for students do give them: the gradient of the
softmax loss that is -1/N at the targets (by log p), and that of the hinge loss in which every
class pulls. They lose every aspect in which values are compared; what is left is the passive
aspects, a fifth of the points at most (DESIGN section 6).
"""

import numpy as np
import pytest
from nngrader.engine.declaration.problem import MOST_PASSIVE
from nngrader.engine.judgement.ledger import PASSIVE

from tests.exercises.declared_problems import (
    OTHER_DRAWS,
    PROBLEMS,
    SEED,
    TYPICAL,
    is_plain,
    judged,
    packed,
)

LONG = 10**5
slow = pytest.mark.slow
every_draw = pytest.mark.parametrize(
    ("seed", "visible"), [(SEED, False), pytest.param(*OTHER_DRAWS[1], marks=slow)]
)
some_problems = pytest.mark.parametrize(  # the others with --slow
    "name",
    [pytest.param(name, marks=[slow] * (name not in (*TYPICAL, "pca"))) for name in PROBLEMS],
)


def filled(name, make):
    """Return an answer that raises where it should, and whose parts `make` fills."""
    p = PROBLEMS[name]

    def f(*args):
        right = p.solve(*args)
        if len(p.returns) == 1:
            return make(right.shape, args)
        return tuple(make(np.shape(part), args) for part in right)

    return f


def only(where, value):
    """Return a function that makes arrays with one value at an index and 0 elsewhere."""

    def make(shape, _):
        made = np.zeros(shape)
        if made.ndim < 2:
            return np.ones(shape)
        made[where] = value(made[where].shape)
        return made

    return make


def at_targets(inside, outside=0.0):
    """Return a function that makes arrays with one value at the targets, another elsewhere."""

    def make(shape, args):
        made = np.full(shape, outside)
        if made.ndim == 2 and args[1].ndim == 1:
            made[np.arange(len(made)), args[1]] = inside
        return made

    return make


def along(axis):
    """Return a function that makes arrays with one value for each row or column."""

    def make(shape, _):
        made = np.ones(shape)
        return made * (np.indices(shape)[axis] + 1) if made.ndim == 2 else made

    return make


def some(shape):
    """Return numbers between 0 and 1."""
    return np.random.default_rng(0).uniform(size=shape)


ALL = slice(None)
JUNK = {
    "zeros": lambda shape, args: np.zeros(shape),
    "ones": lambda shape, args: np.ones(shape),
    "minus ones": lambda shape, args: -np.ones(shape),
    "1/N": lambda shape, args: np.full(shape, 1 / len(args[0])),
    "1/C": lambda shape, args: np.full(shape, 1 / args[0].shape[1]),
    "nan": lambda shape, args: np.full(shape, np.nan),
    "random": lambda shape, args: some(shape),
    "random signs": lambda shape, args: np.sign(some(shape) - 0.5),
    "tiny": lambda shape, args: 1e-12 * some(shape),
    "huge": lambda shape, args: 1e12 * some(shape),
    "ones in the first row": only(0, np.ones),
    "ones in the last row": only(-1, np.ones),
    "random first row": only(0, some),
    "random last row": only(-1, some),
    "ones in the first column": only((ALL, 0), np.ones),
    "ones in the last column": only((ALL, -1), np.ones),
    "random first column": only((ALL, 0), some),
    "one entry": only((0, 0), np.ones),
    "nan in the first row": only(0, lambda shape: np.full(shape, np.nan)),
    "one number per row": along(0),
    "one number per column": along(1),
    "-1 at the targets": at_targets(-1.0),
    "1 at the targets": at_targets(1.0),
    "1 elsewhere than at the targets": at_targets(0.0, 1.0),
    "-1 at the targets, 1 elsewhere": at_targets(-1.0, 1.0),
    "the first argument": lambda shape, args: np.resize(args[0] * 1.0, shape),
    "a diagonal": lambda shape, args: np.eye(*shape) if len(shape) == 2 else np.ones(shape),
}


@every_draw
@some_problems
def test_junk_earns_nothing(name, seed, visible):
    data, answers = packed(name, seed, visible), {}
    if is_plain(name):
        answers = {what: filled(name, make) for what, make in JUNK.items()}
        answers |= {"an empty array": lambda *args: np.zeros(0), "x": lambda *args: args[0]}
    answers |= {"one number": lambda *args: 1.0, "two": lambda *args: (2, np.ones((3, 3)))}
    scores = {what: judged(data, f).score for what, f in answers.items()}
    assert {what: score for what, score in scores.items() if score} == {}


class Endless(list):
    """A list that seems endless when its items are read; it ends at `LONG` and notes it."""

    ended = False

    def __iter__(self):
        yield from range(LONG)
        self.ended = True


@pytest.mark.parametrize(
    "name", ["gradient_check", *(pytest.param(name, marks=slow) for name in PROBLEMS)]
)
def test_no_driver_reads_a_list_without_an_end(name):
    endless = Endless()
    for answer in (endless, [endless], (endless, endless)):
        assert judged(packed(name, SEED, False), lambda *given, a=answer: a).score == 0
    assert is_plain(name) or not endless.ended


def turned(name):
    """Return the answer for another input: the first argument with its rows reversed."""
    solve = PROBLEMS[name].solve
    return lambda first, *rest: solve(first[::-1], *rest)


def drawn(name):
    """Return the answer for another input: the first argument drawn at random."""
    solve = PROBLEMS[name].solve
    return lambda first, *rest: solve(9 * some(first.shape) - 4, *rest)


@every_draw
@some_problems
def test_the_answer_for_another_input_earns_nothing(name, seed, visible):
    for f in (turned(name), drawn(name)) if is_plain(name) else ():
        data = packed(name, seed, visible)
        verdict = judged(data, f)
        assert not verdict.score or _is_right_somewhere(data, f) or _is_as_little(name, verdict)


AS_LITTLE = {"row_reduce": "rows never swapped"}  # a part of whose answer is 0, 1, 2 …


def _is_as_little(name, verdict):
    """Return whether a mistake with the same part is named, which earns passive points only."""
    named = {f.mistake for f in verdict.findings}
    passive = {a for a, (earned, _) in verdict.points.items() if earned} <= set(PASSIVE)
    return AS_LITTLE.get(name) in named and passive and verdict.score <= 100 * MOST_PASSIVE


def _is_right_somewhere(data, f):
    """Return whether a part is the same for the other input, as where order does not count."""
    ordinary = [c for c in data["cases"] if c["aspect"] == "value"]
    whole = [f(*c["args"].values()) for c in ordinary]
    parts = [w if isinstance(w, tuple) else (w,) for w in whole]
    return any(
        np.shape(a) == np.shape(b) and np.allclose(a, b)
        for c, several in zip(ordinary, parts, strict=True)
        for a, b in zip(several, c["want"], strict=True)
    )


def mean_at_targets(shape, args):
    return at_targets(-1.0)(shape, args) / len(args[0])


def every_class_pulls(shape, args):
    return at_targets(1.0 - shape[-1] if shape else 0.0, 1.0)(shape, args) / len(args[0])


KNOWN = {
    "softmax_cross_entropy": (mean_at_targets, "by log p"),
    "hinge_loss": (every_class_pulls, "every class pulls"),
}


@every_draw
@pytest.mark.parametrize("name", KNOWN)
def test_a_known_mistake_in_one_line_earns_only_the_passive_aspects(name, seed, visible):
    make, mistake = KNOWN[name]
    verdict = judged(packed(name, seed, visible), filled(name, make))
    assert mistake in {f.mistake for f in verdict.findings}
    assert {a for a, (earned, _) in verdict.points.items() if earned} <= set(PASSIVE)
    assert verdict.score <= 100 * MOST_PASSIVE

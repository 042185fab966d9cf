"""Laws that a wrong answer breaks, and descriptions of squares and of more than two axes."""

import numpy as np
import pytest
from nngrader.engine.explanation.diagnose import explain
from nngrader.engine.observation.compare import Entry

HINT = {"doubled": {"hint": "twice?", "loses": ["stability"]}}


def explained(want, got, mistaken=None):
    """Return the findings on one wrong array."""
    letters = dict(zip("NCT", want.shape, strict=False))
    case = {"group": "g", "aspect": "stability", "sizes": letters, "args": {}}
    e = Entry("a", "stability", case, got, want, mistaken or {}, 1e-7, True)
    return explain([e], [e], HINT if mistaken else {}).text


def some(*shape):
    return np.random.default_rng(3).uniform(0.2, 0.9, size=shape)


P = some(7, 11) / some(7, 11).sum(axis=1, keepdims=True)
SQUARE = some(7, 7) + some(7, 7).T
CUBE = some(5, 7, 11)


@pytest.mark.parametrize(
    ("want", "got", "words"),
    [
        (P, np.sin(9 * P), "each row adds up to 1. Do yours?"),
        (P.T, np.sin(9 * P.T), "each column adds up to 1. Do yours?"),
        (P - 1 / 11, np.sin(9 * P), "each row adds up to 0. Do yours?"),
        (SQUARE, np.sin(9 * some(7, 7)), "What is asked is symmetric. Is yours?"),
        (P, np.sin(9 * P) * P / P.sum(), "each row adds up to 1"),
        (some(7, 11), np.sin(30 * some(7, 11)), "nowhere negative. Can yours be?"),
        (-some(7, 11), np.sin(30 * some(7, 11)), "nowhere positive. Can yours be?"),
        (some(7, 11), 0.5 + np.sin(30 * some(7, 11)) ** 2, "nowhere above 1. Can yours be?"),
        (SQUARE, SQUARE + np.diag(some(7)), "is wrong only on the diagonal"),
        (SQUARE, SQUARE + np.triu(some(7, 7), 1), "is wrong only above the diagonal"),
        (SQUARE, np.tril(SQUARE) + np.triu(some(7, 7), 1), "is wrong only above the diagonal"),
        (CUBE, CUBE * some(5, 1, 1), "is off by one factor for each N"),
        (CUBE, CUBE + some(7, 1), "is off by one amount for each C"),
        (CUBE, CUBE + some(1, 1, 11), "is off by one amount for each T"),
        (CUBE, CUBE + (np.arange(7) == 6)[:, None] * CUBE**2, "the last place along C only"),
    ],
)
def test_what_is_broken_is_said(want, got, words):
    assert words in explained(want, got)


def test_what_is_small_by_chance_is_below_no_bound():
    wrong = 3 * np.sin(30 * some(7, 11))
    assert "above 1" not in explained(some(7, 11) / 20 - 0.03, wrong)
    assert "above 1" in explained(some(7, 11) * 2 - 0.9, wrong)


def test_few_entries_make_no_law():
    assert "adds up" not in explained(P[:2], np.sin(9 * P[:2]))


def test_a_mistake_is_known_where_rounding_decides_what_is_nan():
    answer, got = 2 * P, 2 * P
    answer[0, 0] = got[1, 1] = np.nan
    assert explained(P, got, {"doubled": answer}) == ": twice?"
    got[3] += 1
    assert explained(P, got, {"doubled": answer}) != ": twice?"

"""Laws that a wrong answer breaks, and descriptions of squares and of more than two axes."""

from dataclasses import replace

import numpy as np
import pytest
from nngrader.engine.explanation.diagnose import explain
from nngrader.engine.observation.compare import Entry
from nngrader.records.codes import Code

HINT = {"doubled": {"hint": "twice?", "loses": ["value"]}}


def explained(want, got, mistaken=None):
    """Return the finding on one wrong array."""
    letters = dict(zip("NCT", want.shape, strict=False))
    case = {"group": "g", "aspect": "value", "sizes": letters, "args": {}}
    e = Entry("a", "value", case, got, want, mistaken or {}, 1e-7, True)
    return explain([e], [e], HINT if mistaken else {}).finding


def some(*shape):
    return np.random.default_rng(3).uniform(0.2, 0.9, size=shape)


P = some(7, 11) / some(7, 11).sum(axis=1, keepdims=True)
SQUARE = some(7, 7) + some(7, 7).T
CUBE = some(5, 7, 11)


@pytest.mark.parametrize(
    ("want", "got", "law"),
    [
        (P, np.sin(9 * P), "rows-1"),
        (P.T, np.sin(9 * P.T), "columns-1"),
        (P - 1 / 11, np.sin(9 * P), "rows-0"),
        (SQUARE, np.sin(9 * some(7, 7)), "symmetric"),
        (P, np.sin(9 * P) * P / P.sum(), "rows-1"),
        (some(7, 11), np.sin(30 * some(7, 11)), "not-negative"),
        (some(7, 11), 0.5 + np.sin(30 * some(7, 11)) ** 2, "at-most-1"),
    ],
)
def test_a_broken_law_is_found(want, got, law):
    assert explained(want, got).data["law"] == law


@pytest.mark.parametrize(
    ("want", "got", "code", "data"),
    [
        (SQUARE, SQUARE + np.diag(some(7)), Code.DIAGONAL, {"where": "on"}),
        (SQUARE, SQUARE + np.triu(some(7, 7), 1), Code.DIAGONAL, {"where": "above"}),
        (SQUARE, np.tril(SQUARE) + np.triu(some(7, 7), 1), Code.DIAGONAL, {"where": "above"}),
        (CUBE, CUBE * some(5, 1, 1), Code.STEADY, {"same": "factor", "along": "place along N"}),
        (CUBE, CUBE + some(7, 1), Code.STEADY, {"same": "amount", "along": "place along C"}),
        (
            CUBE,
            CUBE + some(1, 1, 11),
            Code.STEADY,
            {"same": "amount", "along": "place along T"},
        ),
        (
            CUBE,
            CUBE + (np.arange(7) == 6)[:, None] * CUBE**2,
            Code.ONE_LINE,
            {"end": "last", "line": "place along C"},
        ),
    ],
)
def test_squares_and_cubes_are_described(want, got, code, data):
    result = explained(want, got)
    assert (result.code, result.data) == (code, data)


def test_bounds_have_a_margin_above_chance():
    above = 1.5 + np.sin(30 * some(7, 11)) ** 2
    for want in (some(7, 11) / 20, some(7, 11) * 2 - 0.9):
        assert explained(want, above).data.get("law") != "at-most-1"


def test_few_entries_suggest_no_law():
    assert "law" not in explained(P[:2], np.sin(9 * P[:2])).data


def test_a_mistake_is_known_where_rounding_decides_what_is_nan():
    answer, got = 2 * P, 2 * P
    answer[0, 0] = got[1, 1] = np.nan
    assert explained(P, got, {"doubled": answer}).mistake == "doubled"
    got[3] += 1
    assert explained(P, got, {"doubled": answer}).mistake is None


def test_no_law_is_stated_for_special_inputs():
    want = np.eye(6)[:, ::-1] - np.eye(6)
    case = {"group": "g", "aspect": "stability", "sizes": {"N": 6, "C": 6}, "args": {}}
    e = Entry("a", "stability", case, want + some(6, 6), want, {}, 1e-7, True)
    assert "law" not in explain([e], [e], {}).finding.data
    ordinary = replace(e, case=case | {"aspect": "value"})
    assert explain([ordinary], [ordinary], {}).finding.data["law"] == "rows-0"

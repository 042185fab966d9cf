"""Each code of a finding becomes sentences, without private data of hidden cases."""

import json
import re

import pytest
from nngrader.records.codes import Code
from nngrader.records.finding import PRIVATE, Finding
from nngrader.records.rendering import LAWS, SHAPES, STOPS, Audience, as_html, text

SECRET = 4711
F = {"function": "f"}
SAMPLES = {
    Code.NOT_WRITTEN: F | {"called": ["g"]},
    Code.NOT_DEFINED: F,
    Code.STOPPED: F | {"stopped": {"limit": "time", "most": 2.5, "where": "in one call"}},
    Code.RAISED: F
    | {
        "raised": "ValueError",
        "message": f"bad {SECRET}",
        "line_number": SECRET,
        "given": {"x": f"({SECRET},)"},
    },
    Code.ERROR_EXPECTED: F | {"expected": "ValueError", "returned": "returned"},
    Code.PREVENTED: {"who": "`backward`", "raised": "KeyError", "message": f"{SECRET}"},
    Code.COUNT: F | {"names": ["loss", "dx"], "returned": 3},
    Code.ORDER: F | {"names": ["loss", "dx"]},
    Code.NOTEBOOK_MISSING: {"file": "b.ipynb"},
    Code.TEST_PREVENTED: {"after": "test_f"},
    Code.TEST_FAILED: {"exception": "KeyError", "line": 2, "quoted": "assert f(1) == 2"},
    Code.HIDDEN_TEST_FAILED: {
        "exception": "KeyError",
        "line_number": SECRET,
        "message": f"assert f({SECRET})",
    },
    Code.KIND: {"kind": "dict", "number": True},
    Code.DTYPE: {"returned": "int64", "expected": "float64", "fractions": True},
    Code.SHAPE: {"cause": "one-short", "along": "N", "returned": "(?,)", "expected": "(N,)"},
    Code.INPUTS_CHANGED: F | {"arguments": ["X", "y"]},
    Code.LOOPS: F | {"letters": ["N"], "steps": [[SECRET, 1], [9, 2]]},
    Code.MEMORY: F | {"letters": ["N", "M"], "bytes": SECRET * 10**6},
    Code.LARGER_WRONG: F | {"letters": ["N", "M"]},
    Code.FORBIDDEN: {"name": "scipy", "whole": True},
    Code.CALLS_WRONG: {"called": ["g"], "back": 2.5},
    Code.FILE_MISSING: {"file": "w.npz"},
    Code.FILE_TOO_LARGE: {"file": "w.npz", "most": 1000},
    Code.FILE_UNREADABLE: {"file": "w.npz", "why": "objects"},
    Code.THRESHOLD: {"measured": "accuracy", "value": 0.5, "threshold": 0.8},
    Code.MISTAKE: {"hint": "Your `dx` is odd. Why?"},
    Code.LIKE_MISTAKE: {"hint": "Your `dx` is odd. Why?", "like": "odd"},
    Code.WRONG: {"words": "Your weights are odd. Why?"},
    Code.FACTOR: {"factor": "N²", "sign": 1, "power": -1, "sizes": {"N": [f"{SECRET}"]}},
    Code.AMOUNT: {"amount": "ln N", "sign": 1},
    Code.ROUNDED: {"decimals": 2},
    Code.EXCHANGED: {"other": "loss"},
    Code.ABSENT: {"none": True},
    Code.NOT_FINITE: {
        "kind": "nan",
        "count": [SECRET, 9],
        "first": [SECRET, 0],
        "ranges": [["x", 0.0, SECRET]],
    },
    Code.FEW_DIGITS: {"worst": 1e-6},
    Code.ZERO: {"everywhere": True},
    Code.ARGUMENT: {"argument": "x"},
    Code.STEADY: {"same": "factor", "along": "row"},
    Code.ENTRIES: {"letters": ["a", "b"], "zero": True},
    Code.BLOCKS: {"letters": ["i", "f"], "how": "sign"},
    Code.SHIFTED: {"line": "row", "by": 1},
    Code.REVERSED: {"lines": "rows"},
    Code.CUMULATIVE: {"line": "row"},
    Code.ALIKE: {"line": "row", "lines": "rows", "which": "last"},
    Code.NOT_EMPTIED: {"zeros": "where `s` is negative"},
    Code.AT_INDEX: {"argument": "y", "how": "factor"},
    Code.ONLY_AT_INDEX: {"argument": "y"},
    Code.ONE_LINE: {"line": "row", "place": SECRET},
    Code.SOME_LINE: {"line": "row"},
    Code.FIRST_LINES: {"line": "row", "lines": "rows", "place": SECRET},
    Code.LAST_LINE: {"line": "row"},
    Code.DIAGONAL: {"where": "above"},
    Code.ONLY_DIAGONAL: {"where": "on"},
    Code.BY_SIGN: {"argument": "x", "sign": "negative"},
    Code.PLACES: {
        "count": [SECRET, 9],
        "first": [SECRET, 1],
        "place": [["row", "rows", 2, SECRET]],
    },
    Code.VARIANT: {"variant": {"kind": "term", "of": "b"}},
    Code.DIFFERS: {"law": "rows-1"},
}
every_code = pytest.mark.parametrize("code", Code)


def sample(code, data=None, parts=("dx", "dW")):
    """Return a finding with all the data that this code can have."""
    return Finding(code, "value", parts, ("large x",), data or SAMPLES.get(code, {}), "odd")


def is_said_well(words):
    """Return whether words are one sentence or more, without gaps or placeholders."""
    ends = re.search(r"[.?!]( \[odd\])?$", words)
    return bool(ends) and not re.search(r"[{}]|  |\.\.|\( | ,", words)


@pytest.mark.parametrize("audience", Audience)
@every_code
def test_a_code_has_sentences_for_every_audience(code, audience):
    for parts in ((), ("dx",), ("dx", "dW", "db")):
        words = text(sample(code, parts=parts), audience)
        assert is_said_well(words), words
        assert "large x" in words


@every_code
def test_private_data_are_shown_only_of_visible_cases(code):
    finding = sample(code)
    private = str(SECRET) in json.dumps(finding.data)
    assert (str(SECRET) in text(finding, Audience.VISIBLE)) == private
    assert str(SECRET) not in text(finding, Audience.HIDDEN)
    assert not PRIVATE & finding.hidden().data.keys()


@every_code
def test_a_code_has_sentences_without_private_data(code):
    assert is_said_well(text(sample(code).hidden(), Audience.VISIBLE))


@every_code
def test_a_finding_is_read_as_it_was_written(code):
    finding = sample(code)
    assert Finding.from_json(json.loads(json.dumps(finding.to_json()))) == finding


@pytest.mark.parametrize("cause", SHAPES)
def test_every_cause_of_a_shape_has_words(cause):
    about = {"along": "N", "came_along": "D", "axis": "last", "n": "N", "names": "N and D"}
    data = SAMPLES[Code.SHAPE] | about | {"cause": cause}
    assert is_said_well(text(sample(Code.SHAPE, data), Audience.HIDDEN))


@pytest.mark.parametrize("limit", STOPS)
def test_every_limit_has_words(limit):
    data = F | {"stopped": {"limit": limit}}
    assert is_said_well(text(sample(Code.STOPPED, data), Audience.HIDDEN))


@pytest.mark.parametrize("law", LAWS)
def test_the_message_asks_about_the_law(law):
    assert text(sample(Code.DIFFERS, {"law": law}), Audience.HIDDEN).endswith(LAWS[law])


def test_verbs_agree_with_the_number_of_parts():
    one, two = (text(sample(Code.SIGN, parts=p), Audience.HIDDEN) for p in (["dx"], ["a", "b"]))
    assert "Your `dx` has" in one
    assert "Your `a` and `b` have" in two


def test_names_are_code_in_html_and_all_else_is_escaped():
    assert as_html("Your `dx` < 0") == "Your <code>dx</code> &lt; 0"

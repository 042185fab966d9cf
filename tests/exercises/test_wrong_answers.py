"""What is said about wrong answers that no problem registers is true, and leaks nothing."""

import re

import pytest

import tests.exercises.planted  # noqa: F401, adds to WRONG
from tests.exercises.declared import PROBLEMS, judged, lost, packed, texts
from tests.exercises.mutants import mutants
from tests.exercises.truths import untrue
from tests.exercises.wrong_answers import WRONG

VISIBLE, HIDDEN = 1, 9
MUTANTS = [
    pytest.param(name, f, id=f"{name}: {line}")
    for name, p in PROBLEMS.items()
    for line, f in mutants(p.solve)
]
OTHERS = [
    pytest.param(name, f, id=f"{style}: {line}")
    for name, p in PROBLEMS.items()
    for style, solve in p.alternatives.items()
    for line, f in mutants(solve)
]
ANSWERS = [pytest.param(*w, id=f"{w[0]}: {w[1].__name__}") for w in WRONG]
EVERY = [pytest.param(*p.values[:2], id=p.id) for p in MUTANTS + ANSWERS]
OURS = re.compile(
    r"adds? up to [01]|above 1\b|length 1\b|back to 0|where 0 is|uint8|int64|float32|float64|"
    r"ln 2|ln 10|[NMCD]²|by 1\b|is 0\b|\b2 times|[NMCD] [-+] 1\b|- 1\)|0\.$|to 4 dec|"
    r"\(1,\)|\(1, 1\)|\(N, M, 1\)"
)


@pytest.mark.parametrize(("name", "f", "words", "loses"), ANSWERS)
def test_a_wrong_answer_is_told_what_is_wrong(name, f, words, loses):
    said = texts(judged(packed(name, VISIBLE, True), f))
    assert words in re.sub(r" \([^()]* here\)", "", said)


@pytest.mark.parametrize("seed", [HIDDEN, 10, 11])
@pytest.mark.parametrize(("name", "f", "words", "loses"), ANSWERS)
def test_a_wrong_answer_loses_what_it_should(name, f, words, loses, seed):
    assert lost(judged(packed(name, seed, False), f)) == loses


@pytest.mark.parametrize("seed", [VISIBLE, 2, 3])
@pytest.mark.parametrize(("name", "f"), EVERY)
def test_all_that_is_said_is_true(name, f, seed):
    data = packed(name, seed, True)
    assert list(untrue(data, f, judged(data, f))) == []


@pytest.mark.parametrize(("name", "f"), OTHERS)
def test_all_that_is_said_of_mutants_of_alternatives_is_true(name, f):
    data = packed(name, VISIBLE, True)
    assert list(untrue(data, f, judged(data, f))) == []


@pytest.mark.parametrize(("name", "f"), EVERY)
def test_what_is_said_of_hidden_cases_holds_no_number_of_theirs(name, f):
    data = packed(name, HIDDEN, False)
    found = judged(data, f).findings
    hints = [m["hint"] for m in data["mistakes"].values()]
    tried = [c["tried"] for c in data["cases"]]
    for _, text, _ in found:
        for known in [*hints, *tried]:
            text = text.replace(known, "")
        assert not re.search(r"\d", OURS.sub("", text)), text

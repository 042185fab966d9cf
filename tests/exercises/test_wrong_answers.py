"""What is said about wrong answers that no problem registers is true, and leaks nothing."""

import re

import pytest

import tests.exercises.planted
import tests.exercises.planted_fits
import tests.exercises.planted_layers
import tests.exercises.planted_neighbours
import tests.exercises.planted_networks
import tests.exercises.planted_ps1  # noqa: F401, adds to WRONG
from tests.exercises.declared import PROBLEMS, hurried, judged, lost, packed, texts
from tests.exercises.hidden_numbers import numbers_in
from tests.exercises.mutants import mutants
from tests.exercises.truths import untrue
from tests.exercises.wrong_answers import WRONG

VISIBLE, HIDDEN = 1, 9
MUTANTS = [
    pytest.param(name, f, id=f"{name}: {line}")
    for name, p in PROBLEMS.items()
    for line, f in mutants(p.solve)
]
OTHERS = [  # a changed loop may run without end
    pytest.param(name, hurried(f), id=f"{style}: {line}")
    for name, p in PROBLEMS.items()
    for style, solve in p.alternatives.items()
    for line, f in mutants(solve)
]
ANSWERS = [pytest.param(*w, id=f"{w[0]}: {w[1].__name__}") for w in WRONG]
EVERY = [pytest.param(*p.values[:2], id=p.id) for p in MUTANTS + ANSWERS]


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


def test_a_function_without_end_is_waited_for_once():
    calls = []

    @hurried
    def endless(x):
        calls.append(x)
        while True:
            pass

    for x in range(3):
        with pytest.raises(TimeoutError):
            endless(x)
    assert calls == [0]


@pytest.mark.parametrize(("name", "f"), EVERY)
def test_what_is_said_of_hidden_cases_holds_no_number_of_theirs(name, f):
    data = packed(name, HIDDEN, False)
    assert numbers_in(data, judged(data, f).findings) == []


KNOWN = {
    "mistakes": {"m": {"hint": "where do 3 of 4 go?"}},
    "cases": [{"tried": "2 axes"}],
    "returns": {"dW2": "value"},
    "parameters": ["b1"],
    "measure": {
        "source": "def f(a):\n    if a == 'has 7':\n        raise ValueError('is 5 long')"
    },
}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dW2 and b1: where do 3 of 4 go? (with 2 axes)", False),
        ("dW2 is 5 long", False),
        ("dW2 has 7", True),
        ("dW2 is 4 times too large", True),
        ("dW21 or dW2.1 or 1 or W2", True),
        ("b1.5", True),
        ("W2", True),
        ("3 of 4", True),
        ("12 axes", True),
    ],
)
def test_only_whole_sentences_and_names_may_hold_numbers(text, told):
    assert bool(numbers_in(KNOWN, [("value", text, None)])) == told

"""What is said about wrong answers (`wrong_answers/`) is true, and leaks nothing.

A commit sees a quarter of the answers to half of the problems on one of three seeds: 24 commits
see all.
"""

import functools
import re

import pytest

from tests.exercises.declared_problems import PROBLEMS, SEEDS, judged, lost, packed, texts
from tests.exercises.finding_checks.catalogue import false_findings
from tests.exercises.hidden_numbers import numbers_in
from tests.exercises.wrong_answers.catalogue import WRONG

ANSWERS = [pytest.param(*w, id=f"{w[0]}: {w[1].__name__}") for w in WRONG]
every_answer = pytest.mark.parametrize(("name", "f", "words", "loses"), ANSWERS)
every_seed = pytest.mark.parametrize("seed", SEEDS)
every_hidden_seed = pytest.mark.parametrize("seed", [9, 10, 11])  # `loses` is what these show
one_seed = pytest.mark.rotate("seed", 1)
a_quarter = pytest.mark.thin("f", 4, within="name")


@functools.cache
def verdict(name, f, seed, visible):
    """Return the verdict on one wrong answer, which several tests read."""
    return judged(packed(name, seed, visible), f)


@a_quarter
@one_seed
@every_seed
@every_answer
def test_a_wrong_answer_is_told_what_is_wrong(name, f, words, loses, seed):
    assert is_told(verdict(name, f, seed, True), words)


def is_told(verdict, words):
    """Return whether a verdict's findings hold these words, or one of several alternatives."""
    message = re.sub(r" \([^()]* here\)", "", texts(verdict))
    return any(w in message for w in ([words] if isinstance(words, str) else words))


@a_quarter
@one_seed
@every_hidden_seed
@every_answer
def test_a_wrong_answer_loses_what_it_should(name, f, words, loses, seed):
    found = lost(verdict(name, f, seed, False))
    assert found == loses if loses else found


@a_quarter
@one_seed
@every_seed
@every_answer
def test_all_that_is_said_is_true(name, f, words, loses, seed):
    assert list(false_findings(packed(name, seed, True), f, verdict(name, f, seed, True))) == []


@a_quarter
@one_seed
@every_hidden_seed
@every_answer
def test_what_is_said_of_hidden_cases_holds_no_number_of_theirs(name, f, words, loses, seed):
    findings = verdict(name, f, seed, False).findings
    assert numbers_in(packed(name, seed, False), findings) == []


DRIVEN = [
    pytest.param(name, f, words, id=f"{name}: {f.__name__}")
    for name, f, words, _ in WRONG
    if PROBLEMS[name].driver
]
A_THIRD = -(-len({one.values[0] for one in DRIVEN}) // 3)


@pytest.mark.rotate("name", A_THIRD)
@pytest.mark.parametrize(("name", "f", "words"), DRIVEN)
def test_no_draw_lets_a_wrong_class_or_training_pass(name, f, words, share):
    passed, untold = [], []
    for seed in share(range(100, 150), 50):
        shown, hidden = (judged(packed(name, seed, visible), f) for visible in (True, False))
        passed += [seed] * (not (lost(shown) and lost(hidden)))
        untold += [seed] * (not is_told(shown, words))
    assert (passed, untold) == ([], [])

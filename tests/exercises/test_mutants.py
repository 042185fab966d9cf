"""Mutants of references lose points or are equivalent, and the findings on them are true.

A commit sees a sixteenth of the mutants of half of the problems and one of three seeds: 96
commits see all. Of the alternatives it sees a quarter, and of these mutants one in 25: 200
commits see all.
"""

import functools
import os

import pytest

from tests.exercises.declared_problems import PROBLEMS, SEEDS, judged, packed, with_timeout
from tests.exercises.equivalence import FEW, MANY, differing
from tests.exercises.finding_checks.catalogue import false_findings
from tests.exercises.hidden_numbers import numbers_in
from tests.exercises.mutants import mutants

STYLES = [(name, style) for name, p in PROBLEMS.items() for style in p.alternatives]
every_problem = pytest.mark.parametrize("name", PROBLEMS)
every_seed = pytest.mark.parametrize("seed", SEEDS)
one_seed = pytest.mark.rotate("seed", 1)


@functools.cache
def changed(name, share):
    """Return a share of a reference's mutants, by what is changed, each stopped if endless."""
    made = enumerate(mutants(PROBLEMS[name].solve, lambda changes: share(changes, 16)))
    return {f"{k}: {line}": with_timeout(f) for k, (line, f) in made}


def false_of(data, f):
    """Return the findings on a function's visible cases that are not true.

    One that was in time at first and later was not is judged again: now it is late each time.
    """
    wrong = false_findings(data, f, judged(data, f))
    return false_findings(data, f, judged(data, f)) if f.turned else wrong


@functools.cache
def verdicts(name, seed, share):
    """Return the verdicts on these mutants for the hidden cases of one seed."""
    data = packed(name, seed, False)
    return {title: judged(data, f) for title, f in changed(name, share).items()}


@pytest.mark.parametrize("name", [name for name, p in PROBLEMS.items() if not p.trains])
def test_a_mutant_that_loses_nothing_is_the_reference(name, share, pytestconfig):
    found = [item for seed in share(SEEDS, 3) for item in verdicts(name, seed, share).items()]
    uncaught = {title: changed(name, share)[title] for title, v in found if v.score == 100}
    n = MANY if pytestconfig.getoption("deep") else FEW
    assert differing(PROBLEMS[name], uncaught, n, int(os.environ["TEST_SHARE"])) == []


@one_seed
@every_seed
@every_problem
def test_all_that_is_said_of_mutants_is_true(name, seed, share):
    data, made = packed(name, seed, True), changed(name, share).items()
    assert [(title, *wrong) for title, f in made for wrong in false_of(data, f)] == []


@one_seed
@every_seed
@every_problem
def test_what_mutants_are_told_of_hidden_cases_holds_no_number_of_theirs(name, seed, share):
    data = packed(name, seed, False)
    found = verdicts(name, seed, share).items()
    assert [(title, text) for title, v in found for text in numbers_in(data, v.findings)] == []


@pytest.mark.thin("style", 4, within="name")
@pytest.mark.parametrize(("name", "style"), STYLES)
def test_all_that_is_said_of_mutants_of_alternatives_is_true(name, style, seed, share):
    data = packed(name, seed, True)
    made = mutants(PROBLEMS[name].alternatives[style], lambda changes: share(changes, 25))
    false = [(line, *wrong) for line, f in made for wrong in false_of(data, with_timeout(f))]
    assert false == []

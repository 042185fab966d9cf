"""Mutants of references lose points or are the reference, and learn nothing hidden."""

import pytest

from tests.exercises.declared_problems import PROBLEMS, SEED, judged, packed, with_timeout
from tests.exercises.equivalence import differing
from tests.exercises.hidden_numbers import numbers_in
from tests.exercises.mutants import mutants

ONE_IN = 2  # of the mutants; a problem has about a hundred
DRAWS = 1000  # inputs on which an unpunished mutant must be equal to the reference


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBLEMS)
def test_a_mutant_loses_points_or_is_the_reference_and_sees_nothing_hidden(name):
    p, data, unpunished, leaked = PROBLEMS[name], packed(name, SEED, False), {}, []
    if p.trains:
        pytest.skip("any training to a low loss is right")
    for k, (line, f) in enumerate(mutants(p.solve, lambda changes: changes[::ONE_IN])):
        verdict = judged(data, with_timeout(f))
        if verdict.score == 100:
            unpunished[f"{k}: {line}"] = with_timeout(f)
        leaked += [(line, text) for text in numbers_in(data, verdict.findings)]
    assert leaked == []
    assert differing(p, unpunished, DRAWS) == []

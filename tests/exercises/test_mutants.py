"""Variants of references lose points or are the reference, and learn nothing hidden."""

import pytest
from nngrader.engine.declaration.variants import variants

from tests.exercises.declared_problems import PROBLEMS, SEED, judged, packed, with_timeout
from tests.exercises.equivalence import differing
from tests.exercises.hidden_numbers import numbers_in

ONE_IN = 3  # of the variants; a problem has one or two hundred
DRAWS = 1000  # inputs on which an unpunished variant must be equal to the reference


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBLEMS)
def test_a_variant_loses_points_or_is_the_reference_and_sees_nothing_hidden(name):
    p, data, unpunished, leaked = PROBLEMS[name], packed(name, SEED, False), {}, []
    if p.trains:
        pytest.skip("any training to a low loss is right")
    for k, (about, f) in enumerate([*variants(p.solve, lambda: None)][::ONE_IN]):
        verdict = judged(data, with_timeout(f))
        if verdict.score == 100:
            unpunished[f"{k}: {about}"] = with_timeout(f)
        leaked += [(about, text) for text in numbers_in(data, verdict.findings)]
    assert leaked == []
    assert differing(p, unpunished, DRAWS) == []

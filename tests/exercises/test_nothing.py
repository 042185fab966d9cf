"""Functions that compute nothing earn next to nothing in a whole assignment."""

import numpy as np
import pytest

from tests.exercises.declared_problems import ASSIGNMENTS, PROBLEMS, judged, packed
from tests.exercises.nothing import doing_nothing

MOST = 2  # points, of the 100 of an assignment
FEWEST = 1e-6


def earned(name, seed, attempts):
    """Return the points of each attempt at a problem that earns any."""
    p, data = PROBLEMS[name], packed(name, seed, False)
    with np.errstate(all="ignore"):
        points = {
            what: judged(data, f).score * p.total / 100
            for what, f in doing_nothing(p)
            if not attempts or any(word in what for word in attempts)
        }
    return {what: worth for what, worth in points.items() if worth > FEWEST}


@pytest.mark.parametrize(
    ("seed", "attempts"),
    [
        (1, ("zeros, the mean", "usual label, 0")),
        *(pytest.param(seed, (), marks=pytest.mark.slow) for seed in (1, 2, 3, 4)),
    ],
)
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_an_assignment_gives_no_points_for_nothing(assignment, seed, attempts):
    names = [name for name, where in PROBLEMS.assignment_of.items() if where == assignment]
    best = {name: earned(name, seed, attempts) for name in names}
    assert sum(max(points.values(), default=0) for points in best.values()) <= MOST + FEWEST, (
        best
    )

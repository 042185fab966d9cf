"""Fold by fold as in folds_grown.py, with new units that have the signs that a fold needs.

There the two new units had random weights on both units of the layer before. Here they begin
with a positive and a negative multiple of the old score, of random sizes; the new output unit
is random. If the lessons fail there because the new units look at the wrong thing, they succeed
here after a few trials.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

GROWN = runpy.run_path(str(Path(__file__).with_name("folds_grown.py")))
STRIPS, START = GROWN["STRIPS"], GROWN["START"]
TOLERANCES = {"accuracy": {"absolute": 0.1}}


def grow(old, trial):
    """Begin with the old layers; the last one becomes two units that see the old score."""

    def begin(rng, spread):
        rng = np.random.default_rng([int(rng.integers(2**31)), len(old), trial])
        if not old:
            return START((1, 2, 1), rng, spread)
        size = np.abs(rng.normal(0, 2**0.5, (2, 1))) * [[1.0], [-1.0]]
        (V, c), new = old[-1], START((2, 1), rng, spread)
        kept = [[p.copy() for p in layer] for layer in old[:-1]]
        return [*kept, [size @ V, size[:, 0] * c], *new]

    return begin


def run(seed):
    """For each start the trials that every lesson took, and the test accuracy of the last."""
    trials, accuracy = GROWN["grown"](seed, grow, slice(None))
    return {"grown": accuracy, "trials": trials}


def thin():
    """The first lesson of the first start."""
    return {"accuracy": float(STRIPS["best_of"](1, 0, {0: grow([], 0)})[1][0])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)

"""Warm-up and clipping before a rate that stays constant, instead of one that falls to 0.

Written after a reader had set this choice of `first_steps.py` free on three draws and found no
gain. If warm-up helps because it makes larger rates usable, it must gain less where noise keeps
the best rate small to the end. Larger weights, one length of the warm-up (10% of the steps) and
one bound (1); network, data and judging are those of that program.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("first_steps.py")))
RATES = tuple(2.0 ** (np.arange(-8, 1) / 2))
TOLERANCES = {"loss": {"relative": 0.1}}


def one(seed, name, eta):
    """Validation and test loss of one training."""
    _, validation, test = FIRST["data"](seed)
    rates = np.full(FIRST["STEPS"], eta)
    if name == "warm-up":
        rates[:30] *= np.arange(1, 31) / 30
    layers, _ = FIRST["train"](seed, 1.5, rates, 1.0 if name == "clipped" else np.inf)
    return [FIRST["judged"](layers, *validation), FIRST["judged"](layers, *test)]


def run(seed):
    """Each contender with every rate."""
    names = ("neither", "warm-up", "clipped")
    return {name: [one(seed, name, eta) for eta in RATES] for name in names}


def thin():
    """One training."""
    return {"loss": one(0, "warm-up", 0.125)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(8), thin=thin)

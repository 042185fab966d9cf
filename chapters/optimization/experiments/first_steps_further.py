"""Larger rates for Adam after a long warm-up, where the largest rate had been the best.

Settings as in first_steps_adam.py, with the next three rates.

It takes less than a minute. The page optimization/warm-up uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

ADAM = runpy.run_path(str(Path(__file__).with_name("first_steps_adam.py")))
TRIES = {share: 2.0 ** (np.arange(-7, -4) / 2) for share in (0.6, 1.0)}
TOLERANCES = {"loss": {"relative": 0.1}}


def run(seed):
    """Losses from the larger weights, for each length of the warm-up and each rate."""
    return {
        "1.5 Adam": [
            [ADAM["one"](seed, 1.5, "warm-up", eta, share) for eta in rates]
            for share, rates in TRIES.items()
        ]
    }


def thin():
    """One training, with a rate of the wider grid."""
    return {"loss": ADAM["one"](0, 1.5, "warm-up", 2.0**-5, 0.6)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large may overflow, which is a result here
    experiment.record(run, seeds=range(8), thin=thin)

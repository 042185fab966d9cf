"""One 3x3 in each block of ``stacked_deep``, with a wider choice of learning rates.

There it had chosen the highest of three rates, 0.018, and fell far behind on one seed, so its
accuracy may have been that of a bad rate. Here the rates go on to 0.054. If one 3x3 was held
back by the choice, its mean rises; if 0.018 is chosen again, it stays.
"""

import runpy
from functools import cache
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("stacked_deep.py")))
trained, TUNING = FIRST["trained"], FIRST["TUNING"]
validated, measured = FIRST["validated"], FIRST["measured"]
NAME, RATES = "3×3", (0.006, 0.018, 0.054)
TOLERANCES = {NAME: {"relative": 0.1}}


@cache
def chosen():
    """The rate with the best mean validation accuracy, and all the means."""
    means = [np.mean([validated(NAME, r, s) for s in TUNING]) for r in RATES]
    return RATES[int(np.argmax(means))], means


def run(seed):
    """Test and training accuracy, and the rate that was chosen."""
    rate, means = chosen()
    training, test = measured(NAME, rate, seed)
    return {NAME: test, "training": training, "rate": rate, "validation": means}


def thin():
    """Mean loss of the second epoch of seed 1."""
    return {NAME: float(np.mean(trained(NAME, 1, 0.006, epochs=2)[3][30:]))}


if __name__ == "__main__":
    experiment.record(run, seeds=FIRST["SEEDS"], thin=thin)

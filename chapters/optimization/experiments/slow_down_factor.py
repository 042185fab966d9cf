"""One drop of the rate by another factor than ten, for the network of slow_down.py.

Written after a reader had set the factor free, and after a look at the same draws. That a late
drop gains more than an early one is refuted for a factor if a drop after a tenth or a quarter
of the steps gains as much as one after 70%.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

SLOW = runpy.run_path(str(Path(__file__).with_name("slow_down.py")))
FACTORS, BEGIN = (3, 100), (0.1, 0.25, 0.7, 0.95)
RATES = SLOW["RATES"][2:]
TOLERANCES = {"loss": {"relative": 0.1}}


def one(seed, factor, begin, eta):
    """Validation and test loss of one training."""
    _, validation, test = SLOW["data"](seed)
    share = np.arange(SLOW["STEPS"]) / SLOW["STEPS"]
    theta = SLOW["train"](seed, eta * np.where(share < begin, 1, 1 / factor))
    return [SLOW["judged"](theta, *part)[0] for part in (validation, test)]


def run(seed):
    """Every factor, step of the drop and rate."""
    return {
        f"{factor}": np.round([[one(seed, factor, s, eta) for eta in RATES] for s in BEGIN], 4)
        for factor in FACTORS
    }


def thin():
    """One training of the first seed."""
    return {"loss": one(0, 3, 0.7, RATES[2])}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(8), thin=thin)

"""Settings beyond the edges of the grids of first_steps.py and the programs after it.

Together with theirs, they are the grids from which the page chooses.

It takes about 7 minutes. The page optimization/warm-up uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

HERE = Path(__file__)
FIRST, FIRST_CLIPPED, ADAM = (
    runpy.run_path(str(HERE.with_name(f"first_steps{name}.py")))
    for name in ("", "_clipped", "_adam")
)


def halves(low, high):
    """Powers of two from one exponent to another, in steps of a half."""
    return 2.0 ** (np.arange(2 * low, 2 * high + 1) / 2)


TRIES = {
    "neither": {None: halves(-6, -5)},
    "warm-up": {0.6: halves(-3, 1), 1.0: halves(-3, 1)},
    "clipped": {0.25: halves(0.5, 4)},
    "clipped first": {2.0: halves(-3, 0), 8.0: halves(-3, 0), 16.0: halves(-3, 0)},
    "Adam": {0.6: halves(-7, -4), 1.0: halves(-7, -4)},
}
TOLERANCES = {"loss": {"relative": 0.1}}


def one(seed, gain, name, eta, setting):
    """Validation and test loss of one training."""
    if name == "clipped first":
        return FIRST_CLIPPED["one"](seed, gain, eta, setting)
    if name == "Adam":
        return ADAM["one"](seed, gain, "warm-up", eta, setting)
    return FIRST["one"](seed, gain, name, eta, setting)


def run(seed):
    """Losses by scale and contender, for each setting and each of its rates."""
    wanted = {gain: ("warm-up", "clipped", "clipped first", "Adam") for gain in (1.0, 1.5)}
    wanted[2.0] = ("neither", "warm-up", "clipped")
    return {
        f"{gain} {name}": [
            [one(seed, gain, name, eta, setting) for eta in rates]
            for setting, rates in TRIES[name].items()
        ]
        for gain, names in wanted.items()
        for name in names
    }


def thin():
    """One clipped training."""
    return {"loss": one(0, 1.5, "clipped", 4.0, 0.25)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(8), thin=thin)

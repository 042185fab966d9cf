"""Wider grids for the contenders whose chosen setting or rate stood at the edge of its grid.

Added after a reader's remark: clipping had chosen the smallest bound and the largest rate,
warm-up its greatest length, clipping at first its largest bound, and the weights twice as large
the smallest rate with neither. Here are the settings beyond these edges; together with those of
`first_steps.py`, `first_steps_clipped.py`, `first_steps_larger.py` and `first_steps_adam.py`
they are the grids that the page chooses from, on the same draws. A warm-up over all steps is
the longest there is. With the bound 1/4 nearly every gradient is clipped, so a smaller bound is
the same training at a rate that is larger by as much, and none is tried.
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

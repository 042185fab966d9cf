"""Length of the gradient and largest curvature along a warm-up of as many steps as the hold.

`first_steps_curvature.py` measured along a warm-up of 90 steps, but a hold lasts 30, and the
rate that survives was compared for a warm-up of 30. Written after a reader had found this, and
after a look at the state behind the last of these steps: the claim that the hold leaves more
curvature is refuted if a warm-up of 30 steps to the same rate leaves as much.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

HOLD = runpy.run_path(str(Path(__file__).with_name("first_steps_curvature.py")))
TOLERANCES = {"length": {"relative": 0.1}, "curvature": {"relative": 0.2}}
TOP = 2.0**-1.5


def run(seed):
    """Length and curvature at some steps of the warm-up, from the larger weights."""
    rates = HOLD["rates_of"]("warm-up", TOP, 0.1)[: HOLD["HELD"]]
    return {"path": HOLD["path"](seed, rates)}


def thin():
    """Length and curvature after two steps, first draw."""
    rates = HOLD["rates_of"]("warm-up", TOP, 0.1)[:2]
    return dict(zip(("length", "curvature"), HOLD["path"](8, rates)[-1], strict=True))


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(8, 16), thin=thin)

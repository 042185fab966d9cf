"""Slowing down without noise, over as many steps as with noise.

`slow_down.py` takes 80 steps with all samples, which is short: after them the straight line may
only be behind because it has not got as far. Here it takes 400, as many as the trainings with
batches. Written before the run, after a reader had tried 250 on other draws: that slowing down
helps because it removes noise is refuted if the straight line ends with a training loss that is
lower than that of the constant rate by more than 0.02, each at the rate that is best for it in
the mean over five draws.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("slow_down.py")))
STEPS, RATES = FIRST["STEPS"], tuple(2.0 ** (np.arange(-3, 3) / 4))
TOLERANCES = {"ends": {"relative": 0.1}}


def one(seed, name, eta, steps=STEPS):
    """Training loss and test loss after steps with all samples."""
    (X, y), _, test = FIRST["data"](seed)
    theta = FIRST["start"](seed)
    for rate in FIRST["schedule"](name, eta, 0.0, steps):
        for p, g in zip(theta, FIRST["gradient"](theta, X, y), strict=True):
            p -= np.float32(rate) * g
    return [round(FIRST["judged"](theta, *part)[0], 4) for part in ((X, y), test)]


def run(seed):
    """A constant rate and a straight line to 0 with every rate."""
    return {name: [one(seed, name, eta) for eta in RATES] for name in ("constant", "ramp")}


def thin():
    """The first steps along the straight line."""
    return {"ends": one(3, "ramp", 0.5, 40)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(3, 8), thin=thin)

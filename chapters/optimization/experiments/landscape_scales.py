"""Three units on the sine again, from initial weights half and twice as large.

`landscape_ends.py` found that from weights with the standard deviation 1 more starts end near
the best if gradient descent goes first than by BFGS alone. Written after a reader's run, on the
same twenty starts, in which this depended on the scale of the weights. That gradient descent
avoids poor ends wherever it starts is refuted if with one of these scales it brings no more
starts near the best than BFGS alone, give or take two of twenty.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

ENDS = runpy.run_path(str(Path(__file__).with_name("landscape_ends.py")))
UNITS, SCALES = 3, (0.5, 2.0)
TOLERANCES = {"slow": {"absolute": 0.05}}


def descent(p, steps=ENDS["STEPS"]):
    """Weights after gradient descent."""
    for _ in range(steps):
        p = p - ENDS["RATE"] * ENDS["loss_and_gradient"](p)[1]
    return p


def start(seed, scale):
    """The initial weights of landscape_ends.py, scaled."""
    return scale * np.random.default_rng(seed).normal(size=3 * UNITS + 1)


def run(seed):
    """For each scale, the loss after gradient descent and BFGS, and after BFGS alone."""
    found = {}
    for scale in SCALES:
        p = start(seed, scale)
        losses = ENDS["end_of"](descent(p)), ENDS["end_of"](p)
        found[str(scale)] = [float(f"{max(loss, 1e-9):.3g}") for loss in losses]
    return found


def thin():
    """The loss after 500 steps of gradient descent, from the larger weights."""
    return {"slow": ENDS["loss_and_gradient"](descent(start(0, 2.0), 500))[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(20), thin=thin)

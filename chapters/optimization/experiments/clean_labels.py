"""What does L2 gain if all labels are correct?

The network, the training program and the 500 images are those of ``penalties.py``, with their
original labels. Four strengths are tried, and 1,000 validation images choose one.

It takes about a minute. The page optimization/regularization uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

base = runpy.run_path(str(Path(__file__).with_name("penalties.py")))
STRENGTHS, TOLERANCES = (0.005, 0.01, 0.02, 0.04), {"test": {"absolute": 0.03}}


def trained(seed, l2, steps=500):
    """Return the accuracies on the validation and test images with a given strength of L2."""
    data = base["Data"](seed, "pixels")
    rows = np.random.default_rng(seed).permutation(len(base["TRAIN"].X))[:500]
    net = base["network"](seed, data.X.shape[1])
    base["train"](net, data.X, base["TRAIN"].y[rows], l2=l2, steps=steps)
    right = base["right"]
    return right(net, data.X_val, data.y_val), right(net, data.X_test, data.y_test)


def run(seed):
    """Return the test accuracy without a penalty, and with the best strength of L2."""
    best = max(trained(seed, strength) for strength in STRENGTHS)
    return {"none": trained(seed, 0.0)[1], "L2": best[1]}


def thin():
    """Return the test accuracy of the first split after 100 steps with L2."""
    return {"test": trained(1, 0.02, 100)[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)

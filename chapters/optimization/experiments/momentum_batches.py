"""What does momentum gain with small and with large batches, each learning rate tuned?

The network, its data and its starts are those of batch_sizes.py. The effective rate is the
learning rate divided by 1 - momentum. The page chooses a start's rate on the others.

It takes about 3 minutes. The page optimization/momentum uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

NET = runpy.run_path(str(Path(__file__).with_name("batch_sizes.py")))
BATCHES = (10, 1000)
MOMENTUM = (0.0, 0.9)
EFFECTIVE = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
STEPS = (100, 200, 400)  # the loss on all training images is measured after these
TOLERANCES = {"loss": {"relative": 0.1}}


def train(B, momentum, effective, seed):
    """Loss on all training images after each number of steps, 99 where training diverged."""
    X, y, _, _ = NET["data"](seed)
    theta, rng = NET["start"](seed), np.random.default_rng(2000 + seed)
    velocity = [np.zeros_like(p) for p in theta]
    lr, losses = np.float32(effective * (1 - momentum)), [99.0] * len(STEPS)
    for step, rows in enumerate(NET["batches"](rng, len(X), B), start=1):
        gradient = NET["gradient"](theta, X[rows], y[rows])
        for p, v, g in zip(theta, velocity, gradient, strict=True):
            v *= np.float32(momentum)
            v += g
            p -= lr * v
        if step in STEPS:
            loss = NET["loss"](theta, X, y)
            if not loss < 10:
                break
            losses[STEPS.index(step)] = loss
        if step == STEPS[-1]:
            break
    return losses


def run(seed):
    """Losses for each batch size, momentum and effective rate."""
    return {
        "loss": [[[train(B, m, e, seed) for e in EFFECTIVE] for m in MOMENTUM] for B in BATCHES]
    }


def thin():
    """Momentum with batches of 10 and one learning rate."""
    return {"loss": train(10, 0.9, 0.5, 0)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(12), thin=thin)

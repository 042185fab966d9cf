"""Does the noise scale measured during training predict the critical batch size?

Network and data as in noise_scale.py. The noise scale is the mean trace over the mean squared
length of the exact gradient, between validation losses of 0.7 and 0.55, for several batch sizes
and learning rates.

It takes about 4 minutes. The page optimization/sgd uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("noise_scale.py")))
ALL = 4000  # every picture in each step: the exact gradient
WALKS = {  # batch size: learning rates, the last of which is its best
    1: (1 / 32,),
    4: (1 / 32, 1 / 8),
    16: (1 / 8, 1 / 4, 1 / 2),
    64: (1 / 8, 1 / 4, 1 / 2, 1.0),
    256: (1 / 4, 1.0, 2.0),
    1024: (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0),
    ALL: (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0),
}
TOLERANCES = {
    "steps": {"relative": 0.3},
    "trace": {"relative": 0.3},
    "square": {"relative": 0.5},
}


def walk(B, lr, seed):
    """Steps to the last target, and the means of trace and square on the last stretch."""
    X, y, V, s = FIRST["data"](seed)
    theta, rng = FIRST["start"](seed), np.random.default_rng(2000 + seed)
    every, begun, squares, traces = max(1, round(2 / lr)), False, [], []
    for step in range(1, 20_000):
        rows = slice(None) if B == ALL else rng.integers(len(X), size=B)
        for p, g in zip(theta, FIRST["gradient"](theta, X[rows], y[rows]), strict=True):
            p -= np.float32(lr) * g
        if step % every == 0:
            now = FIRST["loss"](theta, V, s)
            begun = begun or now < FIRST["TARGETS"][0]
            if begun:
                exact = FIRST["gradient"](theta, X, y)
                squares.append(sum(float((g**2).sum()) for g in exact))
                traces.append(FIRST["noise_scale"](theta, X, y) * squares[-1])
            if now < FIRST["TARGETS"][-1]:
                break
    return theta, {"steps": step, "trace": np.mean(traces), "square": np.mean(squares)}


def run(seed):
    """Every walk; for the best rates also the noise scale with the Hessian, and two rates."""
    X, y, _, _ = FIRST["data"](seed)
    found = {}
    for B, rates in WALKS.items():
        for lr in rates:
            theta, found[f"{B} at {lr}"] = walk(B, lr, seed)
        bent = FIRST["curved"](theta, X, y, np.random.default_rng(seed), samples=40)
        found[f"{B} at {lr}"]["curved"] = bent
    return found


def thin():
    """64 pictures at their best rate, from the first draw."""
    return walk(64, 1.0, 2)[1]


if __name__ == "__main__":
    experiment.record(run, seeds=range(2, 7), thin=thin)

"""Why the straight line was ahead on the test set without noise: averaged weights again.

In `slow_down_without_noise.py`, all samples in each of 400 steps and rates from 0.59 on, the
straight line to 0 gained nothing in the training loss and yet had the lower test loss. One
reason may be that a constant rate swings across steep directions until the end, although there
is no noise, and that this costs test loss. The mean of the weights over the last fifth of the
steps removes the swing and shortens no step. Written after a look at draw 3: the reason is
refuted if the averaged weights leave more than half of the straight line's lead in test loss,
or if successive steps of the constant rate do not turn back, that is, if the mean cosine of the
angle between them is not negative. The first run had rates from 0.42 on, of which 0.42 was the
best constant one; the three smaller ones were added after it.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("slow_down.py")))
STEPS, RATES = FIRST["STEPS"], tuple(2.0 ** (np.arange(-8, 0) / 4))
LAST = STEPS // 5  # steps over which weights are averaged and angles are taken
TOLERANCES = {"ends": {"relative": 0.1}, "cosine": {"absolute": 0.15}}


def one(seed, name, eta, steps=STEPS):
    """Losses of the last weights and of the averaged ones, and the mean cosine of two steps."""
    (X, y), _, test = FIRST["data"](seed)
    theta, last, cosines = FIRST["start"](seed), None, []
    total = [np.zeros_like(p) for p in theta]
    for k, rate in enumerate(FIRST["schedule"](name, eta, 0.0, steps)):
        gradient = FIRST["gradient"](theta, X, y)
        for p, g in zip(theta, gradient, strict=True):
            p -= np.float32(rate) * g
        if k < steps - LAST:
            continue
        flat = np.concatenate([g.ravel() for g in gradient])
        flat /= np.linalg.norm(flat)
        cosines += [] if last is None else [float(flat @ last)]
        last = flat
        for t, p in zip(total, theta, strict=True):
            t += p / np.float32(LAST)
    ends = [FIRST["judged"](w, *part)[0] for w in (theta, total) for part in ((X, y), test)]
    return {"ends": np.round(ends, 4).tolist(), "cosine": round(float(np.mean(cosines)), 3)}


def run(seed):
    """A constant rate and a straight line to 0 with every rate."""
    return {name: [one(seed, name, eta) for eta in RATES] for name in ("constant", "ramp")}


def thin():
    """A short walk with a constant rate."""
    return one(3, "constant", 0.5, 100)


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(3, 8), thin=thin)

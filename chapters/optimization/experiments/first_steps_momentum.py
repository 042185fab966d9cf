"""Warm-up with momentum, from weights by He's rule.

Written after a third reader had set the optimiser of `first_steps.py` free and had seen, on
draws 0 to 5, warm-up gain 0.02 there with momentum 0.9. Whether that is more than chance is
asked here, on new test draws: it is refuted if the paired lead on draws 6 to 10 is less than
twice its standard error. Settings are chosen by the validation loss of draws 0 to 2, as in
`first_steps.py`.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("first_steps.py")))
RATES = tuple(2.0 ** (np.arange(-10, -2) / 2))
SHARES = (None, 0.1, 0.3, 0.6)  # of the steps that warm up
MOMENTUM = np.float32(0.9)
TOLERANCES = {"loss": {"relative": 0.15}}


def one(seed, eta, share):
    """Validation and test loss of one training with momentum."""
    (X, y), validation, test = FIRST["data"](seed)
    layers, rng = FIRST["start"](seed, 1.0), np.random.default_rng(2000 + seed)
    velocities = [[np.zeros_like(p) for p in layer] for layer in layers]
    for rate in FIRST["rates_of"]("warm-up" if share else "neither", eta, share):
        rows = rng.integers(len(X), size=FIRST["BATCH"])
        grads = FIRST["gradient"](layers, X[rows], y[rows])
        for layer, velocity, pair in zip(layers, velocities, grads, strict=True):
            for p, v, g in zip(layer, velocity, pair, strict=True):
                v *= MOMENTUM
                v += g
                p -= np.float32(rate) * v
    losses = (FIRST["judged"](layers, *part) for part in (validation, test))
    return [loss if np.isfinite(loss) else 9.0 for loss in losses]


def run(seed):
    """Both losses, for each share of warm-up and each rate."""
    return {str(share): [one(seed, eta, share) for eta in RATES] for share in SHARES}


def thin():
    """One training with warm-up."""
    return {"loss": one(0, RATES[3], 0.3)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=(0, 1, 2, 6, 7, 8, 9, 10), thin=thin)

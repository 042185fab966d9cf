"""Ten layers that were standardised once and whose gradients are clipped, on the three spirals.

Written after a third reader of the page had asked for the rival that it names and does not run:
a good start suffices at small rates and clipping at large ones, so do both together do at every
rate what batch normalisation does? They do if at each of the seven rates, with one bound for
all, every seed has more than 0.9 of the validation points right; otherwise they do not.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

NORMS = runpy.run_path(str(Path(__file__).with_name("norms.py")))
RATES, BOUNDS = NORMS["RATES"], (0.1, 0.3, 1.0)
TOLERANCES = {"accuracy": {"absolute": 0.1}}


def one(seed, bound, lr, steps=NORMS["STEPS"]):
    """Validation accuracy at the end of a training, as in `norms_clipped.py`."""
    X, y = NORMS["training_set"](seed)
    network = NORMS["build"]("first batch only", seed)
    rng = np.random.default_rng(500 + seed)
    optimizer = optim.SGD(network.parameters(), lr=lr)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = lr * (1 - step / NORMS["STEPS"])
        rows = rng.integers(len(X), size=NORMS["BATCH"])
        loss = F.cross_entropy(network(nnlib.tensor(X[rows])), nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), bound)
        optimizer.step()
    return NORMS["accuracy"](network, "validation")


def run(seed):
    """Validation accuracy for each bound and each rate."""
    return {f"{bound}": [round(one(seed, bound, lr), 4) for lr in RATES] for bound in BOUNDS}


def thin():
    """A short training of the first seed at the smallest rate."""
    return {"accuracy": one(0, 1.0, 0.003, steps=60)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(3), thin=thin)

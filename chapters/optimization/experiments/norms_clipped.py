"""Ten layers without normalisation, with gradients clipped by norm, on the three spirals.

Written after a reader of `norms.py` had asked whether what keeps the plain network from
exploding must be a normalisation, and after a look at the same three seeds. That clipping does
it too is refuted if the plain network with clipped gradients does not learn at the rate 1; that
clipping replaces batch normalisation is refuted if it does not learn at the smallest rate.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

NORMS = runpy.run_path(str(Path(__file__).with_name("norms.py")))
RATES, BOUNDS = (0.003, 0.03, 0.3, 1.0, 3.0), (0.3, 1.0)
TOLERANCES = {"accuracy": {"absolute": 0.05}}


def one(seed, bound, lr, steps=NORMS["STEPS"]):
    """Validation accuracy of the plain network at the end of a training."""
    X, y = NORMS["training_set"](seed)
    network, rng = NORMS["build"]("plain", seed), np.random.default_rng(500 + seed)
    optimizer = optim.SGD(network.parameters(), lr=lr)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = lr * (1 - step / NORMS["STEPS"])
        rows = rng.integers(len(X), size=NORMS["BATCH"])
        loss = F.cross_entropy(network(nnlib.tensor(X[rows])), nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), bound)
        optimizer.step()
    V, v = NORMS["held_out"]("validation")
    with nnlib.no_grad():
        scores = network(nnlib.tensor(V)).numpy()
    return float((scores.argmax(axis=1) == v).mean())


def run(seed):
    """Validation accuracy for each bound and each rate."""
    return {f"{bound}": [round(one(seed, bound, lr), 4) for lr in RATES] for bound in BOUNDS}


def thin():
    """A short training of the first seed at the smallest rate."""
    return {"accuracy": one(0, 1.0, 0.003, steps=30)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(3), thin=thin)

"""Momentum on clothes again, with learning rates that fall to 0 during training.

Asks whether the verdict of memory.py stands. Written after a look at three starts: with batches
of 10 momentum and Nesterov were then a little ahead. The network, the pictures and the number
of steps are those of memory.py; the rates lie closer together. One constant rate between two of
memory.py's is asked for too: 0.5, with batches of 1,000 and plain descent.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment
from nnlib.nn import functional as F

MEMORY = runpy.run_path(str(Path(__file__).with_name("memory.py")))
TRAIN, STEPS, prepared = MEMORY["TRAIN"], MEMORY["STEPS"], MEMORY["prepared"]
SMALL = (0.03, 0.05, 0.07, 0.1, 0.15, 0.2)
RATES = {  # effective rates at the start, for each batch size and contender
    10: {"plain": SMALL, "momentum 0.9": SMALL, "Nesterov 0.9": SMALL},
    1000: {"plain": (0.3, 0.5), "momentum 0.9": (1.0, 3.0)},
}
TOLERANCES = {"loss": {"relative": 0.05}}


def train(net, optimizer, batch, seed, steps=STEPS):
    """Steps at a rate that falls to 0 along a straight line; the losses of the batches."""
    rng, X, losses = np.random.default_rng(seed), prepared(TRAIN.X), []
    first = optimizer.param_groups[0]["lr"]
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = first * (1 - step / steps)
        rows = rng.integers(len(X), size=batch)
        loss = F.cross_entropy(net(nnlib.tensor(X[rows])), nnlib.tensor(TRAIN.y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not np.isfinite(loss.item()):
            break  # the rate is too large
    return losses


def run(seed):
    """Loss by batch size, contender and rate; and that of the constant rate 0.5."""
    found = {}
    for batch, contenders in RATES.items():
        for name, rates in contenders.items():
            ends = []
            for rate in rates:
                net = MEMORY["network"](seed)
                train(net, MEMORY["optimizer_of"](net, name, rate), batch, seed)
                ends.append(MEMORY["judged"](net)[0])
            found[f"{batch} {name}"] = {"loss": np.round(ends, 4)}
    net = MEMORY["network"](seed)
    MEMORY["train"](net, MEMORY["optimizer_of"](net, "plain", 0.5), 1000, seed)
    found["constant 0.5"] = {"loss": round(MEMORY["judged"](net)[0], 4)}
    return found


def thin():
    """The mean loss of the last of 60 steps with momentum, batches of 10."""
    net = MEMORY["network"](0)
    losses = train(net, MEMORY["optimizer_of"](net, "momentum 0.9", 0.1), 10, 0, 60)
    return {"loss": float(np.mean(losses[-30:]))}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)

"""Momentum on clothes again, with learning rates that fall to 0 during training.

Asks whether the verdict of memory.py stands. Written after a look at three starts: with batches
of 10 momentum and Nesterov were then a little ahead. The network, the pictures and the training
loop are those of memory.py; the rates lie closer together. One constant rate between two of
memory.py's is asked for too: 0.5, with batches of 1,000 and plain descent.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment, optim

MEMORY = runpy.run_path(str(Path(__file__).with_name("memory.py")))
SMALL = (0.03, 0.05, 0.07, 0.1, 0.15, 0.2)
RATES = {  # effective rates at the start, for each batch size and contender
    10: {"plain": SMALL, "momentum 0.9": SMALL, "Nesterov 0.9": SMALL},
    1000: {"plain": (0.3, 0.5), "momentum 0.9": (1.0, 3.0)},
}
TOLERANCES = {"loss": {"relative": 0.05}}


class Falling:
    """An optimiser whose rate falls to 0 along a straight line, a little after each step."""

    def __init__(self, optimizer, steps):
        self.optimizer, self.zero_grad = optimizer, optimizer.zero_grad
        self.schedule = optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=steps)

    def step(self):
        """A step of the optimiser and one of its schedule."""
        self.optimizer.step()
        self.schedule.step()


def falling(name, rate, batch, seed, steps=MEMORY["STEPS"]):
    """A network that memory.py trained with a falling rate, and the losses of its batches."""
    net = MEMORY["network"](seed)
    optimizer = Falling(MEMORY["optimizer_of"](net, name, rate), steps)
    return net, MEMORY["train"](net, optimizer, batch, seed, steps)


def run(seed):
    """Loss by batch size, contender and rate; and that of the constant rate 0.5."""
    found = {}
    for batch, contenders in RATES.items():
        for name, rates in contenders.items():
            ends = []
            for rate in rates:
                net, _ = falling(name, rate, batch, seed)
                ends.append(MEMORY["judged"](net)[0])
            found[f"{batch} {name}"] = {"loss": np.round(ends, 4)}
    net = MEMORY["network"](seed)
    MEMORY["train"](net, MEMORY["optimizer_of"](net, "plain", 0.5), 1000, seed)
    found["constant 0.5"] = {"loss": round(MEMORY["judged"](net)[0], 4)}
    return found


def thin():
    """The mean loss of the last of 60 steps with momentum, batches of 10."""
    _, losses = falling("momentum 0.9", 0.1, 10, 0, steps=60)
    return {"loss": float(np.mean(losses[-30:]))}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)

"""Repeat the controls of ``transfer.py`` on the 20 draws of ``transfer_repeated.py``.

With 15 labels, tops lead training from scratch by less in the 20 further draws than in the
first eight. There only tops and training from scratch were run; here are shoes, tops with
shuffled labels, the principal components of tops, and a linear model, on the same draws,
with the same three learning rates, so that all of them are compared over 28 draws.

Written down before the run, for the 28 draws together and 15 labels.

1. Shoes do not lead training from scratch by more than twice the standard error, and tops lead
   shoes by more than that.
2. Shuffled labels and components each have less than half of the lead of tops. If one of them
   has more, the page may no longer say that most of the lead comes from the labels.
3. The linear model is behind tops.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn

TOLERANCES = {"accuracy": {"absolute": 0.04}}
FIRST = runpy.run_path(str(Path(__file__).with_name("transfer.py")))


def linear(few, held_out, seed, rates=FIRST["RATES"]):
    """Return validation and test accuracy of a linear model on the pixels at each rate."""
    nets = []
    for lr in rates:
        nnlib.manual_seed(seed + 20)
        nets.append(FIRST["train"](nn.Sequential(nn.Linear(784, 3)), *few, lr, seed))
    return FIRST["ends"](nets, *held_out)


def run(seed):
    """Return validation and test accuracy of each contender at each rate, with 15 labels."""
    (X, y), sources = FIRST["drawn"](seed)
    few, held_out = (X[:15], y[:15]), FIRST["held_out"]()
    S, s = sources["tops"]
    mixed = np.random.default_rng(seed).permutation(s)
    layers = {
        "shoes": FIRST["source"](seed, *sources["shoes"])[0],
        "tops, shuffled": FIRST["source"](seed, S, mixed)[0],
        "tops, components": FIRST["components"](S),
    }
    found = {
        name: FIRST["tuned"](layer, *few, *held_out, seed) for name, layer in layers.items()
    }
    return {**found, "linear": linear(few, held_out, seed)}


def thin():
    """Return the test accuracy of the linear model with 15 photographs, first draw."""
    X, y = FIRST["drawn"](100)[0]
    few = X[:15], y[:15]
    return {"accuracy": float(linear(few, FIRST["held_out"](), 100, (0.02,))[0][1])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(100, 120), thin=thin)

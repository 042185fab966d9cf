"""Repeat the headline of ``transfer.py`` with 20 new draws, and with another target.

With eight draws, fine-tuning from tops was ahead of training from scratch by 2.4 points with 15
labels, worth about four photographs. Here are 20 draws that no choice has seen, for the same
pair of tasks and for one in which a pullover and a T-shirt change places: the target is
T-shirts, coats and shirts, the source pullovers, trousers and dresses. Everything else is as it
was, with the same three learning rates, each contender tuned on the validation photographs.

Written down before the run. "About four labels" stands if the lead is more than twice its
standard error with both targets. If only the first target shows such a lead, it is a property
of that target; if neither does, the layer is worth between none and a few labels.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

TOLERANCES = {"accuracy": {"absolute": 0.04}}
FIRST = runpy.run_path(str(Path(__file__).with_name("transfer.py")))
POOL, TRAIN = FIRST["POOL"], FIRST["TRAIN"]
TASKS = {"first": ([2, 4, 6], [0, 1, 3]), "second": ([0, 4, 6], [1, 2, 3])}


def drawn(seed, classes):
    """Return the photographs of some classes in the order of a draw, and their labels."""
    rows = POOL[np.random.default_rng(seed).permutation(len(POOL))]
    return FIRST["only"](TRAIN.X[rows], TRAIN.y[rows], classes)


def run(seed):
    """Return validation and test accuracy at each rate, from scratch and from the source."""
    found = {}
    for name, (target, source) in TASKS.items():
        (X, y), held_out = drawn(seed, target), FIRST["held_out"](target)
        layer = FIRST["source"](seed, *drawn(seed, source))[0]
        for size in (15, 30):
            few = X[:size], y[:size]
            found[f"{name} {size} scratch"] = FIRST["tuned"](None, *few, *held_out, seed)
        found[f"{name} 15 tops"] = FIRST["tuned"](layer, X[:15], y[:15], *held_out, seed)
    return found


def thin():
    """Return the test accuracy of training from scratch with 15 photographs, first draw."""
    target = TASKS["second"][0]
    few = (part[:15] for part in drawn(100, target))
    ends = FIRST["tuned"](None, *few, *FIRST["held_out"](target), 100, (0.003,))
    return {"accuracy": float(ends[0][1])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(100, 120), thin=thin)

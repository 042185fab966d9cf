"""Borrowed layers that get photographs centred and scaled one by one, as their rival does.

Written after a third reader had asked whether the nearest neighbour of `transfer_distance.py`
had an advantage: only its photographs were prepared. Here those of the source and of the target
are prepared in the same way before they enter the network. Same draws, copies and settings.
The page's verdict, that borrowed layers do not lead a nearest neighbour on such photographs, is
refuted if with one of each they lead it by more than twice the standard error.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

TURNED = runpy.run_path(str(Path(__file__).with_name("transfer_turned.py")))
scaled = runpy.run_path(str(Path(__file__).with_name("transfer_distance.py")))["scaled"]
LENGTH = 10  # of each prepared photograph, about the spread that the plain ones have
TOLERANCES = {"linear": {"absolute": 0.05}}


def prepared(X, y):
    """Each photograph minus its mean, with the length LENGTH."""
    return LENGTH * scaled(X, y)[0], y


def run(seed, kinds=("digits", "clothes"), sizes=(1, 3, 30)):
    """Validation and test accuracy of new last layers, for each learning rate."""
    target, found = TURNED["TARGETS"]["different"], {}
    held_out = [prepared(*part) for part in TURNED["held_out"](tuple(target))]
    others = tuple(c for c in range(10) if c not in target)
    for kind in kinds:
        body = TURNED["source"](seed, *prepared(*TURNED["sources"](others)[kind]))
        for size in sizes:
            few = prepared(*TURNED["copied"](*TURNED["drawn"](seed, target, size)))
            table = TURNED["frozen"](body, few, *held_out, seed)
            found[f"{size} {kind}"] = np.round(table, 4)
    return found


def thin():
    """Return what a linear model does with one prepared photograph of each, first draw."""
    target = TURNED["TARGETS"]["different"]
    sets = [
        TURNED["copied"](*TURNED["drawn"](0, target, 1)),
        *TURNED["held_out"](tuple(target)),
    ]
    return {"linear": TURNED["heads"](*(prepared(*part) for part in sets), 0, (0.01,))[0][1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(6), thin=thin)

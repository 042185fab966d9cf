"""How good is the nearest neighbour on images that are centred and scaled separately?

Draws and copies as in transfer_turned.py.

It takes less than a minute. The page optimization/transfer uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

TURNED = runpy.run_path(str(Path(__file__).with_name("transfer_turned.py")))
TOLERANCES = {"nearest": {"absolute": 0.01}}


def scaled(X, y):
    """Each photograph minus its mean, divided by its length."""
    X = X - X.mean(axis=1, keepdims=True)
    return np.float32(X / np.linalg.norm(X, axis=1, keepdims=True)), y


def one(seed, size):
    """Validation and test accuracy for each number of neighbours."""
    target = TURNED["TARGETS"]["different"]
    few = TURNED["copied"](*TURNED["drawn"](seed, target, size))
    V, A = TURNED["held_out"](tuple(target))
    return TURNED["nearest"](scaled(*few), scaled(*V), scaled(*A))


def run(seed):
    """Accuracies for each number of labelled photographs."""
    return {f"{size}": np.round(one(seed, size), 4) for size in TURNED["SIZES"]}


def thin():
    """One photograph of each class, first draw."""
    return {"nearest": one(0, 1)[0][1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(6), thin=thin)

"""Does the gap between plain and residual networks depend on the learning rate and the depth?

The experiment ``shortcuts`` chose 0.03 for 32 plain layers in runs of 200 steps, where 0.01 was
almost as good. Here, 32 plain layers are trained with 0.01 for 3,000 steps. A residual network
with 8 layers, with the rate of 8 plain layers, completes the comparison. The gap would be an
effect of the rate if 32 plain layers with 0.01 fitted the training images as soon as the
residual networks.

It takes about 2 minutes of processor time. The page cnn/resnet uses the results.
"""

import runpy
from functools import cache
from pathlib import Path

import numpy as np
import torch

from nnlib import experiment

torch.set_num_threads(1)
TOLERANCES = {"loss": {"relative": 0.15}}
CASES = {"residual, 8": ("residual", 8, 0.03), "plain, 32, rate 0.01": ("plain", 32, 0.01)}
SEEDS = tuple(range(3))


@cache
def shortcuts():
    """Return the program of the first experiment."""
    return runpy.run_path(str(Path(__file__).with_name("shortcuts.py")))


@cache
def trained(case):
    """Return the losses and accuracies of all seeds."""
    kind, depth, lr = CASES[case]
    first = shortcuts()
    nets = [(kind, lr, seed) for seed in SEEDS]
    return first["train"](depth, nets, first["STEPS"], first["LOOKS"])


def run(seed):
    """Return the losses of each epoch and the accuracies of one seed."""
    by_case = {}
    for case in CASES:
        losses, accuracies = trained(case)
        at = SEEDS.index(seed)
        curve = losses[:, at].reshape(-1, 50).mean(axis=1).round(4)  # one epoch each
        by_case[case] = {"loss": curve} | {
            which: accuracies[which][:, at] for which in accuracies
        }
    return by_case


def thin():
    """Return the mean loss of steps 11 to 20 of a residual network with 8 layers."""
    losses, _ = shortcuts()["train"](8, [("residual", 0.03, 0)], 20)
    return {"loss": float(np.mean(losses[10:]))}


if __name__ == "__main__":
    experiment.record(run, seeds=SEEDS, thin=thin)

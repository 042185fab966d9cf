"""The halves of batch normalisation from ``norms_parts.py`` with 20 hidden layers, not ten.

With ten layers subtracting the mean alone keeps the training from exploding at the rate 1.
That this depends on the depth had been seen before the run: with 20 layers two trainings at the
rate 1 had failed, and one at 0.3 had not.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

LAYERS, RATES = 20, (0.3, 1.0)
TOLERANCES = {"both": {"relative": 0.25}}
parts = runpy.run_path(str(Path(__file__).with_name("norms_parts.py")))
norms, inside = parts["norms"], parts["inside"]
NAMES = {"neither": "plain", "subtracted": "only centred", "both": "batch norm"}


def train(name, lr, seed, steps=norms["STEPS"]):
    """Train 20 layers; return the network and the losses of its batches."""
    inside["LAYERS"] = LAYERS
    network, losses, _ = norms["train"](NAMES[name], lr, seed, steps)
    inside["LAYERS"] = norms["LAYERS"]
    return network, losses


def run(seed):
    """Return the validation accuracy of each network at each rate."""
    found = {}
    for name in NAMES:
        nets = [train(name, lr, seed)[0] for lr in RATES]
        found[name] = [norms["accuracy"](network, "validation") for network in nets]
    return found


def thin():
    """Mean loss of five steps after five steps at the lower rate, with both halves."""
    return {"both": np.mean(train("both", RATES[0], 0, 10)[1][5:])}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(4), thin=thin)

"""The halves of batch normalisation from ``norms_parts.py`` with tanh in place of ReLU.

With ReLU subtracting the mean alone keeps the training from failing at the rate 1. If this is
because the outputs of ReLU are never negative, it does not help where they can be. In a trial
with seed 7, before the run, it did not.
"""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from nnlib import experiment, nn

RATES = (0.3, 1.0)
TOLERANCES = {"both": {"relative": 0.25}}
parts = runpy.run_path(str(Path(__file__).with_name("norms_parts.py")))
norms, inside = parts["norms"], parts["inside"]
NAMES = {
    "neither": "plain",
    "subtracted": "only centred",
    "divided": "only scaled",
    "both": "batch norm",
}


def train(name, lr, seed, steps=norms["STEPS"]):
    """Train with tanh; return the network and the losses of its batches."""
    inside["nn"] = SimpleNamespace(**(vars(nn) | {"ReLU": nn.Tanh}))
    network, losses, _ = norms["train"](NAMES[name], lr, seed, steps)
    inside["nn"] = nn
    return network, losses


def run(seed):
    """Return the validation accuracy of each network at each rate."""
    found = {}
    for name in NAMES:
        nets = [train(name, lr, seed)[0] for lr in RATES]
        assert any(isinstance(module, nn.Tanh) for module in nets[0])
        found[name] = [norms["accuracy"](network, "validation") for network in nets]
    return found


def thin():
    """Mean loss of five steps after five steps at the lower rate, with both halves."""
    return {"both": np.mean(train("both", RATES[0], 0, 10)[1][5:])}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(4), thin=thin)

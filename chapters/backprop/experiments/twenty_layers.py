"""Twenty hidden layers in place of ten, on the same three spirals.

If the product of derivative and weight decides, depth makes the same starts fail and the same
succeed, and a start that loses a little with each layer falls further behind.
"""

import runpy
from functools import cache
from pathlib import Path

import numpy as np

from nnlib import experiment, optim

FURTHER = runpy.run_path(str(Path(__file__).with_name("ten_layers_further.py")))
BASE = FURTHER["BASE"]
BASE["build"].__globals__["LAYERS"] = 20
FURTHER["CONTENDERS"].update(
    {
        "sigmoid": ("sigmoid", 1.0, 1000, (0.3, 1.0, 3.0)),
        "rewritten": ("rewritten from tanh", 1.0, 1000, (0.03, 0.1, 0.3)),
        "rewritten, gain 1.5": ("rewritten from tanh", 1.5, 1000, (0.1, 0.3, 1.0)),
        "tanh": ("tanh", 1.0, 1000, (0.03, 0.1, 0.3)),
        "halved ReLU": ("ReLU, weights × ½", 1.0, 1000, (0.3, 1.0)),
    }
)
NAMES = ("sigmoid", "rewritten", "rewritten, gain 1.5", "tanh", "halved ReLU")
SEEDS = FURTHER["SEEDS"]
TOLERANCES = {"loss": {"relative": 0.1}}


@cache
def trained(name, lr, seed):
    """A trained network and its validation accuracy."""
    network = FURTHER["build"](name, seed)
    optimizer = optim.SGD(network.parameters(), lr=lr)
    BASE["train"](network, *BASE["spirals"](3000, 100 + seed), optimizer, seed)
    return network, BASE["accuracy"](network, *BASE["spirals"](4000, 1000))


@cache
def best_rate(name):
    """The learning rate with the best mean validation accuracy."""
    menu = FURTHER["CONTENDERS"][name][3]
    return max(menu, key=lambda lr: np.mean([trained(name, lr, s)[1] for s in SEEDS]))


def run(seed):
    """Test accuracy with the chosen rate."""
    found = {}
    for name in NAMES:
        network = trained(name, best_rate(name), seed)[0]
        test = BASE["accuracy"](network, *BASE["spirals"](10_000, 2000))
        found[name] = {"lr": best_rate(name), "test": test}
    return found


def thin():
    """The loss after a hundred steps of the rewritten network with gain 1.5."""
    network = FURTHER["build"]("rewritten, gain 1.5", 0)
    optimizer = optim.SGD(network.parameters(), lr=0.3)
    losses = BASE["train"](network, *BASE["spirals"](3000, 100), optimizer, 0, 100)
    return {"loss": float(np.mean(losses[-50:]))}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)

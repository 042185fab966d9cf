"""Do larger weights or more steps help the ten hidden layers of ten_layers.py?

Data, networks and training loop are the ones of ten_layers.py, with two or three rates each.

It takes about 4 minutes. The page backprop/activations uses the results.
"""

import runpy
from functools import cache
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, optim

BASE = runpy.run_path(str(Path(__file__).with_name("ten_layers.py")))
SEEDS = range(3)
TOLERANCES = {"loss": {"relative": 0.1}}

# the start, a factor for its hidden weights and biases, steps, learning rates
CONTENDERS = {
    "eightfold weights": ("larger weights only", 2.0, 1000, (0.1, 0.3, 1.0)),
    "rewritten, gain 1.5": ("rewritten from tanh", 1.5, 1000, (0.3, 1.0)),
    "rewritten, 4,000 steps": ("rewritten from tanh", 1.0, 4000, (0.3, 1.0)),
    "ReLU, weights × ½, 4,000 steps": ("ReLU, weights × ½", 1.0, 4000, (0.1, 0.3)),
    "sigmoid, 4,000 steps": ("sigmoid", 1.0, 4000, (1.0, 10.0)),
    "larger weights only, 4,000 steps": ("larger weights only", 1.0, 4000, (0.1, 0.3, 1.0)),
    "shifted biases only, 4,000 steps": ("shifted biases only", 1.0, 4000, (1.0, 10.0)),
}


def build(name, seed):
    """A network of ``ten_layers``, its hidden layers multiplied by the contender's factor."""
    start, factor, _, _ = CONTENDERS[name]
    network = BASE["build"](start, seed)
    with nnlib.no_grad():
        for layer in network[0:-1:2]:
            layer.weight.copy_(factor * layer.weight)
            layer.bias.copy_(factor * layer.bias)
    return network


@cache
def trained(name, lr, seed):
    """A trained network and its validation accuracy."""
    network, steps = build(name, seed), CONTENDERS[name][2]
    optimizer = optim.SGD(network.parameters(), lr=lr)
    BASE["train"](network, *BASE["spirals"](3000, 100 + seed), optimizer, seed, steps)
    return network, BASE["accuracy"](network, *BASE["spirals"](4000, 1000))


@cache
def best_rate(name):
    """The learning rate with the best mean validation accuracy."""
    return max(
        CONTENDERS[name][3], key=lambda lr: np.mean([trained(name, lr, s)[1] for s in SEEDS])
    )


def shrinking(name, seed):
    """The gradient with respect to z in the first hidden layer, relative to the last."""
    signals = BASE["signals"]
    signals.__globals__["build"], before = (lambda _, s: build(name, s)), BASE["build"]
    found = signals(name, seed)["backward"]
    signals.__globals__["build"] = before
    return float(found[0] / found[-1])


def run(seed):
    """Every contender with its best rate."""
    return {
        name: {
            "lr": best_rate(name),
            "validation": [trained(name, lr, seed)[1] for lr in CONTENDERS[name][3]],
            "test": BASE["accuracy"](
                trained(name, best_rate(name), seed)[0], *BASE["spirals"](10_000, 2000)
            ),
            "shrinking": shrinking(name, seed),
        }
        for name in CONTENDERS
    }


def thin():
    """Loss of the eightfold weights after a hundred steps."""
    network = build("eightfold weights", 0)
    optimizer = optim.SGD(network.parameters(), lr=0.3)
    return {
        "loss": np.mean(
            BASE["train"](network, *BASE["spirals"](3000, 100), optimizer, 0, 100)[-50:]
        ),
    }


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)

"""A net of sigmoids that starts as the same function as the net of tanh, on the same pictures.

The nets, pictures and training are those of ``bends.py``.
"""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment

SPEC = importlib.util.spec_from_file_location("bends", Path(__file__).with_name("bends.py"))
bends = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(bends)
plain_build = bends.build
MENU, SEEDS = (0.27, 0.81, 2.4, 7.3), range(5)
TOLERANCES = {"loss": {"relative": 0.06}}  # three times the spread over seeds


def as_tanh(net):
    """Weights with which sigmoids compute what tanh computed: tanh z = 2 σ(2z) - 1."""
    layers = net[0:8:2]
    with nnlib.no_grad():
        for k, layer in enumerate(layers):
            W, b = layer.weight, layer.bias
            if k > 0:  # inputs come as σ, where the layer wants 2 σ - 1
                b.copy_(b - W.sum(dim=1))
                W.copy_(2 * W)
            if k < len(layers) - 1:  # and the bend wants 2 z
                b.copy_(2 * b)
                W.copy_(2 * W)
    return net


def build(name, seed):
    """The net of ``bends.py`` with its weights moved."""
    return as_tanh(plain_build(name, seed))


bends.build = build  # so that its train starts here


def apart(seed):
    """Largest difference between the scores of the two nets before training."""
    (X, _), *_ = bends.pictures(seed)
    X = nnlib.tensor(X[:200])
    nets = plain_build("tanh", seed), build("sigmoid", seed)
    with nnlib.no_grad():
        a, b = (net(X).numpy() for net in nets)
    return float(np.abs(a - b).max())


@cache
def trained(rate, seed, epochs=bends.EPOCHS):
    """The trained net, its curve, and its accuracy on the pictures kept for choosing."""
    (X, y), keep, _ = bends.pictures(seed)
    net, curve = bends.train("sigmoid", rate, X, y, seed, epochs)
    return net, curve, bends.accuracy(net, *keep)


@cache
def chosen():
    """The rate with the best mean accuracy on the pictures kept for choosing."""
    return max(MENU, key=lambda rate: np.mean([trained(rate, seed)[2] for seed in SEEDS]))


def run(seed):
    """Every rate; the test pictures with the chosen one only."""
    *_, held_out = bends.pictures(seed)
    net, curve, _ = trained(chosen(), seed)
    kept = [trained(rate, seed)[2] for rate in MENU]
    test = bends.accuracy(net, *held_out)
    return {
        "chosen": chosen(),
        "kept": kept,
        "curve": curve,
        "test": test,
        "apart": apart(seed),
    }


def thin():
    """One epoch."""
    return {"loss": trained(0.81, 0, 1)[1][0]}


if __name__ == "__main__":
    np.seterr(all="ignore")
    experiment.record(run, seeds=SEEDS, thin=thin)

"""Which activation functions let eight hidden layers learn, and which let two?

Images of digits, hidden layers of 50 units, 1,000 steps. Every function starts from the weights
that are usual for it, and with eight layers, the sigmoid also starts from weights four times as
large, and tanh from weights a quarter as large. Validation on two other seeds chooses one of
five learning rates.

It takes about 5 minutes. The page backprop/activations uses the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import digits
from nnlib.nn import functional as F

SEEDS, TUNING = range(10), (100, 101)
TOLERANCES = {"loss": {"relative": 0.1}, "accuracy": {"absolute": 0.03}}
UNITS, BATCH = 50, 50

# the layer, and its gain: weights start with variance gain² / inputs
FUNCTIONS = {
    "sigmoid": (nn.Sigmoid, 1),
    "sigmoid × 4": (nn.Sigmoid, 4),
    "tanh": (nn.Tanh, 1),
    "tanh × ¼": (nn.Tanh, 1 / 4),
    "ReLU": (nn.ReLU, np.sqrt(2)),
    "GELU": (nn.GELU, np.sqrt(2)),
    "SiLU": (nn.SiLU, np.sqrt(2)),
}
SGD_RATES, ADAM_RATES = (0.03, 0.1, 0.3, 1.0, 3.0), (0.0003, 0.001, 0.003, 0.01, 0.03)

USUAL = [name for name in FUNCTIONS if "×" not in name]

# hidden layers, optimiser, learning rates, steps, functions
SETTINGS = {
    "2 layers": (2, optim.SGD, SGD_RATES, 1000, USUAL),
    "8 layers": (8, optim.SGD, SGD_RATES, 1000, list(FUNCTIONS)),
    "8 layers, Adam": (8, optim.Adam, ADAM_RATES, 1000, ["sigmoid", "ReLU"]),
}


def build(name, depth, seed):
    """Return a network with ``depth`` hidden layers of one activation function."""
    rng = np.random.default_rng(seed)
    activation, gain = FUNCTIONS[name]
    layers, inputs = [], 64
    for outputs in [UNITS] * depth + [10]:
        layer = nn.Linear(inputs, outputs)
        last = outputs == 10
        scale = (1 if last else gain) / np.sqrt(inputs)
        with nnlib.no_grad():
            layer.weight.copy_(nnlib.tensor(rng.normal(scale=scale, size=(outputs, inputs))))
            layer.bias.zero_()
        layers += [layer] if last else [layer, activation()]
        inputs = outputs
    return nn.Sequential(*layers)


def train(network, X, y, optimizer, seed, steps):
    """Train on mini-batches; return the loss of each step."""
    rng, losses = np.random.default_rng(seed), []
    for _ in range(steps):
        rows = rng.integers(len(X), size=BATCH)
        scores = network(nnlib.tensor(X[rows]))
        loss = F.cross_entropy(scores, nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not np.isfinite(loss.item()):
            break  # the learning rate is too large
    return losses


def accuracy(network, X, y):
    """Return the fraction of samples whose largest score is the true class."""
    with nnlib.no_grad():
        scores = network(nnlib.tensor(X)).numpy()
    return float((scores.argmax(axis=1) == y).mean())


def split(seed):
    """Return training and validation data: 1,198 and 300 of the training images."""
    data, _ = digits()
    order = np.random.default_rng(1000 + seed).permutation(len(data.y))
    X, y = data.X[order], data.y[order]
    return (X[300:], y[300:]), (X[:300], y[:300])


def trained(setting, name, lr, seed):
    """Return a trained network."""
    depth, kind, _, steps, _ = SETTINGS[setting]
    network = build(name, depth, seed)
    with np.errstate(all="ignore"):
        train(network, *split(seed)[0], kind(network.parameters(), lr=lr), seed, steps)
    return network


@cache
def best_rate(setting, name):
    """Return the learning rate with the best mean validation accuracy on other seeds."""

    def score(lr):
        right = [accuracy(trained(setting, name, lr, seed), *split(seed)[1]) for seed in TUNING]
        return np.mean(right)

    return max(SETTINGS[setting][2], key=score)


def run(seed):
    """Every setting with every function."""
    _, test = digits()
    by_setting = {}
    for setting, (*_, names) in SETTINGS.items():
        by_setting[setting] = {}
        for name in names:
            lr = best_rate(setting, name)
            network = trained(setting, name, lr, seed)
            by_setting[setting][name] = {"lr": lr, "test": accuracy(network, test.X, test.y)}
    return by_setting


def thin():
    """Return the last loss and the accuracy of a small network with ReLU."""
    training, validation = split(0)
    network = build("ReLU", 2, 0)
    losses = train(network, *training, optim.SGD(network.parameters(), lr=0.3), 0, 200)
    return {"loss": float(np.mean(losses[-50:])), "accuracy": accuracy(network, *validation)}


if __name__ == "__main__":
    experiment.record(run, seeds=SEEDS, thin=thin)

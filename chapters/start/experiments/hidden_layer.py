"""What does a hidden layer add to a linear model of clothes, and how many units does it need?

Networks with 2, 8 and 128 hidden units and a linear model learn from 5,000 images with learning
rate 0.1 for 10 epochs; the linear model and the network with 128 units also learn for 30
epochs. The program stores the accuracy on the test set.

It takes about a minute. The page start/welcome uses the results.
"""

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn.functional import cross_entropy
from nnlib.training import accuracy, fit, loaders

TOLERANCES = {"accuracy": {"absolute": 0.03}}


def trained(seed, width, epochs):
    """The accuracy on the test set of one network; without hidden units if the width is 0."""
    train, test = fashion_mnist()
    nnlib.manual_seed(seed)
    if width:
        model = nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))
    else:
        model = nn.Sequential(nn.Linear(784, 10))
    batches = loaders(*train, rng=np.random.default_rng(seed))
    fit(model, batches, cross_entropy, optim.SGD(model.parameters(), lr=0.1), epochs=epochs)
    return float(accuracy(model, *test))


def run(seed):
    """All networks from one seed."""
    accuracies = {f"{width}, 10 epochs": trained(seed, width, 10) for width in (0, 2, 8, 128)}
    return accuracies | {f"{width}, 30 epochs": trained(seed, width, 30) for width in (0, 128)}


def thin():
    """The linear model after one epoch."""
    return {"accuracy": trained(0, 0, 1)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)

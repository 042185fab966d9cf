"""Does the library matter for the short program of the page, and why do running averages lag?

The short program is a network with one hidden layer and no batch normalisation, trained for
one epoch in batches of 32 by Adam, with the defaults of Keras and of PyTorch, on the same
batches. Then a network with batch normalisation is trained in PyTorch for eight epochs in
batches of 100, and its running averages are collected once more with fixed weights.

It takes about 1 minute. The page frameworks/keras uses the results.
"""

import os
import tempfile

os.environ["KERAS_BACKEND"] = "torch"
os.environ.setdefault("KERAS_HOME", tempfile.mkdtemp())

import keras
import numpy as np
import torch
from torch import nn

from nnlib import experiment
from nnlib.datasets import fashion_mnist

TOLERANCES = {"Keras": {"absolute": 0.06}, "PyTorch": {"absolute": 0.06}}
TRAIN, TEST = fashion_mnist()
T = torch.tensor(np.float32(TEST.X))


def accuracy(net):
    """The fraction of the test images that a PyTorch network classifies correctly."""
    net.eval()
    with torch.no_grad():
        return float((net(T).argmax(dim=1).numpy() == TEST.y).mean())


def epochs_of(rng, count):
    """The training images in a new order for each epoch."""
    rows = rng.permutation(len(TRAIN.X))[:4000]
    for _ in range(count):
        order = rng.permutation(rows)
        yield np.float32(TRAIN.X[order]), TRAIN.y[order].astype(np.int64)


def in_torch(seed, batch, count, normalized):
    """A network trained by PyTorch, and the images of its last epoch."""
    torch.manual_seed(seed)
    norm = [nn.BatchNorm1d(128)] if normalized else []
    net = nn.Sequential(nn.Linear(784, 128), *norm, nn.ReLU(), nn.Linear(128, 10))
    adam = torch.optim.Adam(net.parameters())
    for X, y in epochs_of(np.random.default_rng([seed, 2]), count):
        X, y = torch.tensor(X), torch.tensor(y)
        for x, label in zip(X.split(batch), y.split(batch), strict=True):
            adam.zero_grad()
            nn.functional.cross_entropy(net(x), label).backward()
            adam.step()
    return net, X


def in_keras(seed):
    """The test accuracy of the short program."""
    keras.utils.set_random_seed(seed)
    net = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    for X, y in epochs_of(np.random.default_rng([seed, 2]), 1):
        net.fit(X, y, shuffle=False, verbose=0)
    return float((net.predict(T.numpy(), verbose=0).argmax(axis=1) == TEST.y).mean())


def short(seed):
    """Test accuracies of the short program in both libraries."""
    return {"Keras": in_keras(seed), "PyTorch": accuracy(in_torch(seed, 32, 1, False)[0])}


def run(seed):
    """All test accuracies."""
    net, X = in_torch(seed, 100, 8, True)
    accuracies = short(seed) | {"running": accuracy(net)}
    net.train()
    with torch.no_grad():
        for x in X.split(100):
            net(x)
    return accuracies | {"fixed": accuracy(net)}


def thin():
    """The short program with seed 1."""
    return short(1)


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(1, 11), thin=thin)

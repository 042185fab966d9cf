"""Is pooling the reason why a CNN learns badly from scrambled images?

The CNN of first_cnn.py without its two pooling layers is trained on scrambled images of
Fashion-MNIST, with the same ten rules and the same training as there. Its learning rate isn't
tuned.

It takes about 3 minutes. The page cnn/layers uses the results.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import nn

from nnlib import experiment
from nnlib.datasets import fashion_mnist

EPOCHS, BATCH, TRAIN, RATE = 10, 100, 4000, 0.003
TOLERANCES = {"accuracy": {"absolute": 0.05}}


def network():
    """Return an untrained CNN without pooling: 8, then 16 maps of 28 by 28."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Linear(16 * 784, 10),
    )  # fmt: skip


@lru_cache(maxsize=1)
def images(rule):
    """Return the scrambled training and test images, and labels."""
    order = np.random.default_rng(rule).permutation(784)
    tensors = []
    for X, y in fashion_mnist():
        X = torch.tensor(X[:, order]).reshape(-1, 1, 28, 28) - 0.286
        tensors += [X, torch.tensor(y)]
    return tensors


@torch.no_grad()
def accuracy(net, X, y):
    """Return the fraction of images whose largest score is that of their class."""
    return (net(X).argmax(dim=1) == y).float().mean().item()


def train(seed, samples=TRAIN, epochs=EPOCHS):
    """Return the test accuracy after the epoch with the best validation accuracy."""
    X, y, test_X, test_y = images(seed)
    order = torch.tensor(np.random.default_rng(1000 + seed).permutation(5000))
    mine, held = order[:samples], order[TRAIN:]
    torch.manual_seed(seed)
    net = network().to(memory_format=torch.channels_last)  # faster on CPUs
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    best, weights = 0.0, None
    for _ in range(epochs):
        for rows in mine[torch.randperm(samples)].split(BATCH):
            loss = nn.functional.cross_entropy(net(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        validation = accuracy(net, X[held], y[held])
        if validation > best:
            best, weights = validation, {k: v.clone() for k, v in net.state_dict().items()}
    net.load_state_dict(weights)
    return accuracy(net, test_X, test_y)


def run(seed):
    """Test accuracy of the CNN without pooling on images scrambled by one rule."""
    accuracies = {"CNN without pooling, scrambled": train(seed)}
    print(seed, accuracies, flush=True)
    return accuracies


def thin():
    """Test accuracy after two epochs on 1,000 images."""
    return {"accuracy": train(0, samples=1000, epochs=2)}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(10), thin=thin)

"""Does a CNN with strides instead of pooling learn better from scrambled images?

The CNN of first_cnn.py with stride 2 in both convolutional layers instead of the two pooling
layers is trained on original and on scrambled images of Fashion-MNIST. It has as many
parameters as the CNN with pooling, and the same seeds, rules, learning rate and training.

It takes about a minute. The page cnn/layers uses the results.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import nn

from nnlib import experiment
from nnlib.datasets import fashion_mnist

EPOCHS, BATCH, TRAIN, RATE = 10, 100, 4000, 0.01
TOLERANCES = {"accuracy": {"absolute": 0.05}}


def network():
    """Return an untrained CNN with strides: 8 maps of 14 by 14, then 16 of 7 by 7."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Linear(16 * 49, 10),
    )  # fmt: skip


@lru_cache(maxsize=1)
def images(rule):
    """Return the training and test images, scrambled if there is a rule, and labels."""
    order = np.arange(784) if rule is None else np.random.default_rng(rule).permutation(784)
    tensors = []
    for X, y in fashion_mnist():
        X = torch.tensor(X[:, order]).reshape(-1, 1, 28, 28) - 0.286
        tensors += [X, torch.tensor(y)]
    return tensors


@torch.no_grad()
def accuracy(net, X, y):
    """Return the fraction of images whose largest score is that of their class."""
    return (net(X).argmax(dim=1) == y).float().mean().item()


def train(seed, rule, samples=TRAIN, epochs=EPOCHS):
    """Return the test accuracy after the epoch with the best validation accuracy."""
    X, y, test_X, test_y = images(rule)
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
    """Test accuracy of the CNN with strides on original and on scrambled images."""
    accuracies = {
        "CNN with strides": train(seed, None),
        "CNN with strides, scrambled": train(seed, seed),
    }
    print(seed, accuracies, flush=True)
    return accuracies


def thin():
    """Test accuracy on scrambled images after two epochs on 1,000 images."""
    return {"accuracy": train(0, 0, samples=1000, epochs=2)}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(10), thin=thin)

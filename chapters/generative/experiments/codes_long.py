"""The autoencoder of codes.py with 64 numbers, trained four times as long at a smaller rate.

It takes about 2 minutes. The page generative/autoencoders uses the results.
"""

import numpy as np
import torch
from torch import nn

from nnlib import experiment
from nnlib.datasets import fashion_mnist

TOLERANCES = {"train": {"relative": 0.05}, "error": {"relative": 0.05}}
TRAIN, TEST = fashion_mnist()


def run(seed, epochs=100, rate=0.003):
    """Squared error per image, on 4,500 training images and on the test images."""
    X = TRAIN.X[np.random.default_rng([seed, 0]).permutation(len(TRAIN.X))[:4500]]
    X, T = (torch.tensor(A - X.mean(axis=0)) for A in (X, TEST.X))
    torch.manual_seed(seed)
    halves = [nn.Sequential(nn.Linear(a, 128), nn.ReLU(), nn.Linear(128, b))
              for a, b in ((784, 64), (64, 784))]  # fmt: skip
    net = nn.Sequential(*halves)
    adam = torch.optim.Adam(net.parameters(), rate)
    decay = torch.optim.lr_scheduler.LinearLR(adam, 1, 0, epochs)
    for _ in range(epochs):
        for x in X[torch.randperm(len(X))].split(100):
            loss = ((net(x) - x) ** 2).sum() / len(x)
            adam.zero_grad()
            loss.backward()
            adam.step()
        decay.step()
    with torch.no_grad():
        train, error = (((net(A) - A) ** 2).sum(dim=1).mean().item() for A in (X, T))
    return {"train": train, "error": error}


def thin():
    """Return the errors after three epochs."""
    return run(0, epochs=3)


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)

"""One hidden layer of 1 to 256 units on 1,000 pictures, with right labels and random ones."""

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn.functional import cross_entropy
from nnlib.training import accuracy, fit, loaders

WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SIZE, EPOCHS = 1000, 100
TOLERANCES = {  # three times the spread over seeds of both accuracies and both losses
    "right": [{"absolute": 0.005}, {"absolute": 0.01}, {"relative": 0.4}, {"relative": 0.4}]
}


def taught(width, seed, labels):
    """Accuracy on its 1,000 pictures and on 4,000 others; lowest and last training loss."""
    (X, y), _ = fashion_mnist()
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    known, fresh = order[:SIZE], order[SIZE:]
    t = rng.integers(10, size=SIZE) if labels == "random" else y[known]
    X = X - X[known].mean(axis=0)
    nnlib.manual_seed(seed)
    net = nn.Sequential(nn.Linear(784, width), nn.Tanh(), nn.Linear(width, 10))
    adam = optim.Adam(net.parameters(), lr=0.003)
    batches = loaders(X[known], t, rng=rng)
    loss = fit(net, batches, cross_entropy, adam, epochs=EPOCHS).train_loss
    right = [accuracy(net, X[known], t), accuracy(net, X[fresh], y[fresh])]
    return [*right, float(min(loss)), float(loss[-1])]


def run(seed):
    """Teach a net of each width, with right labels and with random ones."""
    found = {}
    for labels in ("right", "random"):
        found[labels] = [taught(width, seed, labels) for width in WIDTHS]
    return found


def thin():
    """The narrowest net that fits all, on the first draw."""
    return {"right": taught(WIDTHS[4], 0, "right")}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)

"""Which mistakes in a training script can we see in the loss that it prints?

A network 784-100-10 with dropout trains for five epochs in batches of 50 on 4,000 images, which
are sorted by class as in most image folders. Six versions of the script: the complete one,
four that lack one line, and one with a softmax before the loss. Each prints the mean training
loss of its last epoch and the accuracy on 4,000 test images. The program also measures the loss
on the training set afterwards, in evaluation mode.

It takes about a minute. The page frameworks/pytorch uses the results.
"""

import numpy as np
import torch
from torch import nn

from nnlib import experiment
from nnlib.datasets import fashion_mnist

EPOCHS, BATCH, RATE, IMAGES = 5, 50, 0.1, 4000
VERSIONS = ("complete", "no zero_grad", "no step", "no shuffle", "extra softmax")
TOLERANCES = {"loss": {"relative": 0.1}, "accuracy": {"absolute": 0.05}}


def images(seed):
    """Return training images sorted by class, and test images, as tensors."""
    train, test = fashion_mnist()
    rows = np.random.default_rng(seed).permutation(len(train.y))[:IMAGES]
    rows = rows[np.argsort(train.y[rows], kind="stable")]
    return [torch.tensor(a) for a in (train.X[rows], train.y[rows], test.X, test.y)]


def trained(version, X, y, seed, rate=RATE, epochs=EPOCHS):
    """Return the network, still in training mode, and the mean loss of the last epoch."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Dropout(0.5), nn.Linear(100, 10))
    sgd = torch.optim.SGD(model.parameters(), lr=rate)
    for _ in range(epochs):
        order = torch.arange(len(X)) if version == "no shuffle" else torch.randperm(len(X))
        losses = []
        for rows in order.split(BATCH):
            if version != "no zero_grad":
                sgd.zero_grad()
            scores = model(X[rows])
            if version == "extra softmax":
                scores = scores.softmax(dim=1)
            loss = nn.functional.cross_entropy(scores, y[rows])
            loss.backward()
            if version != "no step":
                sgd.step()
            losses.append(loss.item())
    return model, float(np.mean(losses))


def accuracy(model, X, y):
    """Return the accuracy of the network in its current mode."""
    with torch.no_grad():
        return round((model(X).argmax(dim=1) == y).float().mean().item(), 4)


def run(seed):
    """Return training loss and test accuracy of each version."""
    torch.set_num_threads(1)
    X, y, X_test, y_test = images(seed)
    results = {}
    for version in VERSIONS:
        model, loss = trained(version, X, y, seed)
        results[f"{version}, loss"] = round(min(loss, 1e9), 4)
        if version == "complete":
            results["no eval, loss"] = results["complete, loss"]
            results["no eval, accuracy"] = accuracy(model, X_test, y_test)
        model.eval()
        results[f"{version}, accuracy"] = accuracy(model, X_test, y_test)
        with torch.no_grad():
            again = nn.functional.cross_entropy(model(X), y).item()
        results[f"{version}, evaluated"] = round(min(again, 1e9), 4)
    return results


def thin():
    """Return training loss and test accuracy of the complete script after one epoch."""
    X, y, X_test, y_test = images(0)
    model, loss = trained("complete", X, y, 0, epochs=1)
    return {"loss": loss, "accuracy": accuracy(model.eval(), X_test, y_test)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)

"""Does training remove the grid that a stride of 2 causes in the gradient of the pixels?

With kernels of width 3 and stride 2, four windows read a pixel with even row and column, and
one window reads a pixel with odd row and column. The ratio is the mean absolute gradient of the
even pixels divided by the mean of the odd ones. If training evened it out, the ratio would be
close to 1 after many epochs. The baselines have kernels of width 4, or max pooling instead.

It takes about 2 minutes. The page cnn/backward uses the results.
"""

import numpy as np
import torch
from torch import nn

from nnlib import datasets, experiment

CASES = {
    "kernel 3, stride 2": (3, 2, 1),
    "kernel 4, stride 2": (4, 2, 1),
    "kernel 3, max pooling": (3, 1, 2),
}
TRAIN, EPOCHS = 1000, (0, 3, 15)
TOLERANCES = {"ratio": {"relative": 0.8}}


def data():
    """Return images of shape (N, 1, 28, 28) and labels: training set and test set."""
    first, second = datasets.fashion_mnist()
    X, V = (torch.tensor(np.float32(s.X)).reshape(-1, 1, 28, 28) for s in (first, second))
    return X[:TRAIN], torch.tensor(first.y[:TRAIN]).long(), V, torch.tensor(second.y).long()


def network(kernel, stride, pool):
    """Return two convolutional layers and a linear one."""
    features = nn.Sequential(
        *(nn.Conv2d(1, 8, kernel, stride), nn.ReLU(), nn.MaxPool2d(pool)),
        *(nn.Conv2d(8, 16, kernel, stride), nn.ReLU(), nn.MaxPool2d(pool), nn.Flatten()),
    )
    size = features(torch.zeros(1, 1, 28, 28)).numel()
    return nn.Sequential(*features, nn.Linear(size, 10))


def train(net, X, y, epochs):
    """Train with Adam and batches of 64."""
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for _ in range(epochs):
        for batch in torch.randperm(len(X)).split(64):
            loss = nn.functional.cross_entropy(net(X[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def saliency(net, X, y):
    """Return the absolute gradient of the score of the correct class for each pixel."""
    X = X.clone().requires_grad_()
    net(X)[torch.arange(len(X)), y].sum().backward()
    return X.grad[:, 0].abs().numpy()


def ratio(S):
    """Return the mean at even rows and columns, divided by the mean at odd ones."""
    inner = S.mean(axis=0)[4:24, 4:24]
    return float(inner[::2, ::2].mean() / inner[1::2, 1::2].mean())


def measure(case, seed, epochs=EPOCHS):
    """Return the ratio after each number of epochs, and the final accuracy."""
    X, y, V, labels = data()
    torch.manual_seed(seed)
    net, done, ratios = network(*CASES[case]), 0, []
    for epoch in epochs:
        train(net, X, y, epoch - done)
        done = epoch
        ratios.append(ratio(saliency(net, V[:300], labels[:300])))
    with torch.no_grad():
        return {"ratio": ratios, "accuracy": float((net(V).argmax(1) == labels).float().mean())}


def run(seed):
    """Return the measurements of the three networks."""
    return {case: measure(case, seed) for case in CASES}


def thin():
    """Return the ratio of the first network and seed after 3 epochs."""
    return {"ratio": measure("kernel 3, stride 2", 0, (0, 3))["ratio"][1]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(10), thin=thin)

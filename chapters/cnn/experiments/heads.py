"""Does a small VGG need its dense layers?

Images of 14 by 14 pixels pass through two 3x3 convolutions to 8 channels, max pooling and two
3x3 convolutions to 16 channels, with ReLU after each. Three heads compute ten scores from the 7
x 7 x 16 numbers: three dense layers, as in VGG; a single dense layer; or the mean of each
channel and a dense layer. The three dense layers are needed if they are more accurate than the
other two heads.

Settings: 500 training images, and Adam for 300 steps with batches of 50 and a learning rate
that falls linearly to 0. The rate of each head, and the dropout of the three dense layers, are
those with the best accuracy on 1,000 validation images for seed 101 (``tune``). Seeds 1 to 10
have different training images and initial weights, and share 4,000 test images.

For seeds 1 to 5, three heads are also trained for 1,200 steps, with the same rates: one dense
layer, the means, and the means of 64 channels instead of 16.

The page cnn/architectures-classic uses the results.
"""

import itertools
from functools import cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from nnlib import experiment
from nnlib.datasets import fashion_mnist

SIZE, STEPS, BATCH = 500, 300, 50
HEADS = {  # the learning rate and the dropout that tune() found
    "three dense layers": (0.01, 0.0),
    "one dense layer": (0.003, 0.0),
    "means": (0.01, 0.0),
}
LONGER = ("one dense layer", "means", "means of 64 channels")
LONG_STEPS, LONG_SEEDS = 1200, range(1, 6)
TOLERANCES = {"loss": {"relative": 0.1}}
torch.set_num_threads(1)


@cache
def images():
    """Return training and test images of 14 x 14 pixels, roughly standardised, and labels."""
    (X, y), (T, t) = fashion_mnist()
    small = [v.reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5)) for v in (X, T)]
    X, T = (torch.from_numpy((v - np.float32(0.286)) / np.float32(0.32)) for v in small)
    return X, torch.from_numpy(y), T, torch.from_numpy(t)


def network(head, dropout):
    """Return the network with one of the heads."""
    layers, last = [], 64 if head == "means of 64 channels" else 16
    for before, after in ((1, 8), (8, 8), (0, 0), (8, 16), (16, last)):
        conv = [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()] if after else []
        layers += conv or [nn.MaxPool2d(2)]
    if head.startswith("means"):
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(last, 10)]
    elif head == "one dense layer":
        layers += [nn.Flatten(), nn.Linear(7 * 7 * 16, 10)]
    else:
        layers += [nn.Flatten(), nn.Linear(7 * 7 * 16, 64), nn.ReLU(), nn.Dropout(dropout)]
        layers += [nn.Linear(64, 64), nn.ReLU(), nn.Dropout(dropout), nn.Linear(64, 10)]
    net = nn.Sequential(*layers)
    for layer in net:
        if hasattr(layer, "weight"):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return net


def trained(head, rate, dropout, seed, steps=STEPS, size=SIZE):
    """Return the trained network, the rows that it did and did not see, and the losses."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    X, y, _, _ = images()
    order = rng.permutation(len(X))
    rows, others = order[:size], order[-1000:]
    net, losses = network(head, dropout), []
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    falling = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0, max(steps, STEPS))
    epochs = (rng.permutation(rows) for _ in itertools.count())
    batches = (k for rows in epochs for k in rows.reshape(-1, BATCH))
    for batch in itertools.islice(batches, steps):
        loss = F.cross_entropy(net(X[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
        losses.append(loss.item())
    return net.eval(), rows, others, losses


def accuracy(net, X, y):
    """Return the fraction of images that the network classifies correctly."""
    with torch.no_grad():
        return float((net(X).argmax(1) == y).float().mean())


def tune():
    """Print the validation accuracy of each head for each learning rate and dropout."""
    X, y, _, _ = images()
    for head, rate in itertools.product(HEADS, (0.001, 0.003, 0.01, 0.03)):
        for dropout in (0.0, 0.5) if head == "three dense layers" else (0.0,):
            net, _, others, _ = trained(head, rate, dropout, 101)
            print(head, rate, dropout, accuracy(net, X[others], y[others]))


def run(seed):
    """Return the test accuracy and training accuracy of each head."""
    accuracies = {}
    X, y, T, t = images()
    for head, (rate, dropout) in HEADS.items():
        net, rows, _, _ = trained(head, rate, dropout, seed)
        accuracies[head] = accuracy(net, T, t)
        accuracies[f"{head}, training"] = accuracy(net, X[rows], y[rows])
    if seed in LONG_SEEDS:
        accuracies["longer"] = {}
        for head in LONGER:
            rate, dropout = HEADS[head.removesuffix(" of 64 channels")]
            net, rows, _, _ = trained(head, rate, dropout, seed, steps=LONG_STEPS)
            accuracies["longer"][head] = accuracy(net, T, t)
            accuracies["longer"][f"{head}, training"] = accuracy(net, X[rows], y[rows])
    return accuracies


def thin():
    """Return the mean loss of steps 31 to 60 of seed 1 with the head of means."""
    return {"loss": np.mean(trained("means", 0.01, 0.0, 1, steps=60)[3][30:])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 11), thin=thin)

"""How much better is a small CNN than an MLP, and what if we scramble the pixels?

Three networks are trained on 4,000 images of Fashion-MNIST: a linear classifier, an MLP with
one hidden layer, and a CNN with two convolutional layers. The MLP and the CNN are also trained
on scrambled images, whose pixels are rearranged by one fixed rule for all images (a new rule
for each seed). The learning rate and the width of the MLP are chosen on two other seeds, the
epoch on 1,000 validation images of each run.

It takes about 5 minutes. The page cnn/layers uses the results.
"""

from functools import cache, lru_cache

import numpy as np
import torch
from torch import nn

from nnlib import experiment
from nnlib.datasets import fashion_mnist

EPOCHS, BATCH, TRAIN = 10, 100, 4000
RATES = {kind: (0.0003, 0.001, 0.003, 0.01) for kind in ("linear", "MLP")}
RATES["CNN"] = (0.001, 0.003, 0.01)
WIDTHS = {"linear": (0,), "MLP": (64, 256), "CNN": (8,)}
KINDS = ("linear", "MLP", "CNN", "MLP, scrambled", "CNN, scrambled")
TUNING_SEEDS = (100, 101)
TOLERANCES = {"accuracy": {"absolute": 0.05}}


def network(kind, width):
    """Return an untrained network; the CNN has width, then 2 * width maps."""
    if kind == "linear":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    if kind == "MLP":
        return nn.Sequential(
            nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10)
        )
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2 * width * 49, 10),
    )  # fmt: skip


@lru_cache(maxsize=2)
def images(rule):
    """Return the training and test images, scrambled if there is a rule, and labels."""
    train, test = fashion_mnist()
    order = np.arange(784) if rule is None else np.random.default_rng(rule).permutation(784)
    tensors = []
    for X, y in (train, test):
        X = torch.tensor(X[:, order]).reshape(-1, 1, 28, 28) - 0.286
        tensors += [X, torch.tensor(y)]
    return tensors


@torch.no_grad()
def accuracy(net, X, y):
    """Return the fraction of images whose largest score is that of their class."""
    return (net(X).argmax(dim=1) == y).float().mean().item()


def train(name, width, rate, seed, samples=TRAIN, epochs=EPOCHS, test=True):
    """Return validation and test accuracy after the epoch with the best validation accuracy."""
    kind, _, scrambled = name.partition(", ")
    X, y, test_X, test_y = images(seed if scrambled else None)
    order = torch.tensor(np.random.default_rng(1000 + seed).permutation(5000))
    mine, held = order[:samples], order[TRAIN:]
    torch.manual_seed(seed)
    net = network(kind, width).to(memory_format=torch.channels_last)  # faster on CPUs
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
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
    return best, accuracy(net, test_X, test_y) if test else None


@cache
def chosen(name):
    """Return the width and the rate with the best mean validation accuracy."""
    kind = name.partition(",")[0]
    settings = [(w, r) for w in WIDTHS[kind] for r in RATES[kind]]
    scores = [
        np.mean([train(name, *setting, seed, test=False)[0] for seed in TUNING_SEEDS])
        for setting in settings
    ]
    print(name, list(zip(settings, np.round(scores, 4), strict=True)), flush=True)
    return settings[int(np.argmax(scores))]


def run(seed):
    """Test accuracy of each network, with the settings that the tuning seeds chose."""
    results = {}
    for name in KINDS:
        width, rate = chosen(name)
        results[name] = train(name, width, rate, seed)[1]
        results[f"{name}, width"], results[f"{name}, rate"] = width, rate
    print(seed, results, flush=True)
    return results


def thin():
    """Test accuracy of the CNN after two epochs on 1,000 images."""
    return {"accuracy": train("CNN", 8, 0.002, 0, samples=1000, epochs=2)[1]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(10), thin=thin)

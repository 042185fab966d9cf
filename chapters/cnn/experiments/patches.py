"""Does a small vision transformer classify clothes as well as a CNN of the same size?

An MLP, a CNN that flattens its feature maps, a CNN that averages them and a vision transformer
with about 12,000 parameters each are trained for the same number of steps on 250 and on 4,000
images. For each of the eight combinations of network and number of images, the learning rate
is the best of four on 1,000 validation images, for one seed; five other seeds are tested on
4,000 images. The claim that a vision transformer needs more data than the first CNN is refuted
if it is as accurate at 250 images, or if the gap between it and the CNN does not shrink with
more data.

It takes about 4 minutes. The page cnn/efficient-networks uses the results.
"""

import math
from functools import cache
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from nnlib import datasets, experiment

torch.set_num_threads(1)
TOLERANCES = {"absolute": 0.15}
SIZES = (250, 4000)
RATES = (0.001, 0.003, 0.01, 0.03)
BATCH, STEPS, WARMUP = 50, 600, 60
TUNING_SEED, SEEDS = 101, range(5)


class Block(nn.Module):
    """A transformer block: attention between the tokens, then an MLP for each token."""

    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x):
        """Map tokens (N, T, D) to tokens (N, T, D)."""
        z = self.norm1(x)
        x = x + self.attention(z, z, z, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    """A vision transformer for grey images of 28 x 28 pixels."""

    def __init__(self, patch=7, width=24, heads=4, depth=2, classes=10):
        super().__init__()
        tokens = (28 // patch) ** 2
        self.embed = nn.Conv2d(1, width, patch, stride=patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(0.02 * torch.randn(1, tokens + 1, width))
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, images):
        """Map images (N, 1, 28, 28) to logits (N, classes)."""
        x = self.embed(images).flatten(2).transpose(1, 2)  # (N, 16, width)
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], dim=1)
        x = self.blocks(x + self.position)
        return self.head(self.norm(x[:, 0]))


def body(*maps):
    """Three convolutions with a stride of 2, which leave 4 x 4 positions."""
    layers = []
    for before, after in pairwise((1, *maps)):
        layers += [nn.Conv2d(before, after, 3, 2, 1), nn.BatchNorm2d(after), nn.ReLU()]
    return layers


def cnn():
    """A linear layer on the flattened feature maps."""
    return nn.Sequential(*body(12, 20, 24), nn.Flatten(), nn.Linear(24 * 16, 10))


def cnn_means():
    """A linear layer on the mean of each feature map: global average pooling."""
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(40, 10)
    return nn.Sequential(*body(12, 24, 40), *head)


def mlp():
    """One hidden layer."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 15), nn.ReLU(), nn.Linear(15, 10))


NETWORKS = {"MLP": mlp, "CNN": cnn, "CNN with means": cnn_means, "ViT": ViT}


@cache
def images():
    """4,000 training, 1,000 validation and 4,000 test images."""

    def part(split, rows):
        X = torch.tensor((split.X[rows] - 0.29) / 0.35).reshape(-1, 1, 28, 28)
        return X, torch.tensor(split.y[rows])

    train, test = datasets.fashion_mnist()
    return {
        "training": part(train, slice(0, 4000)),
        "validation": part(train, slice(4000, 5000)),
        "test": part(test, slice(0, 4000)),
    }


def accuracy(network, which):
    """Accuracy in evaluation mode."""
    X, y = images()[which]
    network.eval()
    with torch.no_grad():
        scores = torch.cat([network(part) for part in X.split(500)])
    return (scores.argmax(1) == y).double().mean().item()


def train(name, size, lr, seed, steps=STEPS):
    """Return a network that was trained on the first images, with AdamW."""
    torch.manual_seed(seed)
    network = NETWORKS[name]()
    X, y = (part[:size] for part in images()["training"])
    adam = torch.optim.AdamW(network.parameters(), lr, weight_decay=0.05, foreach=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        adam,
        lambda k: min(1, (k + 1) / WARMUP) * (1 + math.cos(math.pi * k / steps)) / 2,
    )
    for step in range(steps):
        if step % (size // BATCH) == 0:
            order = torch.randperm(size).reshape(-1, BATCH)
        rows = order[step % len(order)]
        loss = F.cross_entropy(network(X[rows]), y[rows])
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
    return network


@cache
def tried():
    """The validation accuracy of each contender with each learning rate."""
    return {
        (name, size): [
            accuracy(train(name, size, lr, TUNING_SEED), "validation") for lr in RATES
        ]
        for name in NETWORKS
        for size in SIZES
    }


def run(seed):
    """Every contender at the rate that suits it best."""
    contenders = {}
    for (name, size), tests in tried().items():
        lr = RATES[int(np.argmax(tests))]
        network = train(name, size, lr, seed)
        contenders[f"{name}, {size}"] = {
            "lr": lr,
            "tried": tests,
            "training": accuracy(network, "training"),
            "test": accuracy(network, "test"),
        }
        print(seed, name, size, lr, contenders[f"{name}, {size}"]["test"], flush=True)
    return contenders


def thin():
    """Validation accuracy after 30 steps on 250 images."""
    return {name: accuracy(train(name, 250, 0.003, 0, 30), "validation") for name in NETWORKS}


if __name__ == "__main__":
    experiment.record(run, seeds=SEEDS, thin=thin)

"""Do shortcuts help deep networks on small images, and do more steps close the gap?

A plain and a residual network with 32 layers and the same number of parameters, and a plain
network with 8 layers, are trained for 3,000 steps on 1,000 images. For each of the three, two
seeds choose among four learning rates by the training loss at the end of a run of 300 steps;
five other seeds are tested. The networks of all seeds are trained at the same time, as the
groups of one network, which is faster and gives the same gradients. The benefit of shortcuts is
refuted if 32 plain layers fit the training images as soon as 32 residual ones.

It takes about 6 minutes. The page cnn/resnet uses the results.
"""

import itertools
from functools import cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from nnlib import datasets, experiment

torch.set_num_threads(1)
TOLERANCES = {"plain": {"relative": 0.15}, "residual": {"relative": 0.15}}
MAPS, BATCH, STEPS = (8, 16, 32), 25, 3000
RATES = (0.003, 0.01, 0.03, 0.1)
TUNING_STEPS, TUNING_SEEDS, SEEDS = 300, (101, 102), tuple(range(5))
LOOKS = (100, 300, 1000, 3000)  # steps after which the accuracy is measured
CONTENDERS = (("plain", 32), ("residual", 32), ("plain", 8))


class Block(nn.Module):
    """Two convolutions; the input is added to their result, or not."""

    def __init__(self, before, maps, kind, nets):
        super().__init__()
        self.stride, self.more = (1 if before == maps else 2), maps - before
        self.conv1 = conv3x3(before, maps, nets, self.stride)
        self.conv2 = conv3x3(maps, maps, nets)
        self.bn1, self.bn2 = nn.BatchNorm2d(nets * maps), nn.BatchNorm2d(nets * maps)
        self.residual, self.nets = kind == "residual", nets

    def forward(self, x):
        """Map (N, nets * before, H, W) to (N, nets * maps, I, J)."""
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x) if self.residual else y)

    def shortcut(self, x):
        """The input itself; at a change of size every second pixel, and new maps of zeros."""
        if self.stride == 1:
            return x
        x = x[:, :, ::2, ::2].unflatten(1, (self.nets, -1))
        return F.pad(x, (0, 0, 0, 0, 0, self.more)).flatten(1, 2)


def conv3x3(before, maps, nets, stride=1):
    """A convolution in each of several networks, which preserves the size for stride 1."""
    return nn.Conv2d(nets * before, nets * maps, 3, stride, 1, groups=nets, bias=False)


class Networks(nn.Module):
    """Equal networks: a convolution, three stages of blocks, the mean, a linear layer."""

    def __init__(self, kind, depth, seeds):
        super().__init__()
        nets = len(seeds)
        sizes = [MAPS[0]] + [maps for maps in MAPS for _ in range((depth - 2) // 6)]
        blocks = [Block(a, b, kind, nets) for a, b in itertools.pairwise(sizes)]
        first = conv3x3(1, MAPS[0], nets, 2), nn.BatchNorm2d(nets * MAPS[0]), nn.ReLU()
        self.layers = nn.Sequential(*first, *blocks)
        self.weight = nn.Parameter(torch.zeros(nets, MAPS[-1], 10))
        self.bias = nn.Parameter(torch.zeros(nets, 10))
        rngs = [torch.Generator().manual_seed(seed) for seed in seeds]
        with torch.no_grad():
            for p in self.parameters():
                if (
                    p.ndim > 2
                ):  # weights of variance 2 / inputs, or 1 / inputs in the last layer
                    inputs = p[0].numel() if p.ndim == 4 else 2 * MAPS[-1]
                    for rows, rng in zip(p.chunk(nets), rngs, strict=True):
                        rows.copy_(torch.randn(rows.shape, generator=rng) * (2 / inputs) ** 0.5)

    def forward(self, x):
        """Map images (N, nets, 14, 14), one for each network, to logits (N, nets, 10)."""
        x = self.layers(x).mean((2, 3)).unflatten(1, (len(self.bias), -1))
        return torch.einsum("nkc,kco->nko", x, self.weight) + self.bias


@cache
def images():
    """1,000 training and 1,000 test images of 14 x 14 pixels."""

    def part(split):
        X = split.X[:1000].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
        return torch.tensor(np.float32((X - 0.29) / 0.33)), torch.tensor(split.y[:1000])

    train, test = datasets.fashion_mnist()
    return {"training": part(train), "test": part(test)}


def accuracy(networks, which):
    """The accuracy of each network in evaluation mode."""
    X, y = images()[which]
    networks.eval()
    with torch.no_grad():
        scores = [
            networks(x[:, None].expand(-1, len(networks.bias), -1, -1)) for x in X.split(100)
        ]
    networks.train()
    return (torch.cat(scores).argmax(2) == y[:, None]).double().mean(0).tolist()


def train(kind, depth, lr, seeds, steps, looks=()):
    """Return the losses (steps, nets), and the accuracy of each network after some steps."""
    networks = Networks(kind, depth, seeds)
    rngs = [torch.Generator().manual_seed(1000 + seed) for seed in seeds]
    X, y = images()["training"]
    sgd = torch.optim.SGD(
        networks.parameters(), lr, momentum=0.9, weight_decay=1e-4, foreach=True
    )
    falling = torch.optim.lr_scheduler.LinearLR(sgd, 1, 0, steps)
    losses, seen = [], {"training": [], "test": []}
    for step in range(steps):
        at = step % (len(X) // BATCH) * BATCH
        if at == 0:
            order = torch.stack([torch.randperm(len(X), generator=rng) for rng in rngs], 1)
        rows = order[at : at + BATCH]  # (N, nets)
        each = F.cross_entropy(networks(X[rows]).transpose(1, 2), y[rows], reduction="none")
        loss = each.mean(0)
        sgd.zero_grad()
        loss.sum().backward()
        sgd.step()
        falling.step()
        losses.append(loss.tolist())
        if step + 1 in looks:
            for which in seen:
                seen[which].append(accuracy(networks, which))
    return np.array(losses), {which: np.array(values) for which, values in seen.items()}


@cache
def tried(kind, depth):
    """The training loss at the end of a shorter run, for each learning rate."""
    found = []
    for lr in RATES:
        losses, _ = train(kind, depth, lr, TUNING_SEEDS, TUNING_STEPS)
        found.append(float(np.nan_to_num(losses[-40:].mean(), nan=100.0)))
    print(kind, depth, found, flush=True)
    return found


@cache
def trained(kind, depth):
    """The best learning rate, the losses and the accuracies of all seeds."""
    lr = RATES[int(np.argmin(tried(kind, depth)))]
    losses, seen = train(kind, depth, lr, SEEDS, STEPS, LOOKS)
    print(kind, depth, lr, {which: a.mean(1).round(3) for which, a in seen.items()}, flush=True)
    return lr, losses, seen


def run(seed):
    """One seed of every contender."""
    found = {}
    for kind, depth in CONTENDERS:
        lr, losses, seen = trained(kind, depth)
        curve = losses[:, seed].reshape(-1, 40).mean(axis=1).round(4)  # one epoch each
        found[f"{kind}, {depth}"] = {"lr": lr, "tried": tried(kind, depth), "loss": curve}
        for which, values in seen.items():
            found[f"{kind}, {depth}"][which] = values[:, seed]
    return found


def thin():
    """Mean loss of steps 11 to 20 of two networks of 14 layers."""
    return {
        kind: float(train(kind, 14, 0.1, (0,), 20)[0][10:].mean())
        for kind in ("plain", "residual")
    }


if __name__ == "__main__":
    experiment.record(run, seeds=SEEDS, thin=thin)

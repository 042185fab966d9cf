"""Do shortcuts help deep networks on small images, and do more steps close the gap?

A plain and a residual network with 32 layers and the same number of parameters, and a plain
network with 8 layers, are trained for 3,000 steps on 1,000 images. For each of the three, two
seeds choose among four learning rates by the training loss at the end of a run of 200 steps;
five other seeds are tested. Networks of the same depth are trained at the same time, as the
groups of one network, which is faster and gives each network the same gradients. The claim that
shortcuts help is refuted if 32 plain layers fit the training images as soon as 32 residual
ones.

It takes about 4 minutes. The page cnn/resnet uses the results.
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
MAPS, BATCH, STEPS, TUNING_STEPS = (8, 16, 32), 20, 3000, 200
RATES, TUNING_SEEDS, SEEDS = (0.003, 0.01, 0.03, 0.1), (101, 102), tuple(range(5))
MOMENTUM, DECAY = 0.9, 1e-4
LOOKS = (100, 300, 1000, 3000)  # steps after which the accuracy is measured
CONTENDERS = {8: ("plain",), 32: ("plain", "residual")}  # layers: kinds


def conv3x3(before, maps, nets, stride=1):
    """A convolution in each of several networks, which preserves the size for stride 1."""
    return nn.Conv2d(nets * before, nets * maps, 3, stride, 1, groups=nets, bias=False)


class Block(nn.Module):
    """Two convolutions; the input is added to their result in the residual networks."""

    def __init__(self, before, maps, kinds):
        super().__init__()
        self.nets = nets = len(kinds)
        self.stride, self.more = (1 if before == maps else 2), maps - before
        self.conv1 = conv3x3(before, maps, nets, self.stride)
        self.conv2 = conv3x3(maps, maps, nets)
        self.bn1, self.bn2 = nn.BatchNorm2d(nets * maps), nn.BatchNorm2d(nets * maps)
        residual = torch.tensor([float(kind == "residual") for kind in kinds])
        self.register_buffer("residual", residual.repeat_interleave(maps)[:, None, None])

    def forward(self, x):
        """Map (N, nets * before, H, W) to (N, nets * maps, I, J)."""
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(torch.addcmul(y, self.residual, self.shortcut(x)))

    def shortcut(self, x):
        """The input; if the size changes, every second pixel and additional maps of zeros."""
        if self.stride == 1:
            return x
        x = x[:, :, ::2, ::2].unflatten(1, (self.nets, -1))
        return F.pad(x, (0, 0, 0, 0, 0, self.more)).flatten(1, 2)


class Networks(nn.Module):
    """Networks of one depth: a convolution, three stages of blocks, a linear layer."""

    def __init__(self, depth, kinds, seeds):
        super().__init__()
        nets = len(kinds)
        sizes = [MAPS[0]] + [maps for maps in MAPS for _ in range((depth - 2) // 6)]
        blocks = [Block(a, b, kinds) for a, b in itertools.pairwise(sizes)]
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
    nets = len(networks.bias)
    networks.eval()
    with torch.no_grad():
        scores = [networks(x[:, None].expand(-1, nets, -1, -1)) for x in X.split(100)]
    networks.train()
    return (torch.cat(scores).argmax(2) == y[:, None]).double().mean(0).tolist()


def train(depth, nets, steps, looks=()):
    """Train networks, given by kind, learning rate and seed.

    Return the losses (steps, nets), and the accuracy of each network after some steps.
    """
    kinds, rates, seeds = zip(*nets, strict=True)
    networks = Networks(depth, kinds, seeds)
    rngs = [torch.Generator().manual_seed(1000 + seed) for seed in seeds]
    X, y = images()["training"]
    weights = list(networks.parameters())
    lr = torch.tensor(rates)
    rate_of = [
        lr.repeat_interleave(len(p) // len(lr)).reshape(-1, *[1] * (p.ndim - 1)).expand_as(p)
        for p in weights
    ]
    velocity = [torch.zeros_like(p) for p in weights]
    losses, accuracies = [], {"training": [], "test": []}
    for step in range(steps):
        at = step % (len(X) // BATCH) * BATCH
        if at == 0:
            order = torch.stack([torch.randperm(len(X), generator=rng) for rng in rngs], 1)
        rows = order[at : at + BATCH]  # (N, nets)
        each = F.cross_entropy(networks(X[rows]).transpose(1, 2), y[rows], reduction="none")
        loss = each.mean(0)
        slope = list(torch.autograd.grad(loss.sum(), weights))
        with torch.no_grad():  # SGD with momentum, and a rate that falls linearly to 0
            torch._foreach_mul_(velocity, MOMENTUM)
            torch._foreach_add_(velocity, slope)
            torch._foreach_add_(velocity, weights, alpha=DECAY)
            torch._foreach_addcmul_(weights, velocity, rate_of, value=step / steps - 1)
        losses.append(loss.tolist())
        if step + 1 in looks:
            for which in accuracies:
                accuracies[which].append(accuracy(networks, which))
    return np.array(losses), {which: np.array(values) for which, values in accuracies.items()}


@cache
def tried(depth):
    """The training loss at the end of a shorter run, for each kind and learning rate."""
    kinds = CONTENDERS[depth]
    nets = [(kind, lr, seed) for kind in kinds for lr in RATES for seed in TUNING_SEEDS]
    losses, _ = train(depth, nets, TUNING_STEPS)
    averages = np.nan_to_num(losses[-50:].mean(0), nan=100.0).reshape(-1, len(RATES), 2).mean(2)
    print(depth, averages.round(3).tolist(), flush=True)
    return dict(zip(kinds, averages.tolist(), strict=True))


@cache
def trained(depth):
    """The best learning rates, and the losses and accuracies of all kinds and seeds."""
    rates = {kind: RATES[int(np.argmin(averages))] for kind, averages in tried(depth).items()}
    nets = [(kind, rates[kind], seed) for kind in CONTENDERS[depth] for seed in SEEDS]
    losses, accuracies = train(depth, nets, STEPS, LOOKS)
    print(depth, rates, accuracies["training"].round(2).tolist(), flush=True)
    return rates, losses, accuracies


def run(seed):
    """Learning rate, losses and accuracies of every contender for one seed."""
    contenders = {}
    for depth, kinds in CONTENDERS.items():
        rates, losses, accuracies = trained(depth)
        for k, kind in enumerate(kinds):
            at = k * len(SEEDS) + SEEDS.index(seed)
            curve = losses[:, at].reshape(-1, 50).mean(axis=1).round(4)  # one epoch each
            one = {"lr": rates[kind], "tried": tried(depth)[kind], "loss": curve}
            contenders[f"{kind}, {depth}"] = one | {
                which: accuracies[which][:, at] for which in accuracies
            }
    return contenders


def thin():
    """Mean loss of steps 11 to 20 of two networks of 14 layers."""
    losses, _ = train(14, [("plain", 0.03, 0), ("residual", 0.03, 0)], 20)
    return dict(zip(("plain", "residual"), losses[10:].mean(0).tolist(), strict=True))


if __name__ == "__main__":
    experiment.record(run, seeds=SEEDS, thin=thin)

"""Plain, residual, wide, bottleneck and grouped blocks at equal multiplications.

The pictures are those of ``shortcuts``, 14 x 14 pixels, and so is the frame: a convolution
with stride 2, three stages, the mean over the places, a linear layer. Every contender spends
about 0.6 million multiplications on a picture, and only the way differs in which it does so.

What would refute the ideas, written down before the run; a difference of test accuracies
counts if its mean over the five seeds is more than 2.8 standard errors, the bound of 95% for
five numbers. Shortcuts: the deep residual network is not ahead of the deep plain one. Width:
the wide residual network, with three blocks instead of nine, is behind the deep one.
Bottlenecks: they are behind the basic blocks. Cardinality: the bottlenecks with groups are not
ahead of those without. Drop-path: leaving out blocks at random during training does not raise
the test accuracy. Branches that start at zero: they do not raise it either.

Each contender has the learning rate, of three, with the best mean validation accuracy over two
seeds that do not count; with drop-path the chance of leaving out the last block is chosen in
the same way. Seeds 1 to 5 have training pictures, starting weights and an order of their own,
and all are judged on the same 4,000 test pictures.
"""

import itertools
from concurrent.futures import ProcessPoolExecutor
from functools import cache

import numpy as np

import nnlib
from nnlib import datasets, experiment, nn, optim
from nnlib.nn import functional as F

TOLERANCES = {"residual": {"relative": 0.15}, "grouped": {"relative": 0.15}}
SAMPLES, BATCH, EPOCHS = 1000, 50, 8
RATES, CHANCES = (0.02, 0.06, 0.2), (0.2, 0.5)
TUNING, SEEDS = (101, 102), range(1, 6)
THIN, WIDE, OUTSIDE = (8, 16, 32), (15, 30, 60), (32, 64, 128)
NAMES = {  # maps of the stages, blocks in each, maps inside and groups of a bottleneck, special
    "plain": (THIN, 3, None, "plain"),
    "residual": (THIN, 3, None, ""),
    "residual, zero start": (THIN, 3, None, "zero"),
    "residual, drop-path": (THIN, 3, None, "drop"),
    "wide, plain": (WIDE, 1, None, "plain"),
    "wide, residual": (WIDE, 1, None, ""),
    "bottleneck": (OUTSIDE, 3, (1 / 4, 1), ""),
    "grouped": (OUTSIDE, 3, (3 / 8, 4), ""),
}
TRAIN, TEST = datasets.fashion_mnist()


def convolution(before, maps, size, stride=1, groups=1):
    """A convolution that keeps the size at stride 1, and batch normalisation."""
    options = {"padding": size // 2, "groups": groups, "bias": False}
    return [nn.Conv2d(before, maps, size, stride, **options), nn.BatchNorm2d(maps)]


def branch(before, maps, stride, inside):
    """The layers that compute F: two 3x3, or 1x1, 3x3 in groups and 1x1."""
    if inside is None:
        first, last = convolution(before, maps, 3, stride), convolution(maps, maps, 3)
        return nn.Sequential(*first, nn.ReLU(), *last)
    width, groups = round(inside[0] * maps), inside[1]
    layers = [*convolution(before, width, 1), nn.ReLU()]
    layers += [*convolution(width, width, 3, stride, groups), nn.ReLU()]
    return nn.Sequential(*layers, *convolution(width, maps, 1))


class Block(nn.Module):
    """A branch F whose input is added to its result, or not."""

    def __init__(self, before, maps, stride, inside, special):
        super().__init__()
        self.branch = branch(before, maps, stride, inside)
        self.stride, self.more = stride, maps - before
        self.residual, self.chance, self.rng = special != "plain", 0.0, None

    def forward(self, x):
        """Map (N, before, H, W) to (N, maps, I, J)."""
        if not self.residual:
            return F.relu(self.branch(x))
        shortcut = x[:, :, :: self.stride, :: self.stride]
        if self.more:  # new maps of zeros
            shortcut = F.pad(shortcut, (0, 0, 0, 0, 0, self.more))
        if self.training and self.chance and self.rng.random() < self.chance:
            return F.relu(shortcut)
        stays = 1 if self.training else 1 - self.chance
        return F.relu(shortcut + stays * self.branch(x))


class Network(nn.Module):
    """A convolution, three stages of blocks, the mean over the places, a linear layer."""

    def __init__(self, name, seed, chance=0.0):
        super().__init__()
        maps, blocks, inside, special = NAMES[name]
        self.first = nn.Sequential(*convolution(1, maps[0], 3, 2))
        sizes = [maps[0]] + [m for m in maps for _ in range(blocks)]
        steps = [1] + [2 if b > a else 1 for a, b in itertools.pairwise(sizes[1:])]
        pairs = zip(itertools.pairwise(sizes), steps, strict=True)
        self.blocks = nn.ModuleList([Block(*p, s, inside, special) for p, s in pairs])
        self.fc = nn.Linear(maps[-1], 10)
        start(self, special, chance, np.random.default_rng(seed))

    def forward(self, x):
        """Map pictures (N, 1, 14, 14) to logits (N, 10)."""
        x = F.relu(self.first(x))
        for block in self.blocks:
            x = block(x)
        return self.fc(x.mean((2, 3)))


def start(network, special, chance, rng):
    """Weights of variance 2 / inputs; the chance of being left out grows with the depth."""
    with nnlib.no_grad():
        for p in network.parameters():
            if p.ndim > 1:
                weights = rng.normal(0, (2 / p[0].numel()) ** 0.5, p.shape)
                p.copy_(nnlib.tensor(np.float32(weights)))
        network.fc.bias.zero_()
        for k, block in enumerate(network.blocks, start=1):
            block.chance, block.rng = chance * k / len(network.blocks), rng
            if special == "zero":
                block.branch[-1].weight.zero_()


def small(X):
    """Pictures of 14 x 14 pixels, each the mean of a block of four, of size about 1."""
    X = np.asarray(X, np.float32).reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))
    return np.float32((X - 0.29) / 0.33)


def accuracy(network, X, y):
    """The share of the pictures on which the network is right, in evaluation mode."""
    network.eval()
    right = 0
    with nnlib.no_grad():
        for k in range(0, len(X), 500):
            scores = network(nnlib.tensor(small(X[k : k + 500]))).numpy()
            right += int((scores.argmax(axis=1) == y[k : k + 500]).sum())
    return right / len(X)


def train(name, seed, rate, chance=0.0, epochs=EPOCHS):
    """Momentum 0.9 with a learning rate that falls to zero; the network, rows and losses."""
    network, rng = Network(name, seed, chance), np.random.default_rng([seed, 1])
    order = rng.permutation(len(TRAIN.X))
    rows, others = order[:SAMPLES], order[SAMPLES : 2 * SAMPLES]
    X, y, losses = small(TRAIN.X[rows]), TRAIN.y[rows], []
    optimizer = optim.SGD(network.parameters(), lr=rate, momentum=0.9, weight_decay=1e-4)
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, epochs * SAMPLES // BATCH)
    network.train()
    for _ in range(epochs):
        for batch in rng.permutation(SAMPLES).reshape(-1, BATCH):
            loss = F.cross_entropy(network(nnlib.tensor(X[batch])), nnlib.tensor(y[batch]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            falling.step()
            losses.append(loss.item())
    return network, rows, others, losses


def validated(name, rate, chance, seed):
    """Accuracy on 1,000 validation pictures."""
    network, _, others, _ = train(name, seed, rate, chance)
    return accuracy(network, TRAIN.X[others], TRAIN.y[others])


def settings(name):
    """The learning rates and chances among which a contender chooses."""
    chances = CHANCES if NAMES[name][-1] == "drop" else (0.0,)
    return list(itertools.product(RATES, chances))


@cache
def chosen():
    """The setting of each contender, and the mean validation accuracy of all."""
    tries = [(name, *s, k) for name in NAMES for s in settings(name) for k in TUNING]
    with ProcessPoolExecutor(2) as pool:
        found = dict(zip(tries, pool.map(validated, *zip(*tries, strict=True)), strict=True))
    means = {
        name: {s: np.mean([found[name, *s, k] for k in TUNING]) for s in settings(name)}
        for name in NAMES
    }
    return {name: max(tried, key=tried.get) for name, tried in means.items()}, means


def measured(name, seed, setting):
    """Accuracies after training, and the mean loss of each ten steps."""
    network, rows, _, losses = train(name, seed, *setting)
    return {
        "setting": setting,
        "training": accuracy(network, TRAIN.X[rows], TRAIN.y[rows]),
        "test": accuracy(network, TEST.X, TEST.y),
        "steps": np.mean(np.reshape(losses, (-1, 10)), axis=1),
    }


def run(seed):
    """What each contender gives with its setting, and how the settings were chosen."""
    best, means = chosen()
    with ProcessPoolExecutor(2) as pool:
        found = pool.map(measured, best, [seed] * len(best), best.values())
        found = dict(zip(best, found, strict=True))
    if seed == SEEDS[0]:
        for name, tried in means.items():
            found[name]["tried"] = [[*s, value] for s, value in tried.items()]
    return found


def thin():
    """Mean loss of steps 11 to 20 of two networks."""
    names = ("residual", "grouped")
    return {name: float(np.mean(train(name, 1, 0.03, epochs=1)[3][10:])) for name in names}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large may overflow, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)

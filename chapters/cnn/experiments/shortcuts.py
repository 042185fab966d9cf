"""Do shortcuts help networks of 8 to 32 layers on small images?

Plain and residual networks have the same number of parameters. Two seeds choose among four
learning rates; five other seeds are tested. The deepest networks are also trained three times
as long.

It takes about 28 minutes. The page cnn/architectures-modern uses the results.
"""

import itertools
from concurrent.futures import ProcessPoolExecutor
from functools import cache

import numpy as np

import nnlib
from nnlib import datasets, experiment, nn, optim
from nnlib.nn import functional as F

TOLERANCES = {"plain": {"relative": 0.15}, "residual": {"relative": 0.15}}
MAPS, BATCH, EPOCHS = (8, 16, 32), 50, 5
BLOCKS = {8: 1, 14: 2, 20: 3, 32: 5}  # layers: blocks in each of the three stages
RATES = (0.01, 0.03, 0.1, 0.3)
TUNING, SEEDS = (101, 102), range(5)
DEEPEST = 32
CONTENDERS = [(kind, depth) for depth in (8, 20, 32) for kind in ("plain", "residual")]
CONTENDERS += [("plain, identity start", DEEPEST)]


def conv3x3(before, maps, stride=1):
    """A convolution that keeps the size at stride 1."""
    return nn.Conv2d(before, maps, 3, stride, padding=1, bias=False)


class Block(nn.Module):
    """Two convolutions; the input is added to their result, or not."""

    def __init__(self, before, maps, kind):
        super().__init__()
        self.stride, self.more = (1 if before == maps else 2), maps - before
        self.conv1, self.conv2 = conv3x3(before, maps, self.stride), conv3x3(maps, maps)
        self.bn1, self.bn2 = nn.BatchNorm2d(maps), nn.BatchNorm2d(maps)
        self.residual, self.deleted = kind.startswith("residual"), False

    def forward(self, x):
        """Map (N, before, H, W) to (N, maps, I, J)."""
        if self.deleted:
            return x
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x) if self.residual else y)

    def shortcut(self, x):
        """The input itself; at a change of size every second pixel, and new maps of zeros."""
        if self.stride == 1:
            return x
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.more))


class Network(nn.Module):
    """A convolution, three stages of blocks, the mean over the places, a linear layer."""

    def __init__(self, kind, depth, seed):
        super().__init__()
        self.conv, self.bn = conv3x3(1, MAPS[0], 2), nn.BatchNorm2d(MAPS[0])
        sizes = [MAPS[0]] + [maps for maps in MAPS for _ in range(BLOCKS[depth])]
        pairs = itertools.pairwise(sizes)
        self.blocks = nn.ModuleList([Block(a, b, kind) for a, b in pairs])
        self.fc = nn.Linear(MAPS[-1], 10)
        start(self, kind, np.random.default_rng(seed))

    def forward(self, x):
        """Map pictures (N, 1, 14, 14) to logits (N, 10)."""
        x = F.relu(self.bn(self.conv(x)))
        for block in self.blocks:
            x = block(x)
        return self.fc(x.mean((2, 3)))


def start(network, kind, rng):
    """Weights of variance 2 / inputs, or a quarter of these added to the identity."""
    with nnlib.no_grad():
        for p in network.parameters():
            if p.ndim == 1:
                continue
            inputs = p[0].numel()
            weights = rng.normal(0, (2 / inputs) ** 0.5, p.shape)
            if "identity" in kind and p.ndim == 4 and p.shape[1] > 1:
                weights /= 4
                for k in range(p.shape[1]):
                    weights[k, k, 1, 1] += 1
            p.copy_(nnlib.tensor(np.float32(weights)))
        network.fc.bias.zero_()


@cache
def pictures():
    """Pictures of 14 x 14: 1,000 for training, 500 for validation, 1,000 for the test."""
    train, test = datasets.fashion_mnist()

    def part(split, rows):
        X = split.X[rows].reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))
        return np.float32((X - 0.29) / 0.33), split.y[rows]

    return {
        "training": part(train, slice(0, 1000)),
        "validation": part(train, slice(1000, 1500)),
        "test": part(test, slice(0, 1000)),
    }


def judge(network, which):
    """Mean loss and accuracy, in evaluation mode."""
    X, y = pictures()[which]
    network.eval()
    with nnlib.no_grad():
        scores = [network(nnlib.tensor(X[k : k + 250])).numpy() for k in range(0, len(X), 250)]
    scores = np.concatenate(scores).astype(float)
    scores -= scores.max(axis=1, keepdims=True)
    loss = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y]
    mean = float(np.nan_to_num(loss.mean(), nan=100.0, posinf=100.0))
    return mean, float((scores.argmax(axis=1) == y).mean())


def fit(network, X, y, lr, rng, epochs):
    """Train with momentum 0.9 and a learning rate that falls to zero."""
    sgd = optim.SGD(network.parameters(), lr, momentum=0.9, weight_decay=1e-4)
    falling = optim.lr_scheduler.LinearLR(sgd, 1, 0, epochs * len(X) // BATCH)
    network.train()
    losses = []
    for _ in range(epochs):
        for rows in rng.permutation(len(X)).reshape(-1, BATCH):
            scores = network(nnlib.tensor(X[rows]))
            loss = F.cross_entropy(scores, nnlib.tensor(y[rows]))
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            falling.step()
            losses.append(loss.item())
    return losses


def train(kind, depth, lr, seed, epochs=EPOCHS):
    """Return a trained network and the loss of each step."""
    network, rng = Network(kind, depth, seed), np.random.default_rng(100 + seed)
    return network, fit(network, *pictures()["training"], lr, rng, epochs)


def trained(kind, depth, lr, seed, epochs=EPOCHS):
    """What is recorded of one training."""
    network, losses = train(kind, depth, lr, seed, epochs)
    loss, accuracy = judge(network, "training")
    found = {"lr": lr, "loss": loss, "training": accuracy}
    found["validation"] = judge(network, "validation")[1]
    found["test"] = judge(network, "test")[1]
    found["steps"] = np.mean(np.reshape(losses[: len(losses) // 10 * 10], (-1, 10)), axis=1)
    if kind in ("plain", "residual") and depth == DEEPEST and epochs == EPOCHS:
        found["deleted"] = []
        for block in network.blocks:
            if block.stride == 1:
                block.deleted = True
                found["deleted"].append(judge(network, "test")[1])
                block.deleted = False
    return found


def validated(kind, depth, lr, seed):
    """Accuracy on the validation pictures."""
    return judge(train(kind, depth, lr, seed)[0], "validation")[1]


def together(function, cases):
    """Results of a function by its arguments, two at the same time."""
    with ProcessPoolExecutor(2) as pool:
        found = pool.map(function, *zip(*cases, strict=True))
        return dict(zip(cases, found, strict=True))


@cache
def tried():
    """The mean validation accuracy of each contender with each learning rate."""
    cases = [(*c, lr, seed) for c in CONTENDERS for lr in RATES for seed in TUNING]
    found = together(validated, cases)
    return {
        c: {lr: float(np.mean([found[*c, lr, seed] for seed in TUNING])) for lr in RATES}
        for c in CONTENDERS
    }


def run(seed):
    """Every contender at its own rate."""
    rate = {c: max(means, key=means.get) for c, means in tried().items()}
    cases = {f"{c[0]}, {c[1]}": (*c, rate[c], seed, EPOCHS) for c in CONTENDERS}
    for kind in ("plain", "residual"):
        deepest = kind, DEEPEST
        cases[f"{kind}, longer"] = (*deepest, rate[deepest], seed, 3 * EPOCHS)
    results = together(trained, list(cases.values()))
    found = {name: results[case] for name, case in cases.items()}
    if seed == SEEDS[0]:
        for c, means in tried().items():
            found[f"{c[0]}, {c[1]}"]["tried"] = list(means.items())
    return found


def thin():
    """Mean loss of steps 11 to 20 of two networks of 14 layers."""
    return {
        kind: float(np.mean(train(kind, 14, 0.1, 0, 1)[1][10:]))
        for kind in ("plain", "residual")
    }


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)

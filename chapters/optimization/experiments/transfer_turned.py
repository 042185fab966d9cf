"""What are borrowed layers worth for things at any angle, if few are labelled?

Target: pullovers, dresses and sneakers at random angles, with 1 to 30 labels a class. Sources:
the seven other classes, or handwritten digits, upright or turned; controls have random weights,
shuffled labels, or one angle each. Alternatives that borrow nothing are the nearest neighbour,
a linear model and the network from scratch. All get the labelled images at 24 angles. A lead
counts if it exceeds two standard errors of the paired differences.

It takes about 13 minutes. The page optimization/transfer uses the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import digits, fashion_mnist
from nnlib.nn import functional as F
from nnlib.transforms import rotate

SIZES = (1, 3, 10, 30)  # labelled photographs of each class
TARGETS = {"different": [2, 3, 7], "alike": [2, 4, 6]}
HIDDEN, COPIES = (128, 64), 24
RATES = {
    "whole": (0.003, 0.01, 0.03, 0.1, 0.3),
    "features": (0.00002, 0.0001, 0.0005, 0.002, 0.01, 0.05, 0.3, 1.5, 6.0),
    "pixels": (0.0005, 0.002, 0.01, 0.05, 0.2, 0.8),
}
NEIGHBOURS = (1, 3, 9)
TOLERANCES = {"nearest": {"absolute": 0.01}, "linear": {"absolute": 0.05}}
TRAIN, TEST = fashion_mnist()
ORDER = np.random.default_rng(99).permutation(5000)
POOL, VALIDATION = ORDER[:4000], ORDER[4000:]


def turned(X, angles):
    """Return photographs, as rows of 784 pixels, turned by these angles in degrees."""
    pictures = rotate(X.reshape(-1, 1, 28, 28), angles)
    return np.float32(pictures.reshape(len(X), 784))


def at_random(X, seed):
    """Return photographs that lie at random angles."""
    return turned(X, np.random.default_rng(seed).uniform(0, 360, len(X)))


@cache
def sources(others):
    """Return samples and labels of each source: some classes of clothes, and digits."""
    some = POOL[np.isin(TRAIN.y[POOL], others)]
    X, y = TRAIN.X[some], np.searchsorted(others, TRAIN.y[some])
    small, names = (np.concatenate(parts) for parts in zip(*digits(), strict=True))
    large = small.reshape(-1, 8, 8).repeat(3, axis=1).repeat(3, axis=2) / small.max()
    large = np.pad(large, ((0, 0), (2, 2), (2, 2))).reshape(-1, 784)
    found = {"clothes, upright": (X, y), "digits, upright": (np.float32(large), names)}
    for kind in ("clothes", "digits"):
        X, y = found[f"{kind}, upright"]
        found[kind] = at_random(np.tile(X, (4, 1)), 3), np.tile(y, 4)
        found[f"{kind}, once"] = tuple(part[: len(y)] for part in found[kind])
    X, y = found["clothes"]
    found["clothes, shuffled"] = X, np.random.default_rng(4).permutation(y)
    return found


@cache
def held_out(target):
    """Return validation and test photographs of some classes, at random angles."""
    found = []
    for X, y, seed in ((TRAIN.X[VALIDATION], TRAIN.y[VALIDATION], 1), (TEST.X, TEST.y, 2)):
        some = np.isin(y, target)
        found.append((at_random(X[some], seed), np.searchsorted(target, y[some])))
    return found


def drawn(seed, target, size):
    """Return labelled photographs at random angles, as many of each class."""
    rows = POOL[np.random.default_rng([seed, 6]).permutation(len(POOL))]
    chosen = np.concatenate([rows[TRAIN.y[rows] == c][:30] for c in target])
    X = at_random(TRAIN.X[chosen], [seed, 7]).reshape(3, 30, 784)[:, :size]
    return X.reshape(-1, 784), np.repeat(np.arange(3), size)


def copied(X, y):
    """Return each photograph turned by 0, 15, ..., 345 degrees."""
    angles = np.repeat(np.arange(COPIES) * 360 / COPIES, len(X))
    return turned(np.tile(X, (COPIES, 1)), angles), np.tile(y, COPIES)


def network(seed, classes=3):
    """784 inputs, two layers of 128 and 64 ReLU units, a score for each class."""
    nnlib.manual_seed(seed)
    first, second = HIDDEN
    body = nn.Sequential(nn.Linear(784, first), nn.ReLU(), nn.Linear(first, second), nn.ReLU())
    return nn.Sequential(body, nn.Linear(second, classes))


def train(net, X, y, lr, steps=200, seed=0):
    """Train on batches of 50, with a learning rate that falls to zero."""
    rng = np.random.default_rng(seed)
    optimizer = optim.SGD(net.parameters(), lr=lr, momentum=0.9)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = lr * (1 - step / steps)
        rows = rng.integers(len(y), size=50)
        loss = F.cross_entropy(net(nnlib.tensor(X[rows])), nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net


def source(seed, X, y):
    """Return the hidden layers of a network that was trained on a source."""
    return train(network(seed, y.max() + 1), X, y, 0.05, steps=1500, seed=seed)[0]


def outputs(net, X):
    """Return what a network or a part of it gives."""
    with nnlib.no_grad():
        return net(nnlib.tensor(X)).numpy()


def ends(nets, V, A):
    """Return validation and test accuracy of each network."""
    return [
        [float((outputs(net, X).argmax(axis=1) == y).mean()) for X, y in (V, A)] for net in nets
    ]


def heads(few, V, A, seed, rates):
    """Return what a last layer alone does at each rate, on pixels or features."""
    nets = []
    for lr in rates:
        nnlib.manual_seed(seed + 20)
        nets.append(train(nn.Sequential(nn.Linear(few[0].shape[1], 3)), *few, lr, seed=seed))
    return ends(nets, V, A)


def frozen(body, few, V, A, seed):
    """Return what new last layers on the features of frozen layers do."""
    H = outputs(body, V[0])
    scale = H.std()
    sets = [(outputs(body, X) / scale, y) for X, y in (few, V, A)]
    return heads(*sets, seed, RATES["features"])


def whole(body, few, V, A, seed):
    """Return what whole networks do, from scratch or from borrowed layers."""
    nets = []
    for lr in RATES["whole"]:
        net = network(seed + 20)
        if body is not None:
            net[0].load_state_dict(body.state_dict())
        nets.append(train(net, *few, lr, seed=seed))
    return ends(nets, V, A)


def nearest(few, V, A):
    """Return what the vote of the nearest labelled photographs does."""
    X, y = few
    squares, found = (X**2).sum(axis=1), []
    for Z, z in (V, A):
        order = np.argpartition(squares - 2 * Z @ X.T, min(9, len(y) - 1), axis=1)[:, :9]
        distances = squares[order] - 2 * np.einsum("ij,ikj->ik", Z, X[order])
        order = np.take_along_axis(order, distances.argsort(axis=1), axis=1)
        votes = np.eye(3)[y[order]].cumsum(axis=1)
        found.append(
            [(votes[:, min(k, len(y)) - 1].argmax(axis=1) == z).mean() for k in NEIGHBOURS]
        )
    return np.transpose(found)


def run(seed):
    """Return validation and test accuracy of each contender at each of its settings."""
    found = {}
    for name, target in TARGETS.items():
        kinds = sources(tuple(c for c in range(10) if c not in target))
        V, A = held_out(tuple(target))
        wanted = kinds if name == "different" else ["clothes"]
        bodies = {kind: source(seed, *kinds[kind]) for kind in wanted}
        for size in SIZES:
            few = drawn(seed, target, size)
            more, key = copied(*few), f"{name} {size}"
            found[f"{key} nearest"] = nearest(more, V, A)
            for kind, body in bodies.items():
                if size == 1 or not kind.endswith(("once", "shuffled")):
                    found[f"{key} {kind}"] = frozen(body, more, V, A, seed)
            if name == "alike":
                continue
            found[f"{key} linear"] = heads(more, V, A, seed, RATES["pixels"])
            found[f"{key} scratch"] = whole(None, more, V, A, seed)
            if size in (1, 30):
                found[f"{key} clothes, tuned"] = whole(bodies["clothes"], more, V, A, seed)
            if size == 1:
                found[f"{key} random"] = frozen(network(seed + 40)[0], more, V, A, seed)
                found[f"{key} nearest, no copies"] = nearest(few, V, A)
                found[f"{key} clothes, no copies"] = frozen(bodies["clothes"], few, V, A, seed)
    return {key: np.round(table, 4) for key, table in found.items()}


def thin():
    """Return what two rivals do with one photograph of each class, first draw."""
    target = TARGETS["different"]
    V, A = held_out(tuple(target))
    few = copied(*drawn(0, target, 1))
    linear = heads(few, V, A, 0, (0.01,))
    return {"nearest": nearest(few, V, A)[0][1], "linear": linear[0][1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(6), thin=thin)

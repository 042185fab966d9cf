"""The rule of 1958 or a network, with few images or many, on a slow machine or a fast one?

Half of the images are negatives, so that no line gives the labels. All get the same images and
the same number of multiplications; settings are chosen on held-back images.

It takes about 8 minutes. The page start/history uses the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn.functional import cross_entropy
from nnlib.training import accuracy

PICTURES = (250, 1000, 5000)
MACHINES = (10e6, 160e6, 2.56e9, 40.96e9)  # multiplications, each 16 times the one before
BATCHES = (2, 2, 10, 10)  # small where the machine allows few steps
SEEDS = range(5)
LONGEST = {250: (2_500, 12_500), 1000: (10_000, 50_000), 5000: (25_000, 100_000)}  # looks
RATES = (0.001, 0.003, 0.01, 0.03)
SIZES = {"linear": (0,), "dense": (16, 128), "convolutional": (2, 8)}
UPDATES = ("all at once", "one against the rest")
EVERYWHERE = ("perceptron", "averaged", "dense")
MIXED, PLAIN = True, False  # half of the pictures negatives, or none
TOLERANCES = {"perceptron": {"absolute": 0.08}, "dense": {"absolute": 0.08}}


@cache
def clothes(mixed):
    """Training and test pictures from -0.5 to 0.5; a negative has the other sign."""
    rng, parts = np.random.default_rng(0), []
    for X, y in fashion_mnist():
        sign = rng.choice([-1, 1], size=(len(X), 1)) if mixed else 1
        parts.append(((sign * (X - 0.5)).astype(X.dtype), y))
    return parts


def build(name, size):
    """A model of this size, from 784 numbers to ten scores."""
    if name == "linear":
        return nn.Sequential(nn.Linear(784, 10))
    if name == "dense":
        return nn.Sequential(nn.Linear(784, size), nn.ReLU(), nn.Linear(size, 10))
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        *(nn.Conv2d(1, size, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(size, 2 * size, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        nn.Flatten(),
        nn.Linear(2 * size * 49, 10),
    )


def cost(name, size):
    """Multiplications for one look at one picture, with learning from it."""
    if name in ("perceptron", "averaged"):
        return 784 * 10  # what changes the weights is added, not multiplied
    layers = {
        "linear": (784 * 10,),
        "dense": (784 * size, 10 * size),
        "convolutional": (784 * 9 * size, 196 * 9 * size * 2 * size, 2 * size * 49 * 10),
    }[name]
    return 3 * sum(layers) - layers[0]  # forward, for the weights, and back but for the pixels


def perceptrons(X, y, updates, looks, rng):
    """Ten perceptrons after so many looks: their last weights, and the mean of all."""
    X = np.c_[X, np.ones(len(X), X.dtype)]
    W, total, seen = np.zeros((10, X.shape[1]), X.dtype), np.zeros((10, X.shape[1])), 0
    while True:
        for n in rng.permutation(len(X)):
            v = W @ X[n]
            if updates == "all at once":  # one error: the largest score is not the label's
                first = v.argmax()
                if first != y[n]:
                    W[y[n]] += X[n]
                    W[first] -= X[n]
            else:  # ten questions of yes or no
                for k in np.flatnonzero((v > 0) != (np.arange(10) == y[n])):
                    W[k] += X[n] if k == y[n] else -X[n]
            total += W
            seen += 1
            if seen == looks:
                return W, total / looks


def descend(model, X, y, rate, batch, looks, rng):
    """Stochastic gradient descent with momentum; the rate falls to 0 in a line."""
    sgd, seen = optim.SGD(model.parameters(), lr=rate, momentum=0.9), 0
    while seen < looks:
        order = rng.permutation(len(X))
        for some in np.split(order, range(batch, len(X), batch)):
            sgd.param_groups[0]["lr"] = rate * (1 - seen / looks)
            loss = cross_entropy(model(nnlib.tensor(X[some])), nnlib.tensor(y[some]))
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            seen += len(some)
            if seen >= looks:
                break


def learn(name, setting, machine, X, y, seed, judged):
    """Accuracy on the pictures `judged` after training on X, y."""
    what, size, looks = setting
    rng = np.random.default_rng(seed)
    nnlib.manual_seed(seed)
    if name in ("perceptron", "averaged"):
        W = perceptrons(X, y, what, looks, rng)[name == "averaged"]
        return float(np.mean((judged[0] @ W[:, :-1].T + W[:, -1]).argmax(axis=1) == judged[1]))
    model = build(name, size)
    descend(model, X, y, what, BATCHES[machine], looks, rng)
    return accuracy(model, *judged)


def menu(name, pictures, machine):
    """What can be chosen: kind of update or learning rate, size, and how many looks."""
    whats, sizes = (RATES, SIZES[name]) if name in SIZES else (UPDATES, (0,))
    found = set()
    for size in sizes:
        most = int(MACHINES[machine] // cost(name, size))
        looks = {min(most, longest) for longest in LONGEST[pictures]}
        found |= {(what, size, k) for what in whats for k in looks}
    return sorted(found)


@cache
def chosen(name, pictures, machine, mixed):
    """The setting with the best accuracy on a fifth of the pictures, held back."""
    (X, y), _ = clothes(mixed)
    settings = menu(name, pictures, machine)
    found = np.zeros(len(settings))
    for seed in range(100, 103 if pictures < 5000 else 101):
        picked = np.random.default_rng(seed).permutation(len(y))[:pictures]
        keep, use = picked[: pictures // 5], picked[pictures // 5 :]
        held_back = X[keep], y[keep]
        found += [learn(name, s, machine, X[use], y[use], seed, held_back) for s in settings]
    return settings[int(found.argmax())]


def cell(name, pictures, machine, mixed, seed):
    """Accuracy on the test set with the setting that was chosen, and the setting."""
    (X, y), test = clothes(mixed)
    picked = np.random.default_rng(seed).permutation(len(y))[:pictures]
    setting = chosen(name, pictures, machine, mixed)
    return learn(name, setting, machine, X[picked], y[picked], seed, test), list(setting)


def run(seed):
    """Three contenders on pictures (3) times machines (4); then all five with the most."""
    found = {}
    for name in EVERYWHERE:
        rows = [[cell(name, p, m, MIXED, seed) for m in range(4)] for p in PICTURES]
        found[name] = [[accurate for accurate, _ in row] for row in rows]
        found[f"{name} chosen"] = [[setting for _, setting in row] for row in rows]
    for name in ("linear", "convolutional"):
        found[name], found[f"{name} chosen"] = cell(name, 5000, 3, MIXED, seed)
    for name in ("perceptron", "averaged", *SIZES):
        found[f"{name} plain"], found[f"{name} plain chosen"] = cell(name, 5000, 3, PLAIN, seed)
    return found


def thin():
    """Two contenders with 250 pictures and few looks."""
    (X, y), test = clothes(MIXED)
    picked = np.random.default_rng(0).permutation(len(y))[:250]
    tries = {"perceptron": ("all at once", 0, 1000), "dense": (0.01, 16, 2500)}
    return {n: learn(n, s, 1, X[picked], y[picked], 0, test) for n, s in tries.items()}


if __name__ == "__main__":
    experiment.record(run, seeds=SEEDS, thin=thin)

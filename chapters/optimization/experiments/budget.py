"""Which search finds the best network for the cost of nine training runs?

We search two hyperparameters: the learning rate and the momentum, or the learning rate and the
weight decay. Each search may spend 9 runs of 270 steps. Grid search trains 3 by 3 settings,
random search 9, Bayesian optimisation 9 (3 at random first), successive halving 81, most of
them only for 10 steps, and the last search 9 learning rates at a usual value of the second
hyperparameter. The grid and the last search are shifted by a random amount for each seed. The
result is the accuracy of the chosen network on 4,000 test images. If no search beats random
search by more than two standard errors, the page must not recommend one.

It takes about 10 minutes. The page optimization/hyperparameters uses the results.
"""

from math import erf, pi, sqrt

import numpy as np

from nnlib import datasets, experiment

STEPS, RUNGS, RUNS = 270, (10, 30, 90, 270), 9
USUAL = {"momentum": 1 / 3, "weight decay": 0.4}  # momentum 0.9, weight decay 0.0001
SIDE = 24  # of the map
TOLERANCES = {"grid": {"absolute": 0.03}, "random search": {"absolute": 0.03}}


def shrink(X):
    """Images of 14 by 14 pixels: the mean of each block of four."""
    return X.reshape(len(X), 14, 2, 14, 2).mean(axis=(2, 4), dtype=np.float32).reshape(-1, 196)


def data(seed):
    """1,000 training and 1,000 validation images of a seed, and the 4,000 test images."""
    train, test = datasets.fashion_mnist()
    order = np.random.default_rng(seed).permutation(len(train.X))
    a, b = order[:1000], order[1000:2000]
    X, X_test = shrink(train.X), shrink(test.X)
    mean, deviation = X[a].mean(axis=0), X[a].std()
    sets = (X[a], train.y[a]), (X[b], train.y[b]), (X_test, test.y)
    return [((X - mean) / deviation, y) for X, y in sets]


def backward(params, X, y):
    """Gradients of the mean cross-entropy for all parameters."""
    W1, b1, W2, b2 = params
    z = X @ W1 + b1
    h = np.maximum(z, 0)
    scores = h @ W2 + b2
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    p /= len(y)
    dz = (p @ W2.T) * (z > 0)
    return [X.T @ dz, dz.sum(axis=0), h.T @ p, p.sum(axis=0)]


class Run:
    """A training run that can be continued."""

    def __init__(self, X, y, seed, lr, momentum=0.0, decay=0.0):
        self.rng = rng = np.random.default_rng(seed)
        W1 = rng.normal(size=(196, 32)) * np.sqrt(2 / 196)
        W2 = rng.normal(size=(32, 10)) * np.sqrt(2 / 32)
        params = W1, np.zeros(32), W2, np.zeros(10)
        self.params = [p.astype(np.float32) for p in params]
        self.velocity = [np.zeros_like(p) for p in self.params]
        self.settings = np.float32(lr), np.float32(momentum), np.float32(decay)
        self.X, self.y, self.done = X, y, 0

    def train(self, steps):
        """Continue until the total number of steps is ``steps``."""
        lr, momentum, decay = self.settings
        for _ in range(self.done, steps):
            rows = self.rng.integers(len(self.X), size=50)
            gradients = backward(self.params, self.X[rows], self.y[rows])
            for p, v, g in zip(self.params, self.velocity, gradients, strict=True):
                v *= momentum
                v += g + decay * p
                p -= lr * v
        self.done = steps
        return self

    def accuracy(self, X, y):
        """Fraction of correct predictions; 0 if the run has diverged."""
        W1, b1, W2, b2 = self.params
        scores = np.maximum(X @ W1 + b1, 0) @ W2 + b2
        return float((scores.argmax(axis=1) == y).mean()) if np.isfinite(scores).all() else 0.0


def setting(second, u, v):
    """The hyperparameters at (u, v), each from 0 to 1 on a log scale."""
    lr = 10 ** (-4 + 5 * u)
    if second == "momentum":
        return {"lr": lr, "momentum": 1 - 10 ** (-3 * v)}
    return {"lr": lr, "decay": 10 ** (-6 + 5 * v)}


def posterior(points, values, places, width=0.2, noise=0.1):
    """Mean and standard deviation of a Gaussian process with mean 0 and variance 1."""

    def kernel(A, B):
        return np.exp(-((A[:, None] - B) ** 2).sum(axis=2) / (2 * width**2))

    K = kernel(points, points) + noise**2 * np.eye(len(points))
    k = kernel(places, points)
    mean = k @ np.linalg.solve(K, values)
    variance = 1 - (k * np.linalg.solve(K, k.T).T).sum(axis=1)
    return mean, np.sqrt(np.maximum(variance, 1e-12))


def expected_improvement(mean, deviation, best):
    """Expected improvement: how much a new value exceeds the best one, on average."""
    z = (mean - best) / deviation
    below = np.array([(1 + erf(one / sqrt(2))) / 2 for one in z])
    return (mean - best) * below + deviation * np.exp(-(z**2) / 2) / sqrt(2 * pi)


def bayesian(score, rng, runs=RUNS, first=3):
    """Bayesian optimisation: a few random points, then the largest expected improvement."""
    points = [rng.random(2) for _ in range(first)]
    values = [score(p) for p in points]
    places = (
        np.stack(np.meshgrid(np.arange(20), np.arange(20)), axis=2).reshape(-1, 2) + 0.5
    ) / 20
    while len(points) < runs:
        v = np.array(values)
        scaled = (v - v.mean()) / (v.std() + 1e-9)
        mean, deviation = posterior(np.array(points), scaled, places)
        points.append(places[expected_improvement(mean, deviation, scaled.max()).argmax()])
        values.append(score(points[-1]))
    return points


def halving(start, rng, valid, count=81):
    """Successive halving: train all for a few steps, continue the best third."""
    alive = [start(p) for p in rng.random((count, 2))]
    for steps in RUNGS:
        alive.sort(key=lambda one: -one.train(steps).accuracy(*valid))
        best, alive = alive[0], alive[: len(alive) // 3]
    return best


def searches(second, seed, runs=RUNS, steps=STEPS):
    """Validation and test accuracy of the network that each search chooses."""
    fit, valid, test = data(seed)
    rng = np.random.default_rng([seed, 1])

    def start(p):
        return Run(*fit, seed, **setting(second, *p))

    def score(p):
        return start(p).train(steps).accuracy(*valid)

    side = round(runs**0.5)
    square = (
        np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=2).reshape(-1, 2) / side
    )
    line = np.column_stack(
        [np.arange(runs) / runs + rng.random(), np.full(runs, USUAL[second])]
    )
    line[:, 0] %= 1
    tried = {
        "grid": (square + rng.random(2)) % 1,
        "random search": rng.random((runs, 2)),
        "Bayesian": bayesian(score, rng, runs),
        "learning rate only": line,
    }
    chosen = {}
    for name, points in tried.items():
        done = [start(p).train(steps) for p in points]
        chosen[name] = max(done, key=lambda one: one.accuracy(*valid))
    if (runs, steps) == (RUNS, STEPS):
        chosen["successive halving"] = halving(start, rng, valid)
    return {name: (one.accuracy(*valid), one.accuracy(*test)) for name, one in chosen.items()}


def surface(second, seed=0):
    """Validation accuracy on a map of settings: rows for the learning rate."""
    fit, valid, _ = data(seed)
    places = (np.arange(SIDE) + 0.5) / SIDE
    return [
        [Run(*fit, seed, **setting(second, u, v)).train(STEPS).accuracy(*valid) for v in places]
        for u in places
    ]


def run(seed):
    """All searches for both second hyperparameters; for the first seed also two maps."""
    accuracies = {}
    for second in USUAL:
        for name, values in searches(second, seed).items():
            accuracies[f"{second}, {name}"] = np.round(values, 5)
        accuracies[f"map, {second}"] = surface(second) if seed == 0 else None
    return accuracies


def thin():
    """Test accuracy that two of the searches reach with four runs of 90 steps."""
    accuracies = searches("momentum", 0, runs=4, steps=90)
    return {name: accuracies[name][1] for name in TOLERANCES}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a learning rate that is too large overflows: a result here
    experiment.record(run, seeds=range(50), thin=thin)

"""How many steps does training need with six batch sizes?

A network with one hidden layer learns clothes from 4,000 images, by SGD with a constant rate
and batches drawn with replacement. We count the steps until the validation loss reaches
each of three targets, for seven learning rates per batch size.

It takes about 3 minutes. The page optimization/sgd uses the results.
"""

from functools import cache

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

SIZES = (1, 4, 16, 64, 256, 1024)
LOWEST = {1: -9, 4: -7, 16: -6, 64: -4, 256: -4, 1024: -4}  # exponents of 2
RATES = {B: tuple(2.0 ** (low + np.arange(7))) for B, low in LOWEST.items()}
TARGETS = (0.7, 0.6, 0.55)  # nats on the validation set
LONGEST = {1: 24_000, 4: 8000, 16: 3000, 64: 1500, 256: 800, 1024: 500}
HIDDEN = 32
TOLERANCES = {"steps": {"relative": 0.3}}


@cache
def data(seed):
    """Return 4,000 training and 1,000 validation images of 14 by 14 pixels, centred."""
    (X, y), _ = fashion_mnist()
    X = X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
    order = np.random.default_rng(seed).permutation(len(X))[:5000]
    X, y = X[order].astype(np.float32), y[order].astype(int)
    X = X - X[:4000].mean(axis=0)
    return X[:4000], y[:4000], X[4000:], y[4000:]


def start(seed):
    """Return weights by He's rule, and biases of zero."""
    rng = np.random.default_rng(1000 + seed)
    hidden = rng.normal(0, (2 / 196) ** 0.5, (196, HIDDEN))
    output = rng.normal(0, (1 / HIDDEN) ** 0.5, (HIDDEN, 10))
    return [np.float32(a) for a in (hidden, np.zeros(HIDDEN), output, np.zeros(10))]


def forward(theta, X):
    """Return hidden activations and log-probabilities."""
    W, b, V, c = theta
    a = np.maximum(X @ W + b, 0)
    s = a @ V + c
    s = s - s.max(axis=1, keepdims=True)
    return a, s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def loss(theta, X, y):
    """Return the mean cross-entropy in nats."""
    return float(-forward(theta, X)[1][np.arange(len(y)), y].mean())


def gradient(theta, X, y):
    """Return the gradient of the mean loss with respect to the four arrays."""
    a, logp = forward(theta, X)
    ds = np.exp(logp)
    ds[np.arange(len(y)), y] -= 1
    dz = (ds @ theta[2].T) * (a > 0)
    n = np.float32(len(y))
    return X.T @ dz / n, dz.mean(axis=0), a.T @ ds / n, ds.mean(axis=0)


def train(B, lr, seed):
    """Return the steps at which each target was reached, or -1."""
    X, y, X_val, y_val = data(seed)
    theta, rng = start(seed), np.random.default_rng(2000 + seed)
    lr, steps = np.float32(lr), [-1] * len(TARGETS)
    every = max(1, 64 // B)
    for step in range(1, LONGEST[B] + 1):
        rows = rng.integers(len(X), size=B)
        for p, g in zip(theta, gradient(theta, X[rows], y[rows]), strict=True):
            p -= lr * g
        if step % every == 0 or step < 10:
            now = loss(theta, X_val, y_val)
            if not now < 10:
                break
            for k, target in enumerate(TARGETS):
                if steps[k] < 0 and now < target:
                    steps[k] = step
            if steps[-1] > 0:
                break
    return steps


def run(seed):
    """Train with every batch size and every rate."""
    with np.errstate(all="ignore"):  # too large a rate overflows, and the loss shows it
        return {"steps": [[train(B, lr, seed) for lr in RATES[B]] for B in SIZES]}


def thin():
    """Train with one batch size and one rate on the first seed."""
    return {"steps": [train(256, 0.5, 0)[0]]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(12), thin=thin)

"""How many steps does training need with six batch sizes?

Each epoch shuffles the training images and cuts them into batches. Seven learning rates are
tried for each batch size; the page chooses one on the first two seeds and reports the others.

It takes about 3 minutes. The page optimization/sgd uses the results.
"""

from functools import cache

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

SIZES = (1, 4, 16, 64, 256, 1024)
LOWEST = {1: -9, 4: -7, 16: -6, 64: -4, 256: -4, 1024: -4}  # exponents of 2
RATES = {B: tuple(2.0 ** (low + np.arange(7))) for B, low in LOWEST.items()}
TARGETS = (0.7, 0.6, 0.55)  # loss on the validation images
LONGEST = {1: 24_000, 4: 8000, 16: 3000, 64: 1200, 256: 600, 1024: 400}
HIDDEN = 32
TOLERANCES = {"steps": {"relative": 0.3}}


@cache
def data(seed):
    """4,000 images to train with and 1,000 for validation, 14 by 14, centred."""
    (X, y), _ = fashion_mnist()
    X = X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
    order = np.random.default_rng(seed).permutation(len(X))[:5000]
    X, y = X[order].astype(np.float32), y[order].astype(int)
    X = X - X[:4000].mean(axis=0)
    return X[:4000], y[:4000], X[4000:], y[4000:]


def start(seed):
    """Weights of a network with one hidden layer, and biases of zero."""
    rng = np.random.default_rng(1000 + seed)
    W = rng.normal(0, (2 / 196) ** 0.5, (196, HIDDEN))
    V = rng.normal(0, (1 / HIDDEN) ** 0.5, (HIDDEN, 10))
    return [np.float32(a) for a in (W, np.zeros(HIDDEN), V, np.zeros(10))]


def forward(theta, X):
    """Hidden activations and log-probabilities."""
    W, b, V, c = theta
    a = np.maximum(X @ W + b, 0)
    s = a @ V + c
    s = s - s.max(axis=1, keepdims=True)
    return a, s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def loss(theta, X, y):
    """Mean cross-entropy in nats."""
    return float(-forward(theta, X)[1][np.arange(len(y)), y].mean())


def gradient(theta, X, y):
    """Gradient of the mean loss with respect to the four arrays."""
    a, logp = forward(theta, X)
    ds = np.exp(logp)
    ds[np.arange(len(y)), y] -= 1
    ds /= np.float32(len(y))
    dz = (ds @ theta[2].T) * (a > 0)
    return X.T @ dz, dz.sum(axis=0), a.T @ ds, ds.sum(axis=0)


def batches(rng, N, B):
    """Rows of one batch after the other; shuffles in each epoch, drops short batches."""
    while True:
        order = rng.permutation(N)
        for first in range(0, N - B + 1, B):
            yield order[first : first + B]


def train(B, lr, seed):
    """Steps at which each target was reached, -1 where it was not."""
    X, y, V, s = data(seed)
    theta, rng = start(seed), np.random.default_rng(2000 + seed)
    lr, steps = np.float32(lr), [-1] * len(TARGETS)
    every = max(1, 64 // B)
    for step, rows in enumerate(batches(rng, len(X), B), start=1):
        for p, g in zip(theta, gradient(theta, X[rows], y[rows]), strict=True):
            p -= lr * g
        if step % every == 0 or step < 10:
            now = loss(theta, V, s)
            for k, target in enumerate(TARGETS):
                if steps[k] < 0 and now < target:
                    steps[k] = step
            if steps[-1] > 0 or step >= LONGEST[B] or not now < 10:
                break
    return steps


def run(seed):
    """Steps for every batch size and every learning rate."""
    return {"steps": [[train(B, lr, seed) for lr in RATES[B]] for B in SIZES]}


def thin():
    """Steps with 64 images and one learning rate."""
    return {"steps": train(64, 0.5, 0)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(12), thin=thin)

"""For the same work, does linear regression learn more from exact steps or from rough ones?

The model predicts one-hot labels of images from their pixels. With 4,000, 40 or 1 image per
step, one epoch looks at the same 4,000 images in 1, 100 or 4,000 steps. If exact gradients were
worth their cost, steps with all 4,000 images would reach the lowest training loss after one
epoch or after ten. All rates are tried on every seed, and the page chooses them on seed 0.

It takes about 3 minutes. The page classifiers/gradient-descent uses the results.
"""

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

RATES = {  # exponents of 2
    1: (-12, -11, -10, -9, -8),
    40: (-8, -7, -6, -5, -4),
    4000: (-6, -5, -4.75, -4.5, -4.25, -4),
}
EPOCHS = 10
TOLERANCES = {"loss": {"relative": 0.03}}  # about the spread over seeds


def images(seed):
    """4,000 images and their one-hot labels, both without their mean, so no bias is needed."""
    (X, y), _ = fashion_mnist()
    chosen = np.random.default_rng(seed).permutation(5000)[:4000]
    X, T = X[chosen], np.eye(10, dtype=X.dtype)[y[chosen]]
    return X - X.mean(axis=0), T - T.mean(axis=0)


def loss(X, T, W):
    """The sum of squared residuals of an image, averaged over the images."""
    return float(((T - X @ W) ** 2).sum() / len(X))


def walk(X, T, B, eta, seed, epochs):
    """The training loss after each epoch; inf once it has diverged."""
    rng = np.random.default_rng(seed)
    W = np.zeros((X.shape[1], T.shape[1]), X.dtype)
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for i in np.split(order, range(B, len(X), B)):
            x, t = (X, T) if B == len(X) else (X[i], T[i])
            W += (2 * eta / len(x)) * (x.T @ (t - x @ W))
        losses.append(loss(X, T, W))
        if not losses[-1] < 10:
            return losses[:-1] + [float("inf")] * (epochs - len(losses) + 1)
    return losses


def run(seed):
    """Losses after each epoch, for each batch size and rate, and the lowest possible loss."""
    X, T = images(seed)
    losses = {}
    for B, powers in RATES.items():
        runs = np.array([walk(X, T, B, 2.0**k, seed, EPOCHS) for k in powers])
        losses[f"batch {B}"] = np.where(np.isfinite(runs), runs, 99.0)
    W = np.linalg.lstsq(X.astype(float), T.astype(float))[0]
    return losses | {"start": loss(X, T, 0 * W), "lowest": loss(X.astype(float), T, W)}


def thin():
    """One epoch of each batch size on the first seed."""
    X, T = images(0)
    pairs = ((1, -10), (40, -6), (4000, -4.5))
    return {"loss": [walk(X, T, B, 2.0**k, 0, 1)[0] for B, k in pairs]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)

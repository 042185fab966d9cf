"""Do more starts end poorly in narrow networks than in wide ones?

Twenty starts for each width. On the sine, BFGS runs alone and after 10,000 steps of gradient
descent; on images, each width has the best of three rates.

It takes about 14 minutes. The page optimization/landscape uses the results.
"""

from functools import cache

import numpy as np
from scipy.optimize import minimize

from nnlib import experiment
from nnlib.datasets import fashion_mnist

UNITS = (1, 2, 3, 5, 8)  # tanh units for the sine
STEPS, RATE = 10_000, 0.1
WIDTHS = (1, 2, 4, 8, 32)  # tanh units for the pictures
RATES, BATCH, PICTURE_STEPS = (0.3, 1.0, 3.0), 64, 1000
TOLERANCES = {"slow": {"absolute": 0.05}, "pictures": {"relative": 0.15}}


def loss_and_gradient(p):
    """Of a network with len(p) // 3 tanh units on 20 points of sin 3x."""
    x = np.linspace(-2, 2, 20)
    H = len(p) // 3
    a, b, v, c = p[:H], p[H : 2 * H], p[2 * H : 3 * H], p[-1]
    h = np.tanh(np.outer(x, a) + b)
    r = h @ v + c - np.sin(3 * x)
    dz = np.outer(r, v) * (1 - h**2)
    g = np.concatenate([x @ dz, dz.sum(axis=0), h.T @ r, [r.sum()]])
    return (r**2).mean() / 2, g / len(x)


def end_of(p):
    """The loss at which BFGS ends."""
    most = {"maxiter": 1000}
    return minimize(loss_and_gradient, p, jac=True, method="BFGS", options=most).fun


def on_sine(seed, H, steps=STEPS):
    """Loss after gradient descent, and after BFGS from there; and after BFGS from the start."""
    p = start = np.random.default_rng(seed).normal(size=3 * H + 1)
    for _ in range(steps):
        p = p - RATE * loss_and_gradient(p)[1]
    found = loss_and_gradient(p)[0], end_of(p), end_of(start)
    return [float(f"{max(loss, 1e-9):.3g}") for loss in found]


@cache
def pictures():
    """4,000 pictures of clothes, 14 by 14, centred and scaled, and their labels."""
    (X, y), _ = fashion_mnist()
    X = X[:4000].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
    return np.float32((X - X.mean(axis=0)) / X.std()), y[:4000].astype(int)


def log_softmax(s):
    """Log-probabilities, row by row."""
    s = s - s.max(axis=1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def on_pictures(seed, H, rate, steps=PICTURE_STEPS):
    """Loss on all 4,000 training pictures after SGD along a straight line to 0."""
    X, y = pictures()
    rng, one = np.random.default_rng(seed), np.float32
    W, b = one(rng.normal(0, 196**-0.5, (196, H))), np.zeros(H, one)
    V, c = one(rng.normal(0, H**-0.5, (H, 10))), np.zeros(10, one)
    for step in range(steps):
        rows = rng.integers(len(X), size=BATCH)
        h = np.tanh(X[rows] @ W + b)
        d = np.exp(log_softmax(h @ V + c))
        d[np.arange(BATCH), y[rows]] -= 1
        d *= one(rate * (1 - step / steps) / BATCH)
        z = d @ V.T * (1 - h * h)
        V -= h.T @ d
        c -= d.sum(axis=0)
        W -= X[rows].T @ z
        b -= z.sum(axis=0)
    logp = log_softmax(np.tanh(X @ W + b) @ V + c)
    return round(float(-logp[np.arange(len(y)), y].mean()), 4)


def run(seed):
    """One start of each network; for the pictures with every rate."""
    return {
        "sine": [on_sine(seed, H) for H in UNITS],
        "pictures": [[on_pictures(seed, H, rate) for rate in RATES] for H in WIDTHS],
    }


def thin():
    """Short trainings of one start."""
    return {
        "slow": on_sine(0, 3, steps=500)[0],
        "pictures": on_pictures(0, 32, 0.3, steps=400),
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(20), thin=thin)

"""When should the learning rate fall, and what does a warm-up gain?

A network with four hidden layers takes 400 steps of plain SGD with many schedules. The claim
that it is better to lower the rate late fails if a drop in the first quarter ends with as low a
loss as a drop after 70% of the steps. The claim that a warm-up mainly helps a poor start fails
if it gains as much from the usual initial weights as from weights that are 1.5 times as large.
Variants take 1,200 steps, use Adam, or clip the gradients. Each schedule has 13 learning rates.
Rate and setting are chosen by the validation loss of three seeds, and tested on ten other
seeds.

It takes about 15 minutes. The page optimization/schedules uses the results.
"""

from functools import cache
from itertools import pairwise

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

WIDTHS, BATCH, STEPS, LONGER = (196, 32, 32, 32, 32, 10), 16, 400, 1200
SCALES = (1.0, 1.5)  # times the usual standard deviation of the initial weights
RATES = tuple(2.0 ** (np.arange(-12, 1) / 2))
ADAM_RATES = tuple(2.0 ** (np.arange(-20, -7) / 2))
DROPS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 0.95)  # fractions of the steps
RISES = (0.03, 0.1, 0.3)  # fractions of the steps that warm up
BOUNDS = (0.5, 1.0, 2.0, 4.0)  # for the norm of the gradient
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8  # of Adam
TOLERANCES = {"loss": {"relative": 0.1}, "Adam": {"relative": 0.1}}

SCHEDULES = {  # the settings of each schedule
    "constant": (None,),
    "drop": DROPS,
    "linear": (None,),
    "cosine": (0.0, 0.1),  # the last learning rate, divided by the first
    "stable": (0.1, 0.2, 0.4),  # constant, then linear over this fraction of the steps
    "inverse time": (3, 10, 30),  # k times the number of steps
    "averaged": (0.2, 0.4, 0.6),  # constant, with an average over this fraction of the steps
    "warm-up": RISES,  # then cosine to a tenth
    "clipped": BOUNDS,  # cosine to a tenth
}


@cache
def data(seed):
    """Return 4,000 images to train with, 1,000 for validation and 4,000 for the test."""
    (X, y), (Z, z) = fashion_mnist()
    X, Z = (p.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) for p in (X, Z))
    order = np.random.default_rng(seed).permutation(len(X))
    X, y = X[order], y[order].astype(int)
    X, Z = (np.float32((p - X[:4000].mean(axis=0)) / X[:4000].std()) for p in (X, Z))
    return (X[:4000], y[:4000]), (X[4000:], y[4000:]), (Z, z.astype(int))


def start(seed, scale, runs):
    """Return the same weights for several runs: variance 2 / inputs, times scale squared."""
    rng, layers = np.random.default_rng(1000 + seed), []
    for inputs, outputs in pairwise(WIDTHS):
        W = rng.normal(0, scale * (2 / inputs) ** 0.5, (inputs, outputs))
        layers += [
            np.tile(np.float32(W), (runs, 1, 1)),
            np.zeros((runs, 1, outputs), np.float32),
        ]
    return layers


def forward(theta, X):
    """Return the inputs of all layers, and the log-probabilities: (run, sample, class)."""
    inputs = [X]
    for W, b in zip(theta[:-2:2], theta[1:-2:2], strict=True):
        inputs.append(np.maximum(inputs[-1] @ W + b, 0))
    s = inputs[-1] @ theta[-2] + theta[-1]
    s = s - s.max(axis=-1, keepdims=True)
    return inputs, s - np.log(np.exp(s).sum(axis=-1, keepdims=True))


def judged(theta, X, y):
    """Return the mean cross-entropy and the accuracy; a run that failed has the loss 9."""
    logp = forward(theta, X)[1]
    loss = -logp[:, np.arange(len(y)), y].mean(axis=1)
    accuracy = (logp.argmax(axis=-1) == y).mean(axis=1)
    return np.where(loss < 9, loss, 9.0).round(4), accuracy.round(4)


def gradient(theta, X, y):
    """Return the gradients of the mean loss with respect to all arrays."""
    inputs, logp = forward(theta, X)
    d = np.exp(logp)
    d[:, np.arange(len(y)), y] -= 1
    d /= np.float32(len(y))
    grads = []
    for W, a in zip(theta[-2::-2], inputs[::-1], strict=True):
        grads += [d.sum(axis=1, keepdims=True), a.swapaxes(-1, -2) @ d]
        if a is not X:
            d = (d @ W.swapaxes(-1, -2)) * (a > 0)
    return grads[::-1]


def norm(grads):
    """Return the norm of the gradient with respect to all parameters together, for each run."""
    return np.sqrt(sum((g**2).sum(axis=(1, 2)) for g in grads))


def train(theta, rates, seed, bound=np.inf, averaged=0):
    """Take a step of SGD for each row of rates, and return the weights, or their average."""
    (X, y), _, _ = data(seed)
    rng, mean = np.random.default_rng(2000 + seed), [np.zeros_like(p) for p in theta]
    for step, rate in enumerate(rates):
        rows = rng.integers(len(X), size=BATCH)
        grads = gradient(theta, X[rows], y[rows])
        if bound < np.inf:
            rate = rate * np.minimum(1, bound / norm(grads))
        for p, g in zip(theta, grads, strict=True):
            p -= np.float32(rate)[:, None, None] * g
        if averaged and step >= len(rates) - averaged:
            for total, p in zip(mean, theta, strict=True):
                total += p / np.float32(averaged)
    return mean if averaged else theta


def train_by_adam(theta, rates, seed):
    """Take a step of Adam for each row of rates."""
    (X, y), _, _ = data(seed)
    rng = np.random.default_rng(2000 + seed)
    means, squares = ([np.zeros_like(p) for p in theta] for _ in range(2))
    for t, rate in enumerate(rates, start=1):
        rows = rng.integers(len(X), size=BATCH)
        grads = gradient(theta, X[rows], y[rows])
        first, second = np.float32(1 - BETA1**t), np.float32(1 - BETA2**t)
        for p, g, m, v in zip(theta, grads, means, squares, strict=True):
            m += np.float32(1 - BETA1) * (g - m)
            v += np.float32(1 - BETA2) * (g * g - v)
            step = (m / first) / (np.sqrt(v / second) + np.float32(EPS))
            p -= np.float32(rate)[:, None, None] * step
    return theta


def shape(name, setting, steps=STEPS):
    """Return the learning rate of each step, divided by the largest."""
    t, u = np.arange(steps), np.arange(steps) / steps
    if name == "drop":
        return np.where(u < setting, 1, 0.1)
    if name == "linear":
        return 1 - u
    if name == "stable":
        return np.minimum(1, (1 - u) / setting)
    if name == "inverse time":
        return 1 / (1 + setting * u)
    if name in ("constant", "averaged"):
        return np.ones(steps)
    rise = round(setting * steps) if name == "warm-up" else 0
    last = setting if name == "cosine" else 0.1
    wave = (1 + np.cos(np.pi * np.maximum(t - rise, 0) / (steps - rise))) / 2
    return np.minimum(1, (t + 1) / max(rise, 1)) * (last + (1 - last) * wave)


def tried(seed, scale, name, setting, rates=RATES, steps=STEPS):
    """Return validation loss, test loss and test accuracy for each learning rate."""
    _, validation, test = data(seed)
    theta = start(seed, scale, len(rates))
    plan = np.outer(shape(name.removeprefix("Adam "), setting, steps), rates)
    if name.startswith("Adam"):
        theta = train_by_adam(theta, plan, seed)
    else:
        bound = setting if name == "clipped" else np.inf
        averaged = round(setting * steps) if name == "averaged" else 0
        theta = train(theta, plan, seed, bound, averaged)
    return np.transpose([judged(theta, *validation)[0], *judged(theta, *test)])


def run(seed):
    """Return validation loss, test loss and accuracy by contender, setting and rate."""
    results = {
        f"1.0 {name}": [tried(seed, 1.0, name, s) for s in settings]
        for name, settings in SCHEDULES.items()
    }
    for name in ("constant", "cosine", "warm-up", "clipped"):
        results[f"1.5 {name}"] = [tried(seed, 1.5, name, s) for s in SCHEDULES[name]]
    for scale in SCALES:
        for name in ("cosine", "warm-up"):
            results[f"{scale} Adam {name}"] = [
                tried(seed, scale, f"Adam {name}", s, ADAM_RATES) for s in SCHEDULES[name]
            ]
    for name, settings in (("constant", (None,)), ("drop", (0.25, 0.7)), ("cosine", (0.1,))):
        results[f"longer {name}"] = [
            tried(seed, 1.0, name, s, RATES[:-2], LONGER) for s in settings
        ]
    return results


def thin():
    """Return the results of one run with a warm-up by SGD and of one by Adam."""
    return {
        "loss": tried(0, 1.0, "warm-up", 0.1, [0.125])[0][:2],
        "Adam": tried(0, 1.0, "Adam warm-up", 0.1, [2.0**-8])[0][:2],
    }


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(13), thin=thin)

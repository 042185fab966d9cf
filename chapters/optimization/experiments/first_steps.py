"""Do warm-up and clipping help because the first gradients are long?

Weights follow He's rule or are 1.5 times as large. All rates fall in a straight line to 0. The
explanation fails if warm-up helps as much where the first gradients are hardly longer, if
clipping does not replace it, or if short steps in the middle help as much. Further variants
clip the first tenth of the steps only, or use Adam. Each has its rate and setting, chosen on
three seeds and judged on five; grids were extended where the best was at an edge.

It takes about 25 minutes. The page optimization/warm-up uses the results.
"""

from functools import cache
from itertools import pairwise

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

WIDTHS, BATCH, STEPS = (196, 32, 32, 32, 32, 10), 64, 300
CLIPPED_FIRST = 30  # steps
GAINS = (1.0, 1.5)  # times the standard deviation of He's rule
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8  # of Adam


def powers(low, high):
    """Return the powers of two from one exponent to another, in steps of a half."""
    return tuple(2.0 ** (np.arange(2 * low, 2 * high + 1) / 2))


RATES, ADAM_RATES = powers(-4.5, 1.5), powers(-10, -4)


def grid(gain):
    """Return the rates of each setting of each contender.

    The setting is the fraction of the steps that warm up, or the longest norm of a gradient.
    """
    longest_adam = -4 if gain == 1 else -2.5
    return {
        "neither": {None: RATES},
        "warm-up": dict.fromkeys((0.03, 0.1, 0.3), RATES)
        | dict.fromkeys((0.6, 1.0), powers(-3, 1)),
        "clipped": {0.25: powers(0.5, 4)} | dict.fromkeys((0.5, 1.0, 4.0), RATES),
        "clipped first": dict.fromkeys((0.5, 1.0, 4.0), RATES)
        | dict.fromkeys((2.0, 8.0, 16.0), powers(-3, 0)),
        "pause": {0.1: RATES},
        "Adam neither": {None: ADAM_RATES},
        "Adam warm-up": dict.fromkeys((0.03, 0.1, 0.3), ADAM_RATES)
        | dict.fromkeys((0.6, 1.0), powers(-7, longest_adam)),
    }


TOLERANCES = {"loss": {"relative": 0.1}, "norms": {"relative": 0.1}, "Adam": {"relative": 0.1}}


@cache
def data(seed):
    """4,000 pictures to train with, 1,000 for validation and 4,000 for the test, 14 by 14."""
    (X, y), (Z, z) = fashion_mnist()
    X, Z = (p.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) for p in (X, Z))
    order = np.random.default_rng(seed).permutation(len(X))
    X, y = X[order], y[order].astype(int)
    X, Z = (np.float32((p - X[:4000].mean(axis=0)) / X[:4000].std()) for p in (X, Z))
    return (X[:4000], y[:4000]), (X[4000:], y[4000:]), (Z, z.astype(int))


def start(seed, gain):
    """Weights with a multiple of the standard deviation of He's rule, and biases of zero."""
    rng, layers = np.random.default_rng(1000 + seed), []
    for inputs, outputs in pairwise(WIDTHS):
        W = rng.normal(0, gain * (2 / inputs) ** 0.5, (inputs, outputs))
        layers.append((np.float32(W), np.zeros(outputs, np.float32)))
    return layers


def forward(layers, X):
    """The inputs of all layers, and log-probabilities."""
    inputs = [X]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(inputs[-1] @ W + b, 0))
    s = inputs[-1] @ layers[-1][0] + layers[-1][1]
    s = s - s.max(axis=1, keepdims=True)
    return inputs, s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def judged(layers, X, y):
    """Mean cross-entropy in nats; a network that failed has the loss 9."""
    logp = forward(layers, X)[1]
    loss = float(-logp[np.arange(len(y)), y].mean())
    return round(loss, 4) if loss < 9 else 9.0


def gradient(layers, X, y):
    """Gradients of weights and biases, layer by layer."""
    inputs, logp = forward(layers, X)
    d = np.exp(logp)
    d[np.arange(len(y)), y] -= 1
    d /= np.float32(len(y))
    found = []
    for (W, _), a in zip(layers[::-1], inputs[::-1], strict=True):
        found.append((a.T @ d, d.sum(axis=0)))
        d = (d @ W.T) * (a > 0)
    return found[::-1]


def train(seed, gain, rates, longest=np.inf, clipped_steps=STEPS):
    """Steps of SGD, one for each rate, with clipped gradients; the norms before clipping."""
    (X, y), _, _ = data(seed)
    layers, rng, norms = start(seed, gain), np.random.default_rng(2000 + seed), []
    for step, rate in enumerate(rates):
        rows = rng.integers(len(X), size=BATCH)
        grads = gradient(layers, X[rows], y[rows])
        norms.append(float(np.sqrt(sum((g**2).sum() for pair in grads for g in pair))))
        shorter = min(1, longest / norms[-1]) if step < clipped_steps else 1
        for (W, b), (gW, gb) in zip(layers, grads, strict=True):
            W -= np.float32(rate * shorter) * gW
            b -= np.float32(rate * shorter) * gb
    return layers, norms


def train_by_adam(seed, gain, rates):
    """Steps of Adam, one for each rate."""
    (X, y), _, _ = data(seed)
    layers, rng = start(seed, gain), np.random.default_rng(2000 + seed)
    weights = [p for layer in layers for p in layer]
    means, squares = ([np.zeros_like(p) for p in weights] for _ in range(2))
    for t, rate in enumerate(rates, start=1):
        rows = rng.integers(len(X), size=BATCH)
        grads = [g for pair in gradient(layers, X[rows], y[rows]) for g in pair]
        first, second = np.float32(1 - BETA1**t), np.float32(1 - BETA2**t)
        for p, g, m, v in zip(weights, grads, means, squares, strict=True):
            m += np.float32(1 - BETA1) * (g - m)
            v += np.float32(1 - BETA2) * (g * g - v)
            p -= np.float32(rate) * (m / first) / (np.sqrt(v / second) + np.float32(EPS))
    return layers


def rates_of(name, eta, setting):
    """A straight line to 0, with short steps at the start or from the middle on."""
    t = np.arange(STEPS)
    rates = eta * (1 - t / STEPS)
    if name.endswith("warm-up"):
        return rates * np.minimum(1, (t + 1) / (setting * STEPS))
    if name == "pause":
        return rates * np.where(
            t < STEPS / 2, 1, np.minimum(1, (t + 1 - STEPS / 2) / (setting * STEPS))
        )
    return rates


def one(seed, gain, name, eta, setting):
    """Validation and test loss of one training."""
    _, validation, test = data(seed)
    rates = rates_of(name, eta, setting)
    if name.startswith("Adam"):
        layers = train_by_adam(seed, gain, rates)
    elif name == "clipped first":
        layers, _ = train(seed, gain, rates, setting, CLIPPED_FIRST)
    else:
        layers, _ = train(seed, gain, rates, setting if name == "clipped" else np.inf)
    return [judged(layers, *validation), judged(layers, *test)]


def run(seed):
    """Every contender with every setting, and the norms of the gradients with a small rate."""
    found = {}
    for gain in GAINS:
        for name, settings in grid(gain).items():
            found[f"{gain} {name}"] = [
                [one(seed, gain, name, eta, setting) for eta in rates]
                for setting, rates in settings.items()
            ]
        norms = train(seed, gain, rates_of("neither", 2.0**-5, None))[1]
        found[f"{gain} norms"] = np.round(norms, 3)
    return found


def thin():
    """One training with warm-up by SGD and one by Adam, and the first norms."""
    norms = train(0, 1.5, rates_of("neither", 2.0**-5, None)[:20])[1]
    return {
        "loss": one(0, 1.0, "warm-up", 0.25, 0.1),
        "norms": norms[::5],
        "Adam": one(0, 1.0, "Adam warm-up", 2.0**-7, 0.1),
    }


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(8), thin=thin)

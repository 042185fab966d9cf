"""Which learning rates train ten layers on three spirals, with and without normalisation?

Plain, batch-normalised and layer-normalised networks are trained by gradient descent with eight
learning rates, for 400 steps with batches of 100 and for 2,000 steps with batches of 4. As a
baseline, Adam trains the plain network. The first hidden layer is never normalised, because
layer normalisation would remove the length of its two inputs. The networks for all rates and
seeds are trained side by side, in NumPy.

It takes about 5 minutes. The page optimization/normalization uses the results.
"""

from functools import cache
from itertools import pairwise

import numpy as np

from nnlib import experiment

LAYERS, UNITS, EPS = 10, 50, 1e-5
STEPS = {100: 400, 4: 2000}  # for each batch size
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
ADAM_RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)
KINDS = {"plain": None, "batch norm": 1, "layer norm": 2}  # the axis of the mean
SEEDS = range(10)
TOLERANCES = {"plain": {"relative": 0.15}, "batch norm": {"relative": 0.15}}


def build(rates, seeds):
    """One network for each seed and rate, with He weights: a list of parameters."""
    rngs, parameters = [np.random.default_rng(seed) for seed in seeds], []
    for inputs, outputs in pairwise([2, *[UNITS] * LAYERS, 3]):
        W = [rng.normal(0, (2 / inputs) ** 0.5, (inputs, outputs)) for rng in rngs]
        zeros = np.zeros((len(rngs), 1, outputs))
        for start in (W, zeros, zeros + 1, zeros):
            parameters.append(np.repeat(np.float32(start), len(rates), axis=0))
    return parameters  # W, b, gamma, beta of each layer


def forward(parameters, X, axis, running=None, training=True):
    """Scores of the networks, and what the backward pass needs."""
    h, cache = np.broadcast_to(X, (len(parameters[0]), *X.shape[-2:])), []
    for k in range(LAYERS):
        W, b, gamma, beta = parameters[4 * k : 4 * k + 4]
        z, x_hat, root = h @ W + b, None, None
        if axis and k > 0:
            if axis == 1 and not training:
                mean, var = running[k]
            else:
                mean, var = z.mean(axis=axis, keepdims=True), z.var(axis=axis, keepdims=True)
                if axis == 1:
                    n = z.shape[1]
                    old = running.get(k, (np.zeros_like(mean), np.ones_like(var)))
                    new = mean, var * n / (n - 1)
                    running[k] = [0.9 * u + 0.1 * v for u, v in zip(old, new, strict=True)]
            root = np.sqrt(var + np.float32(EPS))
            x_hat = (z - mean) / root
            z = gamma * x_hat + beta
        a = np.maximum(z, 0)
        cache.append((h, x_hat, root, a))
        h = a
    W, b = parameters[4 * LAYERS : 4 * LAYERS + 2]
    return h @ W + b, (cache, h)


def gradient(parameters, X, y, axis, running):
    """Loss of each network and the gradient of each parameter."""
    scores, (cache, h) = forward(parameters, X, axis, running)
    scores = scores - scores.max(axis=2, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=2, keepdims=True))
    one_hot = np.eye(3, dtype=np.float32)[y]
    loss = -(log_p * one_hot).sum(axis=2).mean(axis=1)
    d = (np.exp(log_p) - one_hot) / np.float32(y.shape[1])
    W = parameters[4 * LAYERS]
    grads = [h.swapaxes(1, 2) @ d, d.sum(axis=1, keepdims=True), 0, 0]
    d = d @ W.swapaxes(1, 2)
    for k in range(LAYERS - 1, -1, -1):
        W, _, gamma, _ = parameters[4 * k : 4 * k + 4]
        h, x_hat, root, a = cache[k]
        d = d * (a > 0)
        d_gamma = d_beta = 0
        if x_hat is not None:
            d_gamma, d_beta = (
                (d * x_hat).sum(axis=1, keepdims=True),
                d.sum(axis=1, keepdims=True),
            )
            d = d * gamma
            inner = (d * x_hat).mean(axis=axis, keepdims=True)
            d = (d - d.mean(axis=axis, keepdims=True) - x_hat * inner) / root
        grads = [h.swapaxes(1, 2) @ d, d.sum(axis=1, keepdims=True), d_gamma, d_beta, *grads]
        d = d @ W.swapaxes(1, 2)
    return loss, grads


def spirals(samples, seed):
    """Points on three spiral arms that make one turn each, and the arm of each point."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(3, size=samples)
    radius = rng.uniform(0.1, 1, size=samples)
    angle = 2 * np.pi * (radius + arm / 3) + rng.normal(scale=0.4, size=samples)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.float32(2 * X), arm


def train(kind, rates, seeds, batch, steps, adam=False):
    """Train on mini-batches with a rate that falls to zero; return the networks and losses."""
    parameters, running, losses = build(rates, seeds), {}, []
    sets = [(*spirals(3000, 100 + seed), np.random.default_rng(seed)) for seed in seeds]
    copies, rates = len(rates), np.tile(np.float32(rates), len(seeds))[:, None, None]
    first = [np.zeros_like(p) for p in parameters]
    second = [np.zeros_like(p) for p in parameters]
    for step in range(steps):
        rows = [rng.integers(len(X), size=batch) for X, _, rng in sets]
        X = np.repeat([X[r] for r, (X, _, _) in zip(rows, sets, strict=True)], copies, axis=0)
        y = np.repeat([y[r] for r, (_, y, _) in zip(rows, sets, strict=True)], copies, axis=0)
        loss, grads = gradient(parameters, X, y, KINDS[kind], running)
        losses.append(loss)
        rate = rates * np.float32(1 - step / steps)
        for k, g in enumerate(grads):
            if adam:
                first[k] = 0.9 * first[k] + np.float32(0.1) * g
                second[k] = 0.999 * second[k] + np.float32(0.001) * g * g
                size = np.sqrt(second[k] / np.float32(1 - 0.999 ** (step + 1)))
                g = first[k] / np.float32(1 - 0.9 ** (step + 1)) / (size + np.float32(1e-8))
            parameters[k] -= rate * g
    return parameters, running, np.array(losses)


def accuracy(kind, parameters, running, X, y, training=False):
    """Fraction of correct answers of each network; in training mode, X is one batch."""
    scores, _ = forward(parameters, X, KINDS[kind], dict(running), training)
    return (np.nan_to_num(scores).argmax(axis=2) == y).mean(axis=1)


@cache
def trained(kind, batch, adam):
    """The networks of all seeds."""
    rates = ADAM_RATES if adam else RATES
    print(f"{kind}, batches of {batch}", flush=True)
    return train(kind, rates, SEEDS, batch, STEPS[batch], adam)[:2]


def run(seed):
    """Validation and test accuracy of every network with every rate."""
    accuracies, points = {}, (spirals(2000, 1000), spirals(5000, 2000))
    for batch in STEPS:
        for name in (*KINDS, "Adam"):
            kind = "plain" if name == "Adam" else name
            parameters, running = trained(kind, batch, name == "Adam")
            rates = len(parameters[0]) // len(SEEDS)
            own = slice(SEEDS.index(seed) * rates, (SEEDS.index(seed) + 1) * rates)
            mine = [p[own] for p in parameters]
            averages = {k: [u[own] for u in pair] for k, pair in running.items()}
            both = [accuracy(kind, mine, averages, *p) for p in points]
            accuracies[f"{name} {batch}"] = np.transpose(both)
            if kind == "batch norm":
                other = accuracy(kind, mine, averages, *points[1], training=True)
                accuracies[f"statistics of the test points {batch}"] = other
    return accuracies


def thin():
    """Mean loss of the last twenty of sixty steps."""
    return {
        kind: float(train(kind, (0.1,), (0,), 100, 60)[2][40:].mean())
        for kind in ("plain", "batch norm")
    }


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)

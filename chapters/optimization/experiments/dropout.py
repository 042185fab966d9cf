"""What do dropout, weight decay and an ensemble gain on few images?

Networks with two hidden layers of 100 ReLU units are trained on 1,000 images of 14 by 14
pixels. The settings of each method, and the step at which training stops, are chosen on 2,000
validation images. Each method may choose from the same learning rates.

It takes about 6 minutes. The page optimization/dropout uses the results.
"""

from functools import cache
from itertools import pairwise

import numpy as np

from nnlib import datasets, experiment

SIZES, BATCH, STEPS, EVERY = (196, 100, 100, 10), 50, 2000, 100
RATES, DECAYS, DROPS = (0.02, 0.05, 0.1, 0.2), (0.003, 0.01, 0.02), (0.1, 0.3, 0.5)
MEMBERS, MASKS = 5, (1, 2, 5, 10, 50, 200)
TOLERANCES = {"accuracy": {"absolute": 0.04}}


@cache
def data(seed):
    """Return standardised training, validation and test images with their labels."""
    train, test = datasets.fashion_mnist()
    order = np.random.default_rng(seed).permutation(len(train.X))[:3000]
    X = train.X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
    X_test = test.X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
    mean, deviation = X[order[:1000]].mean(), X[order[:1000]].std()
    X, X_test = np.float32((X - mean) / deviation), np.float32((X_test - mean) / deviation)
    a, b = order[:1000], order[1000:]
    return (X[a], train.y[a]), (X[b], train.y[b]), (X_test, test.y)


def start(seed):
    """Return weights by He's rule, and biases of zero."""
    rng = np.random.default_rng(seed)
    return [
        [np.float32(rng.normal(0, (2 / m) ** 0.5, (m, n))), np.zeros(n, np.float32)]
        for m, n in pairwise(SIZES)
    ]


def forward(layers, X, drop=0.0, rng=None):
    """Return the inputs of each layer, the masks and the probabilities."""
    inputs, masks = [X], []
    for W, b in layers[:-1]:
        a = np.maximum(inputs[-1] @ W + b, 0)
        r = np.float32(1)
        if drop:
            r = np.float32((rng.random(a.shape, np.float32) >= drop) / (1 - drop))
        masks.append(r)
        inputs.append(a * r)
    Z = inputs[-1] @ layers[-1][0] + layers[-1][1]
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    return inputs, masks, P / P.sum(axis=1, keepdims=True)


def log_loss(P, y):
    """Return the mean cross-entropy."""
    return float(-np.log(np.maximum(P[np.arange(len(y)), y], 1e-12)).mean())


def train(seed, draw, lr, decay=0.0, drop=0.0):
    """Return the weights with the lowest validation loss, and this loss."""
    (X, y), (X_val, y_val), _ = data(draw)
    layers, rng = start(seed), np.random.default_rng([seed, draw])
    best = np.inf, None
    for step in range(STEPS):
        rows = rng.integers(len(X), size=BATCH)
        inputs, masks, G = forward(layers, X[rows], drop, rng)
        G[np.arange(BATCH), y[rows]] -= 1
        G /= BATCH
        rate = np.float32(lr * (1 - step / STEPS))
        for k in reversed(range(len(layers))):
            W, b = layers[k]
            dW, db = inputs[k].T @ G, G.sum(axis=0)
            G = (G @ W.T) * (inputs[k] > 0) * masks[k - 1] if k else None
            W -= rate * (dW + np.float32(decay) * W)
            b -= rate * db
        if (step + 1) % EVERY == 0:
            loss = log_loss(forward(layers, X_val)[2], y_val)
            if loss < best[0]:
                best = loss, [[p.copy() for p in layer] for layer in layers]
    return best[1], best[0]


def judged(P, y):
    """Return accuracy and mean cross-entropy."""
    return [float((P.argmax(axis=1) == y).mean()), log_loss(P, y)]


def run(draw):
    """Tune each method, and judge it on the test images."""
    X, y = data(draw)[2]
    grids = {
        "plain": [{"lr": lr} for lr in RATES],
        "weight decay": [{"lr": lr, "decay": d} for lr in RATES for d in DECAYS],
        "dropout": [{"lr": lr, "drop": q} for lr in RATES for q in DROPS],
    }
    results = {}
    for name, grid in grids.items():
        trained = [(*train(0, draw, **setting), setting) for setting in grid]
        layers, _, setting = min(trained, key=lambda t: t[1])
        results[name] = judged(forward(layers, X)[2], y)
        results[f"{name} setting"] = setting
        others = [train(seed, draw, **setting)[0] for seed in range(1, MEMBERS)]
        P = [forward(member, X)[2] for member in [layers, *others]]
        results[f"{name} ensemble"] = judged(np.mean(P, axis=0), y)
    rng, q = np.random.default_rng(draw), setting["drop"]
    P = [forward(layers, X, q, rng)[2] for _ in range(max(MASKS))]
    results["masks"] = [judged(np.mean(P[:k], axis=0), y) for k in MASKS]
    return results


def thin():
    """Train one plain network on the first draw."""
    X, y = data(0)[2]
    return {"accuracy": judged(forward(train(0, 0, 0.1)[0], X)[2], y)[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)

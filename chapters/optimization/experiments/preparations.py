"""Which preparation of the inputs helps a linear classifier and a network?

Both learn 2,000 images of 14 by 14 pixels by mini-batch gradient descent, with five
preparations and the same twelve learning rates for each.

It takes about 8 minutes. The page optimization/preprocessing uses the results.
"""

from functools import cache
from itertools import pairwise

import numpy as np

from nnlib import datasets, experiment

TRAIN, VALIDATE, CLASSES, HIDDEN, BATCH, EPOCHS = 2000, 2000, 10, 50, 50, 10
RATES = tuple(10 * 4.0**-k for k in range(12))  # 10 down to 2.4e-6
TOLERANCES = {"accuracy": {"absolute": 0.06}}


@cache
def data(seed):
    """Return training, validation and test images from 0 to 255, with their labels."""
    train, test = datasets.fashion_mnist()
    order = np.random.default_rng(seed).permutation(len(train.X))
    parts = [order[:TRAIN], order[TRAIN : TRAIN + VALIDATE]]
    sets = [(train.X[rows], train.y[rows]) for rows in parts] + [(test.X, test.y)]
    halves = [(255 * X.reshape(-1, 14, 2, 14, 2).mean((2, 4)), y) for X, y in sets]
    return [(X.reshape(-1, 196), y) for X, y in halves]


def preparations(X):
    """Return functions that prepare images, with statistics of the training images X only."""
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    variances, V = np.linalg.eigh(np.cov(X.T, bias=True))
    return {
        "bytes": lambda Z: Z,
        "/ 255": lambda Z: Z / 255,
        "centred": lambda Z: (Z - mean) / 255,
        "standardised": lambda Z: (Z - mean) / np.maximum(deviation, 1e-9),
        "whitened": lambda Z: (Z - mean) @ V / np.sqrt(np.maximum(variances, 1e-9)),
    }


def forward(layers, X):
    """Return the inputs of each layer, and the scores."""
    inputs = []
    for k, (W, b) in enumerate(layers):
        inputs.append(X)
        X = X @ W + b
        if k + 1 < len(layers):
            X = np.maximum(X, 0)
    return inputs, X


def train(sizes, X, y, lr, seed):
    """Train with softmax and cross-entropy from He's initial weights."""
    rng = np.random.default_rng([seed, 7])
    layers = [[rng.normal(0, (2 / m) ** 0.5, (m, n)), np.zeros(n)] for m, n in pairwise(sizes)]
    for _ in range(EPOCHS):
        for rows in np.split(rng.permutation(len(X)), range(BATCH, len(X), BATCH)):
            inputs, Z = forward(layers, X[rows])
            P = np.exp(Z - Z.max(axis=1, keepdims=True))
            G = P / P.sum(axis=1, keepdims=True)
            G[np.arange(len(rows)), y[rows]] -= 1
            G /= len(rows)
            for k in reversed(range(len(layers))):
                W, b = layers[k]
                gradients = inputs[k].T @ G, G.sum(axis=0)
                G = (G @ W.T) * (inputs[k] > 0) if k else None
                W -= lr * gradients[0]
                b -= lr * gradients[1]
    return layers


def accuracy(layers, X, y):
    """Return the fraction of correct labels; a network that overflowed has none."""
    scores = forward(layers, X)[1]
    return float((scores.argmax(axis=1) == y).mean()) if np.isfinite(scores).all() else 0.0


def run(seed):
    """Train both models with all preparations and rates."""
    (X, y), (X_val, y_val), (X_test, y_test) = data(seed)
    found = {}
    with np.errstate(all="ignore"):  # too large a rate overflows, and the accuracy shows it
        for model, sizes in (("linear", (196, 10)), ("network", (196, HIDDEN, 10))):
            for name, prepare in preparations(X).items():
                runs = [train(sizes, prepare(X), y, lr, seed) for lr in RATES]
                found[f"{model} {name}"] = [
                    [accuracy(r, prepare(X_val), y_val), accuracy(r, prepare(X_test), y_test)]
                    for r in runs
                ]
    return found


def thin():
    """Train the linear model on standardised images of the first draw."""
    (X, y), (X_val, y_val), _ = data(0)
    prepare = preparations(X)["standardised"]
    layers = train((196, 10), prepare(X), y, RATES[5], 0)
    return {"accuracy": accuracy(layers, prepare(X_val), y_val)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)

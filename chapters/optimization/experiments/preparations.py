"""Which preparation of the inputs helps a linear classifier and a network?

Both are trained on 2,000 images of 14 by 14 pixels by mini-batch gradient descent, with seven
preparations and the same twelve learning rates for each. The models of all rates are trained
side by side.

It takes about 5 minutes. The page optimization/preprocessing uses the results.
"""

from functools import cache
from itertools import pairwise

import numpy as np

from nnlib import datasets, experiment

TRAIN, VALIDATE, CLASSES, HIDDEN, BATCH, EPOCHS = 2000, 2000, 10, 50, 50, 10
RATES = tuple(10 * 4.0**-k for k in range(12))  # 10 down to 2.4e-6
EPSILON = 0.1  # added to the variances
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
    variances, V = np.linalg.eigh(np.cov(X.T / 255, bias=True))
    return {
        "bytes": lambda Z: Z,
        "bytes, small start": lambda Z: Z,
        "/ 255": lambda Z: Z / 255,
        "centred": lambda Z: (Z - mean) / 255,
        "standardised": lambda Z: (Z - mean) / np.maximum(deviation, 1e-9),
        "whitened": lambda Z: (Z - mean) / 255 @ V / np.sqrt(np.maximum(variances, 1e-14)),
        "whitened, epsilon": lambda Z: (Z - mean) / 255 @ V / np.sqrt(variances + EPSILON),
    }


def forward(layers, X):
    """Return the inputs of each layer, and the scores, for all learning rates."""
    inputs = []
    for k, (W, b) in enumerate(layers):
        inputs.append(X)
        X = X @ W + b
        if k + 1 < len(layers):
            X = np.maximum(X, 0)
    return inputs, X


def train(sizes, X, y, rates, seed, small=False):
    """Train with softmax and cross-entropy from He's initial weights, once for each rate.

    With ``small``, the first weights start 255 times smaller.
    """
    rng, layers = np.random.default_rng([seed, 7]), []
    X, lr = np.float32(X), np.float32(rates)[:, None, None]
    for m, n in pairwise(sizes):
        W = np.float32(rng.normal(0, (2 / m) ** 0.5, (m, n))) / (
            255 if small and not layers else 1
        )
        layers.append(
            [np.repeat(W[None], len(lr), axis=0), np.zeros((len(lr), 1, n), np.float32)]
        )
    for _ in range(EPOCHS):
        for rows in np.split(rng.permutation(len(X)), range(BATCH, len(X), BATCH)):
            inputs, Z = forward(layers, X[rows])
            P = np.exp(Z - Z.max(axis=2, keepdims=True))
            G = P / P.sum(axis=2, keepdims=True)
            G[:, np.arange(len(rows)), y[rows]] -= 1
            G /= len(rows)
            for k in reversed(range(len(layers))):
                W, b = layers[k]
                gradients = inputs[k].swapaxes(-1, -2) @ G, G.sum(axis=1, keepdims=True)
                G = (G @ W.swapaxes(1, 2)) * (inputs[k] > 0) if k else None
                W -= lr * gradients[0]
                b -= lr * gradients[1]
    return layers


def accuracy(layers, X, y):
    """Return the fraction of correct labels for each rate; 0 after an overflow."""
    scores = forward(layers, np.float32(X))[1]
    correct = (scores.argmax(axis=2) == y).mean(axis=1)
    return np.where(np.isfinite(scores).all(axis=(1, 2)), correct, 0)


def run(seed):
    """Train both models with all preparations and rates."""
    (X, y), (X_val, y_val), (X_test, y_test) = data(seed)
    results = {}
    with np.errstate(all="ignore"):  # too large a rate overflows, and the accuracy shows it
        for name, prepare in preparations(X).items():
            eigenvalues = np.linalg.eigvalsh(prepare(X).T @ prepare(X))
            results[f"condition {name}"] = eigenvalues[-1] / eigenvalues[0]
            for model, sizes in (("linear", (196, 10)), ("network", (196, HIDDEN, 10))):
                layers = train(sizes, prepare(X), y, RATES, seed, small="small" in name)
                both = [
                    accuracy(layers, prepare(A), b)
                    for A, b in ((X_val, y_val), (X_test, y_test))
                ]
                results[f"{model} {name}"] = np.transpose(both)
    return results


def thin():
    """Train the linear model on standardised images of the first draw."""
    (X, y), (X_val, y_val), _ = data(0)
    prepare = preparations(X)["standardised"]
    layers = train((196, 10), prepare(X), y, RATES[5:6], 0)
    return {"accuracy": accuracy(layers, prepare(X_val), y_val)[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)

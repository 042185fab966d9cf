"""Hinge loss and cross-entropy on the same pictures, with right labels and with wrong ones."""

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

NOISE = (0.0, 0.1, 0.3)  # share of the labels that are drawn anew, whatever they were
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # both losses choose from the same
TOLERANCES = {"hinge": {"absolute": 0.01}, "softmax": {"absolute": 0.01}}  # seeds: 0.0026
PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
EPOCHS, BATCH, CLASSES = 15, 50, 10


def hinge(Z, t):
    """Subgradient of the mean hinge loss by the scores."""
    n = np.arange(len(t))
    G = (Z - Z[n, t][:, None] + 1 > 0).astype(Z.dtype)
    G[n, t] = 0
    G[n, t] = -G.sum(axis=1)
    return G / len(t)


def softmax(Z, t):
    """Gradient of the mean cross-entropy by the scores."""
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    P[np.arange(len(t)), t] -= 1
    return P / len(t)


SLOPES = {"hinge": hinge, "softmax": softmax}


def fit(loss, X, t, lr, penalty, seed):
    """Mini-batches of 50; the learning rate falls to 0 in a straight line."""
    rng, slope = np.random.default_rng(seed), SLOPES[loss]
    W, b = np.zeros((CLASSES, X.shape[1])), np.zeros(CLASSES)
    for epoch in range(EPOCHS):
        order, rate = rng.permutation(len(X)), lr * (1 - epoch / EPOCHS)
        for i in np.split(order, range(BATCH, len(X), BATCH)):
            G = slope(X[i] @ W.T + b, t[i])
            W -= rate * (G.T @ X[i] + penalty * W)
            b -= rate * G.sum(axis=0)
    return W, b


def score(model, X, y):
    """Share of right answers."""
    W, b = model
    return float(((X @ W.T + b).argmax(axis=1) == y).mean())


def pictures(noise, seed):
    """Training pictures with their (noisy) labels, test pictures with their true ones."""
    (X, y), (X_test, y_test) = fashion_mnist()
    rng, mean = np.random.default_rng(1000 + seed), X.mean(axis=0)
    bad = rng.random(len(y)) < noise
    t = np.where(bad, rng.integers(CLASSES, size=len(y)), y)
    return np.float64(X - mean), t, np.float64(X_test - mean), y_test, rng.permutation(len(X))


def chosen(loss, X, t, order, seed):
    """Rate and penalty with the best accuracy on 1,000 training pictures kept for choosing."""
    learn, keep = order[:4000], order[4000:]
    tried = {
        (lr, penalty): score(fit(loss, X[learn], t[learn], lr, penalty, seed), X[keep], t[keep])
        for lr in RATES
        for penalty in PENALTIES
    }
    return max(tried, key=tried.get)


def run(seed):
    """Choose and train both at each share of wrong labels, on one draw of them."""
    found = {}
    for loss in SLOPES:
        tests, settings = [], []
        for noise in NOISE:
            X, t, X_test, y_test, order = pictures(noise, seed)
            lr, penalty = chosen(loss, X, t, order, seed)
            tests.append(score(fit(loss, X, t, lr, penalty, seed), X_test, y_test))
            settings.append([lr, penalty])
        found[loss], found[f"{loss}_chosen"] = tests, settings
    return found


def thin():
    """One training of each with right labels, at a rate and a penalty in the middle."""
    X, t, X_test, y_test, _ = pictures(0.0, 0)
    return {loss: score(fit(loss, X, t, 0.1, 1e-3, 0), X_test, y_test) for loss in SLOPES}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)

"""Grid or random search? Three tables of trained networks on which searches are replayed.

Each table has 24 by 24 runs of a small network, over the learning rate and the weight decay,
the momentum, or the number of hidden units at equal work. The page draws searches of 9, 16 and
36 runs.

It takes about 20 minutes. The page optimization/hyperparameters uses the results.
"""

import numpy as np

from nnlib import datasets, experiment

SIDE = 24
SECOND = ("weight decay", "momentum", "size")
TOLERANCES = {"right": {"absolute": 40}}  # of 2,000 validation pictures


def shrink(X):
    """Pictures of 14 × 14 pixels: the mean of each block of four."""
    return X.reshape(len(X), 14, 2, 14, 2).mean(axis=(2, 4), dtype=float).reshape(-1, 196)


def data(seed):
    """1,000 training and 2,000 validation pictures of a seed, and the 4,000 test pictures."""
    train, test = datasets.fashion_mnist()
    order = np.random.default_rng(seed).permutation(len(train.X))
    a, b = order[:1000], order[1000:3000]
    X, X_test = shrink(train.X), shrink(test.X)
    mean, deviation = X[a].mean(axis=0), X[a].std()
    return (
        ((X[a] - mean) / deviation, train.y[a]),
        ((X[b] - mean) / deviation, train.y[b]),
        ((X_test - mean) / deviation, test.y),
    )


def train(X, y, seed, lr, decay=0, momentum=0, hidden=32, steps=100):
    """Train a network with one hidden layer of ReLU, batches of 50."""
    rng = np.random.default_rng(seed)
    W1 = rng.normal(size=(196, hidden)) * np.sqrt(2 / 196)
    W2 = rng.normal(size=(hidden, 10)) * np.sqrt(2 / hidden)
    params = [W1, np.zeros(hidden), W2, np.zeros(10)]
    velocity = [np.zeros_like(p) for p in params]
    for _ in range(steps):
        rows = rng.integers(len(X), size=50)
        gradients = backward(params, X[rows], y[rows])
        for p, v, g in zip(params, velocity, gradients, strict=True):
            v *= momentum
            v += g + decay * p
            p -= lr * v
    return params


def backward(params, X, y):
    """Gradients of the mean cross-entropy for all parameters."""
    W1, b1, W2, b2 = params
    z = X @ W1 + b1
    h = np.maximum(z, 0)
    scores = h @ W2 + b2
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    p /= len(y)
    dz = (p @ W2.T) * (z > 0)
    return [X.T @ dz, dz.sum(axis=0), h.T @ p, p.sum(axis=0)]


def count_right(params, X, y):
    """How many pictures are classified correctly; 0 if the training has diverged."""
    W1, b1, W2, b2 = params
    scores = np.maximum(X @ W1 + b1, 0) @ W2 + b2
    return int((scores.argmax(axis=1) == y).sum()) if np.isfinite(scores).all() else 0


def setting(second, u, v):
    """The hyperparameters at (u, v), each from 0 to 1 on a log scale."""
    lr = 10 ** (-4 + 5 * u)
    if second == "weight decay":
        return {"lr": lr, "decay": 10 ** (-6 + 5 * v)}
    if second == "momentum":
        return {"lr": lr, "momentum": 1 - 10 ** (-3 * v)}
    hidden = round(2 ** (1 + 8 * v))
    return {"lr": lr, "hidden": hidden, "steps": round(3200 / hidden)}


def table(second, seed, places):
    """Right answers on validation and test pictures: rows for u, columns for v."""
    fit, val, test = data(seed)
    rows = []
    for u in places:
        nets = [train(*fit, seed, **setting(second, u, v)) for v in places]
        rows.append([(count_right(net, *val), count_right(net, *test)) for net in nets])
    return np.moveaxis(np.array(rows), -1, 0)


def run(seed):
    """The three tables of one draw of the pictures."""
    found, places = {}, (np.arange(SIDE) + 0.5) / SIDE
    for second in SECOND:
        val, test = table(second, seed, places)
        found[f"{second}, validation"], found[f"{second}, test"] = val, test
    return found


def thin():
    """Mean of the right answers in a table of 3 × 3 learning rates and weight decays."""
    val, _ = table("weight decay", 0, np.array([0.55, 0.65, 0.75]))
    return {"right": float(val.mean())}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a learning rate that is too large overflows: a result here
    experiment.record(run, seeds=range(5), thin=thin)

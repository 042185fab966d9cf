"""A problem whose answer is trained."""

import numpy as np
from nngrader.engine import problem


def train(train_network, X, y, epochs, seed):
    runs = [
        train_network(X, y, 8, n, 0.5, np.random.default_rng(s))
        for n, s in ((epochs, seed), (epochs, seed), (0, seed), (0, seed + 1))
    ]
    names = ("W1", "b1", "W2", "b2")
    return tuple(np.asarray(run[n], float) for run in runs for n in names)


def learned(args, *arrays):
    if any(a is None for a in arrays):
        raise ValueError("params is expected to be a dict of the arrays W1, b1, W2, b2.")
    (W1, b1, W2, b2), again, start, other = (arrays[i : i + 4] for i in (0, 4, 8, 12))
    z = np.maximum(args["X"] @ W1.T + b1, 0) @ W2.T + b2
    z = z - z.max(axis=1, keepdims=True)
    loss = np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), args["y"]])
    moved = [not np.array_equal(a, b) for a, b in zip((W1, b1, W2, b2), start, strict=True)]
    same = all(np.array_equal(a, b) for a, b in zip((W1, b1, W2, b2), again, strict=True))
    return loss <= args["most"], moved, same and not np.array_equal(start[0], other[0])


training = problem(
    "train_network",
    driver=train,
    measure=learned,
    observed=[f"{n} of run {k}" for k in (1, 2, 3, 4) for n in ("W1", "b1", "W2", "b2")],
    kept=("most",),
    trains=True,
    returns={"loss": "value", "trained": "parameters", "repeated": "random"},
    wrong={"trained": "compare each parameter before and after: does every one move?"},
    points={"shape": 1, "value": 6, "parameters": 2, "random": 1},
)


@training.reference
def train_network(X, y, hidden, epochs, lr, rng):
    """Parameters W1 b1 W2 b2 of a network with ReLU that separates the classes."""
    return trained(X, y, hidden, epochs, lr, rng)


def trained(X, y, hidden, epochs, lr, rng, fixed=()):
    C = y.max() + 1
    p = {"W1": rng.normal(size=(hidden, X.shape[1])), "b1": np.zeros(hidden)}
    p |= {"W2": rng.normal(size=(C, hidden)) * 0.1, "b2": np.zeros(C)}
    for _ in range(epochs):
        a = X @ p["W1"].T + p["b1"]
        h = np.maximum(a, 0)
        z = h @ p["W2"].T + p["b2"]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        dz = (e / e.sum(axis=1, keepdims=True) - np.eye(C)[y]) / len(X)
        da = dz @ p["W2"] * (a > 0)
        grads = {"W1": da.T @ X, "b1": da.sum(0), "W2": dz.T @ h, "b2": dz.sum(0)}
        for name in set(p) - set(fixed):
            p[name] = p[name] - lr * grads[name]
    return p


def clouds(rng, n):
    y = np.arange(n) % 2
    return rng.normal(size=(n, 2)) * 0.3 + np.where(y[:, None], 1.0, -1.0), y


training.example(*clouds(np.random.default_rng(0), 8), 200, 1, 0.2)


@training.case("value", hidden=1)
def two_clouds(rng):
    """Two clouds of points."""
    return *clouds(rng, 30), 200, int(rng.integers(1000)), 0.2


@training.alternative
def smaller_steps(X, y, hidden, epochs, lr, rng):
    return trained(X, y, hidden, 2 * epochs, lr / 2, rng)


@training.alternative
def as_lists(X, y, hidden, epochs, lr, rng):
    return {n: a.tolist() for n, a in trained(X, y, hidden, epochs, lr, rng).items()}


@training.mistake("does the loss go up or down?", loses="value")
def uphill(X, y, hidden, epochs, lr, rng):
    return trained(X, y, hidden, epochs, -lr, rng)


@training.mistake("which of the parameters never change?", loses="parameters")
def biases_stay(X, y, hidden, epochs, lr, rng):
    return trained(X, y, hidden, epochs, lr, rng, fixed=("b1", "b2"))


@training.mistake("where do the first weights come from?", loses="random")
def own_rng(X, y, hidden, epochs, lr, rng):
    return trained(X, y, hidden, epochs, lr, np.random.default_rng(1))


@training.mistake("does the loop run at all?", loses="value parameters")
def nothing_done(X, y, hidden, epochs, lr, rng):
    return trained(X, y, hidden, 0, lr, rng)

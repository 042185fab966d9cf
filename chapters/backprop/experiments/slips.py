"""What training notices of nine mistakes in the backward pass of a small network.

The network has two hidden layers, dropout behind the first, and a penalty on its weights. Each
mistake replaces a few characters of the function backward; everything else is the same. Every
contender chooses its own learning rate in each draw.
"""

import inspect

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

KEEP, PENALTY, BATCH = 0.8, 1e-3, 50
SIZES = {"clothes": (784, 32, 32, 10), "spirals": (2, 32, 32, 2)}
EPOCHS = {"clothes": 10, "spirals": 200}
RATES = {"clothes": (0.01, 0.03, 0.1, 0.3, 1.0), "spirals": (0.03, 0.1, 0.3, 1.0, 3.0)}
MISTAKES = {  # what stands in backward, and what somebody wrote
    "no derivative of ReLU": ('(G @ p["W3"]) * (z2 > 0)', 'G @ p["W3"]'),
    "ReLU of another layer": ("(z1 > 0)", "(z2 > 0)"),
    "ReLU of the gradient": ("(z2 > 0)", '(G @ p["W3"] > 0)'),
    "mean for a sum": ('g["b2"] = G.sum', 'g["b2"] = G.mean'),
    "no mask": (" * mask / KEEP", ""),
    "no scale for the mask": ("mask / KEEP", "mask"),
    "no penalty": (' + PENALTY * p["W" + k]', ""),
    "last sample left out": ("G /= len(y)", "G[-1] = 0; G /= len(y)"),
    "last unit left out": (
        'g["W1"] = G.T @ X',
        'g["W1"] = G.T @ X; g["W1"][-1] = 0',
    ),
}
TOLERANCES = {"accuracy": {"absolute": 0.05}, "cosine": {"absolute": 0.2}}


def forward(p, X, y, mask):
    """Return the loss, and all that the backward pass needs."""
    z1 = X @ p["W1"].T + p["b1"]
    a1 = np.maximum(z1, 0) * mask / KEEP  # dropout
    z2 = a1 @ p["W2"].T + p["b2"]
    a2 = np.maximum(z2, 0)
    z3 = a2 @ p["W3"].T + p["b3"]
    q = np.exp(z3 - z3.max(axis=1, keepdims=True))
    q /= q.sum(axis=1, keepdims=True)  # softmax
    loss = -np.log(q[np.arange(len(y)), y]).mean()
    for k in "123":
        loss = loss + PENALTY / 2 * (p["W" + k] ** 2).sum()
    return loss, (X, mask, z1, a1, z2, a2, q)


def backward(p, kept, y):
    """Return a gradient for each parameter."""
    X, mask, z1, a1, z2, a2, q = kept
    g, G = {}, q.copy()
    G[np.arange(len(y)), y] -= 1
    G /= len(y)  # with respect to the scores
    g["W3"] = G.T @ a2
    g["b3"] = G.sum(axis=0)
    G = (G @ p["W3"]) * (z2 > 0)
    g["W2"] = G.T @ a1
    g["b2"] = G.sum(axis=0)
    G = (G @ p["W2"]) * mask / KEEP * (z1 > 0)
    g["W1"] = G.T @ X
    g["b1"] = G.sum(axis=0)
    for k in "123":
        g["W" + k] = g["W" + k] + PENALTY * p["W" + k]
    return g


def start(sizes, rng):
    """Draw weights of variance 2 / inputs; biases are 0."""
    p = {}
    for k in (1, 2, 3):
        n, m = sizes[k - 1], sizes[k]
        p[f"W{k}"] = rng.normal(0, (2 / n) ** 0.5, (m, n))
        p[f"b{k}"] = np.zeros(m)
    return p


def planted(right, wrong):
    """Return backward with a mistake in it."""
    text, names = inspect.getsource(backward), dict(globals())
    assert text.count(right) == 1
    exec(text.replace(right, wrong), names)
    return names["backward"]


def programs():
    """Return the right program and the wrong ones."""
    return {"right": backward} | {name: planted(*m) for name, m in MISTAKES.items()}


def cosine(a, b):
    """Return the cosine of the angle between two whole gradients."""
    a, b = (np.concatenate([v.ravel() for v in g.values()]) for g in (a, b))
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(a) * np.linalg.norm(b)
        found = a @ b / lengths if lengths > 0 else 0.0
    return float(found) if np.isfinite(found) else 0.0  # 0 once a number overflowed


def batches(count, rng):
    """Return the numbers 0 to count in random order, in batches."""
    return np.split(rng.permutation(count), range(BATCH, count, BATCH))


def train(X, y, back, sizes, rate, epochs, seed):
    """Return the parameters and, once an epoch, a cosine."""
    rng, cosines = np.random.default_rng(seed), []
    p = start(sizes, rng)
    p = {name: v.astype(np.float32) for name, v in p.items()}
    for epoch in range(epochs):
        now = np.float32(rate * (1 - epoch / epochs))
        for k, i in enumerate(batches(len(X), rng)):
            mask = rng.random((len(i), sizes[1])) < KEEP
            _, kept = forward(p, X[i], y[i], mask)
            g = back(p, kept, y[i])
            if k == 0:  # the first batch of the epoch
                cosines.append(cosine(g, backward(p, kept, y[i])))
            p = {name: p[name] - now * g[name] for name in p}
    return p, cosines


def right(p, X, y):
    """For each sample whether it gets its label; all units are on."""
    _, kept = forward(p, X, y, np.float32(KEEP))
    return kept[-1].argmax(axis=1) == y


def spirals(n, rng, turns=1.5, noise=0.03):
    """Two arms, n / 2 points each."""
    r, arm = rng.uniform(0.1, 1, n), np.repeat([0, 1], n // 2)
    angle = 2 * np.pi * turns * r + np.pi * arm
    X = np.column_stack([r * np.cos(angle), r * np.sin(angle)])
    return (2 * X + 2 * noise * rng.standard_normal(X.shape)).astype(np.float32), arm


def data(task, seed):
    """Samples to learn from, to choose the learning rate by, and to judge by."""
    rng = np.random.default_rng(1000 + seed)
    if task == "spirals":
        return [spirals(n, rng) for n in (400, 400, 2000)]
    (X, y), (X_test, y_test) = fashion_mnist()
    mean, order = X.mean(axis=0), rng.permutation(len(X))
    learn, choose = order[:4000], order[4000:]
    return (X[learn] - mean, y[learn]), (X[choose] - mean, y[choose]), (X_test - mean, y_test)


def tuned(back, task, seed, rates):
    """Train with each rate; return the best by validation accuracy, and all test accuracies.

    The best comes with its test accuracy, its cosines and its rate.
    """
    (X, y), choose, judge = data(task, seed)
    best, tests = (-1,), []
    for rate in rates:
        with np.errstate(all="ignore"):  # too large a rate overflows, its accuracy tells
            p, cosines = train(X, y, back, SIZES[task], rate, EPOCHS[task], seed)
            accuracy = right(p, *choose).mean()
            tests.append(float(right(p, *judge).mean()))
        if accuracy > best[0]:
            best = accuracy, tests[-1], cosines, rate
    return *best[1:], tests


def linear(task, seed):
    """Return the test accuracy of softmax regression, with its own learning rate."""
    (X, y), choose, judge = data(task, seed)
    best, sizes = (-1, 0), SIZES[task]
    for rate in RATES[task]:
        rng = np.random.default_rng(seed)
        W, b = np.zeros((sizes[-1], sizes[0])), np.zeros(sizes[-1])
        for epoch in range(EPOCHS[task]):
            order, now = rng.permutation(len(X)), rate * (1 - epoch / EPOCHS[task])
            for i in np.split(order, range(BATCH, len(X), BATCH)):
                q = np.exp(X[i] @ W.T + b)
                q /= q.sum(axis=1, keepdims=True)
                q[np.arange(len(i)), y[i]] -= 1
                W, b = W - now * q.T @ X[i] / len(i), b - now * q.mean(axis=0)
        scores = [((A @ W.T + b).argmax(axis=1) == t).mean() for A, t in (choose, judge)]
        best = max(best, tuple(map(float, scores)))
    return best[1]


def few(back, seed, rates):
    """Return how many of 20 pictures can be learned in 300 steps, without dropout."""
    (X, y), _, _ = data("clothes", seed)
    most = 0
    for rate in rates:
        rng = np.random.default_rng(seed)
        p = {name: v.astype(np.float32) for name, v in start(SIZES["clothes"], rng).items()}
        with np.errstate(all="ignore"):
            for _ in range(300):
                _, kept = forward(p, X[:20], y[:20], np.float32(KEEP))
                g = back(p, kept, y[:20])
                p = {name: v - np.float32(rate) * g[name] for name, v in p.items()}
            most = max(most, int(right(p, X[:20], y[:20]).sum()))
    return most


def run(seed):
    """All contenders on one draw of samples and weights."""
    found = {}
    for task in SIZES:
        for name, back in programs().items():
            accuracy, cosines, rate, tests = tuned(back, task, seed, RATES[task])
            found[f"{task}: {name}"] = accuracy
            found[f"{task}: {name}: rate"] = rate
            found[f"{task}: {name}: by rate"] = tests
            found[f"{task}: {name}: cosines"] = cosines[:: len(cosines) // 10]
        found[f"{task}: linear"] = linear(task, seed)
    for name, back in programs().items():
        found[f"few: {name}"] = few(back, seed, RATES["clothes"][:4])
    return found


def thin():
    """The derivative of ReLU of another layer, on clothes, at one learning rate."""
    back = programs()["ReLU of another layer"]
    accuracy, cosines, _, _ = tuned(back, "clothes", 0, (0.1,))
    return {"accuracy": accuracy, "cosine": cosines[-1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(20), thin=thin)

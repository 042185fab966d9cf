"""One, two or three hidden layers of about equally many parameters, on spirals and clothes."""

from itertools import pairwise

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

SPIRALS = {"70": (2, 70, 2), "16-16": (2, 16, 16, 2), "12-11-12": (2, 12, 11, 12, 2)}
CLOTHES = {
    "128": (784, 128, 10),
    "112-112": (784, 112, 112, 10),
    "102-102-102": (784, 102, 102, 102, 10),
}
TASKS = {"spirals": (SPIRALS, 300), "clothes": (CLOTHES, 15)}  # hidden widths, epochs
RATES, BATCH = (0.03, 0.1, 0.3, 1.0, 3.0), 50
TOLERANCES = {"test": {"absolute": 0.05}}  # processors: 0.0005; seeds: 0.034


def start(sizes, rng):
    """Weights of variance 2 / inputs, biases 0."""
    return [[rng.normal(0, (2 / n) ** 0.5, (m, n)), np.zeros(m)] for n, m in pairwise(sizes)]


def forward(X, layers):
    """The input, and what each layer gives; ReLU after all but the last."""
    kept = [X]
    for W, b in layers:
        Z = kept[-1] @ W.T + b
        kept.append(Z if W is layers[-1][0] else np.maximum(Z, 0))
    return kept


def train(X, t, sizes, lr, epochs, seed):
    """Softmax with cross-entropy; mini-batches; the learning rate falls to 0 in a line."""
    rng = np.random.default_rng(seed)
    layers = [[p.astype(X.dtype) for p in layer] for layer in start(sizes, rng)]
    for epoch in range(epochs):
        rate = X.dtype.type(lr * (1 - epoch / epochs))
        for i in np.split(rng.permutation(len(X)), range(BATCH, len(X), BATCH)):
            kept = forward(X[i], layers)
            G = np.exp(kept[-1] - kept[-1].max(axis=1, keepdims=True))
            G /= G.sum(axis=1, keepdims=True)
            G[np.arange(len(i)), t[i]] -= 1
            G /= len(i)
            for layer, A in zip(layers[::-1], kept[-2::-1], strict=True):
                dW, db = G.T @ A, G.sum(axis=0)
                G = (G @ layer[0]) * (A > 0)
                layer[0] -= rate * dW
                layer[1] -= rate * db
    return layers


def score(layers, X, t):
    """Share of right answers."""
    return float((forward(X, layers)[-1].argmax(axis=1) == t).mean())


def spirals(n, rng, turns=2.0, noise=0.03):
    """Two arms, n points each."""
    r, kind = rng.uniform(0.1, 1, 2 * n), np.repeat([0, 1], n)
    angle = 2 * np.pi * turns * r + np.pi * kind
    X = np.column_stack([r * np.cos(angle), r * np.sin(angle)])
    return np.float32(2 * X + 2 * noise * rng.standard_normal(X.shape)), kind


def data(task, seed):
    """Points to learn from, to choose the rate by, and to judge by."""
    rng = np.random.default_rng(1000 + seed)
    if task == "spirals":
        return [spirals(n, rng) for n in (200, 200, 1000)]
    (X, t), judged = fashion_mnist()
    mean, order = X.mean(axis=0), rng.permutation(len(X))
    learn, choose = order[:4000], order[4000:]
    return [
        (X[learn] - mean, t[learn]),
        (X[choose] - mean, t[choose]),
        (judged[0] - mean, judged[1]),
    ]


def one(task, name, seed):
    """Choose the rate by held-out points, train on the rest, judge once."""
    nets, epochs = TASKS[task]
    (X, t), choose, judge = data(task, seed)
    with np.errstate(all="ignore"):  # too large a rate overflows, and its score tells
        trained = [train(X, t, nets[name], lr, epochs, seed) for lr in RATES]
    best = int(np.argmax([score(layers, *choose) for layers in trained]))
    return score(trained[best], X, t), score(trained[best], *judge), RATES[best]


def run(seed):
    """All six networks on one draw."""
    found = {}
    for task, (nets, _) in TASKS.items():
        rows = np.array([one(task, name, seed) for name in nets])
        for column, what in enumerate(("train", "test", "rate")):
            found[f"{task} {what}"] = rows[:, column].tolist()
    return found


def thin():
    """The first network on the first draw of spirals."""
    return {"test": one("spirals", "70", 20)[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(20, 25), thin=thin)

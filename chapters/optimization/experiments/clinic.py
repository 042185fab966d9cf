"""Do the loss curves tell which treatment a failed training run needs?

Four runs went wrong, and each gets five treatments that change one thing. The claim fails in a
case in which a different treatment lowers the validation error as much, within two standard
errors of the five paired differences.

It takes about 5 minutes. The page optimization/strategy uses the results.
"""

from functools import cache

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

STEPS, BATCH, EVERY = 1500, 50, 50
CASES = {  # what is wrong with each
    "A": {"rate": 0.004},
    "B": {"hidden": 3},
    "C": {"pictures": 250},
    "D": {"source": "phone"},
}
TREATMENTS = (
    "none",
    "rate × 10",
    "16 times as many units",
    "a tuned penalty",
    "4 times as many pictures",
    "250 pictures as in validation",
)
PENALTIES = (1e-3, 3e-3, 1e-2, 3e-2, 0.1)
TOLERANCES = {"slice": {"absolute": 0.05}}


@cache
def pictures():
    """All 9,000 pictures, 28 by 28, with labels: the first 5,000 for training."""
    (X, y), (V, t) = fashion_mnist()
    return np.concatenate([X, V]).reshape(-1, 28, 28), np.concatenate([y, t]).astype(int)


def by_phone(X, rng):
    """Pictures as a hasty photographer takes them: darker, off centre, with noise."""
    moves = rng.integers(-3, 4, (len(X), 2))
    X = np.stack([np.roll(x, move, axis=(0, 1)) for x, move in zip(X, moves, strict=True)])
    X = X * rng.uniform(0.4, 0.9, (len(X), 1, 1))
    return np.clip(X + rng.normal(0, 0.05, X.shape), 0, 1)


def coarse(X):
    """Means of two by two pixels, 196 in a row."""
    return X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196).astype(np.float32)


def forward(theta, X):
    """Hidden activations and probabilities of the ten classes."""
    W, b, V, c = theta
    a = np.maximum(X @ W + b, 0)
    s = a @ V + c
    p = np.exp(s - s.max(axis=1, keepdims=True))
    return a, p / p.sum(axis=1, keepdims=True)


def step(theta, X, y, rate, penalty):
    """One step of SGD on cross-entropy with an L2 penalty."""
    W, b, V, c = theta
    a, p = forward(theta, X)
    p[np.arange(len(y)), y] -= 1
    p /= len(y)  # derivative of the loss with respect to the scores
    da = (p @ V.T) * (a > 0)
    W = W - rate * (X.T @ da + penalty * W)
    V = V - rate * (a.T @ p + penalty * V)
    return W, b - rate * da.sum(axis=0), V, c - rate * p.sum(axis=0)


def start(hidden, seed):
    """Initial weights by He's rule, and biases of zero."""
    rng = np.random.default_rng(seed)
    W = rng.normal(0, (2 / 196) ** 0.5, (196, hidden))
    V = rng.normal(0, (1 / hidden) ** 0.5, (hidden, 10))
    return tuple(np.float32(v) for v in (W, np.zeros(hidden), V, np.zeros(10))), rng


def judged(theta, X, y):
    """Mean cross-entropy in nats, and error rate."""
    p = forward(theta, X)[1]
    loss = -np.log(np.maximum(p[np.arange(len(y)), y], 1e-12)).mean()
    return float(loss), float((p.argmax(axis=1) != y).mean())


def train(data, sets, seed, rate=0.1, hidden=64, penalty=0.0, steps=STEPS):
    """Losses and errors on each of the sets, every so many steps."""
    X, y = data
    (theta, rng), found = start(hidden, seed), []
    for k in range(steps + 1):
        if k % EVERY == 0:
            found.append([judged(theta, *one) for one in sets])
        rows = rng.integers(len(X), size=BATCH)
        theta = step(theta, X[rows], y[rows], rate, penalty)
    return found


def case(name, treatment, seed, steps=STEPS):
    """Losses and errors of one case under one treatment, and the penalty if it was tuned."""
    sick = {"rate": 0.1, "hidden": 64, "pictures": 1000, "source": "shop"} | CASES[name]
    P, y = pictures()
    rng = np.random.default_rng(1000 + seed)
    train_rows, rest = rng.permutation(5000), 5000 + rng.permutation(4000)
    many = sick["pictures"] * (4 if treatment == "4 times as many pictures" else 1)
    own = train_rows[:many]
    shown = by_phone(P, np.random.default_rng(seed)) if sick["source"] == "phone" else P
    X, labels = coarse(P[own]), y[own]
    if treatment == "250 pictures as in validation":
        more = train_rows[-250:]
        X = np.concatenate([X, coarse(shown[more])])
        labels = np.concatenate([labels, y[more]])
    mean = X.mean(axis=0)
    same, valid, test = rest[:1000], rest[1000:2000], rest[2000:]
    sets = [(X[:many] - mean, labels[:many]), (coarse(P[same]) - mean, y[same])]
    sets += [(coarse(shown[rows]) - mean, y[rows]) for rows in (valid, test)]
    options = {"rate": sick["rate"], "hidden": sick["hidden"], "steps": steps}
    if treatment == "rate × 10":
        options["rate"] *= 10
    if treatment == "16 times as many units":
        options["hidden"] *= 16
    penalties = PENALTIES if treatment == "a tuned penalty" else (0.0,)
    runs = [train((X - mean, labels), sets, seed, penalty=v, **options) for v in penalties]
    best = int(np.argmin([found[-1][2][1] for found in runs]))
    return runs[best], penalties[best]


def run(seed):
    """Every case under every treatment."""
    found = {}
    for name in CASES:
        for treatment in TREATMENTS:
            curves, penalty = case(name, treatment, seed)
            found[f"{name}, {treatment}"] = np.round(curves, 4).tolist()
            if treatment == "a tuned penalty":
                found[f"{name} penalty"] = penalty
    return found


def thin():
    """The validation error of case C after 300 steps."""
    return {"slice": case("C", "none", 0, steps=300)[0][-1][2][1]}


if __name__ == "__main__":
    np.seterr(over="ignore", invalid="ignore")
    experiment.record(run, seeds=range(5), thin=thin)

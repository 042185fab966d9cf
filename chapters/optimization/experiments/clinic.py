"""Do the loss curves show which treatment a failed training run needs?

Four runs went wrong, and each gets five treatments that change one thing. The answer is no in a
case where a different treatment lowers the validation error as much, within two standard errors
of the ten paired differences. Two learning curves show the errors against the number of
training images, for a network of 64 units and for one of 3 units. The training images of case D
are also moved, darkened, or both.

It takes about 15 minutes. The page optimization/strategy uses the results.
"""

from functools import cache

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

STEPS, BATCH, EVERY = 1500, 50, 75
CASES = {  # what is wrong with each
    "A": {"rate": 0.004},
    "B": {"hidden": 3},
    "C": {"images": 250},
    "D": {"source": "phone"},
}
TREATMENTS = (
    "none",
    "rate × 10",
    "16 times as many units",
    "a tuned penalty",
    "4 times as many images",
    "250 images as in validation",
)
PENALTIES = (1e-3, 3e-3, 1e-2, 3e-2, 0.1)
SIZES = (125, 250, 500, 1000, 2000, 4000)  # of the learning curves
TOLERANCES = {"slice": {"absolute": 0.05}}


@cache
def images():
    """All 9,000 images, 28 by 28, with labels: the first 5,000 for training."""
    (X, y), (V, t) = fashion_mnist()
    return np.concatenate([X, V]).reshape(-1, 28, 28), np.concatenate([y, t]).astype(int)


def by_phone(X, rng, move=True, darken=True, noise=True):
    """Images as a hasty photographer takes them: off centre, darker, with noise."""
    moves = rng.integers(-3, 4, (len(X), 2))
    if move:
        X = np.stack([np.roll(x, m, axis=(0, 1)) for x, m in zip(X, moves, strict=True)])
    if darken:
        X = X * rng.uniform(0.4, 0.9, (len(X), 1, 1))
    return np.clip(X + rng.normal(0, 0.05, X.shape), 0, 1) if noise else X


def coarse(X):
    """Means of blocks of two by two pixels, as rows of 196."""
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
    """Losses and errors on each of the sets, every ``EVERY`` steps."""
    X, y = data
    (theta, rng), curves = start(hidden, seed), []
    for k in range(steps + 1):
        if k % EVERY == 0:
            curves.append([judged(theta, *one) for one in sets])
        rows = rng.integers(len(X), size=BATCH)
        theta = step(theta, X[rows], y[rows], rate, penalty)
    return curves


def case(name, treatment, seed, steps=STEPS):
    """Losses and errors of one case under one treatment, and the penalty if it was tuned."""
    sick = {"rate": 0.1, "hidden": 64, "images": 1000, "source": "shop"} | CASES[name]
    P, y = images()
    rng = np.random.default_rng(1000 + seed)
    train_rows, rest = rng.permutation(5000), 5000 + rng.permutation(4000)
    many = sick["images"] * (4 if treatment == "4 times as many images" else 1)
    own = train_rows[:many]
    shown = by_phone(P, np.random.default_rng(seed)) if sick["source"] == "phone" else P
    X, labels = coarse(P[own]), y[own]
    if treatment == "250 images as in validation":
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
    best = int(np.argmin([curves[-1][2][1] for curves in runs]))
    return runs[best], penalties[best]


def imitate(seed, move, darken):
    """Validation error of case D if its training images are also moved, darkened, or both."""
    P, y = images()
    rng = np.random.default_rng(1000 + seed)
    train_rows, rest = rng.permutation(5000)[:1000], 5000 + rng.permutation(4000)
    shown = by_phone(P, np.random.default_rng(seed))
    changed = by_phone(
        P[train_rows], np.random.default_rng(seed + 50), move, darken, noise=False
    )
    X, mean = coarse(changed), coarse(changed).mean(axis=0)
    valid = rest[1000:2000]
    return train((X - mean, y[train_rows]), [(coarse(shown[valid]) - mean, y[valid])], seed)[
        -1
    ][0][1]


def learning_curve(hidden, seed):
    """Errors on the training images and on others, for each number of training images."""
    P, y = images()
    rng = np.random.default_rng(1000 + seed)
    train_rows, rest = rng.permutation(5000), 5000 + rng.permutation(4000)
    errors = []
    for count in SIZES:
        rows = train_rows[:count]
        X, mean = coarse(P[rows]), coarse(P[rows]).mean(axis=0)
        sets = [(X - mean, y[rows]), (coarse(P[rest]) - mean, y[rest])]
        last = train((X - mean, y[rows]), sets, seed, hidden=hidden)[-1]
        errors.append([error for _, error in last])
    return errors


def run(seed):
    """Every case under every treatment, two learning curves, and four ways to change images."""
    results = {}
    for move in (False, True):
        for darken in (False, True):
            results[f"move {move}, darken {darken}"] = imitate(seed, move, darken)
    for hidden in (3, 64):
        results[f"{hidden} units"] = np.round(learning_curve(hidden, seed), 4).tolist()
    for name in CASES:
        for treatment in TREATMENTS:
            curves, penalty = case(name, treatment, seed)
            results[f"{name}, {treatment}"] = np.round(curves, 4).tolist()
            if treatment == "a tuned penalty":
                results[f"{name} penalty"] = penalty
    return results


def thin():
    """The validation error of case C after 300 steps."""
    return {"slice": case("C", "none", 0, steps=300)[0][-1][2][1]}


if __name__ == "__main__":
    np.seterr(over="ignore", invalid="ignore")
    experiment.record(run, seeds=range(10), thin=thin)

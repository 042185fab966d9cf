"""How many passes do first- and second-order methods need for logistic regression?

One pass costs as much as one gradient over all samples. If a method has settings, we try
all of them, and the page chooses the one with the fewest passes on average. For each seed,
the program also stores the test error of L-BFGS at each target, and the processor seconds of
three methods to the last target.

It takes about two minutes. The page optimization/second-order uses the results.
"""

from functools import cache
from time import process_time

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

SAMPLES, PENALTY, BATCH = 1000, 0.001, 50
TARGETS = (1e-1, 1e-2, 1e-4, 1e-6)  # of the excess loss at the start
LONGEST = 400  # passes
RATES = (0.12, 0.24, 0.34, 0.48, 0.68)
PAIRS = (5, 10, 20, 40, 80)  # of L-BFGS
MOMENTA = (0.9, 0.92, 0.94, 0.96)
EFFECTIVE = (4, 8, 10, 12, 14)  # learning rate / (1 - momentum)
ON_BATCHES = (0.1, 0.2, 0.4, 0.8, 1.6)
TOLERANCES = {"steps": {"relative": 0.1}, "passes": {"relative": 0.1}}


@cache
def both(seed):
    """T-shirts and shirts (1), pullovers and coats (0), 14 by 14, centred, and a constant 1."""
    (X, y), (V, t) = fashion_mnist()
    keep = np.flatnonzero(np.isin(y, (0, 2, 4, 6)))
    keep = np.random.default_rng(seed).permutation(keep)[:SAMPLES]
    new = np.flatnonzero(np.isin(t, (0, 2, 4, 6)))
    X, V = (
        A.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196).astype(float)
        for A in (X[keep], V[new])
    )
    mean, deviation = X.mean(axis=0), X.std()
    X, V = (np.hstack([(A - mean) / deviation, np.ones((len(A), 1))]) for A in (X, V))
    labels = [np.isin(one, (0, 6)).astype(float) for one in (y[keep], t[new])]
    return X, labels[0], V, labels[1]


def data(seed):
    """Training images and labels."""
    return both(seed)[:2]


def value(w, X, t):
    """Mean loss with the penalty."""
    z = X @ w
    return np.mean(np.logaddexp(0, z) - t * z) + PENALTY / 2 * w @ w


def sigmoid(z):
    """Probability of label 1."""
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


def gradient(w, X, t):
    """Gradient of the mean loss with the penalty."""
    return X.T @ (sigmoid(X @ w) - t) / len(X) + PENALTY * w


def hessian(w, X):
    """Hessian of the mean loss with the penalty."""
    p = sigmoid(X @ w)
    return (X.T * (p * (1 - p))) @ X / len(X) + PENALTY * np.eye(X.shape[1])


@cache
def least(seed):
    """The lowest loss, by Newton's method."""
    X, t = data(seed)
    w = np.zeros(X.shape[1])
    for _ in range(30):
        w = backtrack(w, -np.linalg.solve(hessian(w, X), gradient(w, X, t)), X, t)[0]
    return value(w, X, t)


def backtrack(w, d, X, t, c1=1e-4):
    """A step along d with the Armijo condition, and the number of losses computed."""
    before, slope, length, tries = value(w, X, t), gradient(w, X, t) @ d, 1.0, 1
    while value(w + length * d, X, t) > before + c1 * length * slope and tries < 40:
        length /= 2
        tries += 1
    return w + length * d, tries


def count(seed, walk):
    """Steps and passes to each target, -1 if it was not reached."""
    X, t = data(seed)
    low = least(seed)
    start, steps, passes = value(np.zeros(X.shape[1]), X, t) - low, [], []
    for step, (w, spent) in enumerate(walk(X, t), start=1):
        left = (value(w, X, t) - low) / start
        while len(steps) < len(TARGETS) and left < TARGETS[len(steps)]:
            steps.append(step)
            passes.append(float(spent))
        if len(steps) == len(TARGETS) or spent > LONGEST or not left < 1e3:
            break
    missing = [-1] * (len(TARGETS) - len(steps))
    return steps + missing, passes + missing


def momentum(effective, gamma):
    """Gradient descent with momentum on all samples, evaluated after every second step."""

    def walk(X, t):
        w, v, spent = np.zeros(X.shape[1]), np.zeros(X.shape[1]), 0
        while True:
            for _ in range(2):
                v = gamma * v + gradient(w, X, t)
                w = w - effective * (1 - gamma) * v
            spent += 2
            yield w, spent

    return walk


def on_batches(effective):
    """Momentum 0.9 with shuffled mini-batches, evaluated after each pass."""

    def walk(X, t):
        w, v, spent = np.zeros(X.shape[1]), np.zeros(X.shape[1]), 0
        rng = np.random.default_rng(0)
        while True:
            for rows in np.split(rng.permutation(len(X)), len(X) // BATCH):
                v = 0.9 * v + gradient(w, X[rows], t[rows])
                w = w - effective * 0.1 * v
            spent += 1
            yield w, spent

    return walk


def newton(X, t):
    """Newton's method with backtracking.

    The cost counts half of the symmetric H, and D³/6 multiplications for Cholesky's method.
    """
    N, D = X.shape
    w, spent = np.zeros(D), 0
    while True:
        d = -np.linalg.solve(hessian(w, X), gradient(w, X, t))
        w, tries = backtrack(w, d, X, t)
        spent += 1 + (N * D * (D + 1) / 2 + D**3 / 6) / (2 * N * D) + tries / 2
        yield w, spent


def newton_cg(X, t):
    """Newton's method whose step comes from conjugate gradients, one product per pass."""
    w, spent = np.zeros(X.shape[1]), 0
    while True:
        g = gradient(w, X, t)
        p = sigmoid(X @ w)
        weight = p * (1 - p)
        d, r = np.zeros_like(w), -g
        q, products = r, 0
        enough = min(0.25, np.sqrt(np.linalg.norm(g))) * np.linalg.norm(g)
        while np.linalg.norm(r) > enough:
            Hq = X.T @ (weight * (X @ q)) / len(X) + PENALTY * q
            length = (r @ r) / (q @ Hq)
            d, old, r = d + length * q, r @ r, r - length * Hq
            q = r + (r @ r) / old * q
            products += 1
        w, tries = backtrack(w, d, X, t)
        spent += 1 + products + tries / 2
        yield w, spent


def product(pairs, g):
    """L-BFGS's product M g by two loops, where M approximates the inverse Hessian."""
    q, kept = g, []
    for s, y in reversed(pairs):
        kept.append((s @ q) / (y @ s))
        q = q - kept[-1] * y
    s, y = pairs[-1]
    r = (s @ y) / (y @ y) * q
    for (s, y), c in zip(pairs, reversed(kept), strict=True):
        r = r + (c - (y @ r) / (y @ s)) * s
    return r


def lbfgs(m):
    """L-BFGS with m pairs and backtracking; a trial costs half a pass."""

    def walk(X, t):
        w, pairs, spent = np.zeros(X.shape[1]), [], 1
        g = gradient(w, X, t)
        while True:
            d = -product(pairs, g) if pairs else -g / np.abs(g).sum()
            new, tries = backtrack(w, d, X, t)
            after = gradient(new, X, t)
            if (after - g) @ (new - w) > 0:
                pairs = [*pairs, (new - w, after - g)][-m:]
            w, g = new, after
            spent += tries / 2 + 1 / 2 + 4 * len(pairs) / (2 * len(X))
            yield w, spent

    return walk


def test_errors(seed):
    """Fraction of wrong test images when L-BFGS reaches each target."""
    X, t, V, labels = both(seed)
    low = least(seed)
    start, errors = value(np.zeros(X.shape[1]), X, t) - low, []
    for w, _ in lbfgs(20)(X, t):
        left = (value(w, X, t) - low) / start
        while len(errors) < len(TARGETS) and left < TARGETS[len(errors)]:
            errors.append(float(((V @ w > 0) != labels).mean()))
        if len(errors) == len(TARGETS):
            return errors


def seconds(seed, walk, steps, repeats=5):
    """Processor seconds of the given number of steps, the smallest of several measurements."""
    X, t = data(seed)
    times = []
    for _ in range(repeats):
        walked, before = walk(X, t), process_time()
        for _ in range(steps):
            next(walked)
        times.append(process_time() - before)
    return min(times)


def run(seed):
    """Steps and passes of each method with each setting, test errors, and seconds."""
    walks = {
        "gradient descent": [momentum(rate, 0) for rate in RATES],
        "momentum": [momentum(rate, gamma) for gamma in MOMENTA for rate in EFFECTIVE],
        "momentum, batches": [on_batches(rate) for rate in ON_BATCHES],
        "Newton": [newton],
        "Newton-CG": [newton_cg],
        "L-BFGS": [lbfgs(m) for m in PAIRS],
    }
    counted = {name: [count(seed, walk) for walk in some] for name, some in walks.items()}
    return {
        "steps": {name: [steps for steps, _ in some] for name, some in counted.items()},
        "passes": {name: [passes for _, passes in some] for name, some in counted.items()},
        "test errors": test_errors(seed),
        "seconds": {
            name: [
                seconds(seed, walk, steps[-1])
                for walk, (steps, _) in zip(walks[name], counted[name], strict=True)
            ]
            for name in ("Newton", "Newton-CG", "L-BFGS")
        },
    }


def thin():
    """Newton's method on the first seed."""
    steps, passes = count(0, newton)
    return {"steps": steps, "passes": passes}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(12), thin=thin)

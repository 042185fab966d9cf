"""How many steps does logistic regression need with 1, 4, 40, 400 or 4,000 images per step?

A run ends at a training loss of 0.08; 0 means that it did not arrive, and the steps to 0.07 are
recorded too. At equal rates the number of steps should not depend on the batch size. What
limits the rate of large batches should be curvature: with the ten steepest directions flattened
to the eleventh, all 4,000 images per step should need less than half of the steps. The control
flattens the next ten directions. Rates are chosen on seed 0. At the rates 1/64, 1/16 and 1/4
the loss is checked every ten steps.

It takes about 2 minutes. The page classifiers/gradient-descent uses the results.
"""

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

SIZES = (1, 4, 40, 400, 4000)
LOWEST = {1: -6.5, 4: -4.5, 40: -1.5, 400: -1.0, 4000: -1.0}  # exponents of 2
TARGETS = (0.08, 0.07)
EPOCHS = {1: 15, 4: 15, 40: 15, 400: 30, 4000: 150}
FLAT = 10
TOLERANCES = {  # more than the spread over seeds
    "steps": [
        [{"absolute": 60}] * 2,
        [{"absolute": 20}] * 2,
        [{"absolute": 6}, {"absolute": 10}],
    ]
}


def pictures(seed):
    """4,000 pictures and whether they are tops, and 4,000 test pictures; less the mean."""
    (X, y), (X_test, y_test) = fashion_mnist()
    chosen = np.random.default_rng(seed).permutation(5000)[:4000]
    X, mean = X[chosen], X[chosen].mean(axis=0)
    tops = [0, 2, 3, 4, 6]
    t, t_test = (np.isin(labels, tops).astype(X.dtype) for labels in (y[chosen], y_test))
    return X - mean, t, X_test - mean, t_test


def gradient(w, b, X, t):
    """The gradient of the mean loss with respect to the weights and to the bias."""
    with np.errstate(over="ignore"):
        r = 1 / (1 + np.exp(-(X @ w + b))) - t
    return r @ X / len(X), r.mean()


def loss(w, b, X, t):
    """The mean loss, in nats."""
    z = X @ w + b
    return (np.logaddexp(0, z) - t * z).mean()


def walk(X, t, B, eta, seed=0, epochs=None, every=None):
    """Steps until the loss is below each target, or 0, and the weights at the first."""
    every = every or max(400 // B, 1)
    rng = np.random.default_rng(seed)
    w, b, steps = np.zeros(X.shape[1], X.dtype), 0.0, 0
    found, place = [0] * len(TARGETS), None
    for _ in range(epochs or EPOCHS[B]):
        order = rng.permutation(len(X))
        for i in np.split(order, range(B, len(X), B)):
            batch = (X, t) if B == len(X) else (X[i], t[i])
            dw, db = gradient(w, b, *batch)
            w -= eta * dw
            b -= eta * db
            steps += 1
            if steps % every == 0:
                now = loss(w, b, X, t)
                for k, target in enumerate(TARGETS):
                    if not found[k] and now < target:
                        found[k] = steps
                        place = place or (w.copy(), float(b))
                if all(found) or (epochs and found[0]):
                    return found, place
    return found, place


def flatten(X, first):
    """Shrink ten directions, from one on, by what makes the first ten as flat as the next."""
    eigenvalues, Q = np.linalg.eigh(X.T.astype(float) @ X / len(X))
    eigenvalues, Q = eigenvalues[::-1], Q[:, ::-1]
    factors = np.ones(len(Q))
    factors[first : first + FLAT] = np.sqrt(eigenvalues[FLAT] / eigenvalues[:FLAT])
    return (X @ Q * factors).astype(X.dtype)


def table(X, t, seed, shift=0.0, sizes=SIZES):
    """For each size and each of ten rates the steps to both targets, and the places."""
    steps, places = [], []
    for B in sizes:
        rates = 2.0 ** (LOWEST[B] + shift + np.arange(10) / 2)
        walks = [walk(X, t, B, eta, seed) for eta in rates]
        steps.append([found for found, _ in walks])
        places.append([place for _, place in walks])
    return np.array(steps), places


def run(seed):
    """All sizes and rates, on the pictures as they are, flattened, and with the control."""
    X, t, X_test, t_test = pictures(seed)
    plain, places = table(X, t, seed)
    right = [
        [0.0 if at is None else ((X_test @ at[0] + at[1] > 0) == t_test).mean() for at in row]
        for row in places
    ]
    flat, _ = table(flatten(X, 0), t, seed, shift=2.5)
    control, _ = table(flatten(X, FLAT), t, seed, shift=0.5, sizes=(400, 4000))
    slow = [
        [
            walk(X, t, B, eta, seed, epochs=2 * B, every=10)[0][0]
            for eta in (1 / 64, 1 / 16, 1 / 4)
        ]
        for B in SIZES[1:]
    ]
    found = {"plain": plain, "slow": slow, "right": np.array(right)}
    return found | {"flat": flat, "control": control}


def thin():
    """Three walks of the first seed."""
    X, t, _, _ = pictures(0)
    return {"steps": [walk(X, t, B, eta)[0] for B, eta in ((40, 1.0), (400, 2.0), (4000, 4.0))]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(6), thin=thin)

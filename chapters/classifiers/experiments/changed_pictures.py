"""Images change in one of six ways: what helps most, more data, a better method or copies?

Each classifier gets 2,000 training images, 4,000, or 2,000 and a changed copy of each. The
better method uses random ReLU features. Controls are copies with a different change, and
penalties chosen on changed images, on ordinary ones, or hardly any penalty. All are tested on
the same changed images. The claim is that copies with the same change gain most for at least
four of the six changes.

It takes about 3 minutes. The page classifiers/learning-problem uses the results.
"""

import numpy as np

from nnlib import datasets, experiment
from nnlib import transforms as tr
from nnlib.datasets import fashion_mnist

PENALTIES = (1e-3, 1, 10, 30, 100, 300, 1000, 3000, 1e4, 3e4, 1e5, 1e6)
FEATURES = 1500
GRASS = datasets.photographs().grass / 255

TOLERANCES = {
    "ordinary": {"absolute": 0.03},
    "copies": {"absolute": 0.03},
}  # 3 times the spread over seeds


def moved(x, p, rng):
    """Shift by p pixels in one of four directions."""
    d = p * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    return tr.shift(x, *d[rng.integers(0, 4, len(x))].T)


def on_grass(x, a, rng):
    """Lay on grass of brightness a."""
    i, j = rng.integers(0, 256 - 28, (2, len(x)))
    back = [GRASS[r : r + 28, c : c + 28] for r, c in zip(i, j, strict=True)]
    return np.maximum(x, a * np.stack(back)[:, None])


CHANGES = {  # three sizes, and what makes one; the test has the third
    "shift": ((1, 2, 3), moved),
    "turn": ((5, 10, 20), lambda x, a, rng: tr.rotate(x, rng.choice([-a, a], len(x)))),
    "light": ((0.9, 0.75, 0.5), lambda x, a, rng: a * x),
    "occlusion": (
        (4, 7, 10),
        lambda x, a, rng: tr.erase(x, *rng.integers(0, 29 - a, (2, len(x))), a, a),
    ),
    "deformation": (
        (10, 20, 30),
        lambda x, a, rng: tr.ElasticTransform(a, 4.0, rng=rng)(x),
    ),
    "clutter": ((0.1, 0.25, 0.5), on_grass),
}


def changed(A, name, rng, size=2):
    """Pictures, a row each, with one change of the given size."""
    sizes, change = CHANGES[name]
    return change(A.reshape(-1, 1, 28, 28), sizes[size], rng).reshape(-1, 784)


def copies(A, name, rng):
    """A changed copy of each picture, of a size drawn from the three."""
    out, size = np.empty_like(A), rng.integers(0, 3, len(A))
    for k in range(3):
        out[size == k] = changed(A[size == k], name, rng, k)
    return out


def with_one(A):
    """The features, and a 1 for the bias."""
    return np.c_[A, np.ones(len(A))]


def lifting(rng):
    """A function from 784 pixels to random ReLU features."""
    R = 2 * rng.normal(size=(784, FEATURES)) * np.sqrt(2 / 784)
    b = 0.3 * rng.normal(size=FEATURES)
    return lambda A: with_one(np.maximum(0, (A - 0.286) @ R + b))


def fits(F, y):
    """Least squares on one-hot targets, for each penalty, none on the bias."""
    G, right = F.T @ F, F.T @ np.eye(10)[y]
    P = np.eye(len(G))
    P[-1, -1] = 0
    return [np.linalg.solve(G + a * P, right) for a in PENALTIES]


def share(F, W, y):
    """The fraction that is classified correctly."""
    return float(((F @ W).argmax(axis=1) == y).mean())


def data(seed):
    """Training sets, then validation and test pictures, each with its labels."""
    (X, y), (X_test, y_test) = fashion_mnist()
    X, X_test = X.astype(float), X_test.astype(float)
    rng = np.random.default_rng(seed)
    base, further, valid = np.split(rng.permutation(5000), [2000, 4000])
    where = {"clean": ((X[valid], y[valid]), (X_test, y_test))}
    for name in CHANGES:
        where[name] = tuple((changed(A, name, rng), t) for A, t in where["clean"])
    train = {"ordinary": (X[base], y[base])}
    both = np.r_[base, further]
    train["twice"] = (X[both], y[both])
    twins = {name: copies(X[base], name, rng) for name in CHANGES}
    which = rng.integers(0, 6, 2000)
    twins["all six"] = np.stack(list(twins.values()))[which, np.arange(2000)]
    for name, A in twins.items():
        train[name] = (np.r_[X[base], A], np.r_[y[base], y[base]])
    return train, where, lifting(rng)


def run(seed):
    """The accuracy of every classifier, after every training set, on all test pictures."""
    train, where, lifted = data(seed)
    out = {}
    for taught, (A, y) in train.items():
        M = np.array([A[y == k].mean(axis=0) for k in range(10)])
        for name, (_, (B, t)) in where.items():
            near = ((M**2).sum(axis=1) - 2 * B @ M.T).argmin(axis=1)
            out[f"means, {taught}, {name}"] = float((near == t).mean())
        for rule, features in (("lines", with_one), ("lifted", lifted)):
            all_W, usual = fits(features(A), y), None
            for name, ((V, v), (B, t)) in where.items():
                F = features(V)
                best = int(np.argmax([share(F, W, v) for W in all_W]))
                usual = best if usual is None else usual
                F = features(B)
                out[f"{rule}, {taught}, {name}"] = share(F, all_W[best], t)
                out[f"{rule}, {taught}, {name}, penalty"] = PENALTIES[best]
                out[f"{rule}, {taught}, {name}, usual"] = share(F, all_W[usual], t)
                out[f"{rule}, {taught}, {name}, none"] = share(F, all_W[0], t)
    return out


def thin():
    """Ten lines with a penalty of 30 on turned test pictures, without and with copies."""
    (X, y), (X_test, y_test) = fashion_mnist()
    X, X_test, rng = X[:2000].astype(float), X_test.astype(float), np.random.default_rng(0)
    F, y = with_one(changed(X_test, "turn", rng)), y[:2000]
    twice, labels = np.r_[X, copies(X, "turn", rng)], np.r_[y, y]
    k = PENALTIES.index(30)
    return {
        "ordinary": share(F, fits(with_one(X), y)[k], y_test),
        "copies": share(F, fits(with_one(twice), labels)[k], y_test),
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(10, 15), thin=thin)

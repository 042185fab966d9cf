"""Do nearest neighbours fail where all distances are nearly equal? Clothes, changed."""

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

KS = (1, 2, 3, 4, 5, 6, 7, 9, 11, 15, 21, 31, 51)
PENALTIES = (1, 10, 100, 300, 1000, 3000)
STORED, VALIDATED, TESTED = 4000, 1000, 2000
BLOCKS = (1, 3, 10)  # of 784 random features each, appended to the pictures
DATA = ("pictures", "within", "among", "random", *(f"plus{m}" for m in BLOCKS))


def mixed(X, rng):
    """Permute the values of each pixel among the pictures: only the links between pixels go."""
    return np.stack([rng.permutation(column) for column in X.T], axis=1)


def mixed_within(X, y, rng):
    """Permute the values of each pixel among the pictures of a class."""
    out = X.copy()
    for c in range(10):
        out[y == c] = mixed(X[y == c], rng)
    return out


def products(S, Q):
    """Dot products of stored with stored and of asked with stored, squared lengths of asked."""
    return S @ S.T, Q @ S.T, (Q**2).sum(axis=1)


def by_vote(square, labels, y):
    """Accuracy for each k, the smallest label winning a tie."""
    near = labels[square.argsort(axis=1, kind="stable")[:, : KS[-1]]]
    votes = np.cumsum(near[:, :, None] == np.arange(10), axis=1)
    return np.array([(votes[:, k - 1].argmax(axis=1) == y).mean() for k in KS])


def by_lines(inner, cross, labels, y, penalty):
    """Accuracy of ten straight-line fits with ridge's penalty, by products alone.

    inner, cross: dot products of features minus their mean over the stored.
    """
    T = np.eye(10)[labels]
    mean = T.mean(axis=0)
    alpha = np.linalg.solve(inner + penalty * np.eye(len(inner)), T - mean)
    return ((cross @ alpha + mean).argmax(axis=1) == y).mean()


def within_class(square, own):
    """Variance of squared distances about the mean of the pairs of one class, or of two."""
    return (square[own].var() * own.sum() + square[~own].var() * (~own).sum()) / own.size


def judged(inner, cross, lengths, labels, y):
    """Measure distances and both classifiers, tuned on the validation set."""
    square = lengths[:, None] - 2 * cross + inner.diagonal()
    d, own = np.sqrt(np.maximum(square, 0)), y[:, None] == labels
    val, test = slice(VALIDATED), slice(VALIDATED, None)
    nearer = [
        np.searchsorted(np.sort(row[~same]), row[same]).mean() / (~same).sum()
        for row, same in zip(d[test], own[test], strict=True)
    ]
    across, down = inner.mean(axis=0), cross.mean(axis=1)
    inner_c = inner - across - across[:, None] + inner.mean()
    cross_c = cross - down[:, None] - across + inner.mean()
    scores = [by_lines(inner_c, cross_c[val], labels, y[val], p) for p in PENALTIES]
    penalty = PENALTIES[int(np.argmax(scores))]
    k = int(by_vote(square[val], labels, y[val]).argmax())
    return {
        "contrast": float(np.median(d[test].min(axis=1) / d[test].mean(axis=1))),
        "order": float(1 - np.mean(nearer)),
        "own": float(square[test][own[test]].mean()),
        "other": float(square[test][~own[test]].mean()),
        "spread": float(np.sqrt(within_class(square[test], own[test]))),
        "vote": float(by_vote(square[test], labels, y[test])[k]),
        "lines": float(by_lines(inner_c, cross_c[test], labels, y[test], penalty)),
        "k": KS[k],
        "penalty": penalty,
    }


def run(seed):
    """All data sets with one draw of stored, validation and test pictures: rows as in DATA."""
    rng = np.random.default_rng(seed)
    (X, y), (X_test, y_test) = fashion_mnist()
    order, tested = rng.permutation(len(X)), rng.permutation(len(X_test))[:TESTED]
    stored, val = order[:STORED], order[STORED : STORED + VALIDATED]
    S, labels = X[stored].astype(float), y[stored]
    Q = np.concatenate([X[val], X_test[tested]]).astype(float)
    asked = np.concatenate([y[val], y_test[tested]])
    both, all_labels = np.concatenate([S, Q]), np.concatenate([labels, asked])
    made = {
        "pictures": both,
        "within": mixed_within(both, all_labels, rng),
        "among": mixed(both, rng),
        "random": rng.random(both.shape),
    }
    found = {}
    for name, A in made.items():
        found[name] = judged(*products(*np.split(A, [STORED])), labels, asked)
    total = products(S, Q)
    for m in range(1, BLOCKS[-1] + 1):
        more = rng.random(both.shape)
        total = [a + b for a, b in zip(total, products(*np.split(more, [STORED])), strict=True)]
        if m in BLOCKS:
            found[f"plus{m}"] = judged(*total, labels, asked)
    return {key: [found[name][key] for name in DATA] for key in found["pictures"]}


def thin():
    """The vote of four of 1,000 on 200 test pictures: as they are, and mixed within classes."""
    (X, y), (X_test, y_test) = fashion_mnist()
    S, Q = X[:1000].astype(float), X_test[:200].astype(float)
    both, labels = np.concatenate([S, Q]), np.concatenate([y[:1000], y_test[:200]])
    scores = []
    for A in (both, mixed_within(both, labels, np.random.default_rng(0))):
        inner, cross, lengths = products(*np.split(A, [len(S)]))
        square = lengths[:, None] - 2 * cross + inner.diagonal()
        scores.append(by_vote(square, y[:1000], y_test[:200])[KS.index(4)])
    return {"right": scores}


TOLERANCES = {"right": {"absolute": 0.02}}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)

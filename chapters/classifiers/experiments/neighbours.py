"""Which k and which distance suit images of clothes, and how near are their neighbours?

k and distance are chosen by cross-validation. The program also moves images by a few pixels,
and measures the ratio of the nearest to the mean distance, and the work of a k-d tree, from 1
to 784 features.

It takes about 5 minutes. The page classifiers/nearest-neighbours uses the results.
"""

from functools import cache

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KDTree

from nnlib import experiment
from nnlib.classifiers import KNeighborsClassifier
from nnlib.datasets import fashion_mnist

NORMS = {"L1": 1, "L2": 2, "max": np.inf}
KS = (1, 2, 3, 4, 5, 6, 7, 9, 11, 15, 21, 31, 51)
PENALTIES = (1, 10, 30, 100, 300, 1000)
CHOSEN = {"p": 1, "n_neighbors": 4, "penalty": 100}  # by the folds, which the page checks
CHOSEN_AT = KS.index(CHOSEN["n_neighbors"])
SHIFTS = (0, 1, 2, 3, 4)  # columns
POOLED = (28, 14, 7, 4, 2, 1)  # sides of the blocks whose mean becomes one pixel


def folds(y, seed):
    """The number of the fold in which each picture is judged, (N,)."""
    fold = np.empty(len(y), dtype=int)
    for f, (_, judged) in enumerate(
        StratifiedKFold(5, shuffle=True, random_state=seed).split(y, y)
    ):
        fold[judged] = f
    return fold


@cache
def nearest(name, N, side=1):
    """The 150 nearest others of each of the first N pictures, made smaller, (N, 150)."""
    X, y = (part[:N] for part in fashion_mnist()[0])
    X = pooled(X, side)
    model = KNeighborsClassifier(p=NORMS[name]).fit(X, y)
    return model.kneighbors(n_neighbors=150, return_distance=False)


def right_by_vote(name, y, fold, ties="smallest", side=1):
    """Which pictures are named rightly for each k by voters of the other four folds, (k, N).

    ties: which of the labels with equal votes wins, the "smallest", the "largest", or that of
    the "nearest" voter. side: of the blocks of pixels that are averaged first.
    """
    near = nearest(name, len(y), side)
    other = fold[near] != fold[:, None]
    assert other.sum(axis=1).min() >= KS[-1]
    first = np.argsort(~other, axis=1, kind="stable")[:, : KS[-1]]
    labels = y[np.take_along_axis(near, first, axis=1)]
    said = labels[:, :, None] == np.arange(10)  # (N, k, 10)
    votes = np.cumsum(said, axis=1, dtype=float)
    if ties == "largest":
        votes += np.arange(10) / 100
    elif ties == "nearest":
        votes += np.cumsum(said * 0.25 ** np.arange(1, KS[-1] + 1)[:, None], axis=1)
    return np.stack([votes[:, k - 1].argmax(axis=1) == y for k in KS])


def by_vote(name, y, fold, **options):
    """Accuracy for each k."""
    return right_by_vote(name, y, fold, **options).mean(axis=1).tolist()


def standard_errors(y, fold):
    """Over pictures, of two leads: k chosen over k = 1 by L1, and L1 over L2 at k chosen."""
    L1, L2 = (right_by_vote(name, y, fold).astype(float) for name in ("L1", "L2"))
    leads = np.stack([L1[CHOSEN_AT] - L1[0], L1[CHOSEN_AT] - L2[CHOSEN_AT]])
    return (leads.std(axis=1, ddof=1) / np.sqrt(len(y))).tolist()


def fits(X, y, penalty):
    """Ten straight-line fits, 1 for the pictures of a class and 0 for the others: (W, b).

    Targets minus their mean and pixels minus theirs leave the bias out of the penalty.
    """
    mean, Q = X.mean(axis=0, dtype=float), np.eye(10)[y]
    A = X - mean
    W = np.linalg.solve(A.T @ A + penalty * np.eye(784), A.T @ (Q - Q.mean(axis=0)))
    return W, Q.mean(axis=0) - mean @ W


def says(model, Q):
    """The class with the largest of ten numbers, or the winner of the vote."""
    if isinstance(model, tuple):
        W, b = model
        return (Q @ W + b).argmax(axis=1)
    return model.predict(Q)


def by_lines(X, y, fold, penalty):
    """Accuracy of ten straight-line fits over the five folds."""
    right = np.empty(len(y), dtype=bool)
    for f in range(5):
        here = fold == f
        right[here] = says(fits(X[~here], y[~here], penalty), X[here]) == y[here]
    return float(right.mean())


def shifted(Q, columns):
    """The pictures moved to the right, black coming in from the left."""
    out = np.zeros((len(Q), 28, 28), Q.dtype)
    out[:, :, columns:] = Q.reshape(-1, 28, 28)[:, :, : 28 - columns]
    return out.reshape(len(Q), 784)


def moved(X, y, fold):
    """Accuracy on the first fold, shifted, of the vote and of the straight lines."""
    here = fold == 0
    p, k = CHOSEN["p"], CHOSEN["n_neighbors"]
    vote = KNeighborsClassifier(k, p=p).fit(X[~here], y[~here])
    lines = fits(X[~here], y[~here], CHOSEN["penalty"])
    return [
        [float((says(m, shifted(X[here], s)) == y[here]).mean()) for s in SHIFTS]
        for m in (vote, lines)
    ]


def pooled(X, side):
    """Pictures of fewer pixels: means of blocks of side by side pixels."""
    n = 28 // side
    return X.reshape(-1, n, side, n, side).mean(axis=(2, 4)).reshape(len(X), -1)


def contrast(A, Q):
    """Nearest distance as a share of the mean distance: the median over the queries."""
    square = (Q**2).sum(axis=1)[:, None] - 2 * Q @ A.T + (A**2).sum(axis=1)
    d = np.sqrt(np.maximum(square, 0))
    return float(np.median(d.min(axis=1) / d.mean(axis=1)))


def looked(A, Q):
    """Distances that a k-d tree measures for the four nearest, as a share of all."""
    tree = KDTree(A)
    tree.query(Q, 4)
    return tree.get_n_calls() / len(Q) / len(A)


def dimensions(X, rng):
    """Both measures for pictures of growing size, shuffled pixels and random points."""
    order = rng.permutation(len(X))
    stored, asked = order[:4000], order[4000:4500]
    found = {name: [] for name in ("pictures", "shuffled", "random", "tree", "tree_random")}
    for side in POOLED:
        P = pooled(X.astype(float), side)
        S = np.stack([rng.permutation(column) for column in P.T], axis=1)
        U = rng.random(P.shape)
        for name, A in (("pictures", P), ("shuffled", S), ("random", U)):
            found[name].append(contrast(A[stored], A[asked]))
        for name, A in (("tree", P), ("tree_random", U)):
            found[name].append(looked(A[stored], A[asked[:50]]))
    alike = [contrast(*np.split(rng.random((4500, D)), [4000])) for D in range(1, 31)]
    found["like"] = int(np.abs(np.array(alike) - found["pictures"][-1]).argmin()) + 1
    return found


def run(seed):
    """Everything with folds, and random points, drawn by one seed."""
    X, y = fashion_mnist()[0]
    fold = folds(y, seed)
    return {
        "accuracy": [by_vote(name, y, fold) for name in NORMS],
        "errors": standard_errors(y, fold),
        "ties": [by_vote("L1", y, fold, ties=ties) for ties in ("largest", "nearest")],
        "pixels": [by_vote("L2", y, fold, side=side)[CHOSEN_AT] for side in (1, 2, 4, 7)],
        "lines": [by_lines(X, y, fold, penalty) for penalty in PENALTIES],
        "moved": moved(X, y, fold),
        **dimensions(X, np.random.default_rng(seed)),
    }


def thin():
    """Cross-validation of L2 among the first 1,000 pictures."""
    y = fashion_mnist()[0].y[:1000]
    return {"L2": by_vote("L2", y, folds(y, 0))}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)

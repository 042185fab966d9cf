"""Whether peeking chooses better than folds where one choice of peeking.py is set free.

Ten classifiers of two classes learn from a training set. The peeker chooses on further
pictures, the test set, and the folds choose within the training set; the rest judges both.
"""

import numpy as np

from nnlib import experiment
from nnlib.classifiers import KNeighborsClassifier, LogisticRegression
from nnlib.datasets import fashion_mnist

TENTH = [LogisticRegression(C=C) for C in 10.0 ** np.arange(-3.5, 1.5, 0.5)]
NEIGHBOURS = [KNeighborsClassifier(k) for k in (1, 3, 5, 7, 9, 13, 17, 25, 35, 51)]
USUAL = {"classes": (0, 6), "ten": TENTH, "learn": 300, "test": 100, "folds": 5}
FREED = {
    "as it was": {},
    "pullovers against coats": {"classes": (2, 4)},
    "pullovers against shirts": {"classes": (2, 6)},
    "ten numbers of neighbours": {"ten": NEIGHBOURS},
    "100 training pictures": {"learn": 100},
    "two folds": {"folds": 2},
    "ten folds": {"folds": 10},
    "40 test pictures": {"test": 40},
    "300 test pictures": {"test": 300},
}
TOLERANCES = {name: {"absolute": 4.0} for name in FREED}

(X, y), _ = fashion_mnist()
SMALL = X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)


def contest(seed, classes, ten, learn, test, folds):
    """By how much the peeker's report is too good, and folds minus peek on unseen pictures."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.flatnonzero(np.isin(y, classes)))
    S, t = SMALL[order], (y[order] == classes[1]).astype(int)
    train, others = np.split(np.arange(len(t)), [learn])
    right = np.array([m.fit(S[train], t[train]).predict(S[others]) == t[others] for m in ten])
    folded = np.zeros(len(ten))
    for out in np.array_split(train, folds):
        rest = np.setdiff1d(train, out)
        folded += [(m.fit(S[rest], t[rest]).predict(S[out]) == t[out]).sum() for m in ten]
    found, fold = [], folded.argmax()
    for _ in range(40):  # which of the others are the test set
        shown, unseen = np.split(right[:, rng.permutation(len(others))], [test], axis=1)
        peek, unseen = shown.mean(axis=1).argmax(), unseen.mean(axis=1)
        found.append([shown[peek].mean() - unseen[peek], unseen[fold] - unseen[peek]])
    return 100 * np.mean(found, axis=0)


def run(seed):
    """All variants with one training set each."""
    return {name: contest(seed, **(USUAL | freed)) for name, freed in FREED.items()}


if __name__ == "__main__":
    experiment.record(run, seeds=range(40))

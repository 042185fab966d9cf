"""How much too good is the accuracy if we choose among ten classifiers on the test set?

Choosing on the test set, on a split and by cross-validation are compared for ten coins, ten
least-squares fits and ten penalties.

It takes less than a minute. The page classifiers/model-selection uses the results.
"""

import numpy as np

from nnlib import experiment
from nnlib.classifiers import LogisticRegression
from nnlib.datasets import fashion_mnist

PENALTIES = 10.0 ** np.arange(3.5, -1.5, -0.5)
GROUPS = ("coins", "pixels", "penalties")
COUNTS = (1, 3, 10, 30, 100)  # candidates
SEEN = (50, 200)  # pictures that choose
TOLERANCES = {name: {"absolute": 1.5} for name in (*GROUPS, "any", "disagree", "overrated")}

(X, y), _ = fashion_mnist()
order = np.random.default_rng(0).permutation(np.flatnonzero((y == 0) | (y == 6)))
S = X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)[order]
t = (y[order] == 6).astype(int)
A = np.c_[S, np.ones(1000)]


def sees(columns):
    """A least-squares fit to a few of the pixels."""

    def predict(train, new):
        w = np.linalg.lstsq(A[train][:, columns], 2 * t[train] - 1, rcond=0.01)[0]
        return A[new][:, columns] @ w > 0

    return predict


def penalised(lam):
    """A logistic regression with a penalty."""

    def predict(train, new):
        model = LogisticRegression(C=1 / lam).fit(S[train], t[train])
        return model.predict(S[new])

    return predict


def candidates(group, rng, M=10):
    """M classifiers, as functions of the training and the new pictures."""
    if group == "coins":
        return [lambda train, new: rng.integers(0, 2, len(new))] * M
    if group == "penalties":
        return [penalised(lam) for lam in PENALTIES]
    return [sees(np.r_[rng.permutation(196)[:20], 196]) for _ in range(M)]


def choose(right, folded):
    """Reported and unseen accuracy for peek, split and folds, (3, 2)."""
    all_100 = right[:, :100].mean(axis=1)
    first_50 = right[:, :50].mean(axis=1)
    other_50 = right[:, 50:100].mean(axis=1)
    unseen = right[:, 100:].mean(axis=1)
    peek, split, fold = (score.argmax() for score in (all_100, first_50, folded))
    return [
        (all_100[peek], unseen[peek]),
        (other_50[split], unseen[split]),
        (all_100[fold], unseen[fold]),
    ]


def contest(group, seed):
    """The mean of 40 choices, (3, 2), and which of the others each classifier has right."""
    rng = np.random.default_rng(seed)
    train, others = np.split(rng.permutation(1000), [300])
    ten = candidates(group, rng)
    right = np.array([predict(train, others) == t[others] for predict in ten])
    folded = [
        np.mean(
            [
                (predict(np.setdiff1d(train, out), out) == t[out]).mean()
                for out in np.split(train, 5)
            ]
        )
        for predict in ten
    ]
    chosen = [choose(right[:, rng.permutation(700)], np.array(folded)) for _ in range(40)]
    return 100 * np.mean(chosen, axis=0), right


def overrated(seed):
    """By how many points the best of M pixel classifiers is too good where it was chosen."""
    rng = np.random.default_rng(seed)
    train, others = np.split(rng.permutation(1000), [300])
    many = candidates("pixels", rng, COUNTS[-1])
    right = np.array([predict(train, others) == t[others] for predict in many])
    table = []
    for n in SEEN:
        for M in COUNTS:
            found = []
            for _ in range(40):
                k, some = rng.permutation(700), rng.permutation(len(many))[:M]
                score = right[some][:, k[:n]].mean(axis=1)
                best = score.argmax()
                found.append(score[best] - right[some[best], k[n:]].mean())
            table.append(100 * np.mean(found))
    return np.reshape(table, (len(SEEN), len(COUNTS)))


def run(seed):
    """All three groups with one training set."""
    found, anyone, apart = {}, [], []
    for group in GROUPS:
        found[group], right = contest(group, seed)
        anyone.append(100 * right.mean())
        pairs = (right[:, None] != right).mean(axis=2)
        apart.append(100 * pairs[np.triu_indices(len(right), 1)].mean())
    return found | {"any": anyone, "disagree": apart, "overrated": overrated(seed)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(100))

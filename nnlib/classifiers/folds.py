"""Splitting data: k folds, stratified k folds, training and test sets."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from .. import checks

__all__ = ["KFold", "StratifiedKFold", "train_test_split"]

Array = np.ndarray


class KFold:
    """Let each of k folds be the test set in turn.

    Parameters
    ----------
    n_splits : int
        Folds, k. The first N mod k of them have one sample more than the others.
    shuffle : bool
        Whether to shuffle before dealing; else each fold is a stretch of consecutive samples.
    random_state : int, RandomState or None
        Of the shuffle, which is scikit-learn's: the same seed gives the same folds.

    Source: Hastie, Tibshirani and Friedman (2009), section 7.10; chapter "Choosing a model".

    >>> for train, test in KFold(3).split(range(4)):
    ...     print(train, test)
    [2 3] [0 1]
    [0 1 3] [2]
    [0 1 2] [3]
    """

    def __init__(self, n_splits: int = 5, *, shuffle: bool = False, random_state: Any = None):
        owner = type(self).__name__
        checks.count(owner, "n_splits", n_splits, least=2)
        if not isinstance(shuffle, bool):
            raise TypeError(f"{owner}: expected True or False for shuffle, got {shuffle!r}")
        if random_state is not None and not shuffle:
            raise ValueError(f"{owner}: random_state does nothing without shuffle=True")
        self.n_splits, self.shuffle, self.random_state = n_splits, shuffle, random_state

    def __repr__(self) -> str:
        options = f", shuffle=True, random_state={self.random_state}" if self.shuffle else ""
        return f"{type(self).__name__}({self.n_splits}{options})"

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds."""
        return self.n_splits

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Array, Array]]:
        """Yield for each fold the indices of training and of test samples, both rising.

        Parameters
        ----------
        X : (N, ...)
            Only its length counts.
        y : (N,), optional
            Labels, for the folds that need them.
        groups
            Not used; scikit-learn passes it.

        Raises
        ------
        ValueError
            If there are fewer samples than folds.
        """
        N = len(X)
        if self.n_splits > N:
            raise ValueError(
                f"{self}: expected at least {self.n_splits} samples, got n_samples = {N}"
            )
        fold = self._fold_of_each(N, y)
        for k in range(self.n_splits):
            yield np.flatnonzero(fold != k), np.flatnonzero(fold == k)

    def _fold_of_each(self, N: int, y: Any) -> Array:
        """Return the fold in which each sample is tested, (N,)."""
        order = np.arange(N)
        if self.shuffle:
            check_random_state(self.random_state).shuffle(order)
        fold = np.empty(N, dtype=int)
        fold[order] = np.repeat(np.arange(self.n_splits), _shares(N, self.n_splits))
        return fold


class StratifiedKFold(KFold):
    """Let each of k folds be the test set in turn, the classes having equal shares in all.

    Sorted by class, the samples are dealt to the folds like cards: so the number of samples of
    a class differs by at most one between folds, and so do the sizes of the folds. A class
    with fewer than k samples is missing in some folds, which a warning says.

    Parameters and indices are those of ``KFold`` and of scikit-learn.

    Source: Kohavi (1995), "A Study of Cross-Validation and Bootstrap for Accuracy Estimation
    and Model Selection"; chapter "Choosing a model".

    >>> y = ["a", "a", "a", "a", "b", "b"]
    >>> for train, test in StratifiedKFold(2).split(y, y):
    ...     print(train, test)
    [2 3 5] [0 1 4]
    [0 1 4] [2 3 5]
    """

    def _fold_of_each(self, N: int, y: Any) -> Array:
        """Return the fold in which each sample is tested, (N,)."""
        (y,) = checks.labels("StratifiedKFold.split", y=y)
        if len(y) != N:
            raise ValueError(f"{self}: expected {N} labels, as many as samples, got {len(y)}")
        classes = _by_first_appearance(y)
        counts = np.bincount(classes)
        if self.n_splits > counts.max():
            raise ValueError(f"{self}: every class has fewer than {self.n_splits} samples")
        if self.n_splits > counts.min():
            warnings.warn(
                f"{self}: a class has {counts.min()} samples only, too few for all folds",
                UserWarning,
                stacklevel=3,
            )
        rng, sorted_classes = check_random_state(self.random_state), np.sort(classes)
        fold = np.empty(N, dtype=int)
        dealt = np.arange(N) % self.n_splits
        for c in range(len(counts)):
            of_class = np.sort(dealt[sorted_classes == c])
            if self.shuffle:
                rng.shuffle(of_class)
            fold[classes == c] = of_class
        return fold


def train_test_split(
    *arrays: Any,
    test_size: float | int | None = None,
    train_size: float | int | None = None,
    random_state: Any = None,
    shuffle: bool = True,
    stratify: Any = None,
) -> list[Array]:
    """Split arrays of equal length into a part for training and one for testing.

    Parameters
    ----------
    *arrays : (N, ...)
        What to split, in the same way.
    test_size, train_size : float or int, optional
        Share or number of samples. One alone leaves the rest to the other; without either, a
        quarter is for testing. A share for testing is rounded up, one for training down.
    random_state : int, RandomState or None
        Of the shuffle, which is scikit-learn's: the same seed gives the same parts.
    shuffle : bool
        Whether to draw the samples; else the first are for training.
    stratify : (N,), optional
        Labels whose shares shall be the same in both parts, as nearly as numbers allow.

    Returns
    -------
    list of array
        For each array its training and its test part.

    Raises
    ------
    ValueError
        If lengths differ, a part would be empty or the parts larger than the whole, or a class
        is too small to be in both.

    Source: Hastie, Tibshirani and Friedman (2009), section 7.2; chapter "Choosing a model".

    >>> train_test_split(range(5), "abcde", test_size=2, shuffle=False)[:2]
    [array([0, 1, 2]), array([3, 4])]
    """
    owner = "train_test_split"
    arrays = [np.array(list(a)) if isinstance(a, str) else np.asarray(a) for a in arrays]
    if not arrays or len({len(a) for a in arrays}) > 1:
        raise ValueError(f"{owner}: expected arrays of one length, got {[*map(len, arrays)]}")
    N = len(arrays[0])
    n_train, n_test = _sizes(owner, N, train_size, test_size)
    if not shuffle:
        if stratify is not None:
            raise ValueError(f"{owner}: stratify needs shuffle=True")
        train, test = np.arange(n_train), np.arange(n_train, n_train + n_test)
    elif stratify is not None:
        train, test = _stratified(owner, stratify, N, n_train, n_test, random_state)
    else:
        order = check_random_state(random_state).permutation(N)
        train, test = order[n_test : n_test + n_train], order[:n_test]
    return [a[part] for a in arrays for part in (train, test)]


def _sizes(owner: str, N: int, train: Any, test: Any) -> tuple[int, int]:
    """Return the sizes of the training set and of the test set."""
    test = 0.25 if train is None and test is None else test
    n_train = _size(owner, "train_size", train, N, np.floor)
    n_test = _size(owner, "test_size", test, N, np.ceil)
    n_train = N - n_test if n_train is None else n_train
    n_test = N - n_train if n_test is None else n_test
    if n_train < 1 or n_test < 1 or n_train + n_test > N:
        raise ValueError(f"{owner}: cannot take {n_train} and {n_test} of {N} samples")
    return n_train, n_test


def _size(owner: str, name: str, size: Any, N: int, rounded: Any) -> int | None:
    """Return how many of N samples a size means: it is a fraction of N, a count, or None."""
    if size is None or (isinstance(size, int | np.integer) and not isinstance(size, bool)):
        return size
    if not isinstance(size, float | np.floating):
        raise TypeError(f"{owner}: expected a share or a number for {name}, got {size!r}")
    if not 0 < size < 1:
        raise ValueError(f"{owner}: expected a share {name} between 0 and 1, got {size}")
    return int(rounded(size * N))


def _stratified(owner, y, N, n_train, n_test, random_state) -> tuple[Array, Array]:
    """Return training and test indices, drawn from each class in proportion."""
    (y,) = checks.labels(owner, stratify=y)
    if len(y) != N:
        raise ValueError(f"{owner}: expected {N} labels to stratify by, got {len(y)}")
    classes, t, counts = np.unique(y, return_inverse=True, return_counts=True)
    if counts.min() < 2:
        raise ValueError(
            f"{owner}: expected 2 samples or more of each class, "
            f"got 1 of {classes[counts.argmin()].item()!r}"
        )
    if min(n_train, n_test) < len(classes):
        raise ValueError(
            f"{owner}: {n_train} and {n_test} samples cannot each hold {len(classes)} classes"
        )
    rng = check_random_state(random_state)
    to_train = _proportional(counts, n_train, rng)
    to_test = _proportional(counts - to_train, n_test, rng)
    train, test = [], []
    for c, (k, m) in enumerate(zip(to_train, to_test, strict=True)):
        of_class = np.flatnonzero(t == c)[rng.permutation(counts[c])]
        train.extend(of_class[:k])
        test.extend(of_class[k : k + m])
    return rng.permutation(train), rng.permutation(test)


def _proportional(counts: Array, n: int, rng: np.random.RandomState) -> Array:
    """Return whole numbers with sum n in proportion to counts, by largest remainders."""
    exact = counts / counts.sum() * n
    shares = np.floor(exact)
    rest, missing = exact - shares, int(n - shares.sum())
    for value in np.unique(rest)[::-1]:
        tied = np.flatnonzero(rest == value)
        lucky = min(len(tied), missing)
        if lucky:
            shares[rng.choice(tied, size=lucky, replace=False)] += 1
        missing -= lucky
    return shares.astype(int)


def _shares(N: int, k: int) -> Array:
    """Return the sizes of k folds of N samples, which differ by at most 1."""
    return np.full(k, N // k) + (np.arange(k) < N % k)


def _by_first_appearance(y: Array) -> Array:
    """Return labels as class indices, numbered in order of first appearance."""
    _, first, t = np.unique(y, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[t]

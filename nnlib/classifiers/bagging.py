"""Bagging: many estimators, each fitted to a sample drawn from the data, decide together."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import checks
from .errors import r2_score
from .neighbors import KNeighborsClassifier, KNeighborsRegressor

__all__ = ["BaggingClassifier", "BaggingRegressor"]

Array = np.ndarray


class _Bagging(BaseEstimator):
    """The base class of both estimators: it draws the samples and fits a clone to each."""

    def __init__(
        self,
        estimator: Any = None,
        n_estimators: int = 10,
        *,
        max_samples: float | int = 1.0,
        bootstrap: bool = True,
        oob_score: bool = False,
        random_state: Any = None,
    ):
        self.estimator = estimator
        self.n_estimators = n_estimators
        self.max_samples = max_samples
        self.bootstrap = bootstrap
        self.oob_score = oob_score
        self.random_state = random_state

    def _fit_to_samples(self, X: Array, y: Array) -> None:
        """Draw the samples and fit a clone of the base estimator to each."""
        owner, rng = type(self).__name__, check_random_state(self.random_state)
        checks.count(owner, "n_estimators", self.n_estimators)
        if self.oob_score and not self.bootstrap:
            raise ValueError(f"{owner}: oob_score needs bootstrap=True")
        N, size = len(X), self._size(owner, len(X))
        self.estimators_, self.estimators_samples_ = [], []
        for _ in range(self.n_estimators):
            drawn = draw(rng, N, size, self.bootstrap)
            estimator = _with_seed(clone(self._base()), rng)
            self.estimators_samples_.append(drawn)
            self.estimators_.append(estimator.fit(X[drawn], y[drawn]))

    def _size(self, owner: str, N: int) -> int:
        """Return the number of samples that each estimator is fitted to."""
        m = self.max_samples
        if isinstance(m, float | np.floating):
            if not 0 < m <= 1:
                raise ValueError(f"{owner}: expected a share max_samples in (0, 1], got {m}")
            return max(1, int(m * N))
        checks.count(owner, "max_samples", m)
        if m > N:
            raise ValueError(f"{owner}: expected max_samples of at most {N}, got {m}")
        return m

    def _out_of_bag(self, X: Array, outputs: Any) -> tuple[Array, Array]:
        """Return the sum of each sample's out-of-bag outputs, (N, K), and the number, (N,)."""
        N = len(X)
        total, count = 0.0, np.zeros(N)
        for estimator, drawn in zip(self.estimators_, self.estimators_samples_, strict=True):
            out = np.bincount(drawn, minlength=N) == 0
            if out.any():
                given = outputs(estimator, X[out])
                total = total + np.zeros((N, given.shape[1]))
                total[out] += given
                count += out
        if not count.any():
            raise ValueError(
                f"{type(self).__name__}: every sample was drawn by every estimator; "
                "an out-of-bag score needs more of them"
            )
        return total, count


class BaggingClassifier(ClassifierMixin, _Bagging):
    r"""The mean probability, or the vote, of classifiers fitted to samples of the data.

    .. math:: \hat p(x) = \frac{1}{B} \sum_b \hat p_b(x)

    Parameters
    ----------
    estimator : classifier, optional
        What is fitted; ``KNeighborsClassifier(n_neighbors=1)`` by default. If it takes a
        ``random_state``, each clone gets one of its own.
    n_estimators : int
        How many, B.
    max_samples : float or int
        Size of a sample, as a share of N or a number.
    bootstrap : bool
        Whether a sample is drawn with replacement. Of N from N, a share of about 1/e, 37 %, is
        then left out of the bag.
    oob_score : bool
        Whether to score each sample by the classifiers that have not seen it.
    voting : {"soft", "hard"}
        "soft": mean of the probabilities, of classifiers that give any; "hard": one vote each.
    random_state : int, RandomState or None
        Of the drawing.

    Attributes
    ----------
    classes_ : (C,)
        The labels, sorted; in a tie the first wins.
    estimators_ : list
        The fitted clones; their labels are indices into ``classes_``.
    estimators_samples_ : list of (n,) int
        The rows each was fitted to.
    oob_score_ : float
        Accuracy of these predictions, over the samples that have any.
    oob_decision_function_ : (N, C) float
        Their probabilities; nan for a sample that is in every bag.

    Source: Breiman (1996), "Bagging Predictors"; chapter "Generalisation".

    >>> X, y = [[0.0], [1.0], [9.0], [10.0]], ["low", "low", "high", "high"]
    >>> BaggingClassifier(n_estimators=25, random_state=0).fit(X, y).predict([[2.0], [8.0]])
    array(['low', 'high'], dtype='<U4')
    """

    def __init__(
        self,
        estimator: Any = None,
        n_estimators: int = 10,
        *,
        max_samples: float | int = 1.0,
        bootstrap: bool = True,
        oob_score: bool = False,
        voting: str = "soft",
        random_state: Any = None,
    ):
        super().__init__(
            estimator,
            n_estimators,
            max_samples=max_samples,
            bootstrap=bootstrap,
            oob_score=oob_score,
            random_state=random_state,
        )
        self.voting = voting

    def _base(self) -> Any:
        return KNeighborsClassifier(1) if self.estimator is None else self.estimator

    def fit(self, X, y):
        """Fit to X (N, D) and the labels y (N,)."""
        checks.choice("BaggingClassifier", "voting", self.voting, ("soft", "hard"))
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_, t = np.unique(y, return_inverse=True)
        self._fit_to_samples(X, t)
        if self.oob_score:
            votes, count = self._out_of_bag(X, self._probabilities)
            voted = count > 0
            p = np.full(votes.shape, np.nan)
            p[voted] = votes[voted] / count[voted, None]
            self.oob_decision_function_ = p
            self.oob_score_ = float((votes[voted].argmax(axis=1) == t[voted]).mean())
        return self

    def _probabilities(self, estimator: Any, X: Array) -> Array:
        """Return one estimator's probabilities or votes (N, C); 0 for classes not drawn."""
        p = np.zeros((len(X), len(self.classes_)))
        if self.voting == "soft" and hasattr(estimator, "predict_proba"):
            p[:, estimator.classes_] = estimator.predict_proba(X)
        else:
            p[np.arange(len(X)), estimator.predict(X)] = 1
        return p

    def predict_proba(self, X) -> Array:
        """Return the mean probability, or share of the votes, of each class, (M, C)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return sum(self._probabilities(e, X) for e in self.estimators_) / len(self.estimators_)

    def predict(self, X) -> Array:
        """Return the class with the largest share for each row, (M,)."""
        p = self.predict_proba(X)
        return self.classes_[p.argmax(axis=1)]


class BaggingRegressor(RegressorMixin, _Bagging):
    r"""The mean of regressors fitted to samples of the data.

    .. math:: \hat y(x) = \frac{1}{B} \sum_b \hat y_b(x)

    The options are those of ``BaggingClassifier`` but for voting; ``oob_score_`` is R², and
    ``oob_prediction_`` (N,) the predictions it is computed from, nan where there is none.

    Source: Breiman (1996), "Bagging Predictors"; chapter "Generalisation".

    >>> model = BaggingRegressor(n_estimators=50, random_state=0)
    >>> model.fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]).predict([[1.0]]).round(1)
    array([1.])
    """

    def _base(self) -> Any:
        return KNeighborsRegressor(1) if self.estimator is None else self.estimator

    def fit(self, X, y):
        """Fit to X (N, D) and the numbers y (N,)."""
        X, y = validate_data(self, X, y, y_numeric=True)
        self._fit_to_samples(X, y)
        if self.oob_score:
            total, count = self._out_of_bag(X, lambda e, X: e.predict(X)[:, None])
            voted = count > 0
            self.oob_prediction_ = np.full(len(X), np.nan)
            self.oob_prediction_[voted] = total[voted, 0] / count[voted]
            self.oob_score_ = r2_score(y[voted], self.oob_prediction_[voted])
        return self

    def predict(self, X) -> Array:
        """Return the mean prediction for each row, (M,)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return sum(e.predict(X) for e in self.estimators_) / len(self.estimators_)


def draw(rng: np.random.RandomState, N: int, size: int, bootstrap: bool) -> Array:
    """Return random row indices of one sample, (size,), with replacement if ``bootstrap``."""
    return rng.randint(0, N, size) if bootstrap else rng.permutation(N)[:size]


def _with_seed(estimator: Any, rng: np.random.RandomState) -> Any:
    """Return the estimator with a random seed, if it has ``random_state``."""
    seeds = [name for name in estimator.get_params() if name.split("__")[-1] == "random_state"]
    return estimator.set_params(**{name: rng.randint(2**31 - 1) for name in sorted(seeds)})

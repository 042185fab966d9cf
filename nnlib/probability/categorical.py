"""The categorical distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import checks
from .distribution import Discrete, supported
from .special import xlogy

__all__ = ["Categorical"]


@dataclass(frozen=True, eq=False)
class Categorical(Discrete):
    r"""The distribution of one of C classes, each with its probability.

    .. math:: p(x = c) = p_c

    Mean, variance and covariance are those of the one-hot vector of the class: p and
    diag(p) - p pᵀ, which is also the derivative of the softmax.

    Parameters
    ----------
    probs : (C,) float
        The probabilities; they sum to 1.

    Raises
    ------
    ValueError
        If a probability is negative, they do not sum to 1, or there is not one axis of them.

    Source: Bishop (2006), section 2.2; chapter "Probability".

    >>> dice = Categorical(np.full(6, 1 / 6))
    >>> round(dice.entropy(), 4)  # log 6
    1.7918
    """

    probs: np.ndarray

    def __post_init__(self) -> None:
        p = checks.probabilities("Categorical", "probs", self.probs)
        if p.ndim != 1:
            raise ValueError(f"Categorical: expected probs (C,), got {p.shape}")
        self._set(probs=p / p.sum())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Categorical) and np.array_equal(self.probs, other.probs)

    __hash__ = None

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return log p of class x, in nats; -inf unless x is 0, 1, …, C - 1."""
        C = len(self.probs)
        inside = (x >= 0) & (x < C) & (x == np.floor(x))
        with np.errstate(divide="ignore"):
            log_p = np.log(self.probs)
        return supported(x, inside, log_p[np.where(inside, x, 0).astype(np.int64)])

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of a class up to x, in the order of their numbers."""
        C = len(self.probs)
        c = np.clip(np.floor(np.nan_to_num(x)), -1, C - 1).astype(np.int64)
        P = np.append(self.probs.cumsum(), 0.0)  # the last is found at -1
        return np.where(np.isnan(x), x, P[c])

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random classes as an int64 array of that shape."""
        return rng.choice(len(self.probs), shape, p=self.probs)

    @property
    def mean(self) -> np.ndarray:
        """The mean (C,) of the one-hot vector: the probabilities."""
        return self.probs

    @property
    def variance(self) -> np.ndarray:
        """The variance (C,) of each entry of the one-hot vector."""
        return self.probs * (1 - self.probs)

    @property
    def covariance_matrix(self) -> np.ndarray:
        """The covariance (C, C) of the one-hot vector."""
        return np.diag(self.probs) - np.outer(self.probs, self.probs)

    @property
    def mode(self) -> int:
        """The likeliest class, the first where there are several."""
        return int(self.probs.argmax())

    def entropy(self) -> float:
        """Return the uncertainty of the class, in nats: at most log C."""
        return float(-xlogy(self.probs, self.probs).sum())

    def kl_divergence(self, other: Categorical) -> float:
        """Return the divergence of ``other``, of as many classes, in nats."""
        self._expect_same_family(other)
        p, q = self.probs, other.probs
        if len(p) != len(q):
            raise ValueError(
                "Categorical.kl_divergence: expected as many classes in both, "
                f"got {len(p)} and {len(q)}"
            )
        return float(np.sum(xlogy(p, p) - xlogy(p, q)))

    @classmethod
    def fit(cls, data: np.ndarray, *, num_classes: int | None = None) -> Categorical:
        """Estimate the probabilities by maximum likelihood: the shares of the classes.

        Parameters
        ----------
        data : (...) int
            Class indices in [0, C).
        num_classes : int, optional
            C; one more than the largest index by default.

        Raises
        ------
        ValueError
            If data is empty or holds anything but class indices.

        Source: Bishop (2006), equation (2.33); chapter "Maximum likelihood".

        >>> Categorical.fit([0, 2, 2, 1]).probs
        array([0.25, 0.25, 0.5 ])
        """
        counts = class_counts("Categorical.fit", data, num_classes)
        return cls(counts / counts.sum())


def class_counts(name: str, data: np.ndarray, C: int | None) -> np.ndarray:
    """Return how often each class occurs among class indices."""
    high = np.inf if C is None else checks.whole(name, "num_classes", C, low=1) - 1
    x = checks.counts(name, data, high).astype(np.int64)
    return np.bincount(x.ravel(), minlength=0 if C is None else C)

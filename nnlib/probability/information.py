"""The Kullback-Leibler divergence."""

from __future__ import annotations

import numpy as np

from .. import checks
from .distribution import plain
from .special import xlogy

__all__ = ["kl_divergence"]


def kl_divergence(p: np.ndarray, q: np.ndarray) -> float | np.ndarray:
    r"""Measure how much the distribution q differs from p.

    .. math:: \mathrm{KL}(p \| q) = \sum_c p_c \log \frac{p_c}{q_c}, \quad 0 \log 0 = 0

    The divergence is never negative, and 0 only if p = q. It is not symmetric.

    Parameters
    ----------
    p, q : (..., C) float
        Probabilities of C classes: the true distribution p and its approximation q.

    Returns
    -------
    float or (...) float
        The divergence in nats. It is infinite if a class has q = 0 but p > 0.

    Raises
    ------
    ValueError
        If probabilities are negative or do not sum to 1, or the shapes are incompatible.

    Source: Bishop (2006), equation (1.113); chapter "Probability".

    >>> round(kl_divergence([0.5, 0.5], [0.9, 0.1]), 4)
    0.5108
    >>> round(kl_divergence([0.9, 0.1], [0.5, 0.5]), 4)
    0.3681
    """
    p = checks.probabilities("kl_divergence", "p", p)
    q = checks.probabilities("kl_divergence", "q", q)
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(
            f"kl_divergence: expected p and q with the same C, got {p.shape} and {q.shape}"
        )
    return plain((xlogy(p, p) - xlogy(p, q)).sum(axis=-1))

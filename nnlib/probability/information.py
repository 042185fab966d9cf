"""Entropy, cross-entropy and the Kullback-Leibler divergence."""

from __future__ import annotations

import math

import numpy as np

from .. import checks
from .distribution import Distribution, plain
from .special import xlogy

__all__ = ["cross_entropy", "entropy", "kl_divergence"]


def entropy(p: np.ndarray | Distribution, *, base: float = math.e) -> float | np.ndarray:
    r"""Measure how uncertain a draw is.

    .. math:: H(p) = -\sum_c p_c \log p_c, \quad 0 \log 0 = 0

    Parameters
    ----------
    p : (..., C) float, or a distribution
        Probabilities, which sum to 1 along the last axis; of a distribution with a density
        the sum is an integral, which may be negative.
    base : float
        Of the logarithm: e for nats, 2 for bits.

    Returns
    -------
    float or (...) float
        In nats, or in the unit of the base.

    Raises
    ------
    ValueError
        If a probability is negative, they do not sum to 1, or base is not above 1.

    Source: Bishop (2006), equation (1.98); chapter "Probability".

    >>> round(entropy([0.5, 0.25, 0.25], base=2), 6)
    1.5
    """
    unit = _unit("entropy", base)
    if isinstance(p, Distribution):
        return p.entropy() / unit
    p = checks.probabilities("entropy", "p", p)
    return plain(-xlogy(p, p).sum(axis=-1) / unit)


def cross_entropy(
    p: np.ndarray | Distribution, q: np.ndarray | Distribution, *, base: float = math.e
) -> float | np.ndarray:
    r"""Measure how surprising draws from p are to one who believes in q.

    .. math:: H(p, q) = -\sum_c p_c \log q_c = H(p) + \mathrm{KL}(p \| q)

    Parameters
    ----------
    p, q : (..., C) float, or distributions of one family
        What is true, and what is believed.
    base : float
        Of the logarithm: e for nats, 2 for bits.

    Returns
    -------
    float or (...) float
        In nats, or in the unit of the base; infinite where q is 0 and p is not.

    Raises
    ------
    ValueError, TypeError
        As ``kl_divergence``.

    Source: Goodfellow et al. (2016), equation (3.51); chapter "Probability".

    >>> cross_entropy([0.5, 0.5], [0.25, 0.75], base=2) > entropy([0.5, 0.5], base=2)
    True
    """
    unit = _unit("cross_entropy", base)
    p, q = _pair("cross_entropy", p, q)
    if isinstance(p, Distribution):
        return (p.entropy() + p.kl_divergence(q)) / unit
    return plain(-xlogy(p, q).sum(axis=-1) / unit)


def kl_divergence(
    p: np.ndarray | Distribution, q: np.ndarray | Distribution, *, base: float = math.e
) -> float | np.ndarray:
    r"""Measure how far q is from p; never negative, 0 only if they are equal, not symmetric.

    .. math:: \mathrm{KL}(p \| q) = \sum_c p_c \log \frac{p_c}{q_c}

    Parameters
    ----------
    p, q : (..., C) float, or distributions of one family
        What is true, and what stands for it; of distributions the closed form is used.
    base : float
        Of the logarithm: e for nats, 2 for bits.

    Returns
    -------
    float or (...) float
        In nats, or in the unit of the base; infinite where q is 0 and p is not.

    Raises
    ------
    ValueError
        If probabilities are negative or do not sum to 1, the shapes do not fit, or base is
        not above 1.
    TypeError
        If p and q are distributions of different families, or one is an array.

    Source: Bishop (2006), equation (1.113); chapter "Probability".

    >>> round(kl_divergence([0.5, 0.5], [0.9, 0.1]), 4)
    0.5108
    >>> round(kl_divergence([0.9, 0.1], [0.5, 0.5]), 4)
    0.3681
    """
    unit = _unit("kl_divergence", base)
    p, q = _pair("kl_divergence", p, q)
    if isinstance(p, Distribution):
        return p.kl_divergence(q) / unit
    return plain((xlogy(p, p) - xlogy(p, q)).sum(axis=-1) / unit)


def _unit(name: str, base: float) -> float:
    """Return the number of nats in one unit of information of this base."""
    return math.log(checks.number(name, "base", base, above=1))


def _pair(name: str, p: object, q: object) -> tuple:
    """Return two distributions of one family, or two arrays of probabilities of one length."""
    if isinstance(p, Distribution) or isinstance(q, Distribution):
        if type(p) is not type(q):
            raise TypeError(
                f"{name}: expected two distributions of one family, or two arrays, got "
                f"{type(p).__name__} and {type(q).__name__}"
            )
        return p, q
    p, q = checks.probabilities(name, "p", p), checks.probabilities(name, "q", q)
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(
            f"{name}: expected as many classes in p and q, got {p.shape} and {q.shape}"
        )
    return p, q

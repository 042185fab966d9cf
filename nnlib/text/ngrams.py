"""N-gram models: counts, probabilities, and cross-entropy."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .. import checks
from .vocabulary import whole

__all__ = [
    "bits_per_character",
    "ngram_counts",
    "ngram_cross_entropy",
    "ngram_probabilities",
    "perplexity",
    "sample",
]

LARGEST = 10**8  # largest number of entries in a table of counts: 800 MB


def ngram_counts(*sequences: Sequence[int], n: int, size: int) -> np.ndarray:
    r"""Count the n-grams, which are sequences of n successive tokens.

    .. math:: c_{k_1 \dots k_n} = \#\{t : x_t = k_1, \dots, x_{t+n-1} = k_n\}

    Parameters
    ----------
    *sequences : (T,) int
        Indices of tokens in [0, size). An n-gram never spans two sequences.
    n : int
        Number of tokens in an n-gram, for example 2 for bigrams.
    size : int
        Number of tokens in the vocabulary.

    Returns
    -------
    (size, ..., size) int64
        The counts, with n axes.

    Raises
    ------
    TypeError
        If the indices are not integers.
    ValueError
        If an index is out of range, n or size is below 1, or the table would be too large.

    Source: Jurafsky and Martin (2024), "Speech and language processing", section 3.1; chapter
    "Language models".

    >>> ngram_counts([0, 1, 0, 1, 0, 2], n=2, size=3)  # a b a b a c
    array([[0, 2, 1],
           [2, 0, 0],
           [0, 0, 0]])
    """
    n = checks.whole("ngram_counts", "n", n, low=1)
    size = checks.whole("ngram_counts", "size", size, low=1)
    if n > 64 or size**n > LARGEST:  # NumPy's arrays have at most 64 axes
        raise ValueError(
            f"ngram_counts: expected size**n of at most {LARGEST:,} and n of at most 64, "
            f"got n={n} and size={size}"
        )
    counts = np.zeros(size**n, np.int64)
    for sequence in sequences:
        grams = _grams("ngram_counts", sequence, n, size)
        counts += np.bincount(grams @ size ** np.arange(n)[::-1], minlength=size**n)
    return counts.reshape((size,) * n)


def ngram_probabilities(counts: np.ndarray, *, alpha: float = 0.0) -> np.ndarray:
    r"""Estimate the probability of the last token of an n-gram, given the previous tokens.

    .. math:: p(k_n \mid k_1 \dots k_{n-1}) = \frac{c_{k_1 \dots k_n} + \alpha}{\sum_k
        (c_{k_1 \dots k_{n-1} k} + \alpha)}

    Parameters
    ----------
    counts : (C, ..., C) int
        Counts, such as from ``ngram_counts``.
    alpha : float
        Number to add to each count: 0 for maximum likelihood, 1 for Laplace smoothing.

    Returns
    -------
    (C, ..., C) float64
        Probabilities that sum to 1 along the last axis. If all counts in a row are 0, each of
        its probabilities is 1 / C.

    Raises
    ------
    ValueError
        If a count or alpha is negative or not finite.

    Source: Jurafsky and Martin (2024), sections 3.1 and 3.6; chapter "Language models".

    >>> ngram_probabilities(np.array([[0, 2, 1], [2, 0, 0], [0, 0, 0]]), alpha=1)[0]
    array([0.16666667, 0.5       , 0.33333333])
    """
    c = checks.reals("ngram_probabilities", "counts", counts).astype(float)
    alpha = checks.number("ngram_probabilities", "alpha", alpha, low=0)
    if not c.size or not np.isfinite(c).all() or (c < 0).any():
        got = f"{c.min()} to {c.max()}" if c.size else f"shape {c.shape}"
        raise ValueError(
            f"ngram_probabilities: expected finite counts (C, ..., C) >= 0, got {got}"
        )
    if not c.ndim:
        raise ValueError("ngram_probabilities: expected counts (C, ..., C), got one number")
    total = (c + alpha).sum(axis=-1, keepdims=True)
    uniform = np.full_like(c, 1 / c.shape[-1])
    return np.divide(c + alpha, total, out=uniform, where=total > 0)


def ngram_cross_entropy(probabilities: np.ndarray, *sequences: Sequence[int]) -> float:
    r"""Return the mean surprise per token, given the n - 1 previous tokens.

    .. math:: H = -\frac{1}{M} \sum_{t=n}^{T} \log p(x_t \mid x_{t-n+1} \dots x_{t-1})

    Parameters
    ----------
    probabilities : (C, ..., C) float
        Probabilities, such as from ``ngram_probabilities``, with n axes.
    *sequences : (T,) int
        Indices of tokens in [0, C). The first n - 1 tokens of each sequence are given, and the
        M remaining tokens of all sequences are predicted.

    Returns
    -------
    float
        Cross-entropy in nats per token; infinite if a token with probability 0 occurs.

    Raises
    ------
    ValueError
        If an index is out of range, no sequence has n tokens, or the probabilities do not sum
        to 1 along the last axis.

    Source: Jurafsky and Martin (2024), section 3.7; chapter "Language models".

    >>> p = ngram_probabilities(np.array([[0, 2, 1], [2, 0, 0], [0, 0, 0]]))
    >>> H = ngram_cross_entropy(p, [0, 1, 0, 1, 0, 2])  # (2 log 3/2 + log 3 + 2 log 1) / 5
    >>> round(H, 4), round(perplexity(H) ** 5, 4)
    (0.3819, 6.75)
    """
    name = "ngram_cross_entropy"
    p = checks.reals(name, "probabilities", probabilities).astype(float)
    if p.ndim < 1 or not p.size or set(p.shape) != {len(p)}:
        raise ValueError(f"{name}: expected probabilities (C, ..., C), got {p.shape}")
    if not ((p >= 0).all() and np.allclose(p.sum(axis=-1), 1, atol=1e-6)):
        raise ValueError(f"{name}: expected probabilities >= 0 that sum to 1, got {p}")
    n, size = p.ndim, len(p)
    grams = np.concatenate([_grams(name, s, n, size) for s in sequences] or [np.empty((0, n))])
    if not len(grams):
        raise ValueError(f"{name}: expected a sequence of at least {n} tokens, got none")
    with np.errstate(divide="ignore"):  # log 0 is -inf, for a token with probability 0
        return float(-np.log(p[tuple(grams.T)]).mean())


def perplexity(cross_entropy: float) -> float:
    """Return exp(H), the number of equally likely tokens with the same cross-entropy H.

    Parameters
    ----------
    cross_entropy : float
        H in nats per token.

    Returns
    -------
    float
        Perplexity of at least 1; infinite if H is infinite, or if exp(H) is too large for a
        float.

    Source: Jurafsky and Martin (2024), section 3.3; chapter "Language models".

    >>> round(perplexity(math.log(27)), 6)
    27.0
    """
    with np.errstate(over="ignore"):
        return float(np.exp(_nats("perplexity", cross_entropy)))


def bits_per_character(cross_entropy: float) -> float:
    """Convert a cross-entropy H from nats to bits per character: H / log 2.

    Parameters
    ----------
    cross_entropy : float
        H in nats per character.

    Source: Graves (2013), arXiv:1308.0850, section 3; chapter "Language models".

    >>> bits_per_character(math.log(8))
    3.0
    """
    return _nats("bits_per_character", cross_entropy) / math.log(2)


def _nats(function: str, cross_entropy: float) -> float:
    """Return a cross-entropy, after checking that it is at least 0; it may be infinite."""
    if isinstance(cross_entropy, float) and cross_entropy == math.inf:
        return math.inf
    return checks.number(function, "cross_entropy", cross_entropy, low=0)


def sample(
    logits: np.ndarray, *, temperature: float = 1.0, rng: np.random.Generator
) -> np.ndarray:
    r"""Draw a token for each row of logits.

    .. math:: P(k) = \mathrm{softmax}(z / \tau)_k

    Parameters
    ----------
    logits : (..., C) float
        Unnormalized scores z, or log-probabilities. Tokens with -inf are never drawn.
    temperature : float
        Temperature τ. A value below 1 makes likely tokens even more likely. 0 selects the most
        likely token, and the first one if several tie.
    rng : Generator
        Random number generator.

    Returns
    -------
    (...) int64
        Tokens in [0, C).

    Raises
    ------
    ValueError
        If the temperature is negative, or a row contains NaN or +inf or only -inf.

    Source: Hinton, Vinyals and Dean (2015), arXiv:1503.02531, equation 1; chapter "Language
    models". We use the Gumbel trick: the token is the argmax of z/τ + g with g = -log(-log u).

    >>> logits = np.array([[2.0, 1.0, -np.inf], [-np.inf, -np.inf, 0.0]])
    >>> sample(logits, temperature=0.5, rng=np.random.default_rng(0))
    array([0, 2])
    """
    z = checks.reals("sample", "logits", logits).astype(float)
    temperature = checks.number("sample", "temperature", temperature, low=0)
    rng = checks.generator("sample", rng)
    if z.ndim < 1 or not z.size or not np.isfinite(z.max(axis=-1)).all():
        raise ValueError(
            f"sample: expected logits (..., C) with a finite maximum in each row, got {z}"
        )
    if temperature == 0:
        return z.argmax(axis=-1)
    return (z / temperature + rng.gumbel(size=z.shape)).argmax(axis=-1)


def _grams(function: str, sequence: Sequence[int], n: int, size: int) -> np.ndarray:
    """Return all n-grams of a sequence, (T - n + 1, n), after checking its tokens."""
    x = whole(function, "sequences", sequence)
    if x.ndim != 1 or ((x < 0) | (x >= size)).any():
        got = f"shape {x.shape}" if x.ndim != 1 else f"{x.min()} to {x.max()}"
        raise ValueError(
            f"{function}: expected sequences of tokens (T,) from 0 to {size - 1}, got {got}"
        )
    if len(x) < n:
        return np.empty((0, n), np.int64)
    return np.lib.stride_tricks.sliding_window_view(x, n)

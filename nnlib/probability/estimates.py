"""Steps from the likelihood to the maximum likelihood estimate, in exact numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ..linalg.exact import exact, root, tex, text
from ..steps import Step, Steps
from .shown import bracketed, divided

__all__ = ["bernoulli_steps", "gaussian_steps"]


def bernoulli_steps(x: np.ndarray, found: object) -> Steps:
    """Return the steps to the estimate of p, where the log likelihood has derivative 0."""
    N, h = x.size, int(x.sum())
    p, t = exact(h) / N, N - h
    likelihood = p**h * (1 - p) ** t
    powers = " ".join(_power(base, k) for base, k in (("p", h), ("(1-p)", t)) if k)
    logs = (("p", h), ("(1-p)", t))
    summed = " + ".join(rf"{_times(k)}\log {base}" for base, k in logs if k)
    about, decimal = "", tex(float(likelihood))
    if likelihood.denominator > 1:
        about = f" = {decimal}" if decimal == str(float(likelihood)) else rf" \approx {decimal}"
    return Steps(
        [
            Step(
                f"{h} of {N} tosses gave 1, {t} gave 0; the likelihood multiplies them.",
                f"L(p) = {powers}",
            ),
            Step(
                "The logarithm has its maximum at the same p, and makes the product a sum.",
                rf"\log L(p) = {summed}",
            ),
            *_maximum(h, t, p),
            Step(
                f"The likelihood there is {text(likelihood)}, the largest there is.",
                rf"L(\hat p) = {tex(likelihood)}{about}",
            ),
        ],
        found,
    )


def _power(base: str, k: int) -> str:
    """Return a power as a formula; an exponent of 1 is left out."""
    return base if k == 1 else f"{base}^{{{k}}}"


def _times(k: int) -> str:
    """Return a factor as a formula, followed by a space; a factor of 1 is left out."""
    return "" if k == 1 else f"{k} "


def _maximum(h: int, t: int, p: Fraction) -> list[Step]:
    """Return the steps that maximize h log p + t log(1 - p), also where h or t is 0."""
    if h == 0 or t == 0:
        falls = "falls" if h == 0 else "grows"
        return [Step(f"It {falls} all the way, so p = {text(p)}.", rf"\hat p = {tex(p)}")]
    reduced = p.denominator < h + t
    plain, written = (f" = {f(p)}" if reduced else "" for f in (text, tex))
    return [
        Step(
            "At the maximum its derivative is 0.",
            rf"\frac{{{h}}}{{p}} - \frac{{{t}}}{{1-p}} = 0",
        ),
        Step(
            f"Solve for p: {_times(h)}(1 − p) = {_times(t)}p, so p = {h}/{h + t}{plain}.",
            rf"\hat p = \frac{{{h}}}{{{h + t}}}{written}",
        ),
    ]


def gaussian_steps(x: np.ndarray, found: object, *, unbiased: bool) -> Steps:
    """Return the steps to the mean and the standard deviation."""
    x = exact(x.ravel())
    N = x.size
    mean = x.sum() / N
    squares = (x - mean) ** 2
    M = N - 1 if unbiased else N
    variance = squares.sum() / M
    why = "its expectation is the variance" if unbiased else "the maximum of the likelihood"
    added, parts = (" + ".join(bracketed(tex, e) for e in terms) for terms in (x, squares))
    scale, about = root(variance), rf" \approx {tex(float(variance) ** 0.5)}"
    return Steps(
        [
            Step(
                "The log likelihood of independent numbers is a sum.",
                r"\log L = -\frac{N}{2} \log(2 \pi \sigma^2)"
                r" - \frac{1}{2 \sigma^2} \sum_n (x_n - \mu)^2",
            ),
            Step(
                f"Its derivative by μ is 0 at the mean: {divided(x.sum(), Fraction(N))}.",
                rf"\hat\mu = \frac{{{added}}}{{{N}}} = {tex(mean)}",
            ),
            Step(
                f"The squared distances from it add to {text(squares.sum())}.",
                rf"\sum_n (x_n - \hat\mu)^2 = {parts} = {tex(squares.sum())}",
            ),
            Step(
                f"Divide by {M} ({why}): the variance is {text(variance)}.",
                rf"\hat\sigma^2 = \frac{{{tex(squares.sum())}}}{{{M}}} = {tex(variance)}",
            ),
            Step(
                f"The standard deviation is its root, {text(scale)}.",
                rf"\hat\sigma = {tex(scale)}{'' if isinstance(scale, Fraction) else about}",
            ),
        ],
        found,
    )

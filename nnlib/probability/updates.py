"""Steps from a conjugate prior to the posterior, in exact numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ..linalg.exact import exact, root, tex, text
from ..steps import Step, Steps
from .shown import bracketed, divided

__all__ = ["beta_steps", "gaussian_update_steps"]


def beta_steps(prior: tuple[float, float], ones: float, zeros: float, found: object) -> Steps:
    """Return the steps to a Beta posterior: the exponents of prior and likelihood add."""
    a, b = exact(prior)
    h, t = exact([ones, zeros])
    after, mode = (a + h, b + t), ""
    if min(after) > 1:
        mode = f"; the mode, the MAP estimate, is {text((a + h - 1) / (a + b + h + t - 2))}"
    return Steps(
        [
            Step(
                f"The prior is Beta({text(a)}, {text(b)}).",
                rf"p(\theta) \propto {_powers(a - 1, b - 1)}",
            ),
            Step(
                f"What was seen, {_counted(h, 'one')} and {_counted(t, 'zero')}, has the "
                "likelihood θ for each one times 1 − θ for each zero.",
                rf"p(D \mid \theta) = {_powers(h, t)}",
            ),
            Step(
                "Bayes' rule multiplies them: the exponents add, "
                f"and the posterior is Beta({text(after[0])}, {text(after[1])}).",
                rf"p(\theta \mid D) \propto {_powers(a - 1 + h, b - 1 + t)}",
            ),
            Step(
                f"Its mean is {divided(a + h, a + b + h + t)}{mode}.",
                rf"\mathrm{{E}}[\theta \mid D] = {tex((a + h) / (a + b + h + t))}",
            ),
        ],
        found,
    )


def _counted(n: Fraction, noun: str) -> str:
    """Return a number with its noun, in the singular or the plural."""
    return f"{text(n)} {noun}{'' if n == 1 else 's'}"


def _powers(m: Fraction, n: Fraction) -> str:
    """Return a product of powers of θ and 1 - θ as a formula; powers of 0 are left out."""
    factors = [
        base if k == 1 else f"{base}^{{{tex(k)}}}"
        for base, k in ((r"\theta", m), (r"(1-\theta)", n))
        if k
    ]
    return r" \, ".join(factors) or "1"


def gaussian_update_steps(
    loc: float, scale: float, x: np.ndarray, noise: float, found: object
) -> Steps:
    """Return the steps to a Gaussian posterior: precisions add, means are averaged."""
    m, s0, s = exact([loc, scale, noise])
    x, N = exact(x.ravel()), x.size
    before, data = 1 / s0**2, N / s**2
    precision, mean = before + data, x.sum() / N
    posterior = (m * before + mean * data) / precision
    return Steps(
        [
            Step(
                f"The prior's precision is {divided(Fraction(1), s0**2)}.",
                rf"\frac{{1}}{{\sigma_0^2}} = {tex(before)}",
            ),
            Step(
                f"The mean of {N} numbers, {text(mean)}, has the precision "
                f"{divided(Fraction(N), s**2)}.",
                rf"\frac{{N}}{{\sigma^2}} = {tex(data)}",
            ),
            Step(
                f"Precisions add to {text(precision)}: the variance is {text(1 / precision)}.",
                rf"\frac{{1}}{{\sigma_N^2}} = {tex(before)} + {tex(data)} = {tex(precision)}",
            ),
            Step(
                f"Weighted by them, {text(m)} and {text(mean)} have the mean "
                f"{text(posterior)}; the standard deviation is {text(root(1 / precision))}.",
                rf"\mu_N = \frac{{{tex(before)} \cdot {bracketed(tex, m)} + {tex(data)} \cdot "
                rf"{bracketed(tex, mean)}}}{{{tex(precision)}}} = {tex(posterior)}",
            ),
        ],
        found,
    )

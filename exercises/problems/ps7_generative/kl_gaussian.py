"""kl_gaussian: the divergence of diagonal Gaussians from the standard normal, and its gradient.

Why rounding never decides whether a result is within the tolerance: for a log_var v of about
1e-5, the excess exp(v) - 1 - v is v^2 / 2, about 5e-11. Rounding exp(v), a number near 1, costs
up to 1e-16, so the plain formula has a relative error of about 1e-6, which differs from entry
to entry. Rounding expm1(v), a number near 1e-5, has a relative error of 1e-16, so the relative
error of the excess stays below 1e-10. The tolerance of 1e-8 is far from both errors.

The results of the plain formula depend on how the processor rounds exp, so we can't register
this formula as a mistake. Instead, the message names the case, and the text explains the loss.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

divergence = problem(
    "kl_gaussian",
    rtol=DIGITS,
    returns={"kl": "value", "dlog_var": "gradient"},
    points={
        "shape": (1, "two arrays of the correct shapes, in the correct order"),
        "value": (5, "`kl`"),
        "gradient": (4, "`dlog_var`"),
        "stability": (3, "both results when `log_var` and the means are about 0.00001"),
    },
    forbidden={"all": ELSEWHERE},
)


@divergence.reference
def kl_gaussian(mean, log_var):
    """Compute the divergence of N Gaussians from the standard normal, and its gradient.

    kl[n] = 1/2 * (the sum over d of mean[n, d]^2 + sigma[n, d]^2 - 1 - ln(sigma[n, d]^2))
    with ln(sigma^2) = log_var. Means and log_var can be as close to 0 as about 0.00001, and the
    results must be correct to eight digits even then.

    mean, log_var : (N, D) arrays
    Returns (kl, dlog_var): an array (N,), and the derivatives (N, D) of the mean of kl over the
    N Gaussians with respect to log_var.
    """
    grown, N = np.expm1(log_var), len(mean)
    return (mean**2 + (grown - log_var)).sum(axis=1) / 2, grown / (2 * N)


divergence.example(
    np.array([[1.0, 0.0], [2.0, -1.0]]), np.log(np.array([[1.0, 4.0], [0.25, 2.0]]))
)


@divergence.case("value", visible=2)
def random_gaussians(rng, N, D):
    """Random means and standard deviations."""
    return rng.normal(size=(N, D)), 1.2 * rng.normal(size=(N, D)) - 0.4


@divergence.case("stability")
def nearly_standard(rng, N, D):
    """Gaussians that are nearly standard: means and log_var of about 0.00001."""
    signs = rng.choice([-1.0, 1.0], size=(2, N, D))
    return tuple(signs * 1e-5 * rng.uniform(0.5, 1.5, size=(2, N, D)))


@divergence.alternative
def number_by_number(mean, log_var):
    kl, dlog_var = np.zeros(len(mean)), np.zeros(mean.shape)
    for n in range(mean.shape[0]):
        for d in range(mean.shape[1]):
            m, v = mean[n, d], log_var[n, d]
            kl[n] += 0.5 * m * m + 0.5 * (np.expm1(v) - v)
            dlog_var[n, d] = 0.5 * np.expm1(v) / len(kl)
    return kl, dlog_var


@divergence.alternative
def by_a_series(mean, log_var):
    v = log_var
    series = v**2 / 2 + v**3 / 6 + v**4 / 24
    excess = np.where(np.abs(v) < 1e-3, series, np.exp(v) - 1 - v)
    ones = np.ones(mean.shape[1])
    kl = 0.5 * (np.einsum("nd,nd->n", mean, mean) + excess @ ones)
    return kl, 0.5 * (excess + v) / len(kl)


divergence.known["value"] = {
    "Your `kl` is too large by a factor of 2. Which factor is in front of the sum in the "
    "formula?": {"not_halved": {"(axis=1) / 2": "(axis=1)"}},
    "Your `kl` has the wrong sign. Can a divergence be negative?": {
        "sign_forgotten": {"return (": "return -("}
    },
    "You use `log_var` as if it were the variance itself. How do you compute the variance from "
    "`log_var`?": {
        "taken_as_the_variance": {
            "grown - log_var": "log_var - 1 - np.log(np.abs(log_var))",
            "grown / (2": "(1 - 1 / log_var) / (2",
        }
    },
    "Your `kl` doesn't depend on `log_var`. Which terms of the formula contain the variance?": {
        "log_var_ignored": {" + (grown - log_var)": ""}
    },
    "Your `kl` doesn't depend on `mean`. Which term of the formula is large for a Gaussian far "
    "from 0?": {"mean_ignored": {"mean**2 + ": ""}},
    "Your `kl` is too large by the same amount for every Gaussian. Which constant does your "
    "sum leave out?": {"without_the_one": {"(grown - log_var)": "(grown + 1 - log_var)"}},
    "In each row, you subtract 1 only once. Is the 1 in the formula inside or outside the sum "
    "over "
    "d?": {"one_for_a_row": {"(grown - log_var)": "(grown + 1 - 1 / mean.shape[1] - log_var)"}},
    "Your `kl` uses `mean` without squaring it. Should the divergence depend on the sign of a "
    "mean?": {"mean_not_squared": {"mean**2": "mean"}},
}

divergence.known["value gradient"] = {
    "You use `log_var` as the logarithm of sigma. Is it the logarithm of sigma or of its "
    "square?": {"of_sigma": {"": "log_var = 2 * log_var", "grown / (2 * N)": "grown / N"}},
    "Your result is too large by a factor of 2. Does the formula have a factor in front of the "
    "sum?": {"nothing_halved": {"(axis=1) / 2, grown / (2 * N)": "(axis=1), grown / N"}},
    "You average over the entries of a code. Does the formula contain a sum or a mean over "
    "d?": {"averaged": {"sum(axis=1)": "mean(axis=1)", "(2 * N)": "(2 * mean.size)"}},
    "You add the logarithm of the variance. What sign does the logarithm have in the "
    "formula?": {"logarithm_added": {"- log_var": "+ log_var", "grown / (": "(grown + 2) / ("}},
    "Your sum contains the logarithm of sigma. Does the formula take the logarithm of "
    "sigma or of its square?": {
        "logarithm_of_sigma": {"- log_var": "- log_var / 2", "grown /": "(grown + 0.5) /"}
    },
    "You compute the divergence of the standard normal from each Gaussian, instead of the "
    "reverse. Which of the two distributions should you take the expectation over?": {
        "the_other_way_round": {
            "mean**2 + (grown - log_var)": "mean**2 * (grown + 1) + (grown + log_var)",
            ", grown /": ", -(mean**2 * (grown + 1) + grown) /",
            "expm1(log_var)": "expm1(-log_var)",
        }
    },
}

divergence.known["shape value"] = {
    "Your `kl` is summed over the Gaussians. Which axis of `mean` indexes the entries of a "
    "code?": {"over_the_batch": {"sum(axis=1)": "sum(axis=0)"}},
    "Your `kl` is a single number, the sum over all Gaussians. What shape should `kl` have?": {
        "one_number": {"sum(axis=1)": "sum()"}
    },
}

divergence.known["gradient"] = {
    "Your `dlog_var` is the derivative with respect to the variance. With v = `log_var`, what "
    "is the derivative of exp(v) - v with respect to "
    "v?": {"with_respect_to_the_variance": {"grown / ": "-np.expm1(-log_var) / "}},
    "Your `dlog_var` is the derivative with respect to sigma. Which variable should you "
    "differentiate with respect "
    "to?": {"with_respect_to_sigma": {"grown / (2 * N)": "2 * np.sinh(log_var / 2) / N"}},
    "Your `dlog_var` contains only the derivative of the variance term. Which other term "
    "of the sum depends on `log_var`?": {
        "logarithm_not_differentiated": {"grown /": "np.exp(log_var) /"}
    },
}

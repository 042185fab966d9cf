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
        "shape": (1, "two arrays of these shapes, in this order"),
        "value": (5, "`kl`"),
        "gradient": (4, "`dlog_var`"),
        "stability": (3, "both when `log_var` and the means are about 0.00001"),
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


@divergence.alternative
def by_hyperbolic_functions(mean, log_var):
    half = log_var / 2
    grown = 2 * np.exp(half) * np.sinh(half)
    kl = np.sum(mean * mean + grown - log_var, axis=-1) / 2
    return [kl, grown / 2 / kl.size]


def found(mean, log_var, *, one=1.0, log=None):
    """Return the result of the plain formula; ``one`` and ``log`` replace terms."""
    log = log_var if log is None else log
    kl = (mean**2 + np.exp(log_var) - one - log).sum(axis=1) / 2
    return kl, (np.exp(log_var) - 1) / 2 / len(kl)


@divergence.mistake(
    "Your `kl` is too large by a factor of 2. Which factor does the formula have in front of "
    "the sum?",
    loses="value",
)
def not_halved(mean, log_var):
    kl, *gradients = kl_gaussian(mean, log_var)
    return 2 * kl, *gradients


@divergence.mistake(
    "Your result is too large by a factor of 2. Does the formula have a factor in front of "
    "the sum?",
    loses="value gradient",
)
def nothing_halved(mean, log_var):
    return tuple(2 * part for part in kl_gaussian(mean, log_var))


@divergence.mistake(
    "You average over the entries of a code. Does the formula contain a sum or a mean over d?",
    loses="value gradient",
)
def averaged(mean, log_var):
    return tuple(part / mean.shape[1] for part in kl_gaussian(mean, log_var))


@divergence.mistake(
    "Your `kl` has the wrong sign. Can a divergence be negative?", loses="value"
)
def sign_forgotten(mean, log_var):
    kl, *gradients = kl_gaussian(mean, log_var)
    return -kl, *gradients


@divergence.mistake(
    "You use `log_var` as the logarithm of sigma. Which power of sigma is it the logarithm of?",
    loses="value gradient",
)
def of_sigma(mean, log_var):
    kl, dlog_var = kl_gaussian(mean, 2 * log_var)
    return kl, 2 * dlog_var


@divergence.mistake(
    "You use `log_var` as if it were the variance itself. How do you compute the variance "
    "from `log_var`?",
    loses="value",
)
def taken_as_the_variance(mean, log_var):
    kl = (mean**2 + log_var - 1 - np.log(np.abs(log_var))).sum(axis=1) / 2
    return kl, (1 - 1 / log_var) / 2 / len(kl)


@divergence.mistake(
    "Your `kl` doesn't depend on `log_var`. Which terms of the formula contain the variance?",
    loses="value",
)
def log_var_ignored(mean, log_var):
    return (mean**2).sum(axis=1) / 2, *kl_gaussian(mean, log_var)[1:]


@divergence.mistake(
    "Your `kl` doesn't depend on `mean`. Which term of the formula is large for a Gaussian "
    "far from 0?",
    loses="value",
)
def mean_ignored(mean, log_var):
    return kl_gaussian(0 * mean, log_var)[0], *kl_gaussian(mean, log_var)[1:]


@divergence.mistake(
    "Your `kl` is too large by the same number in each row. Which constant of the formula is "
    "missing?",
    loses="value",
)
def without_the_one(mean, log_var):
    return found(mean, log_var, one=0.0)


@divergence.mistake(
    "You subtract the 1 of the formula only once per row. Is it inside or outside the sum "
    "over d?",
    loses="value",
)
def one_for_a_row(mean, log_var):
    return found(mean, log_var, one=1 / mean.shape[1])


@divergence.mistake(
    "You add the logarithm of the variance. Which sign does the logarithm have in the formula?",
    loses="value gradient",
)
def logarithm_added(mean, log_var):
    kl, _ = found(mean, log_var, log=-log_var)
    return kl, (np.exp(log_var) + 1) / 2 / len(kl)


@divergence.mistake(
    "Your sum contains the logarithm of sigma. Which power of sigma does the formula take the "
    "logarithm of?",
    loses="value gradient",
)
def logarithm_of_sigma(mean, log_var):
    kl, _ = found(mean, log_var, log=log_var / 2)
    return kl, (np.exp(log_var) - 0.5) / 2 / len(kl)


@divergence.mistake(
    "Your `kl` contains `mean` without the square. Should the divergence depend on the sign "
    "of a mean?",
    loses="value",
)
def mean_not_squared(mean, log_var):
    kl = (mean + np.exp(log_var) - 1 - log_var).sum(axis=1) / 2
    return kl, *kl_gaussian(mean, log_var)[1:]


@divergence.mistake(
    "Your `kl` is summed over the Gaussians. Which axis of `mean` counts the entries of a "
    "code?",
    loses="shape value",
)
def over_the_batch(mean, log_var):
    return kl_gaussian(mean.T, log_var.T)[0], *kl_gaussian(mean, log_var)[1:]


@divergence.mistake(
    "Your `kl` is a single number, the sum over all Gaussians. Which shape should `kl` have?",
    loses="shape value",
)
def one_number(mean, log_var):
    kl, *gradients = kl_gaussian(mean, log_var)
    return kl.sum(), *gradients


@divergence.mistake(
    "You compute the divergence of the standard normal from each Gaussian. Which of the two "
    "distributions should you average the logarithms over?",
    loses="value gradient",
)
def the_other_way_round(mean, log_var):
    shrunk = np.expm1(-log_var)  # the digits of exp(-v) - 1 would depend on the processor
    kl = (mean**2 * (1 + shrunk) + (shrunk + log_var)).sum(axis=1) / 2
    return kl, -(mean**2 * (1 + shrunk) + shrunk) / 2 / len(kl)


@divergence.mistake(
    "Your `dlog_var` is the derivative with respect to the variance. What is the derivative "
    "of exp(v) - v with respect to v?",
    loses="gradient",
)
def with_respect_to_the_variance(mean, log_var):
    kl, _ = kl_gaussian(mean, log_var)
    return kl, (1 - np.exp(-log_var)) / 2 / len(kl)


@divergence.mistake(
    "Your `dlog_var` is the derivative with respect to sigma. Which variable should you "
    "differentiate with respect to?",
    loses="gradient",
)
def with_respect_to_sigma(mean, log_var):
    kl, _ = kl_gaussian(mean, log_var)
    return kl, (np.exp(log_var / 2) - np.exp(-log_var / 2)) / len(kl)


@divergence.mistake(
    "Your `dlog_var` contains only the derivative of the variance. Which other term of the "
    "sum depends on `log_var`?",
    loses="gradient",
)
def logarithm_not_differentiated(mean, log_var):
    kl, _ = kl_gaussian(mean, log_var)
    return kl, np.exp(log_var) / 2 / len(kl)

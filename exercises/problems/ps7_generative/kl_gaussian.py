"""kl_gaussian: the divergence of diagonal Gaussians from the standard normal, and its gradient.

Why the tolerance decides nothing by chance. For a log_var v of about 1e-5 the excess
exp(v) - 1 - v is v^2 / 2, about 5e-11. Rounding exp(v), a number near 1, costs up to 1e-16, so
the plain formula is wrong by about 1e-6 of it, in each entry by another amount. expm1(v) is
rounded to 1e-16 of 1e-5, so it leaves less than 1e-10. The limit of 1e-8 has room on each side.

Which numbers the plain formula gives there depends on how exp rounds, and so on the processor.
So it is no registered mistake: the message names the case, and the text says what is lost.
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
        "stability": (3, "both where `log_var` and means are about 0.00001"),
    },
    forbidden={"all": ELSEWHERE},
)


@divergence.reference
def kl_gaussian(mean, log_var):
    """The divergence of N diagonal Gaussians from the standard normal, and its gradient.

    kl[n] = 1/2 * (the sum over d of mean[n, d]^2 + sigma[n, d]^2 - 1 - ln(sigma[n, d]^2))
    with ln(sigma^2) = log_var, of any size down to about 0.00001, where kl keeps eight digits

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
    """Return the answer of the plain formula, with a number for 1 or an array for the log."""
    log = log_var if log is None else log
    kl = (mean**2 + np.exp(log_var) - one - log).sum(axis=1) / 2
    return kl, (np.exp(log_var) - 1) / 2 / len(kl)


@divergence.mistake("kl is twice too large. Which factor stands before the sum?", loses="value")
def not_halved(mean, log_var):
    kl, *gradients = kl_gaussian(mean, log_var)
    return 2 * kl, *gradients


@divergence.mistake(
    "this is twice too large. Which factor stands before the sum?", loses="value gradient"
)
def nothing_halved(mean, log_var):
    return tuple(2 * part for part in kl_gaussian(mean, log_var))


@divergence.mistake(
    "the mean is taken over the entries. Do divergences of independent entries add, or do they "
    "average?",
    loses="value gradient",
)
def averaged(mean, log_var):
    return tuple(part / mean.shape[1] for part in kl_gaussian(mean, log_var))


@divergence.mistake("kl is negative. Which sign can a divergence have?", loses="value")
def sign_forgotten(mean, log_var):
    kl, *gradients = kl_gaussian(mean, log_var)
    return -kl, *gradients


@divergence.mistake(
    "log_var is taken as the logarithm of sigma. Of which power of sigma is it the logarithm?",
    loses="value gradient",
)
def of_sigma(mean, log_var):
    kl, dlog_var = kl_gaussian(mean, 2 * log_var)
    return kl, 2 * dlog_var


@divergence.mistake(
    "log_var is taken as the variance itself. Of what is it the logarithm?", loses="value"
)
def taken_as_the_variance(mean, log_var):
    kl = (mean**2 + log_var - 1 - np.log(np.abs(log_var))).sum(axis=1) / 2
    return kl, (1 - 1 / log_var) / 2 / len(kl)


@divergence.mistake(
    "kl does not depend on log_var. What does it cost to be sure of a code?",
    loses="value",
)
def log_var_ignored(mean, log_var):
    return (mean**2).sum(axis=1) / 2, *kl_gaussian(mean, log_var)[1:]


@divergence.mistake(
    "kl does not depend on the mean. What does it cost to lie far from 0?",
    loses="value",
)
def mean_ignored(mean, log_var):
    return kl_gaussian(0 * mean, log_var)[0], *kl_gaussian(mean, log_var)[1:]


@divergence.mistake(
    "kl is too large by the same number in each row. Which constant of the formula is missing?",
    loses="value",
)
def without_the_one(mean, log_var):
    return found(mean, log_var, one=0.0)


@divergence.mistake(
    "the constant of the formula is subtracted once for a row. Over how many entries does the "
    "sum run, and what stands inside it?",
    loses="value",
)
def one_for_a_row(mean, log_var):
    return found(mean, log_var, one=1 / mean.shape[1])


@divergence.mistake(
    "the logarithm is added. Which sign has it in the formula?", loses="value gradient"
)
def logarithm_added(mean, log_var):
    kl, _ = found(mean, log_var, log=-log_var)
    return kl, (np.exp(log_var) + 1) / 2 / len(kl)


@divergence.mistake(
    "the logarithm of the variance is halved once more, before the sum is. Which power of "
    "sigma stands under it?",
    loses="value gradient",
)
def logarithm_of_sigma(mean, log_var):
    kl, _ = found(mean, log_var, log=log_var / 2)
    return kl, (np.exp(log_var) - 0.5) / 2 / len(kl)


@divergence.mistake("the mean is not squared. What stands in the formula?", loses="value")
def mean_not_squared(mean, log_var):
    kl = (mean + np.exp(log_var) - 1 - log_var).sum(axis=1) / 2
    return kl, *kl_gaussian(mean, log_var)[1:]


@divergence.mistake(
    "kl is summed over the Gaussians. Which axis of mean counts them?", loses="shape value"
)
def over_the_batch(mean, log_var):
    return kl_gaussian(mean.T, log_var.T)[0], *kl_gaussian(mean, log_var)[1:]


@divergence.mistake(
    "kl is one number for all Gaussians. How many are asked?", loses="shape value"
)
def one_number(mean, log_var):
    kl, *gradients = kl_gaussian(mean, log_var)
    return kl.sum(), *gradients


@divergence.mistake(
    "this is the divergence of the standard normal from each Gaussian. Under which of the two "
    "is the mean of the logarithm taken?",
    loses="value gradient",
)
def the_other_way_round(mean, log_var):
    shrunk = np.expm1(-log_var)  # the digits of exp(-v) - 1 would depend on the processor
    kl = (mean**2 * (1 + shrunk) + (shrunk + log_var)).sum(axis=1) / 2
    return kl, -(mean**2 * (1 + shrunk) + shrunk) / 2 / len(kl)


@divergence.mistake(
    "dlog_var is a derivative with respect to the variance. What is the derivative of exp(v) "
    "- v with respect to v?",
    loses="gradient",
)
def with_respect_to_the_variance(mean, log_var):
    kl, _ = kl_gaussian(mean, log_var)
    return kl, (1 - np.exp(-log_var)) / 2 / len(kl)


@divergence.mistake(
    "dlog_var is a derivative with respect to sigma. With respect to what is it asked?",
    loses="gradient",
)
def with_respect_to_sigma(mean, log_var):
    kl, _ = kl_gaussian(mean, log_var)
    return kl, (np.exp(log_var / 2) - np.exp(-log_var / 2)) / len(kl)


@divergence.mistake(
    "dlog_var lacks the part of the logarithm. Which two terms of the sum contain log_var?",
    loses="gradient",
)
def logarithm_not_differentiated(mean, log_var):
    kl, _ = kl_gaussian(mean, log_var)
    return kl, np.exp(log_var) / 2 / len(kl)

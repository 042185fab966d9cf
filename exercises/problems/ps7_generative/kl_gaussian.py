"""kl_gaussian: the divergence of diagonal Gaussians from the standard normal distribution."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

divergence = problem(
    "kl_gaussian",
    rtol=DIGITS,
    returns={"kl": "value"},
    points={
        "shape": (1, "an array (N,)"),
        "value": (6, "`kl` of random Gaussians"),
        "stability": (3, "`kl` where the standard deviations are nearly 1"),
    },
    forbidden={"all": ELSEWHERE},
)


@divergence.reference
def kl_gaussian(mean, log_var):
    """The Kullback-Leibler divergence of N diagonal Gaussians from the standard normal.

    kl[n] = 1/2 * (the sum over d of mean[n, d]^2 + sigma[n, d]^2 - 1 - log(sigma[n, d]^2))
    with log(sigma^2) = log_var, which may be as near to 0 as 1e-9

    mean, log_var : (N, D) arrays
    Returns kl : (N,) array.
    """
    return (mean**2 + (np.expm1(log_var) - log_var)).sum(axis=1) / 2


divergence.example(
    np.array([[1.0, 0.0], [2.0, -1.0]]), np.log(np.array([[1.0, 4.0], [0.25, 1.0]]))
)


@divergence.case("value", visible=2)
def random_gaussians(rng, N, D):
    """Random means and standard deviations."""
    return rng.normal(size=(N, D)), 1.2 * rng.normal(size=(N, D)) - 0.4


@divergence.case("stability")
def nearly_standard(rng, N, D):
    """Means about 1e-6 and variances that differ from 1 by about 1e-3."""
    return 1e-6 * rng.normal(size=(N, D)), 1e-3 * rng.uniform(0.5, 1, size=(N, D))


@divergence.alternative
def number_by_number(mean, log_var):
    kl = np.zeros(len(mean))
    for n in range(len(mean)):
        for m, v in zip(mean[n], log_var[n], strict=True):
            kl[n] += 0.5 * (m * m + np.expm1(v) - v)
    return kl


@divergence.alternative
def by_products(mean, log_var):
    ones = np.ones(mean.shape[1])
    return 0.5 * (np.einsum("nd,nd->n", mean, mean) + (np.expm1(log_var) - log_var) @ ones)


def excess(v):
    """Return exp(v) - 1 - v."""
    return np.expm1(v) - v


@divergence.mistake("kl is twice too large. Which factor stands before the sum?", loses="value")
def not_halved(mean, log_var):
    return (mean**2 + excess(log_var)).sum(axis=1)


@divergence.mistake(
    "kl is the mean over the entries. Do divergences of independent entries add, or average?",
    loses="value",
)
def averaged(mean, log_var):
    return (mean**2 + excess(log_var)).mean(axis=1) / 2


@divergence.mistake("kl is negative. Which sign can a divergence have?", loses="value")
def sign_forgotten(mean, log_var):
    return -kl_gaussian(mean, log_var)


@divergence.mistake(
    "log_var is taken as the logarithm of sigma. Of which power of sigma is it the logarithm?",
    loses="value",
)
def of_sigma(mean, log_var):
    return kl_gaussian(mean, 2 * log_var)


@divergence.mistake("the mean is not squared. What stands in the formula?", loses="value")
def mean_not_squared(mean, log_var):
    return (mean + excess(log_var)).sum(axis=1) / 2

"""importance_log_likelihood: two lower bounds of a picture's log-likelihood, from K codes."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

bounds = problem(
    "importance_log_likelihood",
    rtol=DIGITS,
    returns={"elbo": "elbo", "estimate": "value"},
    points={
        "shape": (1, "two arrays (N,), in this order"),
        "elbo": (5, "`elbo`"),
        "value": (6, "`estimate`"),
        "stability": (3, "both where log-likelihoods lie below −1,000 or above 1,000"),
    },
    forbidden={"all": ELSEWHERE},
)


@bounds.reference
def importance_log_likelihood(fits, z, mean, log_var):
    """Two lower bounds of ln p(x) for each of N pictures, from K codes of each.

    w[k] = p(z[k]) p(x | z[k]) / q(z[k]), with p(z) standard normal and q Gaussian
    elbo = (1/K) (the sum over k of ln w[k]);  estimate = ln((1/K) (the sum over k of w[k]))

    fits : (K, N) array: ln p(x[n] | z[k, n]), numbers of any size
    z : (K, N, D) array: codes that were drawn from q
    mean, log_var : (N, D) arrays: means of q and logarithms of its variances
    Returns (elbo, estimate): two arrays (N,).
    """
    eps2 = (z - mean) ** 2 * np.exp(-log_var)
    log_w = fits + (eps2 + log_var - z**2).sum(axis=2) / 2
    top = log_w.max(axis=0)
    return log_w.mean(axis=0), top + np.log(np.exp(log_w - top).mean(axis=0))


bounds.example(
    np.log(np.array([[3.0, 2.0], [1.0, 8.0]])),
    np.array([[[1.0, 0.0], [2.0, 0.0]], [[1.0, 0.0], [2.0, 0.0]]]),
    np.array([[1.0, 0.0], [2.0, 0.0]]),
    np.array([[1.0, 0.0], [0.0, 4.0]]),
)


def drawn(rng, K, N, D):
    """Return codes of Gaussians, and log-likelihoods of the size of their divergences."""
    mean, log_var = rng.normal(size=(N, D)), rng.normal(size=(N, D)) / 2 - 0.5
    z = mean + np.exp(log_var / 2) * rng.normal(size=(K, N, D))
    return 1.5 * rng.normal(size=(K, N)) - 4, z, mean, log_var


@bounds.case("value", visible=2)
def random_codes(rng, K, N, D):
    """Random codes and log-likelihoods."""
    return drawn(rng, K, N, D)


@bounds.case("stability")
def far_from_zero(rng, K, N, D):
    """Log-likelihoods below -1,000, and some above 1,000, also of one picture."""
    fits, *others = drawn(rng, K, N, D)
    fits[::2] -= 5000.0  # whoever takes away the mean or the least of a picture overflows
    return fits + np.resize([-1500.0, 1500.0, -1200.0], N), *others


@bounds.alternative
def code_by_code(fits, z, mean, log_var):
    K, N = fits.shape
    elbo, estimate = np.zeros(N), np.zeros(N)
    for n in range(N):
        found = []
        for k in range(K):
            total = fits[k, n]
            for v, m, s in zip(z[k, n], mean[n], log_var[n], strict=True):
                total += -0.5 * v * v + 0.5 * s + 0.5 * (v - m) ** 2 / np.exp(s)
            found.append(total)
        largest = max(found)
        elbo[n] = sum(found) / K
        estimate[n] = largest + np.log(sum(np.exp(v - largest) for v in found) / K)
    return elbo, estimate


@bounds.alternative
def by_densities(fits, z, mean, log_var):
    def log_normal(v, m, s):
        return -0.5 * (np.log(2 * np.pi) + s + (v - m) ** 2 / np.exp(s)).sum(axis=-1)

    log_w = fits + log_normal(z, 0.0, np.zeros(mean.shape)) - log_normal(z, mean, log_var)
    return [log_w.mean(0), np.logaddexp.reduce(log_w, axis=0) - np.log(len(fits))]


@bounds.alternative
def by_einsum(fits, z, mean, log_var):
    eps = (z - mean) / np.sqrt(np.exp(log_var))
    squares = np.einsum("knd,knd->kn", eps, eps) - np.einsum("knd,knd->kn", z, z)
    log_w = fits + (squares + log_var.sum(axis=1)) / 2
    elbo = log_w.sum(axis=0) / len(log_w)
    rest = log_w - elbo
    above = rest.max(axis=0)
    return elbo, elbo + above + np.log(np.mean(np.exp(rest - above), axis=0))


def combined(log_w):
    """Return both bounds from logarithms of weights."""
    return log_w.mean(axis=0), np.logaddexp.reduce(log_w, axis=0) - np.log(len(log_w))


def weights(fits, z, mean, log_var, *, prior=1.0, q=1.0, width=1.0, power=1.0):
    """Return logarithms of weights, with numbers before the prior, q and its log-variance."""
    eps2 = (z - mean) ** 2 * np.exp(-power * log_var)
    return fits + ((q * eps2 + width * log_var) - prior * z**2).sum(axis=2) / 2


@bounds.mistake(
    "estimate is the mean of the logarithms, as elbo is. Which comes first here, the mean or "
    "the logarithm?",
    loses="value",
)
def the_same_twice(*given):
    elbo = weights(*given).mean(axis=0)
    return elbo, elbo


@bounds.mistake(
    "estimate is the logarithm of the sum. By how many is the sum of the weights divided?",
    loses="value",
)
def not_divided(*given):
    elbo, estimate = combined(weights(*given))
    return elbo, estimate + np.log(len(given[0]))


@bounds.mistake("elbo is the sum over the codes. By how many is it divided?", loses="elbo")
def elbo_summed(*given):
    elbo, estimate = combined(weights(*given))
    return elbo * len(given[0]), estimate


@bounds.mistake(
    "estimate is the largest logarithm of a weight. What do the other codes add?", loses="value"
)
def largest_alone(*given):
    log_w = weights(*given)
    return log_w.mean(axis=0), log_w.max(axis=0)


@bounds.mistake(
    "the largest logarithm was taken away before the exponential and is not given back. What "
    "is ln of exp(top) times a number?",
    loses="value",
)
def top_not_added(*given):
    log_w = weights(*given)
    return log_w.mean(axis=0), combined(log_w)[1] - log_w.max(axis=0)


@bounds.mistake(
    "the prior of the codes is left out. Which three densities make a weight?",
    loses="elbo value",
)
def without_the_prior(*given):
    return combined(weights(*given, prior=0.0))


@bounds.mistake(
    "q is left out: these are joint densities, and the codes were not drawn from the prior. "
    "By what is each divided?",
    loses="elbo value",
)
def without_q(*given):
    return combined(weights(*given, q=0.0, width=0.0))


@bounds.mistake(
    "this is ln p(x | z) alone. Which other two densities make a weight?", loses="elbo value"
)
def fits_alone(fits, z, mean, log_var):
    return combined(fits)


@bounds.mistake(
    "q multiplies the weight. Is the density from which one draws above or below the fraction "
    "line?",
    loses="elbo value",
)
def q_multiplied(*given):
    return combined(weights(*given, q=-1.0, width=-1.0))


@bounds.mistake(
    "q lacks the factor before the exponential, 1/sigma. What does a narrow Gaussian have at "
    "its middle?",
    loses="elbo value",
)
def normaliser_forgotten(*given):
    return combined(weights(*given, width=0.0))


@bounds.mistake(
    "the logarithm of the variance stands where that of sigma should. Which power of the "
    "variance stands before the exponential of a Gaussian?",
    loses="elbo value",
)
def whole_log_variance(*given):
    return combined(weights(*given, width=2.0))


@bounds.mistake(
    "the sign of log_var is the other one. Is the density of a narrow Gaussian high or low?",
    loses="elbo value",
)
def log_variance_turned_round(*given):
    return combined(weights(*given, width=-1.0))


@bounds.mistake(
    "log_var is taken as the logarithm of sigma. Of which power of sigma is it the logarithm?",
    loses="elbo value",
)
def of_sigma(*given):
    return combined(weights(*given, width=2.0, power=2.0))


@bounds.mistake(
    "the distance of z from the mean is divided by sigma, and not by the variance. What "
    "stands in the exponent of a Gaussian?",
    loses="elbo value",
)
def divided_by_sigma(*given):
    return combined(weights(*given, power=0.5))


@bounds.mistake(
    "the distance of z from the mean is not divided by the variance. What stands in the "
    "exponent of a Gaussian?",
    loses="elbo value",
)
def not_divided_by_the_variance(*given):
    return combined(weights(*given, power=0.0))


@bounds.mistake(
    "the exponents are not halved. What stands before the square in a Gaussian's exponent?",
    loses="elbo value",
)
def not_halved(*given):
    return combined(weights(*given, prior=2.0, q=2.0))


@bounds.mistake(
    "the constants of the two Gaussians do not cancel. How often does 2 pi stand above the "
    "fraction line, and how often below it?",
    loses="elbo value",
)
def one_constant(*given):
    D = given[1].shape[2]
    return combined(weights(*given) - D / 2 * np.log(2 * np.pi))


@bounds.mistake(
    "the prior is taken at the mean of q. At which code does a weight ask for it?",
    loses="elbo value",
)
def prior_of_the_mean(fits, z, mean, log_var):
    return combined(weights(fits, z, mean, log_var) + (z**2 - mean**2).sum(axis=2) / 2)


@bounds.mistake(
    "the mean is taken over the pictures. Which axis of fits counts the codes of one picture?",
    loses="shape elbo value",
)
def over_the_pictures(*given):
    return combined(weights(*given).T)


@bounds.mistake(
    "elbo and estimate have changed places. In which order are they returned?",
    loses="elbo value",
)
def exchanged(*given):
    return combined(weights(*given))[::-1]


@bounds.mistake(
    "estimate is not finite where log-likelihoods are far from 0. What is exp(-1500), and "
    "what can be taken from all logarithms of a picture without a change?",
    loses="stability",
)
def underflowing(*given):
    log_w = weights(*given)
    with np.errstate(all="ignore"):
        return log_w.mean(axis=0), np.log(np.exp(log_w).mean(axis=0))


@bounds.mistake(
    "what is taken from a picture's logarithms before the exponential is not their largest. "
    "How large may the others be then, and which number leaves none above 0?",
    loses="stability",
)
def mean_taken_away(*given):
    log_w = weights(*given)
    middle = log_w.mean(axis=0)
    with np.errstate(all="ignore"):
        return middle, middle + np.log(np.exp(log_w - middle).mean(axis=0))


@bounds.mistake(
    "one number is taken from the logarithms of all pictures. Is the largest of all near to "
    "the largest of each?",
    loses="stability",
)
def one_top_for_all(*given):
    log_w = weights(*given)
    top = log_w.max()
    with np.errstate(all="ignore"):
        return log_w.mean(axis=0), top + np.log(np.exp(log_w - top).mean(axis=0))


@bounds.mistake(
    "the prior has the wrong sign. Which codes are the most probable ones under it?",
    loses="elbo value",
)
def prior_turned_round(*given):
    return combined(weights(*given, prior=-1.0))


@bounds.mistake(
    "the logarithms of the densities are averaged over the entries of a code. How does the "
    "density of independent entries follow from theirs?",
    loses="elbo value",
)
def entries_averaged(fits, z, mean, log_var):
    whole = weights(fits, z, mean, log_var)
    return combined(fits + (whole - fits) / z.shape[2])


@bounds.mistake(
    "elbo takes the divergence by its formula. What does it take for these codes, and which "
    "mean is written above?",
    loses="elbo",
)
def divergence_by_its_formula(fits, z, mean, log_var):
    kl = (mean**2 + np.exp(log_var) - 1 - log_var).sum(axis=1) / 2
    return fits.mean(axis=0) - kl, combined(weights(fits, z, mean, log_var))[1]

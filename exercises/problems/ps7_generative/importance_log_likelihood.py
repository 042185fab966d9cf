"""importance_log_likelihood: two lower bounds on ln p(x) for an image, from K codes."""

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
        "stability": (3, "both when log-likelihoods are below −1,000 or above 1,000"),
    },
    forbidden={"all": ELSEWHERE},
)


@bounds.reference
def importance_log_likelihood(fits, z, mean, log_var):
    """Compute two lower bounds on ln p(x) for each of N images, from K codes per image.

    w[k] = p(z[k]) p(x | z[k]) / q(z[k]), where p(z) is standard normal and q is Gaussian
    elbo = (1/K) (the sum over k of ln w[k]);  estimate = ln((1/K) (the sum over k of w[k]))

    fits : (K, N) array: ln p(x[n] | z[k, n]), numbers of any size
    z : (K, N, D) array: codes drawn from q
    mean, log_var : (N, D) arrays: the means of q and the logarithms of its variances
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
    """Return codes drawn from Gaussians, and log-likelihoods of a similar size as their KL."""
    mean, log_var = rng.normal(size=(N, D)), rng.normal(size=(N, D)) / 2 - 0.5
    z = mean + np.exp(log_var / 2) * rng.normal(size=(K, N, D))
    return 1.5 * rng.normal(size=(K, N)) - 4, z, mean, log_var


@bounds.case("value", visible=2)
def random_codes(rng, K, N, D):
    """Random codes and log-likelihoods."""
    return drawn(rng, K, N, D)


@bounds.case("stability")
def far_from_zero(rng, K, N, D):
    """Log-likelihoods below -1,000 and above 1,000, some of them for the same image."""
    fits, *others = drawn(rng, K, N, D)
    fits[::2] -= 5000.0  # subtracting the mean or the minimum of an image overflows
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
    """Return both bounds, computed from the log weights."""
    return log_w.mean(axis=0), np.logaddexp.reduce(log_w, axis=0) - np.log(len(log_w))


def weights(fits, z, mean, log_var, *, prior=1.0, q=1.0, width=1.0, power=1.0):
    """Return log weights whose terms for the prior, q and log_var have extra factors."""
    eps2 = (z - mean) ** 2 * np.exp(-power * log_var)
    return fits + ((q * eps2 + width * log_var) - prior * z**2).sum(axis=2) / 2


@bounds.mistake(
    "Your `estimate` is the mean of the logarithms, just like `elbo`. Which comes first in "
    "the formula for `estimate`, the mean or the logarithm?",
    loses="value",
)
def the_same_twice(*given):
    elbo = weights(*given).mean(axis=0)
    return elbo, elbo


@bounds.mistake(
    "Your `estimate` is the logarithm of the sum of the weights. What does the formula divide "
    "this sum by?",
    loses="value",
)
def not_divided(*given):
    elbo, estimate = combined(weights(*given))
    return elbo, estimate + np.log(len(given[0]))


@bounds.mistake(
    "Your `elbo` is a sum over the codes. What does the formula divide it by?", loses="elbo"
)
def elbo_summed(*given):
    elbo, estimate = combined(weights(*given))
    return elbo * len(given[0]), estimate


@bounds.mistake(
    "Your `estimate` is the largest log weight of each image. What do the other codes "
    "contribute?",
    loses="value",
)
def largest_alone(*given):
    log_w = weights(*given)
    return log_w.mean(axis=0), log_w.max(axis=0)


@bounds.mistake(
    "You subtract the largest log weight before the exponential, but your `estimate` doesn't "
    "add it back. What is the logarithm of exp(top) times a number?",
    loses="value",
)
def top_not_added(*given):
    log_w = weights(*given)
    return log_w.mean(axis=0), combined(log_w)[1] - log_w.max(axis=0)


@bounds.mistake(
    "Your weights don't contain the prior p(z). Which three densities does the formula for a "
    "weight contain?",
    loses="elbo value",
)
def without_the_prior(*given):
    return combined(weights(*given, prior=0.0))


@bounds.mistake(
    "Your weights don't contain q(z). Which distribution do the codes come from, and where is "
    "its density in the formula for a weight?",
    loses="elbo value",
)
def without_q(*given):
    return combined(weights(*given, q=0.0, width=0.0))


@bounds.mistake(
    "Your weights contain only p(x | z). Which two other densities does the formula for a "
    "weight contain?",
    loses="elbo value",
)
def fits_alone(fits, z, mean, log_var):
    return combined(fits)


@bounds.mistake(
    "Your weights are multiplied by q(z). Is q(z) above or below the fraction line in the "
    "formula for a weight?",
    loses="elbo value",
)
def q_multiplied(*given):
    return combined(weights(*given, q=-1.0, width=-1.0))


@bounds.mistake(
    "Your q(z) doesn't contain the factor 1/sigma. How large is the density of a narrow "
    "Gaussian at its mean?",
    loses="elbo value",
)
def normaliser_forgotten(*given):
    return combined(weights(*given, width=0.0))


@bounds.mistake(
    "Your ln q(z) contains `log_var` instead of ln(sigma). Which power of the variance is in "
    "front of the exponential of a Gaussian?",
    loses="elbo value",
)
def whole_log_variance(*given):
    return combined(weights(*given, width=2.0))


@bounds.mistake(
    "The `log_var` term in your ln q(z) has the wrong sign. Is the density of a narrow "
    "Gaussian at its mean large or small?",
    loses="elbo value",
)
def log_variance_turned_round(*given):
    return combined(weights(*given, width=-1.0))


@bounds.mistake(
    "You use `log_var` as the logarithm of sigma. Which power of sigma is it the logarithm of?",
    loses="elbo value",
)
def of_sigma(*given):
    return combined(weights(*given, width=2.0, power=2.0))


@bounds.mistake(
    "Your ln q(z) divides the squared distance of z from the mean by sigma. What does the "
    "exponent of a Gaussian divide it by?",
    loses="elbo value",
)
def divided_by_sigma(*given):
    return combined(weights(*given, power=0.5))


@bounds.mistake(
    "Your ln q(z) contains the squared distance of z from the mean, but it doesn't divide "
    "this square by anything. What does the exponent of a Gaussian divide it by?",
    loses="elbo value",
)
def not_divided_by_the_variance(*given):
    return combined(weights(*given, power=0.0))


@bounds.mistake(
    "The exponents of your two Gaussians are too large by a factor of 2. Which number "
    "multiplies the square in the exponent of a Gaussian?",
    loses="elbo value",
)
def not_halved(*given):
    return combined(weights(*given, prior=2.0, q=2.0))


@bounds.mistake(
    "Your weights contain a power of 2 pi that should cancel. How often does it occur above "
    "the fraction line of a weight, and how often below?",
    loses="elbo value",
)
def one_constant(*given):
    D = given[1].shape[2]
    return combined(weights(*given) - D / 2 * np.log(2 * np.pi))


@bounds.mistake(
    "You evaluate the prior at the mean of q. Which code does the formula for a weight "
    "evaluate it at?",
    loses="elbo value",
)
def prior_of_the_mean(fits, z, mean, log_var):
    return combined(weights(fits, z, mean, log_var) + (z**2 - mean**2).sum(axis=2) / 2)


@bounds.mistake(
    "You average over the images. Which axis of `fits` counts the codes of one image?",
    loses="shape elbo value",
)
def over_the_pictures(*given):
    return combined(weights(*given).T)


@bounds.mistake(
    "Your result contains the values of the other bound. Which of the two bounds should your "
    "function return first?",
    loses="elbo value",
)
def exchanged(*given):
    return combined(weights(*given))[::-1]


@bounds.mistake(
    "Your `estimate` isn't finite when log-likelihoods are far from 0. What is exp(-1000) in "
    "float64, and which number can you subtract from all log weights of an image first?",
    loses="stability",
)
def underflowing(*given):
    log_w = weights(*given)
    with np.errstate(all="ignore"):
        return log_w.mean(axis=0), np.log(np.exp(log_w).mean(axis=0))


@bounds.mistake(
    "Before the exponential, you subtract a number that isn't the largest log weight of the "
    "image. How large can the differences become, and which number makes sure that none of "
    "them is positive?",
    loses="stability",
)
def mean_taken_away(*given):
    log_w = weights(*given)
    middle = log_w.mean(axis=0)
    with np.errstate(all="ignore"):
        return middle, middle + np.log(np.exp(log_w - middle).mean(axis=0))


@bounds.mistake(
    "You subtract the same number from the log weights of all images. Is the largest log "
    "weight of all images close to the largest one of each image?",
    loses="stability",
)
def one_top_for_all(*given):
    log_w = weights(*given)
    top = log_w.max()
    with np.errstate(all="ignore"):
        return log_w.mean(axis=0), top + np.log(np.exp(log_w - top).mean(axis=0))


@bounds.mistake(
    "The exponent of your prior has the wrong sign. Is p(z) larger for codes near 0 or for "
    "codes far from 0?",
    loses="elbo value",
)
def prior_turned_round(*given):
    return combined(weights(*given, prior=-1.0))


@bounds.mistake(
    "You average the log densities over the entries of a code. How do you combine the "
    "densities of independent entries?",
    loses="elbo value",
)
def entries_averaged(fits, z, mean, log_var):
    whole = weights(fits, z, mean, log_var)
    return combined(fits + (whole - fits) / z.shape[2])


@bounds.mistake(
    "Your `elbo` uses the closed formula for the divergence instead of the given codes. Which "
    "quantity does the formula for `elbo` average over the codes?",
    loses="elbo",
)
def divergence_by_its_formula(fits, z, mean, log_var):
    kl = (mean**2 + np.exp(log_var) - 1 - log_var).sum(axis=1) / 2
    return fits.mean(axis=0) - kl, combined(weights(fits, z, mean, log_var))[1]

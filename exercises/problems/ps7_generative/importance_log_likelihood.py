"""importance_log_likelihood: two lower bounds on ln p(x) for an image, from K codes."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

bounds = problem(
    "importance_log_likelihood",
    rtol=DIGITS,
    returns={"elbo": "elbo", "estimate": "value"},
    points={
        "shape": (1, "two arrays of shape (N,), in the correct order"),
        "elbo": (5, "`elbo`"),
        "value": (6, "`estimate`"),
        "stability": (3, "both results when log-likelihoods are below −1,000 or above 1,000"),
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
    """Return codes drawn from Gaussians, and log-likelihoods of about the size of their KL."""
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
        terms = []
        for k in range(K):
            total = fits[k, n]
            for v, m, s in zip(z[k, n], mean[n], log_var[n], strict=True):
                total += -0.5 * v * v + 0.5 * s + 0.5 * (v - m) ** 2 / np.exp(s)
            terms.append(total)
        largest = max(terms)
        elbo[n] = sum(terms) / K
        estimate[n] = largest + np.log(sum(np.exp(v - largest) for v in terms) / K)
    return elbo, estimate


@bounds.alternative
def by_densities(fits, z, mean, log_var):
    def log_normal(v, m, s):
        return -0.5 * (np.log(2 * np.pi) + s + (v - m) ** 2 / np.exp(s)).sum(axis=-1)

    log_w = fits + log_normal(z, 0.0, np.zeros(mean.shape)) - log_normal(z, mean, log_var)
    return [log_w.mean(0), np.logaddexp.reduce(log_w, axis=0) - np.log(len(fits))]


ESTIMATE = "top + np.log(np.exp(log_w - top).mean(axis=0))"
bounds.known["value"] = {
    "Your `estimate` is the mean of the logarithms, just like `elbo`. In the formula for "
    "`estimate`, which operation is applied first, the mean or the "
    "logarithm?": {"the_same_twice": {ESTIMATE: "log_w.mean(axis=0)"}},
    "Your `estimate` is the logarithm of the sum of the weights. What does the formula divide "
    "this sum by?": {"not_divided": {"(log_w - top).mean": "(log_w - top).sum"}},
    "Your `estimate` is the largest log weight of each image. What do the other codes "
    "contribute?": {"largest_alone": {ESTIMATE: "top"}},
    "You subtract the largest log weight before the exponential, but your `estimate` doesn't "
    "add it back. What is ln(exp(a) * s), for any numbers a and "
    "s?": {"top_not_added": {"top + np.log": "np.log"}},
}

bounds.known["elbo"] = {
    "Your `elbo` is a sum over the codes. What does the formula divide it by?": {
        "elbo_summed": {"log_w.mean": "log_w.sum"}
    },
    "Your `elbo` uses the closed form of the divergence instead of the given codes. Which "
    "quantity does the formula for `elbo` average over the codes?": {
        "divergence_by_its_formula": {
            "log_w.mean(axis=0)": (
                "(fits - (mean**2 + np.exp(log_var) - 1 - log_var).sum(axis=1) / "
                "2).mean(axis=0)"
            )
        }
    },
}

bounds.known["elbo value"] = {
    "Your weights leave out the prior p(z). Which three densities does the formula for a "
    "weight contain?": {
        "without_the_prior": {" - z**2": ""},
        "prior_and_its_constant_forgotten": {"- z**2": "+ np.log(2 * np.pi)"},
    },
    "Your weights leave out q(z). Which distribution are the codes drawn from, and where does "
    "its density appear in the formula for a "
    "weight?": {"without_q": {"eps2 + log_var - z**2": "-(z**2)"}},
    "Your weights contain only p(x | z). Which two other densities does the formula for a "
    "weight contain?": {"fits_alone": {" + (eps2 + log_var - z**2).sum(axis=2) / 2": ""}},
    "Your weights are multiplied by q(z). Is q(z) in the numerator or in the denominator of "
    "the formula for a weight?": {
        "q_multiplied": {"eps2 + log_var - z**2": "-eps2 - log_var - z**2"},
        "q_multiplied_with_its_constant": {
            "eps2 + log_var - z**2": "-eps2 - log_var - z**2 - 2 * np.log(2 * np.pi)"
        },
    },
    "Your q(z) is missing the factor 1/sigma. How large is the density of a narrow Gaussian at "
    "its mean?": {"normaliser_forgotten": {"eps2 + log_var -": "eps2 -"}},
    "Your ln q(z) contains `log_var` instead of ln(sigma). Which power of the variance is in "
    "front of the exponential of a "
    "Gaussian?": {"whole_log_variance": {"+ log_var": "+ 2 * log_var"}},
    "The `log_var` term in your ln q(z) has the wrong sign. Is the density of a narrow "
    "Gaussian at its mean large or "
    "small?": {"log_variance_turned_round": {"+ log_var": "- log_var"}},
    "You use `log_var` as the logarithm of sigma. Is it the logarithm of sigma or of its "
    "square?": {"of_sigma": "log_var = 2 * log_var"},
    "In your ln q(z), you divide the squared distance of z from the mean by sigma. What does "
    "the exponent of a Gaussian divide it "
    "by?": {"divided_by_sigma": {"np.exp(-log_var)": "np.exp(-log_var / 2)"}},
    "The exponents of both Gaussians, p(z) and q(z), are too large by a factor of 2. Which "
    "number multiplies the square in the exponent of a "
    "Gaussian?": {"not_halved": {"eps2 + log_var - z**2": "2 * eps2 + log_var - 2 * z**2"}},
    "Your weights contain a power of 2 pi that should cancel. How many times does it appear in "
    "the numerator of a weight, and how many times in the denominator?": {
        "one_constant": {"(axis=2) / 2": "(axis=2) / 2 - z.shape[2] / 2 * np.log(2 * np.pi)"},
        "constant_of_q": {"(axis=2) / 2": "(axis=2) / 2 + z.shape[2] / 2 * np.log(2 * np.pi)"},
    },
    "The exponent of your prior has the wrong sign. Is p(z) larger for codes near 0 or for "
    "codes far from 0?": {"prior_turned_round": {"- z**2": "+ z**2"}},
    "You average the log densities over the entries of a code. How do you combine the "
    "densities of independent entries?": {"entries_averaged": {"sum(axis=2)": "mean(axis=2)"}},
}

bounds.known["shape elbo value"] = {
    "You average over the images. Which axis of `fits` indexes the codes of one image?": {
        "over_the_pictures": {"top =": "log_w = log_w.T; top ="}
    }
}

bounds.known["stability"] = {
    "Your `estimate` isn't finite when log-likelihoods are far from 0. What is exp(-1000) in "
    "float64, and what can you subtract from all log weights of an image "
    "first?": {"underflowing": {"log_w.max(axis=0)": "0"}},
    "Before the exponential, you subtract a number that isn't the largest log weight of the "
    "image. How large can the differences become, and which number makes sure that none of "
    "them is positive?": {"mean_taken_away": {"max(": "mean("}},
}

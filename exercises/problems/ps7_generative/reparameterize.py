"""reparameterize: gradients through a draw, and the score function that needs no gradient."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

trick = problem(
    "reparameterize",
    rtol=DIGITS,
    returns={
        "z": "value",
        "dmean": "gradient",
        "dlog_var": "gradient",
        "score_mean": "score",
        "score_log_var": "score",
    },
    points={
        "shape": (1, "five arrays of the correct shapes, in the correct order"),
        "value": (3, "`z`"),
        "gradient": (5, "`dmean` and `dlog_var`"),
        "score": (5, "`score_mean` and `score_log_var`"),
        "inputs-unchanged": (1, "your function doesn't change its arguments"),
    },
    forbidden={"all": ELSEWHERE},
)


@trick.reference
def reparameterize(mean, log_var, eps, f, df):
    """Draw K codes for each image, and estimate the gradient of E[f(z)] in two ways.

    z[k] = mean + sigma * eps[k]  with sigma^2 = exp(log_var)
    dmean, dlog_var: the derivatives through z of (1/K) (the sum over k of f(z[k]))
    score_mean, score_log_var: (1/K) (the sum over k of f(z[k]) times the derivative of
    ln q(z[k])), where q is the Gaussian density with this mean and variance. For this
    derivative, z[k] is a constant.

    mean, log_var : (N, D) arrays; eps : (K, N, D) array of standard normal numbers
    f : (K, N) array: f(z[k, n]); df : (K, N, D) array: its derivative with respect to z[k, n]
    Returns (z, dmean, dlog_var, score_mean, score_log_var): one array (K, N, D) and four arrays
    (N, D).
    """
    sigma, K = np.exp(log_var / 2), len(eps)
    dmean, dlog_var = df.sum(axis=0) / K, (df * eps).sum(axis=0) * sigma / 2 / K
    weight = f[:, :, None] / K
    score_mean = (weight * eps).sum(axis=0) / sigma
    score_log_var = (weight * (eps**2 - 1)).sum(axis=0) / 2
    return mean + sigma * eps, dmean, dlog_var, score_mean, score_log_var


trick.example(
    np.array([[1.0], [2.0]]),
    np.log(np.array([[4.0], [0.25]])),
    np.array([[[1.0], [2.0]], [[-2.0], [-1.0]]]),
    np.array([[9.0, 9.0], [9.0, 2.25]]),
    np.array([[[6.0], [6.0]], [[-6.0], [3.0]]]),
)


@trick.case("value", visible=2)
def random_numbers(rng, K, N, D):
    """Random means, variances, noise, values and derivatives."""
    mean, log_var = rng.normal(size=(N, D)), rng.normal(size=(N, D)) - 0.5
    eps, f = rng.normal(size=(K, N, D)), rng.normal(size=(K, N)) + 1
    return mean, log_var, eps, f, rng.normal(size=(K, N, D)) + 0.3


@trick.alternative
def draw_by_draw(mean, log_var, eps, f, df):
    z, sums = np.zeros(eps.shape), np.zeros((4, *mean.shape))
    for k in range(len(eps)):
        for n in range(len(mean)):
            for d in range(mean.shape[1]):
                s, e = np.exp(log_var[n, d]) ** 0.5, eps[k, n, d]
                z[k, n, d] = mean[n, d] + s * e
                sums[0, n, d] += df[k, n, d] / len(eps)
                sums[1, n, d] += df[k, n, d] * s * e / 2 / len(eps)
                sums[2, n, d] += f[k, n] * e / s / len(eps)
                sums[3, n, d] += f[k, n] * (e * e - 1) / 2 / len(eps)
    return z, sums[0], sums[1], sums[2], sums[3]


@trick.alternative
def by_einsum(mean, log_var, eps, f, df):
    K, sigma = eps.shape[0], np.exp(0.5 * log_var)
    through = np.einsum("knd,knd,nd->nd", df, eps, sigma) / (2 * K)
    score = np.einsum("kn,knd,nd->nd", f, eps, 1 / sigma) / K
    squares = np.einsum("kn,knd,knd->nd", f, eps, eps) - f.sum(axis=0)[:, None]
    return [mean[None] + sigma[None] * eps, df.mean(0), through, score, squares / (2 * K)]


trick.known["value"] = {
    "You multiply `eps` by the variance. What do you multiply a standard normal number by to "
    "get a variance of "
    "exp(log_var)?": {"times_the_variance": {"mean + sigma * eps": "mean + sigma**2 * eps"}},
    "You multiply `eps` by `log_var` itself. How do you compute sigma from `log_var`?": {
        "times_the_logarithm": {"mean + sigma * eps": "mean + log_var * eps"}
    },
    "Your `z` is `mean` plus `eps`, so it doesn't depend on `log_var`. What does the formula "
    "multiply `eps` by?": {"log_var_ignored": {"mean + sigma * eps": "mean + eps"}},
    "You multiply `mean` by sigma too. What does sigma multiply in the formula?": {
        "all_stretched": {"mean + sigma * eps": "sigma * (mean + eps)"}
    },
    "You subtract sigma times `eps`. What sign does this term have in the formula?": {
        "subtracted": {"mean + sigma * eps": "mean - sigma * eps"}
    },
}

trick.known["value gradient score"] = {
    "You treat `log_var` as the logarithm of sigma. Is it the logarithm of sigma or of its "
    "square?": {
        "of_sigma": {
            "log_var / 2": "log_var",
            "sigma / 2 / K": "sigma / K",
            "sum(axis=0) / 2": "sum(axis=0)",
        }
    },
    "You use exp(log_var) wherever the formulas contain sigma. What is sigma, in terms of "
    "`log_var`?": {"sigma_everywhere": {"log_var / 2": "log_var"}},
    "Your code draws its own noise and doesn't use `eps`. Which standard normal numbers should "
    "you compute `z` "
    "from?": {"own_noise": "eps = np.random.default_rng(0).normal(size=eps.shape)"},
}

trick.known["gradient"] = {
    "Your gradient through `z` is a sum over the draws. What should you divide this sum by?": {
        "gradients_summed": {"axis=0) / K, ": "axis=0), ", "sigma / 2 / K": "sigma / 2"}
    },
    "Your `dlog_var` is the derivative with respect to sigma. How does sigma depend on "
    "`log_var`?": {"with_respect_to_sigma": {"* sigma / 2 / K": "/ K"}},
    "Your `dlog_var` is too large by a factor of 2. With v = `log_var`, what is the "
    "derivative of exp(v / 2)?": {"half_forgotten": {"* sigma / 2 /": "* sigma /"}},
    "Your `dlog_var` doesn't contain `eps`. What does the formula for `z` multiply sigma by?": {
        "noise_forgotten": {"(df * eps)": "df"}
    },
    "Your `dlog_var` contains the variance instead of sigma. With v = `log_var`, what is "
    "the derivative of exp(v / 2)?": {
        "variance_in_the_gradient": {"* sigma / 2": "* sigma**2 / 2"}
    },
    "Your `dmean` is multiplied by `eps`. What is the derivative of `z` with respect to "
    "`mean`?": {"mean_through_noise": {"df.sum(": "(df * eps).sum("}},
}

trick.known["gradient score"] = {
    "Your estimates are sums over the draws. What should you divide these sums by?": {
        "all_summed": {"len(eps)": "1"}
    }
}

trick.known["score"] = {
    "Your `score_mean` is multiplied by sigma. What is (z - mean) / sigma^2, in terms of "
    "`eps`?": {"score_times_sigma": {"/ sigma\n": "* sigma\n"}},
    "Your `score_mean` doesn't depend on sigma. What is the derivative of ln q with respect to "
    "the mean?": {"score_not_divided": {" / sigma\n": "\n"}},
    "In your `score_mean`, you divide `eps` by the variance. What is z - mean, in terms of "
    "`eps`?": {"score_by_the_variance": {"/ sigma\n": "/ sigma**2\n"}},
    "Your `score_mean` uses the derivative of ln q with respect to z, which has the opposite "
    "sign. Which variable should you differentiate with respect "
    "to?": {"score_of_z": {"score_mean = (": "score_mean = -("}},
    "Your `score_log_var` contains only the derivative of the exponent of q. Which other term "
    "of ln q depends on `log_var`?": {"normaliser_forgotten": {"(eps**2 - 1)": "eps**2"}},
    "Your `score_log_var` is the derivative with respect to ln(sigma). How is `log_var` "
    "related to ln(sigma)?": {"score_of_ln_sigma": {"sum(axis=0) / 2": "sum(axis=0)"}},
    "Your `score_log_var` is the derivative with respect to sigma. How does sigma depend on "
    "`log_var`?": {"score_of_sigma": {"sum(axis=0) / 2": "sum(axis=0) / sigma"}},
    "Your score estimate doesn't contain `f`. What does the formula multiply the gradient of "
    "ln q by?": {"without_f": {"f[:, :, None] / K": "1 / K"}},
    "Your score estimate contains `df`. Does the formula of the score function contain the "
    "derivative of f or its value?": {"scores_of_df": {"f[:, :, None] / K": "df / K"}},
}

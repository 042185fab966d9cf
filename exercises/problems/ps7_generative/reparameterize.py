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
        "shape": (1, "five arrays of these shapes, in this order"),
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
    z, found = np.zeros(eps.shape), np.zeros((4, *mean.shape))
    for k in range(len(eps)):
        for n in range(len(mean)):
            for d in range(mean.shape[1]):
                s, e = np.exp(log_var[n, d]) ** 0.5, eps[k, n, d]
                z[k, n, d] = mean[n, d] + s * e
                found[0, n, d] += df[k, n, d] / len(eps)
                found[1, n, d] += df[k, n, d] * s * e / 2 / len(eps)
                found[2, n, d] += f[k, n] * e / s / len(eps)
                found[3, n, d] += f[k, n] * (e * e - 1) / 2 / len(eps)
    return z, found[0], found[1], found[2], found[3]


@trick.alternative
def from_the_codes(mean, log_var, eps, f, df):
    variance = np.exp(log_var)
    z = eps * np.sqrt(variance) + mean
    away = z - mean
    log_q_mean = away / variance
    log_q_log_var = (away**2 / variance - 1) / 2
    scores = [np.mean(f[..., None] * part, axis=0) for part in (log_q_mean, log_q_log_var)]
    return z, df.mean(axis=0), (df * away / 2).mean(axis=0), *scores


@trick.alternative
def by_einsum(mean, log_var, eps, f, df):
    K, sigma = eps.shape[0], np.exp(0.5 * log_var)
    through = np.einsum("knd,knd,nd->nd", df, eps, sigma) / (2 * K)
    score = np.einsum("kn,knd,nd->nd", f, eps, 1 / sigma) / K
    squares = np.einsum("kn,knd,knd->nd", f, eps, eps) - f.sum(axis=0)[:, None]
    return [mean[None] + sigma[None] * eps, df.mean(0), through, score, squares / (2 * K)]


def changed(**parts):
    """Return a solution in which other functions compute some of the parts."""
    names = ("z", "dmean", "dlog_var", "score_mean", "score_log_var")

    def solution(mean, log_var, eps, f, df):
        answer = dict(zip(names, reparameterize(mean, log_var, eps, f, df), strict=True))
        for name, make in parts.items():
            answer[name] = make(mean, log_var, eps, f, df)
        return tuple(answer.values())

    return solution


@trick.mistake(
    "Your `z` multiplies `eps` by the variance. What do you multiply a standard normal number "
    "by to get a variance of exp(log_var)?",
    loses="value",
)
def times_the_variance(*given):
    return changed(z=lambda m, v, e, f, df: m + np.exp(v) * e)(*given)


@trick.mistake(
    "You treat `log_var` as the logarithm of sigma. Which power of sigma is it the logarithm "
    "of?",
    loses="value gradient score",
)
def of_sigma(mean, log_var, eps, f, df):
    z, dmean, dlog_var, *scores = reparameterize(mean, 2 * log_var, eps, f, df)
    return z, dmean, 2 * dlog_var, scores[0], 2 * scores[1]


@trick.mistake(
    "Your `z` multiplies `eps` by `log_var` itself. How do you compute sigma from `log_var`?",
    loses="value",
)
def times_the_logarithm(*given):
    return changed(z=lambda m, v, e, f, df: m + v * e)(*given)


@trick.mistake(
    "Your `z` is `mean` plus `eps`, so it doesn't depend on `log_var`. What does the formula "
    "multiply `eps` by?",
    loses="value",
)
def log_var_ignored(*given):
    return changed(z=lambda m, v, e, f, df: m + e)(*given)


@trick.mistake(
    "Your `z` multiplies `mean` by sigma as well. What does sigma multiply in the formula?",
    loses="value",
)
def all_stretched(*given):
    return changed(z=lambda m, v, e, f, df: np.exp(v / 2) * (m + e))(*given)


@trick.mistake(
    "Your `z` subtracts sigma times `eps`. Which sign does this term have in the formula?",
    loses="value",
)
def subtracted(*given):
    return changed(z=lambda m, v, e, f, df: m - np.exp(v / 2) * e)(*given)


@trick.mistake(
    "Your gradient through `z` is a sum over the draws. What should you divide this sum by?",
    loses="gradient",
)
def gradients_summed(*given):
    K = len(given[2])
    answer = reparameterize(*given)
    return answer[0], K * answer[1], K * answer[2], *answer[3:]


@trick.mistake(
    "Your estimates are sums over the draws. What should you divide these sums by?",
    loses="gradient score",
)
def all_summed(*given):
    K = len(given[2])
    z, *estimates = reparameterize(*given)
    return z, *(K * part for part in estimates)


@trick.mistake(
    "Your `dlog_var` is the derivative with respect to sigma. How does sigma depend on "
    "`log_var`?",
    loses="gradient",
)
def with_respect_to_sigma(*given):
    return changed(dlog_var=lambda m, v, e, f, df: (df * e).mean(axis=0))(*given)


@trick.mistake(
    "Your `dlog_var` is too large by a factor of 2. What is the derivative of exp(v / 2)?",
    loses="gradient",
)
def half_forgotten(*given):
    return changed(dlog_var=lambda m, v, e, f, df: (df * e).mean(axis=0) * np.exp(v / 2))(
        *given
    )


@trick.mistake(
    "Your `dlog_var` doesn't contain `eps`. What does the formula for `z` multiply sigma by?",
    loses="gradient",
)
def noise_forgotten(*given):
    return changed(dlog_var=lambda m, v, e, f, df: df.mean(axis=0) * np.exp(v / 2) / 2)(*given)


@trick.mistake(
    "Your `dlog_var` contains the variance instead of sigma. What is the derivative of exp(v "
    "/ 2)?",
    loses="gradient",
)
def variance_in_the_gradient(*given):
    return changed(dlog_var=lambda m, v, e, f, df: (df * e).mean(axis=0) * np.exp(v) / 2)(
        *given
    )


@trick.mistake(
    "Your `dmean` is multiplied by `eps`. What is the derivative of `z` with respect to "
    "`mean`?",
    loses="gradient",
)
def mean_through_noise(*given):
    return changed(dmean=lambda m, v, e, f, df: (df * e).mean(axis=0))(*given)


@trick.mistake(
    "Your `score_mean` is multiplied by sigma. What is (z - mean) / sigma^2, in terms of "
    "`eps`?",
    loses="score",
)
def score_times_sigma(*given):
    return changed(
        score_mean=lambda m, v, e, f, df: (f[..., None] * e).mean(axis=0) * np.exp(v / 2)
    )(*given)


@trick.mistake(
    "Your `score_mean` doesn't depend on sigma. What is the derivative of ln q with respect "
    "to the mean?",
    loses="score",
)
def score_not_divided(*given):
    return changed(score_mean=lambda m, v, e, f, df: (f[..., None] * e).mean(axis=0))(*given)


@trick.mistake(
    "Your `score_mean` divides `eps` by the variance. What is z - mean, in terms of `eps`?",
    loses="score",
)
def score_by_the_variance(*given):
    return changed(
        score_mean=lambda m, v, e, f, df: (f[..., None] * e).mean(axis=0) / np.exp(v)
    )(*given)


@trick.mistake(
    "Your `score_mean` uses the derivative of ln q with respect to z, which has the opposite "
    "sign. Which variable should you differentiate with respect to?",
    loses="score",
)
def score_of_z(*given):
    return changed(
        score_mean=lambda m, v, e, f, df: -(f[..., None] * e).mean(axis=0) / np.exp(v / 2)
    )(*given)


@trick.mistake(
    "Your `score_log_var` contains only the derivative of the exponent of q. Which other term "
    "of ln q depends on `log_var`?",
    loses="score",
)
def normaliser_forgotten(*given):
    return changed(score_log_var=lambda m, v, e, f, df: (f[..., None] * e**2).mean(axis=0) / 2)(
        *given
    )


@trick.mistake(
    "Your `score_log_var` is the derivative with respect to ln(sigma). How is `log_var` "
    "related to ln(sigma)?",
    loses="score",
)
def score_of_ln_sigma(*given):
    return changed(
        score_log_var=lambda m, v, e, f, df: (f[..., None] * (e**2 - 1)).mean(axis=0)
    )(*given)


@trick.mistake(
    "Your `score_log_var` is the derivative with respect to sigma. How does sigma depend on "
    "`log_var`?",
    loses="score",
)
def score_of_sigma(*given):
    return changed(
        score_log_var=lambda m, v, e, f, df: (
            (f[..., None] * (e**2 - 1)).mean(axis=0) / np.exp(v / 2)
        )
    )(*given)


@trick.mistake(
    "Your score estimate doesn't contain `f`. What does the formula multiply the gradient of "
    "ln q by?",
    loses="score",
)
def without_f(*given):
    return changed(
        score_mean=lambda m, v, e, f, df: e.mean(axis=0) / np.exp(v / 2),
        score_log_var=lambda m, v, e, f, df: (e**2 - 1).mean(axis=0) / 2,
    )(*given)


@trick.mistake(
    "You use exp(log_var) wherever the formulas contain sigma. What is sigma, in terms of "
    "`log_var`?",
    loses="value gradient score",
)
def sigma_everywhere(mean, log_var, eps, f, df):
    _, dmean, dlog_var, score_mean, score_log_var = reparameterize(mean, log_var, eps, f, df)
    root = np.exp(log_var / 2)
    return mean + root**2 * eps, dmean, dlog_var * root, score_mean / root, score_log_var


@trick.mistake(
    "Your `dlog_var` multiplies `df` by `z`. Which part of `z` changes when sigma changes?",
    loses="gradient",
)
def codes_for_the_noise(*given):
    return changed(
        dlog_var=lambda m, v, e, f, df: (
            (df * (m + np.exp(v / 2) * e)).mean(axis=0) * np.exp(v / 2) / 2
        )
    )(*given)


@trick.mistake(
    "Your score estimate contains `df`. Does the formula of the score function contain the "
    "derivative of f or its value?",
    loses="score",
)
def scores_of_df(*given):
    return changed(
        score_mean=lambda m, v, e, f, df: (df * e).mean(axis=0) / np.exp(v / 2),
        score_log_var=lambda m, v, e, f, df: (df * (e**2 - 1)).mean(axis=0) / 2,
    )(*given)


@trick.mistake(
    "You divide `score_log_var` by the variance once too often. What is (z - mean)^2 / "
    "sigma^2, in terms of `eps`?",
    loses="score",
)
def score_divided_again(*given):
    return changed(
        score_log_var=lambda m, v, e, f, df: (
            (f[:, :, None] * (e**2 - 1)).mean(axis=0) / 2 / np.exp(v)
        )
    )(*given)

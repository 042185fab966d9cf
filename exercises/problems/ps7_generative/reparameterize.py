"""reparameterize: a draw that gradients pass through, and the estimate that needs none."""

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
        "inputs-unchanged": (1, "all arrays that are given stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@trick.reference
def reparameterize(mean, log_var, eps, f, df):
    """K codes of each picture, and two estimates of the gradient of E[f(z)].

    z[k] = mean + sigma * eps[k]  with sigma^2 = exp(log_var)
    dmean, dlog_var: the derivatives of (1/K) (the sum over k of f(z[k])) through z
    score_mean, score_log_var: (1/K) (the sum over k of f(z[k]) times the derivative of
    ln q(z[k])), where q is the Gaussian density with this mean and variance, z[k] held fixed

    mean, log_var : (N, D) arrays; eps : (K, N, D) array of standard normal numbers
    f : (K, N) array: f(z[k, n]); df : (K, N, D) array: its derivative with respect to z[k, n]
    Returns (z, dmean, dlog_var, score_mean, score_log_var): (K, N, D), and four times (N, D).
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
    """Random numbers."""
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
    """Return a solution some of whose parts are made by other functions."""
    names = ("z", "dmean", "dlog_var", "score_mean", "score_log_var")

    def solution(mean, log_var, eps, f, df):
        answer = dict(zip(names, reparameterize(mean, log_var, eps, f, df), strict=True))
        for name, make in parts.items():
            answer[name] = make(mean, log_var, eps, f, df)
        return tuple(answer.values())

    return solution


@trick.mistake(
    "eps is multiplied by the variance. How is a standard normal number stretched so that its "
    "variance is exp(log_var)?",
    loses="value",
)
def times_the_variance(*given):
    return changed(z=lambda m, v, e, f, df: m + np.exp(v) * e)(*given)


@trick.mistake(
    "eps is multiplied by exp(log_var), as if log_var were the logarithm of sigma, and the "
    "gradients follow. Of which power of sigma is it the logarithm?",
    loses="value gradient score",
)
def of_sigma(mean, log_var, eps, f, df):
    z, dmean, dlog_var, *scores = reparameterize(mean, 2 * log_var, eps, f, df)
    return z, dmean, 2 * dlog_var, scores[0], 2 * scores[1]


@trick.mistake(
    "eps is multiplied by log_var itself. Of what is it the logarithm?", loses="value"
)
def times_the_logarithm(*given):
    return changed(z=lambda m, v, e, f, df: m + v * e)(*given)


@trick.mistake("z is the mean and eps alone. What has log_var to do?", loses="value")
def log_var_ignored(*given):
    return changed(z=lambda m, v, e, f, df: m + e)(*given)


@trick.mistake(
    "the mean is stretched as well. What does sigma multiply in the formula?", loses="value"
)
def all_stretched(*given):
    return changed(z=lambda m, v, e, f, df: np.exp(v / 2) * (m + e))(*given)


@trick.mistake("eps is subtracted. Which sign has it in the formula?", loses="value")
def subtracted(*given):
    return changed(z=lambda m, v, e, f, df: m - np.exp(v / 2) * e)(*given)


@trick.mistake(
    "dmean and dlog_var are sums over the draws. By how many is the sum divided?",
    loses="gradient",
)
def gradients_summed(*given):
    K = len(given[2])
    answer = reparameterize(*given)
    return answer[0], K * answer[1], K * answer[2], *answer[3:]


@trick.mistake(
    "all four estimates are sums over the draws. By how many is the sum divided?",
    loses="gradient score",
)
def all_summed(*given):
    K = len(given[2])
    z, *estimates = reparameterize(*given)
    return z, *(K * part for part in estimates)


@trick.mistake(
    "dlog_var is a derivative with respect to sigma. How does sigma depend on log_var?",
    loses="gradient",
)
def with_respect_to_sigma(*given):
    return changed(dlog_var=lambda m, v, e, f, df: (df * e).mean(axis=0))(*given)


@trick.mistake(
    "dlog_var is twice too large. What is the derivative of exp(v / 2)?", loses="gradient"
)
def half_forgotten(*given):
    return changed(dlog_var=lambda m, v, e, f, df: (df * e).mean(axis=0) * np.exp(v / 2))(
        *given
    )


@trick.mistake(
    "dlog_var has not gone through eps. What multiplies sigma in z?", loses="gradient"
)
def noise_forgotten(*given):
    return changed(dlog_var=lambda m, v, e, f, df: df.mean(axis=0) * np.exp(v / 2) / 2)(*given)


@trick.mistake(
    "dlog_var has the variance where sigma should stand. What is the derivative of exp(v / 2)?",
    loses="gradient",
)
def variance_in_the_gradient(*given):
    return changed(dlog_var=lambda m, v, e, f, df: (df * e).mean(axis=0) * np.exp(v) / 2)(
        *given
    )


@trick.mistake(
    "dmean is multiplied by eps. What is the derivative of z with respect to the mean?",
    loses="gradient",
)
def mean_through_noise(*given):
    return changed(dmean=lambda m, v, e, f, df: (df * e).mean(axis=0))(*given)


@trick.mistake(
    "score_mean is multiplied by sigma, and not divided. Is a narrow Gaussian's logarithm "
    "steep or flat?",
    loses="score",
)
def score_times_sigma(*given):
    return changed(
        score_mean=lambda m, v, e, f, df: (f[..., None] * e).mean(axis=0) * np.exp(v / 2)
    )(*given)


@trick.mistake(
    "score_mean is not divided by sigma. With respect to what is ln q differentiated?",
    loses="score",
)
def score_not_divided(*given):
    return changed(score_mean=lambda m, v, e, f, df: (f[..., None] * e).mean(axis=0))(*given)


@trick.mistake(
    "score_mean is divided by the variance. How large is z - mean, in terms of eps?",
    loses="score",
)
def score_by_the_variance(*given):
    return changed(
        score_mean=lambda m, v, e, f, df: (f[..., None] * e).mean(axis=0) / np.exp(v)
    )(*given)


@trick.mistake(
    "score_mean is the derivative with respect to z. Which sign has that with respect to the "
    "mean?",
    loses="score",
)
def score_of_z(*given):
    return changed(
        score_mean=lambda m, v, e, f, df: -(f[..., None] * e).mean(axis=0) / np.exp(v / 2)
    )(*given)


@trick.mistake(
    "score_log_var lacks the derivative of the factor before the exponential, 1/sigma. What "
    "is that of -ln(sigma) with respect to log_var?",
    loses="score",
)
def normaliser_forgotten(*given):
    return changed(score_log_var=lambda m, v, e, f, df: (f[..., None] * e**2).mean(axis=0) / 2)(
        *given
    )


@trick.mistake(
    "score_log_var is a derivative with respect to ln(sigma). What is log_var?", loses="score"
)
def score_of_ln_sigma(*given):
    return changed(
        score_log_var=lambda m, v, e, f, df: (f[..., None] * (e**2 - 1)).mean(axis=0)
    )(*given)


@trick.mistake(
    "score_log_var is a derivative with respect to sigma. How does sigma depend on log_var?",
    loses="score",
)
def score_of_sigma(*given):
    return changed(
        score_log_var=lambda m, v, e, f, df: (
            (f[..., None] * (e**2 - 1)).mean(axis=0) / np.exp(v / 2)
        )
    )(*given)


@trick.mistake(
    "the scores are not multiplied by f. What is their mean without it?", loses="score"
)
def without_f(*given):
    return changed(
        score_mean=lambda m, v, e, f, df: e.mean(axis=0) / np.exp(v / 2),
        score_log_var=lambda m, v, e, f, df: (e**2 - 1).mean(axis=0) / 2,
    )(*given)


@trick.mistake(
    "sigma is taken as exp(log_var) wherever it stands. Of which power of sigma is log_var the "
    "logarithm?",
    loses="value gradient score",
)
def sigma_everywhere(mean, log_var, eps, f, df):
    _, dmean, dlog_var, score_mean, score_log_var = reparameterize(mean, log_var, eps, f, df)
    root = np.exp(log_var / 2)
    return mean + root**2 * eps, dmean, dlog_var * root, score_mean / root, score_log_var


@trick.mistake(
    "dlog_var is multiplied by z. What of z changes with sigma, and what does not?",
    loses="gradient",
)
def codes_for_the_noise(*given):
    return changed(
        dlog_var=lambda m, v, e, f, df: (
            (df * (m + np.exp(v / 2) * e)).mean(axis=0) * np.exp(v / 2) / 2
        )
    )(*given)


@trick.mistake(
    "the scores are multiplied by df. Which of the two does an estimate need that never "
    "differentiates f?",
    loses="score",
)
def scores_of_df(*given):
    return changed(
        score_mean=lambda m, v, e, f, df: (df * e).mean(axis=0) / np.exp(v / 2),
        score_log_var=lambda m, v, e, f, df: (df * (e**2 - 1)).mean(axis=0) / 2,
    )(*given)


@trick.mistake(
    "score_log_var is divided by the variance once more. What is (z - mean)^2 over the "
    "variance, in terms of eps?",
    loses="score",
)
def score_divided_again(*given):
    return changed(
        score_log_var=lambda m, v, e, f, df: (
            (f[:, :, None] * (e**2 - 1)).mean(axis=0) / 2 / np.exp(v)
        )
    )(*given)

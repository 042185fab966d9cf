"""batch_norm_forward: each unit standardised over the batch, and what is kept for use.

As in PyTorch, the variance of the batch is divided by N where the batch is normalised, and by
N - 1 where it goes into the running average, of which `momentum` is the share of the new value.

In evaluation the driver calls twice, the second time with the averages that came back: only
outputs are compared, and they show averages that did not stay. That these come back as they
were given would be right for whoever does nothing.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE


def once_or_twice(
    batch_norm_forward, X, running_mean, running_var, gamma, beta, training, momentum, eps
):
    rest = gamma, beta, training, momentum, eps
    whole = batch_norm_forward(X, running_mean, running_var, *rest)
    if training or type(whole) not in (tuple, list) or len(whole) != 3:
        return whole
    if not all(isinstance(a, np.ndarray) and a.dtype.kind == "f" for a in whole[1:]):
        return whole
    return batch_norm_forward(X, *whole[1:], *rest)


normalised = problem(
    "batch_norm_forward",
    driver=once_or_twice,
    rtol=DIGITS,
    returns={"Y": "value", "new_mean": "running", "new_var": "running"},
    points={
        "shape": (1, "arrays of these three shapes, in this order, of `float64`"),
        "value": (5, "`Y` in training"),
        "running": (4, "`new_mean` and `new_var` in training, half each"),
        "evaluation": (4, "`Y` where `training` is False, and averages that stay"),
        "inputs-unchanged": (1, "all arrays that are given stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@normalised.reference
def batch_norm_forward(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    """Batch normalisation of the outputs of a layer, and its running averages.

    Y[n, d] = gamma[d] * (X[n, d] - m[d]) / sqrt(v[d] + eps) + beta[d]

    In training m and v are mean and variance of the column over the batch, v divided by N, and
    new = (1 - momentum) * running + momentum * (value of this batch), its variance by N - 1.
    In evaluation m and v are running_mean and running_var, and these are the new ones, too.

    X : (N, D) array, one sample a row, N at least 2
    running_mean, running_var, gamma, beta : (D,) arrays
    training : bool
    momentum, eps : floats between 0 and 1
    Returns (Y, new_mean, new_var): arrays of shape (N, D), (D,) and (D,).
    """
    mean, var = new_mean, new_var = running_mean, running_var
    if training:
        mean, var = X.mean(axis=0), X.var(axis=0)
        new_mean = (1 - momentum) * running_mean + momentum * mean
        new_var = (1 - momentum) * running_var + momentum * X.var(axis=0, ddof=1)
    Y = gamma * (X - mean) / np.sqrt(var + eps) + beta
    return Y, new_mean, new_var


normalised.example(
    np.array([[5.0, 1.0], [2.0, 7.0], [2.0, 4.0]]),
    np.array([1.0, 0.0]),
    np.array([1.0, 4.0]),
    np.array([3.0, 5.0]),
    np.array([1.0, 2.0]),
    True,
    0.5,
    0.25,
)


def drawn(rng, N, D, training):
    """Return a batch whose units differ in mean and spread, and all that belongs to it."""
    X = rng.normal(size=(N, D)) * rng.uniform(0.7, 1.6, size=D) + rng.uniform(1, 3, size=D)
    averages = rng.uniform(-2, 0.5, size=D), rng.uniform(2, 5, size=D)
    weights = rng.uniform(1.3, 2.5, size=D), rng.uniform(-2.5, -0.5, size=D)
    numbers = float(rng.uniform(0.15, 0.4)), float(rng.uniform(0.1, 0.4))
    return X, *averages, *weights, training, *numbers


@normalised.case("value", visible=2)
def in_training(rng, N, D):
    """A batch, in training."""
    return drawn(rng, N, D, True)


@normalised.case("evaluation", parts="Y")
def in_evaluation(rng, N, D):
    """A batch in evaluation, twice."""
    return drawn(rng, N, D, False)


@normalised.alternative
def unit_by_unit(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    N, D = X.shape
    Y, means, variances = np.zeros((N, D)), running_mean.copy(), running_var.copy()
    for d in range(D):
        mean, var = running_mean[d], running_var[d]
        if training:
            mean = sum(X[:, d]) / N
            total = sum((x - mean) ** 2 for x in X[:, d])
            var = total / N
            means[d] += momentum * (mean - means[d])
            variances[d] += momentum * (total / (N - 1) - variances[d])
        for n in range(N):
            Y[n, d] = gamma[d] * (X[n, d] - mean) / (var + eps) ** 0.5 + beta[d]
    return Y, means, variances


@normalised.alternative
def two_branches(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    if not training:
        scale = gamma / np.sqrt(running_var + eps)
        return scale * X + (beta - scale * running_mean), running_mean, running_var
    mean = np.mean(X, axis=0, keepdims=True)
    centred = X - mean
    var = np.einsum("nd,nd->d", centred, centred) / len(X)
    X_hat = centred * (var + eps) ** -0.5
    unbiased = var * len(X) / (len(X) - 1)
    old = 1 - momentum
    return [
        X_hat * gamma + beta,
        old * running_mean + momentum * mean[0],
        old * running_var + momentum * unbiased,
    ]


@normalised.alternative
def in_place_on_copies(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    Y, means, variances = X.copy(), np.array(running_mean), np.array(running_var)
    if training:
        means *= 1 - momentum
        means += momentum * X.mean(0)
        variances *= 1 - momentum
        variances += momentum * np.cov(X, rowvar=False).diagonal()
        Y -= X.mean(0)
        Y /= np.sqrt((Y**2).mean(0) + eps)
    else:
        Y -= means
        Y /= np.sqrt(variances + eps)
    Y *= gamma
    Y += beta
    return Y, means, variances


def outputs(make, training=True):
    """Return a solution whose outputs, in one of the modes, are made in another way."""

    def changed(X, running_mean, running_var, gamma, beta, mode, momentum, eps):
        right = batch_norm_forward(
            X, running_mean, running_var, gamma, beta, mode, momentum, eps
        )
        if bool(mode) != training:
            return right
        return make(X, running_mean, running_var, gamma, beta, eps), *right[1:]

    return changed


def everywhere(make):
    """Return a solution whose outputs are made from mean and variance in another way."""

    def changed(X, running_mean, running_var, gamma, beta, mode, momentum, eps):
        right = batch_norm_forward(
            X, running_mean, running_var, gamma, beta, mode, momentum, eps
        )
        mean, var = (X.mean(axis=0), X.var(axis=0)) if mode else (running_mean, running_var)
        return make(X, mean, var, gamma, beta, eps), *right[1:]

    return changed


def averages(make):
    """Return a solution whose running averages are made in another way."""

    def changed(X, running_mean, running_var, gamma, beta, mode, momentum, eps):
        right = batch_norm_forward(
            X, running_mean, running_var, gamma, beta, mode, momentum, eps
        )
        if not mode:
            return right
        return right[0], *make(X, running_mean, running_var, momentum, eps)

    return changed


@normalised.mistake(
    "eps stands outside the root. To what is it added in the formula?", loses="value"
)
def eps_outside(*given):
    return everywhere(
        lambda X, mean, var, gamma, beta, eps: gamma * (X - mean) / (np.sqrt(var) + eps) + beta
    )(*given)


@normalised.mistake(
    "eps is missing. What is added to the variance before the root?", loses="value"
)
def eps_forgotten(*given):
    return everywhere(
        lambda X, mean, var, gamma, beta, eps: gamma * (X - mean) / np.sqrt(var) + beta
    )(*given)


@normalised.mistake(
    "this divides by the variance itself. In what is a variance measured, if x is in metres?",
    loses="value",
)
def divided_by_the_variance(*given):
    return everywhere(
        lambda X, mean, var, gamma, beta, eps: gamma * (X - mean) / (var + eps) + beta
    )(*given)


@normalised.mistake(
    "under the root stands the standard deviation plus eps. Of what is the root taken in the "
    "formula?",
    loses="value",
)
def deviation_under_the_root(*given):
    return everywhere(
        lambda X, mean, var, gamma, beta, eps: (
            gamma * (X - mean) / np.sqrt(np.sqrt(var) + eps) + beta
        )
    )(*given)


@normalised.mistake(
    "mean and variance are taken along each row here. Whose outputs does a row hold, those of "
    "one unit or of one sample?",
    loses="value",
)
def along_rows(*given):
    return outputs(
        lambda X, old_mean, old_var, gamma, beta, eps: (
            gamma * (X - X.mean(1, keepdims=True)) / np.sqrt(X.var(1, keepdims=True) + eps)
            + beta
        )
    )(*given)


@normalised.mistake(
    "one mean and one variance are taken for the whole matrix. Over which axis do they go?",
    loses="value",
)
def one_for_all(*given):
    return outputs(
        lambda X, old_mean, old_var, gamma, beta, eps: (
            gamma * (X - X.mean()) / np.sqrt(X.var() + eps) + beta
        )
    )(*given)


@normalised.mistake(
    "Y uses the variance divided by N - 1. By what is it divided where the batch is "
    "normalised?",
    loses="value",
)
def unbiased_in_the_batch(*given):
    return outputs(
        lambda X, old_mean, old_var, gamma, beta, eps: (
            gamma * (X - X.mean(0)) / np.sqrt(X.var(0, ddof=1) + eps) + beta
        )
    )(*given)


@normalised.mistake(
    "the columns of Y have mean 0 and variance near 1. What do gamma and beta do after that?",
    loses="value",
)
def not_scaled(*given):
    return everywhere(lambda X, mean, var, gamma, beta, eps: (X - mean) / np.sqrt(var + eps))(
        *given
    )


@normalised.mistake("beta is missing. What is added in the end?", loses="value")
def beta_forgotten(*given):
    return everywhere(
        lambda X, mean, var, gamma, beta, eps: gamma * (X - mean) / np.sqrt(var + eps)
    )(*given)


@normalised.mistake(
    "gamma is missing. What is each standardised value multiplied by?", loses="value"
)
def gamma_forgotten(*given):
    return everywhere(
        lambda X, mean, var, gamma, beta, eps: (X - mean) / np.sqrt(var + eps) + beta
    )(*given)


@normalised.mistake(
    "beta is multiplied by gamma. Which comes first in the formula, the product or the sum?",
    loses="value",
)
def beta_scaled(*given):
    return everywhere(
        lambda X, mean, var, gamma, beta, eps: gamma * ((X - mean) / np.sqrt(var + eps) + beta)
    )(*given)


@normalised.mistake(
    "gamma and beta have changed places. Which of them is a factor?", loses="value"
)
def exchanged(*given):
    return everywhere(
        lambda X, mean, var, gamma, beta, eps: beta * (X - mean) / np.sqrt(var + eps) + gamma
    )(*given)


@normalised.mistake(
    "the mean is not taken off. Around what should the columns lie before gamma and beta?",
    loses="value",
)
def mean_kept(*given):
    return everywhere(
        lambda X, mean, var, gamma, beta, eps: gamma * X / np.sqrt(var + eps) + beta
    )(*given)


@normalised.mistake(
    "the mean is taken off, and nothing is divided. What should the spread of a column be "
    "before gamma?",
    loses="value",
)
def not_divided(*given):
    return everywhere(lambda X, mean, var, gamma, beta, eps: gamma * (X - mean) + beta)(*given)


@normalised.mistake(
    "in training Y is made from the running averages that were given. Whose mean and variance "
    "does the formula take in training?",
    loses="value",
)
def always_running(*given):
    return outputs(
        lambda X, old_mean, old_var, gamma, beta, eps: (
            gamma * (X - old_mean) / np.sqrt(old_var + eps) + beta
        )
    )(*given)


@normalised.mistake(
    "in training everything is done as in evaluation: Y is made from the running averages, and "
    "they stay. What does training change?",
    loses="value running",
)
def never_training(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    return batch_norm_forward(X, running_mean, running_var, gamma, beta, False, momentum, eps)


@normalised.mistake(
    "in training Y is made from the new running averages. Whose mean and variance does the "
    "formula take in training?",
    loses="value",
)
def by_the_new_averages(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    right = batch_norm_forward(
        X, running_mean, running_var, gamma, beta, training, momentum, eps
    )
    return gamma * (X - right[1]) / np.sqrt(right[2] + eps) + beta, *right[1:]


@normalised.mistake(
    "momentum is the share of the old average here. Of which of the two is it the share in the "
    "text, as in PyTorch?",
    loses="running",
)
def momentum_of_the_old(*given):
    return averages(
        lambda X, mean, var, momentum, eps: (
            momentum * mean + (1 - momentum) * X.mean(0),
            momentum * var + (1 - momentum) * X.var(0, ddof=1),
        )
    )(*given)


@normalised.mistake(
    "the variance in the running average is divided by N. By what is it divided there?",
    loses="running",
)
def biased_average(*given):
    return averages(
        lambda X, mean, var, momentum, eps: (
            (1 - momentum) * mean + momentum * X.mean(0),
            (1 - momentum) * var + momentum * X.var(0),
        )
    )(*given)


@normalised.mistake(
    "the whole new_var is multiplied by N / (N - 1), the old average too. Which part of it "
    "comes from this batch?",
    loses="running",
)
def old_average_corrected(*given):
    return averages(
        lambda X, mean, var, momentum, eps: (
            (1 - momentum) * mean + momentum * X.mean(0),
            ((1 - momentum) * var + momentum * X.var(0)) * len(X) / (len(X) - 1),
        )
    )(*given)


@normalised.mistake(
    "new_var takes in standard deviations. Of what is it an average?", loses="running"
)
def average_of_deviations(*given):
    return averages(
        lambda X, mean, var, momentum, eps: (
            (1 - momentum) * mean + momentum * X.mean(0),
            (1 - momentum) * var + momentum * X.std(0, ddof=1),
        )
    )(*given)


@normalised.mistake("new_var takes in eps as well. Where alone is eps needed?", loses="running")
def eps_in_the_average(*given):
    return averages(
        lambda X, mean, var, momentum, eps: (
            (1 - momentum) * mean + momentum * X.mean(0),
            (1 - momentum) * var + momentum * (X.var(0, ddof=1) + eps),
        )
    )(*given)


@normalised.mistake(
    "it holds nothing but this batch. Which share of the old average stays?",
    loses="running",
)
def old_average_dropped(*given):
    return averages(lambda X, mean, var, momentum, eps: (X.mean(0), X.var(0, ddof=1)))(*given)


@normalised.mistake(
    "the share of the new value is added, and the old average stays whole. What do the two "
    "shares of an average add up to?",
    loses="running",
)
def old_average_kept_whole(*given):
    return averages(
        lambda X, mean, var, momentum, eps: (
            mean + momentum * X.mean(0),
            var + momentum * X.var(0, ddof=1),
        )
    )(*given)


@normalised.mistake(
    "in training it comes back as it was given. Who keeps the running averages up to date, if "
    "not this function?",
    loses="running",
)
def averages_not_updated(*given):
    return averages(lambda X, mean, var, momentum, eps: (mean * 1.0, var * 1.0))(*given)


@normalised.mistake(
    "in evaluation Y is made from mean and variance of this batch. What may a sample's output "
    "depend on there?",
    loses="evaluation",
)
def batch_in_evaluation(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    right = batch_norm_forward(
        X, running_mean, running_var, gamma, beta, training, momentum, eps
    )
    Y = batch_norm_forward(X, running_mean, running_var, gamma, beta, True, momentum, eps)[0]
    return Y, *right[1:]


@normalised.mistake(
    "in evaluation the running averages change. May a picture that is classified change how "
    "the next one is?",
    loses="evaluation",
)
def learns_in_evaluation(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    Y = batch_norm_forward(X, running_mean, running_var, gamma, beta, training, momentum, eps)[
        0
    ]
    learned = batch_norm_forward(X, running_mean, running_var, gamma, beta, True, momentum, eps)
    return Y, *learned[1:]


@normalised.mistake(
    "in evaluation eps is missing. What would a unit do whose running_var is 0?",
    loses="evaluation",
)
def eps_forgotten_in_evaluation(*given):
    return outputs(
        lambda X, mean, var, gamma, beta, eps: gamma * (X - mean) / np.sqrt(var) + beta, False
    )(*given)


@normalised.mistake(
    "in evaluation this divides by running_var plus eps. What is taken of it first?",
    loses="evaluation",
)
def variance_for_deviation(*given):
    return outputs(
        lambda X, mean, var, gamma, beta, eps: gamma * (X - mean) / (var + eps) + beta, False
    )(*given)


@normalised.mistake(
    "in evaluation gamma and beta are missing. Do they belong to training alone?",
    loses="evaluation",
)
def not_scaled_in_evaluation(*given):
    return outputs(
        lambda X, mean, var, gamma, beta, eps: (X - mean) / np.sqrt(var + eps), False
    )(*given)


@normalised.mistake(
    "in evaluation X comes back as it was given. What do the running averages do there?",
    loses="evaluation",
)
def nothing_in_evaluation(*given):
    return outputs(lambda X, mean, var, gamma, beta, eps: X * 1.0, False)(*given)

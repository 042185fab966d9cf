"""batch_norm_forward: standardise each unit over the batch, and update running averages.

As in PyTorch, the variance has divisor N when it normalises the batch, and N - 1 when it goes
into the running average. In this average, `momentum` is the weight of the new value.

In evaluation, the driver calls the function twice, and it passes the returned averages to the
second call. We compare only the outputs, because they differ if the averages have changed. If
we compared the averages themselves, a function that does nothing would get these points.
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
        "shape": (1, "three `float64` arrays of these shapes, in this order"),
        "value": (5, "`Y` in training"),
        "running": (4, "`new_mean` and `new_var` in training, half for each"),
        "evaluation": (
            4,
            "`Y` when `training` is False, and running averages that don't change",
        ),
        "inputs-unchanged": (1, "your function doesn't change its arguments"),
    },
    forbidden={"all": ELSEWHERE},
)


@normalised.reference
def batch_norm_forward(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    """Normalise the outputs of a layer over the batch, and update the running averages.

    Y[n, d] = gamma[d] * (X[n, d] - m[d]) / sqrt(v[d] + eps) + beta[d]

    In training, m and v are the mean and the variance of each column of the batch, with divisor
    N in the variance. The running averages become
    new = (1 - momentum) * running + momentum * (value of this batch),
    where the variance of the batch has divisor N - 1.
    In evaluation, m and v are running_mean and running_var, and new_mean and new_var are equal
    to them.

    X : (N, D) array, one sample per row, N at least 2
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
    """Return a batch whose units differ in mean and variance, and the other arguments."""
    X = rng.normal(size=(N, D)) * rng.uniform(0.7, 1.6, size=D) + rng.uniform(1, 3, size=D)
    averages = rng.uniform(-2, 0.5, size=D), rng.uniform(2, 5, size=D)
    weights = rng.uniform(1.3, 2.5, size=D), rng.uniform(-2.5, -0.5, size=D)
    numbers = float(rng.uniform(0.15, 0.4)), float(rng.uniform(0.1, 0.4))
    return X, *averages, *weights, training, *numbers


@normalised.case("value", visible=2)
def in_training(rng, N, D):
    """A batch in training."""
    return drawn(rng, N, D, True)


@normalised.case("evaluation", parts="Y")
def in_evaluation(rng, N, D):
    """A batch in evaluation, in two calls."""
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


def using(values):
    """Return an edit with which `Y` uses other values as mean and variance."""
    return "    Y =", f"    mean, var = {values}\n    Y ="


normalised.known["value"] = {
    "Your code adds `eps` outside the square root. What does the formula add `eps` to?": {
        "eps_outside": {"np.sqrt(var + eps)": "(np.sqrt(var) + eps)"}
    },
    "Your `Y` doesn't depend on `eps`. What does the formula add to the variance before it "
    "takes the square root?": {"eps_forgotten": {"var + eps": "var"}},
    "Your code divides by the variance plus `eps`. Which function does the formula apply to "
    "this sum first?": {"divided_by_the_variance": {"np.sqrt(var + eps)": "(var + eps)"}},
    "Your mean and variance are computed along each row of `X`. Does a row contain the outputs "
    "of one unit or of one sample?": {
        "along_rows": [
            using("(np.c_[X.mean(1)], np.c_[X.var(1)]) if training else (mean, var)")
        ]
    },
    "Your `Y` uses the variance with divisor N - 1. Which divisor does the problem "
    "statement use to normalise the batch?": {
        "unbiased_in_the_batch": {"X.var(axis=0)": "X.var(axis=0, ddof=1)"}
    },
    "Your `Y` contains the standardised values, without scale and shift. What should `gamma` "
    "and `beta` do with these values?": {"not_scaled": {"gamma * (X": "(X", " + beta": ""}},
    "Your `Y` doesn't include `beta`. Where does `beta` appear in the formula?": {
        "beta_forgotten": {" + beta": ""}
    },
    "Your `Y` doesn't depend on `gamma`. Where does `gamma` appear in the formula?": {
        "gamma_forgotten": {"gamma * ": ""}
    },
    "Your code doesn't subtract the mean. What should the mean of a column be before you apply "
    "`gamma` and `beta`?": {"mean_kept": {"(X - mean)": "X"}},
    "Your `Y` subtracts one mean from all columns. Which axis should you average over?": {
        "one_mean_in_the_batch": [using("X.mean() if training else mean, var")]
    },
    "In training mode, your `Y` uses the old running averages. Which mean and variance "
    "does the formula use in this mode?": {
        "always_running": [using("running_mean, running_var")]
    },
    "In training mode, your `Y` uses the updated running averages. Which mean and variance "
    "does the formula use?": {"by_the_new_averages": [using("new_mean, new_var")]},
}

normalised.known["value running"] = {
    "Your code uses one mean and one variance for the whole matrix. Which axis should you "
    "average over?": {
        "one_for_all": {
            "X.mean(axis=0), X.var(axis=0)": "X.mean(), X.var()",
            "X.var(axis=0, ddof=1)": "X.var(ddof=1)",
        },
        "one_for_the_batch": {"axis=0), X.var(axis=0": "), X.var("},
    },
    "Your code subtracts one mean from all columns. Which axis should you average over?": {
        "one_mean_for_all": {"X.mean(axis=0)": "X.mean()"}
    },
    "Your function does the same in training mode as in evaluation mode: it uses the "
    "running averages and returns them unchanged. What should be different when `training` "
    "is True?": {"never_training": "training = False"},
}

normalised.known["running"] = {
    "Your `new_var` uses the variance with divisor N. Which divisor does the problem "
    "statement use for the running average?": {
        "biased_average": {"X.var(axis=0, ddof=1)": "var"}
    },
    "Your `new_var` uses a variance multiplied by (N - 1) / N. Which factor turns divisor N "
    "into divisor N - 1?": {
        "factor_turned_round": {"X.var(axis=0, ddof=1)": "var * (len(X) - 1) / len(X)"}
    },
    "Your code also multiplies the old average in `new_var` by N / (N - 1). Which of the two "
    "terms has the divisor N - 1?": {
        "whole_average_corrected": {
            "(1 - momentum) * running_var + momentum * X.var(axis=0, ddof=1)": (
                "((1 - momentum) * running_var + momentum * var) * len(X) / (len(X) - 1)"
            )
        }
    },
    "The correction in your `new_var` uses the number of columns. How many numbers is the "
    "variance of a column computed from?": {
        "corrected_by_columns": {"X.var(axis=0, ddof=1)": "var * len(var) / (len(var) - 1)"}
    },
    "Your `new_var` averages standard deviations. Which quantity goes into this running "
    "average, according to the problem statement?": {
        "average_of_deviations": {"X.var(axis=0, ddof=1)": "X.std(axis=0, ddof=1)"},
        "average_of_biased_deviations": {"X.var(axis=0, ddof=1)": "X.std(axis=0)"},
    },
    "Your `new_mean` and `new_var` contain only the values of this batch. How much of the old "
    "averages should remain?": {
        "old_average_dropped": {
            "(1 - momentum) * running_mean + momentum * mean": "mean",
            "(1 - momentum) * running_var + momentum * X": "X",
        }
    },
    "Your code multiplies the new value by `momentum`, but it adds the old average without "
    "scaling it. What should the two weights of an average add up to?": {
        "old_average_kept_whole": {
            "(1 - momentum) * running_mean": "running_mean",
            "(1 - momentum) * running_var": "running_var",
        }
    },
    "Your `new_mean` and `new_var` are the old running averages, even in training mode. "
    "Which formula does the problem statement give for the new ones?": {
        "averages_not_updated": {"Y, new_mean, new_var": "Y, running_mean, running_var"}
    },
    "Your code multiplies the old average by `momentum`. Which of the two terms does the "
    "problem statement multiply by `momentum`?": {
        "momentum_of_the_old": "momentum = 1 - momentum"
    },
}

normalised.known["evaluation"] = {
    "In evaluation mode, your `Y` uses the mean and variance of the batch. Should the "
    "output for one sample then depend on the other samples?": {
        "batch_in_evaluation": [using("X.mean(axis=0), X.var(axis=0)")]
    },
    "Your running averages change in evaluation mode. Should the classification of one "
    "image affect the next image?": {
        "learns_in_evaluation": [
            using("(mean, var) if training else (running_mean, running_var)"),
            ("if training:\n", "if True:\n"),
        ]
    },
    "In evaluation mode, your `Y` contains the standardised values, without scale and "
    "shift. Which parts of the formula for `Y` change in this mode?": {
        "not_scaled_in_evaluation": {
            "+ beta\n": "+ beta\n    Y = Y if training else (Y - beta) / gamma\n"
        }
    },
    "In evaluation mode, your `Y` doesn't depend on `eps`. What would happen to a unit "
    "whose `running_var` is 0?": {
        "eps_forgotten_in_evaluation": {"var + eps": "var + eps * training"}
    },
    "In evaluation mode, your code divides by `running_var` plus `eps`. Which function "
    "does the formula apply to this sum?": {
        "variance_for_deviation": {
            "np.sqrt(var + eps)": "(var + eps) ** (0.5 if training else 1)"
        }
    },
}

"""Wrong batch normalisations, forwards and backwards, written as students would."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong

# batch_norm_forward


def forward(X, mean, var, gamma, beta, eps):
    return gamma * (X - mean) / np.sqrt(var + eps) + beta


def kept(X, running_mean, running_var, momentum):
    mean = (1 - momentum) * running_mean + momentum * X.mean(0)
    return mean, (1 - momentum) * running_var + momentum * X.var(0, ddof=1)


@wrong("batch_norm_forward", "the variance in the running average is divided by N", "running")
def one_variance(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    if not training:
        return (
            forward(X, running_mean, running_var, gamma, beta, eps),
            running_mean,
            running_var,
        )
    mean, var = X.mean(axis=0), X.var(axis=0)
    running_mean = running_mean + momentum * (mean - running_mean)
    running_var = running_var + momentum * (var - running_var)
    return forward(X, mean, var, gamma, beta, eps), running_mean, running_var


@wrong("batch_norm_forward", "Y uses the variance divided by N - 1", "value")
def always_unbiased(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    if not training:
        return (
            forward(X, running_mean, running_var, gamma, beta, eps),
            running_mean,
            running_var,
        )
    Y = forward(X, X.mean(0), np.var(X, axis=0, ddof=1), gamma, beta, eps)
    return Y, *kept(X, running_mean, running_var, momentum)


@wrong("batch_norm_forward", "momentum is the share of the old average here", "running")
def share_of_the_old(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    if not training:
        return (
            forward(X, running_mean, running_var, gamma, beta, eps),
            running_mean,
            running_var,
        )
    Y = forward(X, X.mean(0), X.var(0), gamma, beta, eps)
    return Y, *kept(X, running_mean, running_var, 1 - momentum)


@wrong("batch_norm_forward", "eps stands outside the root", "value")
def root_then_eps(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    mean, var, new = running_mean, running_var, (running_mean, running_var)
    if training:
        mean, var, new = X.mean(0), X.var(0), kept(X, running_mean, running_var, momentum)
    return gamma * ((X - mean) / (np.sqrt(var) + eps)) + beta, *new


@wrong("batch_norm_forward", "in evaluation Y is made from mean and variance of this batch",
       "evaluation")  # fmt: skip
def batch_always(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    new = kept(X, running_mean, running_var, momentum)
    Y = forward(X, X.mean(0), X.var(0), gamma, beta, eps)
    return Y, *(new if training else (running_mean, running_var))


@wrong(
    "batch_norm_forward",
    "in evaluation Y is made from mean and variance of this batch",
    "evaluation",
)
def training_never_read(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    Y = forward(X, X.mean(0), X.var(0), gamma, beta, eps)
    return Y, *kept(X, running_mean, running_var, momentum)


@wrong("batch_norm_forward", "Y is made from the running averages that were given")
def averages_always(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    new = kept(X, running_mean, running_var, momentum)
    Y = forward(X, running_mean, running_var, gamma, beta, eps)
    return Y, *(new if training else (running_mean, running_var))


@wrong("batch_norm_forward", "Y is made from the new running averages", "value")
def averages_first(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    if training:
        running_mean, running_var = kept(X, running_mean, running_var, momentum)
    return forward(X, running_mean, running_var, gamma, beta, eps), running_mean, running_var


@wrong("batch_norm_forward", "it comes back as it was given", "running")
def averages_forgotten(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    mean, var = (X.mean(0), X.var(0)) if training else (running_mean, running_var)
    return forward(X, mean, var, gamma, beta, eps), running_mean, running_var


@wrong("batch_norm_forward", "mean and variance are taken along each row", "value")
def layer_norm(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    if not training:
        return (
            forward(X, running_mean, running_var, gamma, beta, eps),
            running_mean,
            running_var,
        )
    mean, var = X.mean(axis=1, keepdims=True), X.var(axis=1, keepdims=True)
    return forward(X, mean, var, gamma, beta, eps), *kept(
        X, running_mean, running_var, momentum
    )


@wrong("batch_norm_forward", "the function changes its caller's running_mean and running_var",
       "inputs-unchanged")  # fmt: skip
def averages_in_place(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    mean, var = running_mean, running_var
    if training:
        mean, var = X.mean(0), X.var(0)
        running_mean *= 1 - momentum
        running_mean += momentum * mean
        running_var *= 1 - momentum
        running_var += momentum * var * len(X) / (len(X) - 1)
    return forward(X, mean, var, gamma, beta, eps), running_mean, running_var


# batch_norm_backward


def normal(X, eps):
    root = np.sqrt(np.mean((X - X.mean(0)) ** 2, axis=0) + eps)
    return (X - X.mean(0)) / root, root


@wrong("batch_norm_backward", "only the direct path is there", "value")
def like_a_scale(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    return gamma * dY / root, (dY * hat).sum(0), dY.sum(0)


@wrong("batch_norm_backward", "the path through v is missing in dX", "value")
def mean_alone(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    dX_hat = gamma * dY
    return (dX_hat - dX_hat.mean(0)) / root, (dY * hat).sum(0), dY.sum(0)


@wrong("batch_norm_backward", "the path through m is missing in dX", "value")
def variance_alone(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    dv = -0.5 * (gamma * dY * (X - X.mean(0))).sum(0) / root**3
    dX = gamma * dY / root + dv * 2 * (X - X.mean(0)) / len(X)
    return dX, (dY * hat).sum(0), dY.sum(0)


@wrong("batch_norm_backward", "both paths through the batch are N times too large", "value")
def means_for_sums(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    dgamma, dbeta = (dY * hat).sum(0), dY.sum(0)
    return gamma / root * (dY - dbeta - hat * dgamma), dgamma, dbeta


@wrong("batch_norm_backward", "gamma is missing in dX", "value")
def gamma_left_out(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    dgamma, dbeta = (dY * hat).sum(0), dY.sum(0)
    return (len(X) * dY - dbeta - hat * dgamma) / (len(X) * root), dgamma, dbeta


@wrong("batch_norm_backward", "the path through v is half of what it should be", "value")
def two_lost(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    a, dX_hat = X - X.mean(0), gamma * dY
    dv = -0.5 * (dX_hat * a).sum(0) / root**3
    dm = -dX_hat.sum(0) / root
    return dX_hat / root + dv * a / len(X) + dm / len(X), (dY * hat).sum(0), dY.sum(0)


@wrong("batch_norm_backward", "the path through v has the wrong sign", "value")
def sign_lost(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    a, dX_hat = X - X.mean(0), gamma * dY
    dv = 0.5 * (dX_hat * a).sum(0) / root**3
    dX = dX_hat / root + 2 * dv * a / len(X) - (dX_hat / root).mean(0)
    return dX, (dY * hat).sum(0), dY.sum(0)


@wrong("batch_norm_backward", "dgamma is multiplied by X.", "parameters")
def gamma_by_x(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    right = dY - dY.mean(0) - hat * (dY * hat).mean(0)
    return gamma * right / root, np.einsum("nd,nd->d", dY, X), dY.sum(0)


@wrong("batch_norm_backward", "dgamma and dbeta are divided by N", "parameters")
def averaged(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    dgamma, dbeta = (dY * hat).mean(0), dY.mean(0)
    return gamma / root * (dY - dbeta - hat * dgamma), dgamma, dbeta


@wrong("batch_norm_backward", "dbeta keeps a row for each sample")
def beta_for_each(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    right = dY - dY.mean(0) - hat * (dY * hat).mean(0)
    return gamma * right / root, (dY * hat).sum(0), dY


@wrong("batch_norm_backward", "eps is missing", "value")
def root_of_v(dY, X, gamma, eps):
    hat, root = normal(X, 0)
    dgamma, dbeta = (dY * hat).sum(0), dY.sum(0)
    return gamma / root * (dY - dbeta / len(X) - hat * dgamma / len(X)), dgamma, dbeta


@wrong("batch_norm_backward", "each column adds up to 0. Do yours?")
def sample_by_sample(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    return gamma * dY * (1 - hat**2) / root, (dY * hat).sum(0), dY.sum(0)


@wrong("batch_norm_backward", "gamma is missing on the paths through m and v", "value")
def gamma_late(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    dX = (gamma * dY - dY.mean(0) - hat * (dY * hat).mean(0)) / root
    return dX, (dY * hat).sum(0), dY.sum(0)


@wrong("batch_norm_backward", "dgamma is multiplied by gamma", "parameters")
def gamma_of_the_scaled(dY, X, gamma, eps):
    hat, root = normal(X, eps)
    dX_hat = gamma * dY
    dX = (dX_hat - dX_hat.mean(0) - hat * (dX_hat * hat).mean(0)) / root
    return dX, (dX_hat * hat).sum(0), dY.sum(0)

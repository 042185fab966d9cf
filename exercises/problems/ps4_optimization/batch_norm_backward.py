"""batch_norm_backward: the gradients of batch normalisation, through the whole batch."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

backwards = problem(
    "batch_norm_backward",
    rtol=DIGITS,
    returns={"dX": "value", "dgamma": "parameters", "dbeta": "parameters"},
    points={
        "shape": (1, "three `float64` arrays of these shapes, in this order"),
        "value": (7, "`dX`"),
        "parameters": (5, "`dgamma` and `dbeta`, half for each"),
        "inputs-unchanged": (1, "your function doesn't change `dY`, `X` or `gamma`"),
    },
    forbidden={"all": ELSEWHERE},
)


@backwards.reference
def batch_norm_backward(dY, X, gamma, eps):
    """Compute the gradients of batch normalisation in training, with respect to its inputs.

    X_hat = (X - m) / sqrt(v + eps),  Y = gamma * X_hat + beta

    Here m and v are the mean and the variance of each column of X, where the variance is
    divided by N. Therefore dX[n, d] is the sum of three paths: directly through X_hat[n, d],
    through m[d], and through v[d].

    dY : (N, D) array, the gradient of the loss with respect to Y
    X : (N, D) array, one sample per row
    gamma : (D,) array
    eps : float above 0
    Returns (dX, dgamma, dbeta): arrays of shape (N, D), (D,) and (D,).
    """
    root = np.sqrt(X.var(axis=0) + eps)
    X_hat = (X - X.mean(axis=0)) / root
    dgamma, dbeta = (dY * X_hat).sum(axis=0), dY.sum(axis=0)
    return gamma / root * (dY - (dbeta + X_hat * dgamma) / len(X)), dgamma, dbeta


backwards.example(
    np.array([[1.0, 0.0], [2.0, 3.0], [0.0, 6.0]]),
    np.array([[5.0, 1.0], [2.0, 7.0], [2.0, 4.0]]),
    np.array([3.0, 5.0]),
    0.25,
)


@backwards.case("value", visible=2)
def random_numbers(rng, N, D):
    """Units with different means and variances, and an arbitrary upstream gradient."""
    X = rng.normal(size=(N, D)) * rng.uniform(0.7, 1.6, size=D) + rng.uniform(1, 3, size=D)
    dY = rng.normal(size=(N, D)) + rng.uniform(0.3, 1.0, size=D)
    return dY, X, rng.uniform(1.3, 2.5, size=D), float(rng.uniform(0.1, 0.4))


@backwards.alternative
def path_by_path(dY, X, gamma, eps):
    N = len(X)
    centred = X - X.mean(axis=0)
    var = (centred**2).mean(axis=0)
    inverse = 1 / np.sqrt(var + eps)
    dX_hat = gamma * dY
    dvar = np.sum(dX_hat * centred, axis=0) * -0.5 * inverse**3
    dmean = -np.sum(dX_hat * inverse, axis=0) - 2 * dvar * centred.mean(axis=0)
    dX = dX_hat * inverse + dvar * 2 * centred / N + dmean / N
    return dX, np.sum(dY * centred * inverse, axis=0), np.sum(dY, axis=0)


@backwards.alternative
def unit_by_unit(dY, X, gamma, eps):
    (N, D), dX = X.shape, np.zeros(X.shape)
    dgamma, dbeta = np.zeros(D), np.zeros(D)
    for d in range(D):
        mean = sum(X[:, d]) / N
        root = np.sqrt(sum((X[:, d] - mean) ** 2) / N + eps)
        hat = [(x - mean) / root for x in X[:, d]]
        for n in range(N):
            dbeta[d] += dY[n, d]
            dgamma[d] += dY[n, d] * hat[n]
        for n in range(N):
            rest = N * dY[n, d] - dbeta[d] - hat[n] * dgamma[d]
            dX[n, d] = gamma[d] * rest / (N * root)
    return dX, dgamma, dbeta


@backwards.alternative
def by_jacobians(dY, X, gamma, eps):
    N, D = dY.shape
    root = (np.mean(X * X, axis=0) - np.mean(X, axis=0) ** 2 + eps) ** 0.5
    hat = (X - np.mean(X, axis=0)) / root
    columns = [
        (np.eye(N) - 1 / N - np.outer(hat[:, d], hat[:, d]) / N) @ dY[:, d] for d in range(D)
    ]
    dX = np.stack(columns, axis=1) * (gamma / root)
    return [dX, np.einsum("nd,nd->d", dY, hat), np.ones(N) @ dY]


@backwards.alternative
def gate_by_gate(dY, X, gamma, eps):
    N, ones = X.shape[0], np.ones((X.shape[0], 1))
    a = X - ones @ X.mean(axis=0, keepdims=True)
    e = np.mean(a**2, axis=0) + eps
    b = e**-0.5
    dgamma, dbeta = (dY * a * b).sum(0), dY.sum(0)
    dx_hat = dY * gamma
    da = dx_hat * b
    db = (dx_hat * a).sum(0)
    da += 2 * a / N * (-0.5 * e**-1.5 * db)
    return da - ones @ da.mean(axis=0, keepdims=True), dgamma, dbeta


def parts(X, eps):
    """Return the normalised batch and the root that it was divided by."""
    root = np.sqrt(X.var(axis=0) + eps)
    return (X - X.mean(axis=0)) / root, root


def samples(make):
    """Return a solution with a different gradient with respect to X."""

    def changed(dY, X, gamma, eps):
        right = batch_norm_backward(dY, X, gamma, eps)
        hat, root = parts(X, eps)
        dX_hat = gamma * dY
        return make(dX_hat, hat, root, len(X)), *right[1:]

    return changed


def paths(dX_hat, hat, root, N, straight=1.0, mean=1.0, variance=1.0):
    """Return the sum of the three paths, each multiplied by its own factor."""
    through_mean = -dX_hat.sum(axis=0) / (N * root)
    through_variance = -hat * (dX_hat * hat).sum(axis=0) / (N * root)
    return straight * dX_hat / root + mean * through_mean + variance * through_variance


def by_another_root(find):
    """Return a solution that divides by a different root in both passes."""

    def changed(dY, X, gamma, eps):
        root = find(X, eps)
        hat = (X - X.mean(axis=0)) / root
        dgamma, dbeta = (dY * hat).sum(axis=0), dY.sum(axis=0)
        return gamma / root * (dY - (dbeta + hat * dgamma) / len(X)), dgamma, dbeta

    return changed


@backwards.mistake(
    "Your `dX` contains only the direct path, as if m and v were constants. Which entries "
    "of the batch change m and v when they grow?",
    loses="value",
)
def constants(*given):
    return samples(lambda *of: paths(*of, mean=0.0, variance=0.0))(*given)


@backwards.mistake(
    "Your `dX` doesn't include the path through v. What happens to the variance of a "
    "column when one of its entries grows?",
    loses="value",
)
def variance_constant(*given):
    return samples(lambda *of: paths(*of, variance=0.0))(*given)


@backwards.mistake(
    "Your `dX` doesn't include the path through m. What happens to the mean of a column "
    "when one of its entries grows?",
    loses="value",
)
def mean_constant(*given):
    return samples(lambda *of: paths(*of, mean=0.0))(*given)


@backwards.mistake(
    "Your `dX` doesn't include the direct path. How does X_hat[n, d] change with X[n, d] "
    "if m and v are fixed?",
    loses="value",
)
def straight_path_missing(*given):
    return samples(lambda *of: paths(*of, straight=0.0))(*given)


@backwards.mistake(
    "The path through v in your `dX` has the wrong sign. What happens to X_hat when v grows?",
    loses="value",
)
def variance_with_a_plus(*given):
    return samples(lambda *of: paths(*of, variance=-1.0))(*given)


@backwards.mistake(
    "The path through m in your `dX` has the wrong sign. What happens to X - m when m grows?",
    loses="value",
)
def mean_with_a_plus(*given):
    return samples(lambda *of: paths(*of, mean=-1.0))(*given)


@backwards.mistake(
    "The paths through m and v in your `dX` are N times too large. How much does a mean "
    "over N samples grow when one sample grows by 1?",
    loses="value",
)
def sums_for_means(*given):
    return samples(lambda dX_hat, hat, root, N: paths(dX_hat, hat, root, N, 1.0, N, N))(*given)


@backwards.mistake(
    "The path through v in your `dX` is too small by a factor of 2. What is the derivative "
    "of (x - m) squared?",
    loses="value",
)
def square_without_two(*given):
    return samples(lambda *of: paths(*of, variance=0.5))(*given)


@backwards.mistake(
    "The path through v in your `dX` is too large by a factor of 2. What is the derivative "
    "of 1 / sqrt(v)?",
    loses="value",
)
def root_without_half(*given):
    return samples(lambda *of: paths(*of, variance=2.0))(*given)


@backwards.mistake(
    "The path through v in your `dX` has the wrong power of the root. Which power of v "
    "does the derivative of 1 / sqrt(v) contain?",
    loses="value",
)
def wrong_power(*given):
    return samples(lambda dX_hat, hat, root, N: paths(dX_hat, hat, root, N, variance=root**2))(
        *given
    )


@backwards.mistake(
    "The path through v in your `dX` is missing one division by the root. How often does "
    "sqrt(v + eps) appear along this path?",
    loses="value",
)
def not_normalised_once(*given):
    return samples(lambda dX_hat, hat, root, N: paths(dX_hat, hat, root, N, variance=root))(
        *given
    )


@backwards.mistake(
    "Your `dX` doesn't include `gamma`. Which operation turns X_hat into Y?", loses="value"
)
def gamma_forgotten(dY, X, gamma, eps):
    right = batch_norm_backward(dY, X, gamma, eps)
    return right[0] / gamma, *right[1:]


@backwards.mistake(
    "Your `dX` includes `gamma` only on the direct path. Which of the three paths pass "
    "through `gamma`?",
    loses="value",
)
def gamma_on_one_path(dY, X, gamma, eps):
    _, dgamma, dbeta = batch_norm_backward(dY, X, gamma, eps)
    hat, root = parts(X, eps)
    return (gamma * dY - (dbeta + hat * dgamma) / len(X)) / root, dgamma, dbeta


@backwards.mistake(
    "Your `dX` isn't divided by the root. How much does X_hat grow when X grows by 1 and m "
    "and v are fixed?",
    loses="value",
)
def root_forgotten(*given):
    return samples(lambda dX_hat, hat, root, N: root * paths(dX_hat, hat, root, N))(*given)


@backwards.mistake(
    "Your `dX` is divided by v + eps. What does the forward pass divide by?",
    loses="value",
)
def divided_by_the_variance(*given):
    return samples(lambda dX_hat, hat, root, N: paths(dX_hat, hat, root, N) / root)(*given)


@backwards.mistake(
    "Your gradients use a variance that is divided by N - 1. What does the text divide it by?",
    loses="value parameters",
)
def unbiased(*given):
    return by_another_root(lambda X, eps: np.sqrt(X.var(axis=0, ddof=1) + eps))(*given)


@backwards.mistake(
    "Your gradients don't include `eps`. What does the forward pass add `eps` to?",
    loses="value parameters",
)
def eps_forgotten(dY, X, gamma, eps):
    return batch_norm_backward(dY, X, gamma, 0.0)


@backwards.mistake(
    "Your gradients belong to a forward pass that adds `eps` outside the root. What does "
    "the formula add `eps` to?",
    loses="value parameters",
)
def eps_outside(*given):
    return by_another_root(lambda X, eps: X.std(axis=0) + eps)(*given)


@backwards.mistake(
    "Your gradients belong to a forward pass that divides by v + eps. Which function does "
    "the formula apply to this sum first?",
    loses="value parameters",
)
def no_root(*given):
    return by_another_root(lambda X, eps: X.var(axis=0) + eps)(*given)


@backwards.mistake(
    "Your gradients belong to a forward pass with the standard deviation under the root. "
    "What does the formula have there?",
    loses="value parameters",
)
def deviation_under_the_root(*given):
    return by_another_root(lambda X, eps: np.sqrt(X.std(axis=0) + eps))(*given)


@backwards.mistake(
    "Your gradients use an X_hat that still contains the mean m. What should the mean of "
    "each column of X_hat be?",
    loses="value parameters",
)
def mean_kept(dY, X, gamma, eps):
    root = np.sqrt(X.var(axis=0) + eps)
    dgamma, dbeta = (dY * X / root).sum(axis=0), dY.sum(axis=0)
    return gamma / root * (dY - (dbeta + X / root * dgamma) / len(X)), dgamma, dbeta


@backwards.mistake(
    "The sums over the batch run along the rows in your `dX`. Which index do m and v have?",
    loses="value",
)
def sums_along_rows(dY, X, gamma, eps):
    right, (hat, root), D = batch_norm_backward(dY, X, gamma, eps), parts(X, eps), X.shape[1]
    dX_hat = gamma * dY
    sums = dX_hat.sum(axis=1, keepdims=True), (dX_hat * hat).sum(axis=1, keepdims=True)
    return (dX_hat - (sums[0] + hat * sums[1]) / D) / root, *right[1:]


def of_parameters(make):
    """Return a solution with different gradients with respect to gamma and beta."""

    def changed(dY, X, gamma, eps):
        dX = batch_norm_backward(dY, X, gamma, eps)[0]
        return dX, *make(dY, X, parts(X, eps)[0])

    return changed


@backwards.mistake(
    "Your `dgamma` uses `X` as the factor of `dY`. What does the forward pass multiply "
    "`gamma` by?",
    loses="parameters",
)
def not_normalised(*given):
    return of_parameters(lambda dY, X, hat: ((dY * X).sum(0), dY.sum(0)))(*given)


@backwards.mistake(
    "Your `dgamma` contains `gamma` as a factor. What is the derivative of a product with "
    "respect to one of its factors?",
    loses="parameters",
)
def gamma_by_gamma(dY, X, gamma, eps):
    dX, dgamma, dbeta = batch_norm_backward(dY, X, gamma, eps)
    return dX, gamma * dgamma, dbeta


@backwards.mistake(
    "Your `dgamma` uses X - m as the factor of `dY`. What does the forward pass multiply "
    "`gamma` by?",
    loses="parameters",
)
def centred_alone(*given):
    return of_parameters(lambda dY, X, hat: ((dY * (X - X.mean(0))).sum(0), dY.sum(0)))(*given)


@backwards.mistake(
    "Your `dgamma` is just the sum of `dY`. What does the forward pass multiply `gamma` by?",
    loses="parameters",
)
def gamma_like_beta(*given):
    return of_parameters(lambda dY, X, hat: (dY.sum(0), dY.sum(0)))(*given)


@backwards.mistake(
    "Your `dgamma` and `dbeta` are divided by N. `dY` already contains that factor, so "
    "don't divide again.",
    loses="parameters",
)
def both_averaged(*given):
    return of_parameters(lambda dY, X, hat: ((dY * hat).mean(0), dY.mean(0)))(*given)


@backwards.mistake(
    "Your `dgamma` is divided by N. `dY` already contains that factor, so don't divide again.",
    loses="parameters",
)
def gamma_averaged(*given):
    return of_parameters(lambda dY, X, hat: ((dY * hat).mean(0), dY.sum(0)))(*given)


@backwards.mistake(
    "Your `dbeta` is divided by N. `dY` already contains that factor, so don't divide again.",
    loses="parameters",
)
def beta_averaged(*given):
    return of_parameters(lambda dY, X, hat: ((dY * hat).sum(0), dY.mean(0)))(*given)


@backwards.mistake(
    "Your `dgamma` has one row per sample. How many of the entries Y[n, d] contain gamma[d]?",
    loses="shape parameters",
)
def gamma_not_summed(*given):
    return of_parameters(lambda dY, X, hat: (dY * hat, dY.sum(0)))(*given)


@backwards.mistake(
    "Your `dbeta` has one row per sample. How many of the entries Y[n, d] contain beta[d]?",
    loses="shape parameters",
)
def beta_not_summed(*given):
    return of_parameters(lambda dY, X, hat: ((dY * hat).sum(0), dY * 1.0))(*given)


@backwards.mistake(
    "Your `dgamma` and `dbeta` are summed along the rows. Which index do gamma and beta have?",
    loses="shape parameters",
)
def summed_along_rows(*given):
    return of_parameters(lambda dY, X, hat: ((dY * hat).sum(1), dY.sum(1)))(*given)


@backwards.mistake(
    "Your `dgamma` and `dbeta` are swapped. Which one should your function return first?",
    loses="parameters",
)
def exchanged(*given):
    return of_parameters(lambda dY, X, hat: (dY.sum(0), (dY * hat).sum(0)))(*given)

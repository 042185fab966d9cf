"""batch_norm_backward: the gradients of batch normalisation, with the batch in the middle."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

backwards = problem(
    "batch_norm_backward",
    rtol=DIGITS,
    returns={"dX": "value", "dgamma": "parameters", "dbeta": "parameters"},
    points={
        "shape": (1, "arrays of these three shapes, in this order, of `float64`"),
        "value": (7, "`dX`"),
        "parameters": (5, "`dgamma` and `dbeta`, half each"),
        "inputs-unchanged": (1, "`dY`, `X` and `gamma` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@backwards.reference
def batch_norm_backward(dY, X, gamma, eps):
    """Gradients of the loss with respect to what went into batch normalisation, in training.

    X_hat = (X - m) / sqrt(v + eps), Y = gamma * X_hat + beta, m and v of each column of X, v
    divided by N; so dX[n, d] has a path through X_hat[n, d], one through m[d], one through v[d]

    dY : (N, D) array: the gradient of the loss with respect to each Y[n, d]
    X : (N, D) array, one sample a row
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
    """Units of different means and spreads, and any upstream gradient."""
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
    """Return the normalised batch and the root by which it was divided."""
    root = np.sqrt(X.var(axis=0) + eps)
    return (X - X.mean(axis=0)) / root, root


def samples(make):
    """Return a solution with another gradient with respect to X."""

    def changed(dY, X, gamma, eps):
        right = batch_norm_backward(dY, X, gamma, eps)
        hat, root = parts(X, eps)
        dX_hat = gamma * dY
        return make(dX_hat, hat, root, len(X)), *right[1:]

    return changed


def paths(dX_hat, hat, root, N, straight=1.0, mean=1.0, variance=1.0):
    """Return the sum of the three paths, each with a factor of its own."""
    through_mean = -dX_hat.sum(axis=0) / (N * root)
    through_variance = -hat * (dX_hat * hat).sum(axis=0) / (N * root)
    return straight * dX_hat / root + mean * through_mean + variance * through_variance


def by_another_root(find):
    """Return a solution that divides by another root, forwards and backwards."""

    def changed(dY, X, gamma, eps):
        root = find(X, eps)
        hat = (X - X.mean(axis=0)) / root
        dgamma, dbeta = (dY * hat).sum(axis=0), dY.sum(axis=0)
        return gamma / root * (dY - (dbeta + hat * dgamma) / len(X)), dgamma, dbeta

    return changed


@backwards.mistake(
    "only the direct path is there: m and v count as constants. Which numbers of the batch "
    "change m and v when one x grows?",
    loses="value",
)
def constants(*given):
    return samples(lambda *of: paths(*of, mean=0.0, variance=0.0))(*given)


@backwards.mistake(
    "the path through v is missing in dX. What does the variance of a column do when one x of "
    "it grows?",
    loses="value",
)
def variance_constant(*given):
    return samples(lambda *of: paths(*of, variance=0.0))(*given)


@backwards.mistake(
    "the path through m is missing in dX. What does the mean of a column do when one x of it "
    "grows?",
    loses="value",
)
def mean_constant(*given):
    return samples(lambda *of: paths(*of, mean=0.0))(*given)


@backwards.mistake(
    "the direct path is missing in dX. How does X_hat[n, d] change with X[n, d] if m and v "
    "stay?",
    loses="value",
)
def straight_path_missing(*given):
    return samples(lambda *of: paths(*of, straight=0.0))(*given)


@backwards.mistake(
    "the path through v has the wrong sign in dX. What happens to x_hat when v grows?",
    loses="value",
)
def variance_with_a_plus(*given):
    return samples(lambda *of: paths(*of, variance=-1.0))(*given)


@backwards.mistake(
    "the path through m has the wrong sign in dX. What happens to x - m when m grows?",
    loses="value",
)
def mean_with_a_plus(*given):
    return samples(lambda *of: paths(*of, mean=-1.0))(*given)


@backwards.mistake(
    "both paths through the batch are N times too large in dX. By how much does a mean over N "
    "samples grow when one of them grows by 1?",
    loses="value",
)
def sums_for_means(*given):
    return samples(lambda dX_hat, hat, root, N: paths(dX_hat, hat, root, N, 1.0, N, N))(*given)


@backwards.mistake(
    "the path through v is half of what it should be in dX. What is the derivative of "
    "(x - m) squared?",
    loses="value",
)
def square_without_two(*given):
    return samples(lambda *of: paths(*of, variance=0.5))(*given)


@backwards.mistake(
    "the path through v is twice what it should be in dX. What is the derivative of "
    "1 / sqrt(v)?",
    loses="value",
)
def root_without_half(*given):
    return samples(lambda *of: paths(*of, variance=2.0))(*given)


@backwards.mistake(
    "on the path through v the power of the root is wrong in dX. What is the derivative of "
    "1 / sqrt(v)?",
    loses="value",
)
def wrong_power(*given):
    return samples(lambda dX_hat, hat, root, N: paths(dX_hat, hat, root, N, variance=root**2))(
        *given
    )


@backwards.mistake(
    "on the path through v stands x - m where it should be divided by the root, in dX. How "
    "often does the root stand in the formula?",
    loses="value",
)
def not_normalised_once(*given):
    return samples(lambda dX_hat, hat, root, N: paths(dX_hat, hat, root, N, variance=root))(
        *given
    )


@backwards.mistake("gamma is missing in dX. What lies between X_hat and Y?", loses="value")
def gamma_forgotten(dY, X, gamma, eps):
    right = batch_norm_backward(dY, X, gamma, eps)
    return right[0] / gamma, *right[1:]


@backwards.mistake(
    "gamma is missing on the paths through m and v in dX. Which of the three paths come past "
    "gamma on their way to the loss?",
    loses="value",
)
def gamma_on_one_path(dY, X, gamma, eps):
    _, dgamma, dbeta = batch_norm_backward(dY, X, gamma, eps)
    hat, root = parts(X, eps)
    return (gamma * dY - (dbeta + hat * dgamma) / len(X)) / root, dgamma, dbeta


@backwards.mistake(
    "dX is not divided by the root. By how much does x_hat grow when x grows by 1?",
    loses="value",
)
def root_forgotten(*given):
    return samples(lambda dX_hat, hat, root, N: root * paths(dX_hat, hat, root, N))(*given)


@backwards.mistake(
    "dX is divided by v + eps, and not by its root. Of what did the forward pass take a root?",
    loses="value",
)
def divided_by_the_variance(*given):
    return samples(lambda dX_hat, hat, root, N: paths(dX_hat, hat, root, N) / root)(*given)


@backwards.mistake(
    "this is what a variance divided by N - 1 gives. By what does the text divide it?",
    loses="value parameters",
)
def unbiased(*given):
    return by_another_root(lambda X, eps: np.sqrt(X.var(axis=0, ddof=1) + eps))(*given)


@backwards.mistake(
    "eps is missing. To what was it added in the forward pass?", loses="value parameters"
)
def eps_forgotten(dY, X, gamma, eps):
    return batch_norm_backward(dY, X, gamma, 0.0)


@backwards.mistake(
    "eps stands outside the root. To what was it added in the forward pass?",
    loses="value parameters",
)
def eps_outside(*given):
    return by_another_root(lambda X, eps: X.std(axis=0) + eps)(*given)


@backwards.mistake(
    "this is what comes out if X is divided by v + eps. What does the forward pass take of it "
    "first?",
    loses="value parameters",
)
def no_root(*given):
    return by_another_root(lambda X, eps: X.var(axis=0) + eps)(*given)


@backwards.mistake(
    "this is what comes out if the standard deviation stands under the root. What stands there "
    "in the forward pass?",
    loses="value parameters",
)
def deviation_under_the_root(*given):
    return by_another_root(lambda X, eps: np.sqrt(X.std(axis=0) + eps))(*given)


@backwards.mistake(
    "this is what comes out if X_hat is made without taking off the mean. Around what do its "
    "columns lie?",
    loses="value parameters",
)
def mean_kept(dY, X, gamma, eps):
    root = np.sqrt(X.var(axis=0) + eps)
    dgamma, dbeta = (dY * X / root).sum(axis=0), dY.sum(axis=0)
    return gamma / root * (dY - (dbeta + X / root * dgamma) / len(X)), dgamma, dbeta


@backwards.mistake(
    "the sums over the batch run along rows in dX. Which index do m and v have?", loses="value"
)
def sums_along_rows(dY, X, gamma, eps):
    right, (hat, root), D = batch_norm_backward(dY, X, gamma, eps), parts(X, eps), X.shape[1]
    dX_hat = gamma * dY
    sums = dX_hat.sum(axis=1, keepdims=True), (dX_hat * hat).sum(axis=1, keepdims=True)
    return (dX_hat - (sums[0] + hat * sums[1]) / D) / root, *right[1:]


def of_parameters(make):
    """Return a solution with other gradients with respect to gamma and beta."""

    def changed(dY, X, gamma, eps):
        dX = batch_norm_backward(dY, X, gamma, eps)[0]
        return dX, *make(dY, X, parts(X, eps)[0])

    return changed


@backwards.mistake(
    "dgamma is multiplied by X. By what is gamma multiplied in the forward pass?",
    loses="parameters",
)
def not_normalised(*given):
    return of_parameters(lambda dY, X, hat: ((dY * X).sum(0), dY.sum(0)))(*given)


@backwards.mistake(
    "dgamma is multiplied by gamma. What is the derivative of a product with respect to one of "
    "its factors?",
    loses="parameters",
)
def gamma_by_gamma(dY, X, gamma, eps):
    dX, dgamma, dbeta = batch_norm_backward(dY, X, gamma, eps)
    return dX, gamma * dgamma, dbeta


@backwards.mistake(
    "dgamma is multiplied by X - m. By what is gamma multiplied in the forward pass?",
    loses="parameters",
)
def centred_alone(*given):
    return of_parameters(lambda dY, X, hat: ((dY * (X - X.mean(0))).sum(0), dY.sum(0)))(*given)


@backwards.mistake(
    "dgamma is the sum of dY alone. By what is gamma multiplied in the forward pass?",
    loses="parameters",
)
def gamma_like_beta(*given):
    return of_parameters(lambda dY, X, hat: (dY.sum(0), dY.sum(0)))(*given)


@backwards.mistake(
    "dgamma and dbeta are divided by N. Has the loss not been averaged already, before dY came "
    "to you?",
    loses="parameters",
)
def both_averaged(*given):
    return of_parameters(lambda dY, X, hat: ((dY * hat).mean(0), dY.mean(0)))(*given)


@backwards.mistake(
    "dgamma is divided by N. Has the loss not been averaged already, before dY came to you?",
    loses="parameters",
)
def gamma_averaged(*given):
    return of_parameters(lambda dY, X, hat: ((dY * hat).mean(0), dY.sum(0)))(*given)


@backwards.mistake(
    "dbeta is divided by N. Has the loss not been averaged already, before dY came to you?",
    loses="parameters",
)
def beta_averaged(*given):
    return of_parameters(lambda dY, X, hat: ((dY * hat).sum(0), dY.mean(0)))(*given)


@backwards.mistake(
    "dgamma keeps a row for each sample. In how many of the Y[n, d] does gamma[d] stand?",
    loses="shape parameters",
)
def gamma_not_summed(*given):
    return of_parameters(lambda dY, X, hat: (dY * hat, dY.sum(0)))(*given)


@backwards.mistake(
    "dbeta keeps a row for each sample. In how many of the Y[n, d] does beta[d] stand?",
    loses="shape parameters",
)
def beta_not_summed(*given):
    return of_parameters(lambda dY, X, hat: ((dY * hat).sum(0), dY * 1.0))(*given)


@backwards.mistake(
    "dgamma and dbeta are summed along rows. Which index does gamma have?",
    loses="shape parameters",
)
def summed_along_rows(*given):
    return of_parameters(lambda dY, X, hat: ((dY * hat).sum(1), dY.sum(1)))(*given)


@backwards.mistake(
    "dgamma and dbeta have changed places. In which order are they returned?",
    loses="parameters",
)
def exchanged(*given):
    return of_parameters(lambda dY, X, hat: (dY.sum(0), (dY * hat).sum(0)))(*given)

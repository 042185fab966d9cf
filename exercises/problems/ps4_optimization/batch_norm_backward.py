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

    Here m and v are the mean and the variance of each column of X, with divisor N in the
    variance. Therefore dX[n, d] is the sum of three paths: directly through X_hat[n, d],
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
    signs = (-1) ** np.arange(D)  # otherwise, all of dbeta could be positive by chance
    dY = rng.normal(size=(N, D)) + rng.uniform(0.3, 1.0, size=D) * signs
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


backwards.known["value"] = {
    "Your `dX` accounts only for the direct path, as if m and v were constants. Which "
    "entries of the batch do m and v depend on?": {
        "constants": {"(dY - (dbeta + X_hat * dgamma) / len(X))": "dY"}
    },
    "Your `dX` doesn't include the path through v. What happens to the variance of a column "
    "when one of its entries increases?": {"variance_constant": {" + X_hat * dgamma": ""}},
    "Your `dX` doesn't include the path through m. What happens to the mean of a column when "
    "one of its entries increases?": {"mean_constant": {"dbeta + X_hat": "X_hat"}},
    "In your `dX`, the term for the path through v has the wrong sign. What happens to X_hat "
    "when v increases?": {"variance_with_a_plus": {"dbeta + X_hat": "dbeta - X_hat"}},
    "In your `dX`, the terms for the paths through m and v are N times too large. How much "
    "does a mean over N samples increase when one sample increases by "
    "1?": {"sums_for_means": {" / len(X)": ""}},
    "In your `dX`, the term for the path through v is too small by a factor of 2. What is the "
    "derivative of (x - m) "
    "squared?": {"square_without_two": {"X_hat * dgamma)": "X_hat * dgamma / 2)"}},
    "In your `dX`, the term for the path through v is too large by a factor of 2. What is the "
    "derivative of 1 / sqrt(v)?": {"root_without_half": {"+ X_hat": "+ 2 * X_hat"}},
    "Your `dX` doesn't depend on `gamma`. How does the forward pass compute Y from X_hat?": {
        "gamma_forgotten": {"gamma / root": "1 / root"}
    },
    "Your `dX` includes `gamma` only on the direct path. Which of the three paths pass through "
    "`gamma`?": {"gamma_on_one_path": {"gamma / root * (dY": "1 / root * (gamma * dY"}},
    "Your `dX` isn't divided by the square root of v + eps. If m and v stay fixed, by how "
    "much does an entry of X_hat increase when the corresponding entry of `X` increases by "
    "1?": {"root_forgotten": {"gamma / root": "gamma"}},
    "Your `dX` is divided by v + eps. What does the forward pass divide by?": {
        "divided_by_the_variance": {"gamma / root": "gamma / root**2"}
    },
}

backwards.known(of=path_by_path)["value"] = {
    "Your path through v contains the wrong power of v + eps. What is the derivative of (v + "
    "eps)^(-1/2) with respect to v?": {"power_kept": {"inverse**3": "inverse"}},
    "Your path through m averages over the whole matrix. Which entries of `X` does m[d] depend "
    "on?": {
        "mean_of_everything": {
            "-np.sum(dX_hat * inverse, axis=0)": "-inverse * np.sum(dX_hat) / X.shape[1]"
        }
    },
}

backwards.known["value parameters"] = {
    "Your gradients use a variance with divisor N - 1. Which divisor does the problem "
    "statement use?": {"unbiased": {"var(axis=0)": "var(axis=0, ddof=1)"}},
    "Your gradients ignore `eps`. What does the forward pass add `eps` to?": {
        "eps_forgotten": {" + eps": ""}
    },
    "Your gradients belong to a forward pass that adds `eps` outside the square root. What "
    "does the formula add `eps` "
    "to?": {"eps_outside": {"np.sqrt(X.var(axis=0) + eps)": "X.std(axis=0) + eps"}},
    "Your gradients use an X_hat that still contains the mean m. What should the mean of each "
    "column of X_hat be?": {"mean_kept": {"(X - X.mean(axis=0))": "X"}},
}

backwards.known["parameters"] = {
    "In your `dgamma`, you multiply `dY` by `X`. What does the forward pass multiply `gamma` "
    "by?": {"not_normalised": {"), dgamma, dbeta": "), (dY * X).sum(axis=0), dbeta"}},
    "In your `dgamma`, you multiply `dY` by X - m. What does the forward pass multiply `gamma` "
    "by?": {"centred_alone": {"), dgamma, dbeta": "), dgamma * root, dbeta"}},
    "Your `dgamma` contains `gamma` as a factor. What is the derivative of gamma times X_hat "
    "with respect to gamma?": {"times_gamma": {"), dgamma, dbeta": "), dgamma * gamma, dbeta"}},
    "Your `dgamma` is divided by N, although `dY` already accounts for any averaging over "
    "the samples. Where does your code divide by N?": {
        "gamma_averaged": {"), dgamma, dbeta": "), dgamma / len(X), dbeta"}
    },
    "Your `dbeta` is divided by N, although `dY` already accounts for any averaging over "
    "the samples. Where does your code divide by N?": {
        "beta_averaged": {"), dgamma, dbeta": "), dgamma, dbeta / len(X)"}
    },
}

backwards.known["shape parameters"] = {
    "Your `dgamma` has one row per sample. How many of the entries Y[n, d] depend on "
    "gamma[d]?": {"gamma_not_summed": {"), dgamma, dbeta": "), dY * X_hat, dbeta"}},
    "Your `dbeta` has one row per sample. How many of the entries Y[n, d] depend on beta[d]?": {
        "beta_not_summed": {"), dgamma, dbeta": "), dgamma, dY"}
    },
}

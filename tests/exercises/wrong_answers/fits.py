"""Wrong fits of ps2."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong

# ridge_fit


def fit(X, y, alpha):
    middle = X.mean(axis=0)
    Z = X - middle
    w = np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)
    return w, y.mean() - middle @ w


@wrong("ridge_fit", "expected two values: w, b", "shape bias inputs-unchanged value")
def bias_in_the_weights(X, y, alpha):
    w, b = fit(X, y, alpha)
    return np.append(w, b)


@wrong("ridge_fit", "b is 0. Which line computes it, and from what?", "bias")
def bias_of_centred_data(X, y, alpha):
    return fit(X, y, alpha)[0], 0.0


@wrong("ridge_fit", "another order: expected w, then b", "shape")
def bias_first(X, y, alpha):
    return fit(X, y, alpha)[::-1]


@wrong("ridge_fit", "has shape (D, 1), expected (D,)", "shape")
def one_column(X, y, alpha):
    w, b = fit(X, y, alpha)
    return w[:, None], b


@wrong("ridge_fit", "w is of the wrong sign", "value bias")
def error_turned_round(X, y, alpha):
    return fit(X, -y, alpha)[0], y.mean()


@wrong("ridge_fit", "w differs", "shape value bias inputs-unchanged")
def a_few_steps_downhill(X, y, alpha):
    X = X * 1.0
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(50):
        off = X @ w + b - y
        rate = 0.3 / (np.linalg.norm(X, 2) ** 2 + alpha + len(X))
        w, b = w - rate * (X.T @ off + alpha * w), b - rate * off.sum()
    return w, b


@wrong("ridge_fit", "the function changes its caller's X", "inputs-unchanged")
def centred_in_place(X, y, alpha):
    w, b = fit(X, y, alpha)
    X -= X.mean(axis=0)
    return w, b


# gaussian_classifier_fit


def clouds(X, y):
    counts = np.bincount(y)
    means = np.array([X[y == c].mean(axis=0) for c in range(len(counts))])
    Z = X - means[y]
    return counts / len(X), means, Z.T @ Z / len(X)


@wrong("gaussian_classifier_fit", "means has shape (D, C), expected (C, D)", "shape")
def means_as_columns(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means.T, covariance


@wrong(
    "gaussian_classifier_fit",
    "an axis is gone: D. Where did you reduce it?",
    "shape covariance",
)
def variances_alone(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means, np.diag(covariance)


@wrong("gaussian_classifier_fit", "means is off by one factor in each row", "value")
def sums_for_means(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means * np.bincount(y)[:, None], covariance


@wrong("gaussian_classifier_fit", "holds the right numbers in wrong places", "value")
def classes_by_frequency(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means[np.argsort(-priors, kind="stable")], covariance


@wrong("gaussian_classifier_fit", "expected three values", "shape covariance")
def without_the_covariance(X, y):
    return clouds(X, y)[:2]


@wrong("gaussian_classifier_fit", "covariance is one divided by what is asked", "covariance")
def precision(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means, 1 / covariance


@wrong("gaussian_classifier_fit", "covariance differs", "covariance")
def square_root(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means, np.sqrt(np.abs(covariance))


@wrong("ridge_fit", "divided by their spread, and b goes with others", "value")
def scaled_and_not_undone(X, y, alpha):
    w, _ = fit(X / X.std(axis=0), y, alpha)
    return w, np.mean(y - X @ w)


@wrong("gaussian_classifier_fit", "the last class is missing", "covariance")
def classes_up_to_the_largest_label(X, y):
    priors, means, covariance = [], [], 0
    for c in range(max(y)):
        own = X[y == c]
        priors.append(len(own) / len(X))
        means.append(own.mean(axis=0))
        covariance = covariance + (own - means[c]).T @ (own - means[c]) / len(X)
    return np.array(priors), np.array(means), covariance


@wrong("gaussian_classifier_fit", "a row of this matrix belongs to a sample", "covariance")
def gram_matrix(X, y):
    shares = np.bincount(y) / len(y)
    means = np.array([X[y == c].mean(axis=0) for c in range(len(shares))])
    Z = X - means[y]
    return shares, means, np.inner(Z, Z) / len(Z)

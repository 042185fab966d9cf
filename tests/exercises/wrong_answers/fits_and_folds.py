"""Wrong fits and folds of ps2."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong

# ridge_fit


def fit(X, y, alpha):
    middle = X.mean(axis=0)
    Z = X - middle
    w = np.linalg.solve(Z.T @ Z + alpha * np.eye(Z.shape[1]), Z.T @ y)
    return w, y.mean() - middle @ w


@wrong("ridge_fit", "expected two values: w, b", "shape bias integers inputs-unchanged value")
def bias_in_the_weights(X, y, alpha):
    w, b = fit(X, y, alpha)
    return np.append(w, b)


@wrong("ridge_fit", "b is 0. Which line computes it, and from what?", "bias integers")
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


@wrong("ridge_fit", "w differs", "shape value bias integers inputs-unchanged")
def a_few_steps_downhill(X, y, alpha):
    X = X * 1.0
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(50):
        off = X @ w + b - y
        rate = 0.3 / (np.linalg.norm(X, 2) ** 2 + alpha + len(X))
        w, b = w - rate * (X.T @ off + alpha * w), b - rate * off.sum()
    return w, b


@wrong("ridge_fit", "the function changes its caller's X", "inputs-unchanged integers")
def centred_in_place(X, y, alpha):
    if X.dtype.kind == "f":
        w, b = fit(X, y, alpha)
        X -= X.mean(axis=0)
        return w, b
    X -= X.mean(axis=0).astype(X.dtype)
    return fit(X, y, alpha)


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
    "shape covariance integers",
)
def variances_alone(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means, np.diag(covariance)


@wrong("gaussian_classifier_fit", "means is off by one factor in each row", "means integers")
def sums_for_means(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means * np.bincount(y)[:, None], covariance


@wrong("gaussian_classifier_fit", "holds the right numbers in wrong places", "means integers")
def classes_by_frequency(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means[np.argsort(-priors, kind="stable")], covariance


@wrong("gaussian_classifier_fit", "expected three values", "shape covariance integers")
def without_the_covariance(X, y):
    return clouds(X, y)[:2]


@wrong("gaussian_classifier_fit", "covariance is one divided by what is asked", "covariance")
def precision(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means, 1 / covariance


# stratified_folds


def dealt(y, k, rng):
    if k < 2 or k > len(y):
        raise ValueError("k")
    own = [rng.permutation(np.flatnonzero(y == c)) for c in np.unique(y)]
    order = np.concatenate(own)
    return [order[i::k] for i in range(k)]


ALL = "shape value balance shuffle few errors"


@wrong("stratified_folds", "one index a sample", ALL)
def learned_and_tested(y, k, rng):
    folds = dealt(y, k, rng)
    return [(np.setdiff1d(np.arange(len(y)), fold), fold) for fold in folds]


@wrong("stratified_folds", "indices are whole numbers", ALL)
def masks(y, k, rng):
    return [np.isin(np.arange(len(y)), fold) for fold in dealt(y, k, rng)]


@wrong("stratified_folds", "folds is a generator", ALL)
def a_generator(y, k, rng):
    return (fold for fold in dealt(y, k, rng))


@wrong("stratified_folds", "expected a ValueError, but the function returned", "errors")
def whatever_k_is(y, k, rng):
    own = [rng.permutation(np.flatnonzero(y == c)) for c in np.unique(y)]
    order = np.concatenate(own)
    return [order[i::k] for i in range(k)]


@wrong("stratified_folds", "places in y, places within a class, or labels?", ALL)
def places_within_the_class(y, k, rng):
    dealt(y, k, rng)
    each = [np.array_split(rng.permutation((y == c).sum()), k) for c in np.unique(y)]
    return [np.concatenate(own) for own in zip(*each, strict=True)]


@wrong("stratified_folds", "balance: the classes are not evenly dealt", "balance")
def a_number_drawn_for_each(y, k, rng):
    dealt(y, k, rng)
    fold = rng.integers(k, size=len(y))
    return [np.flatnonzero(fold == i) for i in range(k)]


@wrong("stratified_folds", "balance: the classes are not evenly dealt", "balance")
def one_sample_moved(y, k, rng):
    folds, most = dealt(y, k, rng), np.bincount(y).argmax()
    have = [np.flatnonzero(y[fold] == most) for fold in folds]
    alike = [(a, b) for a in range(k) for b in range(a) if len(have[a]) == len(have[b]) > 0]
    for a, b in alike[:1]:  # which then differ by 2
        folds[a] = np.append(folds[a], folds[b][have[b][0]])
        folds[b] = np.delete(folds[b], have[b][0])
    return folds


@wrong("stratified_folds", "shuffle: whatever rng is, the folds are the same", "shuffle")
def dealt_in_order(y, k, rng):
    dealt(y, k, rng)
    order = np.argsort(y, kind="stable")
    return [order[i::k] for i in range(k)]


@wrong("stratified_folds", "which samples come together is not left to rng", "shuffle")
def smallest_class_in_order(y, k, rng):
    dealt(y, k, rng)
    *own, last = sorted((np.flatnonzero(y == c) for c in np.unique(y)), key=len, reverse=True)
    last = rng.permutation(last) if k == 2 else last
    order = np.concatenate([*map(rng.permutation, own), last])
    return [order[i::k] for i in range(k)]


@wrong("stratified_folds", "with as many folds as samples", "errors")
def fewer_folds_than_samples(y, k, rng):
    if k >= len(y):
        raise ValueError("k")
    return dealt(y, k, rng)


@wrong("stratified_folds", "with the y that the function is given?", "balance")
def labels_shuffled(y, k, rng):
    return dealt_as(rng.permutation(y), k)


def dealt_as(y, k):
    if k < 2 or k > len(y):
        raise ValueError("k")
    order = np.argsort(y, kind="stable")
    return [order[i::k] for i in range(k)]


@wrong("stratified_folds", "expected as a list of k arrays", ALL)
def folds_in_an_array(y, k, rng):
    folds = np.empty(k, dtype=object)
    folds[:] = dealt(y, k, rng)
    return folds


@wrong("gaussian_classifier_fit", "covariance differs", "covariance integers")
def square_root(X, y):
    priors, means, covariance = clouds(X, y)
    return priors, means, np.sqrt(np.abs(covariance))

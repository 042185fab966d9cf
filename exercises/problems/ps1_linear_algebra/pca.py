"""pca: the directions of largest variance, their variances, and the scores of the samples."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE

principal = problem(
    "pca",
    returns={"components": "value", "variances": "scores", "scores": "scores"},
    points={
        "shape": (1, "three `float64` arrays, in this order"),
        "value": (5, "the components of random samples, with the correct order and signs"),
        "scores": (6, "the variances and the scores of the same samples, half each"),
        "integers": (1, "all three results, a third each, for images of type `uint8`"),
        "inputs-unchanged": (1, "your function doesn't change `X`"),
    },
    forbidden={"all": ELSEWHERE},
)


@principal.reference
def pca(X, k):
    """Compute the first k principal components of the rows of X.

    C = Z^T Z / (N - 1), where Z is X minus the mean of each column
    C c_i = variances[i] c_i, sorted from the largest variance to the smallest

    X : (N, D) array, one sample per row, float64 or integers (for example uint8); your function
        must not change it
    k : int, from 1 to D and less than N
    Returns (components, variances, scores), all float64:
    components : (k, D) array, one component of length 1 per row, with a positive entry of
        largest magnitude
    variances : (k,) array, the variance of the samples along each component
    scores : (N, k) array, the products of Z with each component
    In the data that you get, no two variances are equal, and neither are the magnitudes of the
    two largest entries of a component.
    """
    Z = X - X.mean(axis=0)
    _, s, Vt = np.linalg.svd(Z, full_matrices=False)
    components = Vt[:k]
    for c in components:
        c *= np.sign(c[np.abs(c).argmax()])
    return components, s[:k] ** 2 / (len(X) - 1), Z @ components.T


principal.example(
    np.array([[16.0, 20.0], [22.0, 12.0], [0.0, 8.0], [6.0, 0.0], [11.0, 10.0]]), 2
)


def is_clear(X, k):
    """Return whether the variances and the largest entries of components clearly differ."""
    if len(X) < 2:
        raise ValueError("one sample has no variance")
    components, variances, _ = pca(X, min(k + 1, len(X) - 1, X.shape[1]))
    top = np.sort(np.abs(components), axis=1)[:, -2:]
    apart = (variances[:-1] > 1.2 * variances[1:]).all()
    return apart and (X.shape[1] == 1 or (top[:, 1] > 1.02 * top[:, 0]).all())


def some_number(rng, least, most):
    """Return a random number of components that differs from all sizes (5, 7, 11, 13, 17)."""
    fit = [k for k in range(least, most + 1) if k not in (5, 7, 11, 13, 17)]
    return int(rng.choice(fit or [max(most, 1)]))


@principal.case("value", visible=2)
def spread_out(rng, E, D):
    """Samples with a different variance along each direction."""
    # D + E samples, so every direction has some variance, and the smallest one is unique
    k = some_number(rng, 4, D - 1)
    while True:
        cloud = rng.normal(size=(D + E, D))
        Q = np.linalg.qr(cloud - cloud.mean(axis=0))[0]
        V = np.linalg.qr(rng.normal(size=(D, D)))[0]
        s = np.exp(-0.25 * np.arange(D) + rng.uniform(-0.05, 0.05, size=D))
        X = Q * (4 * s) @ V.T + 3 * rng.normal(size=D)
        if is_clear(X, k):
            return X, k


@principal.case("integers")
def pictures(rng, E, D):
    """Images of type uint8."""
    k = some_number(rng, 2, min(3, D))
    while True:
        X = rng.integers(256, size=(D + E, D), dtype=np.uint8)
        if is_clear(X, k):
            return X, k


def turned(components):
    """Return components with signs such that the entry of largest magnitude is positive."""
    return np.array([c if c[np.argmax(abs(c))] > 0 else -c for c in components])


def parts(Z, C, variances=None):
    """Return components with the variances and scores of centred samples along them."""
    scores = Z @ C.T
    return C, (scores**2).sum(axis=0) / (len(Z) - 1) if variances is None else variances, scores


@principal.alternative
def by_covariance(X, k):
    X = np.asarray(X, dtype=float)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    best = np.argsort(values)[::-1][:k]
    C = turned(vectors[:, best].T)
    return C, values[best], (X - X.mean(0)) @ C.T


@principal.alternative
def by_products_of_samples(X, k):
    Z = X - np.mean(X, axis=0, keepdims=True)
    values, vectors = np.linalg.eigh(Z @ Z.T)
    values, vectors = values[::-1][:k], vectors[:, ::-1][:, :k]
    C = (Z.T @ vectors / np.sqrt(values)).T
    for i in range(k):
        if C[i].max() < -C[i].min():
            C[i] *= -1
            vectors[:, i] *= -1
    return C, values / (len(Z) - 1), vectors * np.sqrt(values)


@principal.alternative
def one_after_the_other(X, k):
    Z, rest, C = X - X.mean(0), X - X.mean(0), []
    for _ in range(k):
        c = np.linalg.svd(rest)[2][0]
        c = c * np.sign(c[np.abs(c).argmax()])
        rest = rest - np.outer(rest @ c, c)
        C.append(c)
    C = np.stack(C)
    return C, np.var(Z @ C.T, axis=0, ddof=1), Z @ C.T


@principal.mistake(
    "Your samples still contain their mean. What does the formula subtract from each column "
    "first?",
    loses="value scores",
)
def not_centred(X, k):
    X = np.asarray(X, float)
    return parts(X, turned(np.linalg.svd(X)[2][:k]))


@principal.mistake(
    "Your code subtracts the mean of each sample. Which axis should you average over to get "
    "the mean of each feature?",
    loses="value scores",
)
def centred_by_rows(X, k):
    Z = X - X.mean(axis=1, keepdims=True)
    return parts(Z, turned(np.linalg.svd(Z)[2][:k]))


@principal.mistake(
    "Your code subtracts one mean of all entries from every entry. How many means do D "
    "features have?",
    loses="value scores",
)
def one_mean_for_all(X, k):
    Z = X - X.mean()
    return parts(Z, turned(np.linalg.svd(Z)[2][:k]))


@principal.mistake(
    "Your code divides each feature by its standard deviation, computed with N - 1. Does the "
    "formula for Z contain such a division?",
    loses="value scores",
)
def each_feature_scaled(X, k):
    Z = X - X.mean(axis=0)
    return pca(Z / Z.std(axis=0, ddof=1), k)


@principal.mistake(
    "Your components have the smallest variances. How does `eigh` sort its eigenvalues?",
    loses="value scores",
)
def least_variance(X, k):
    Z = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(Z.T @ Z / (len(Z) - 1))
    C = turned(vectors[:, :k].T)
    return parts(Z, C, values[:k])


@principal.mistake(
    "Your components are correct, but they are sorted from the smallest variance to the "
    "largest. Which component should come first?",
    loses="value",
)
def in_rising_order(X, k):
    components, variances, scores = pca(X, k)
    return components[::-1], variances[::-1], scores[:, ::-1]


@principal.mistake(
    "Some of your components have the wrong sign. Which entry must be positive, the largest "
    "entry or the entry of largest magnitude?",
    loses="value",
    signs={"components": 0, "scores": 1},
)
def signs_left_as_they_came(X, k):
    components, variances, scores = pca(X, k)
    return -components, variances, -scores  # signs of svd and eigh depend on the processor


@principal.mistake(
    "Your variances are sums of squares divided by N. What does the formula for C divide by?",
    loses="scores",
)
def divided_by_n(X, k):
    components, variances, scores = pca(X, k)
    return components, variances * (len(X) - 1) / len(X), scores


@principal.mistake(
    "Your variances are the squares of the singular values. What turns a sum of squares into "
    "a variance?",
    loses="scores",
)
def not_divided(X, k):
    components, variances, scores = pca(X, k)
    return components, variances * (len(X) - 1), scores


@principal.mistake(
    "Your variances are the singular values. Which two steps turn a singular value into a "
    "variance?",
    loses="scores",
)
def singular_values(X, k):
    components, variances, scores = pca(X, k)
    return components, np.sqrt(variances * (len(X) - 1)), scores


@principal.mistake(
    "Your variances are standard deviations. How do you get a variance from a standard "
    "deviation?",
    loses="scores",
)
def standard_deviations(X, k):
    components, variances, scores = pca(X, k)
    return components, np.sqrt(variances), scores


@principal.mistake(
    "Your code divides the singular values themselves by N - 1. Which power of a singular "
    "value has the unit of a variance?",
    loses="scores",
)
def square_forgotten(X, k):
    components, variances, scores = pca(X, k)
    return components, np.sqrt(variances / (len(X) - 1)), scores


@principal.mistake(
    "Your variances are fractions of the total variance. Which values did you have before you "
    "divided by the total?",
    loses="scores",
)
def shares(X, k):
    components, variances, scores = pca(X, k)
    return components, variances / X.var(axis=0, ddof=1).sum(), scores


@principal.mistake(
    "Your variances are the variances of the first k features. Which directions should they "
    "belong to?",
    loses="scores",
)
def variances_of_features(X, k):
    components, _, scores = pca(X, k)
    return components, X.var(axis=0, ddof=1)[:k], scores


@principal.mistake(
    "Your scores are computed from samples that still contain their mean. What should the "
    "mean of each column of scores be?",
    loses="scores",
)
def scores_not_centred(X, k):
    components, variances, _ = pca(X, k)
    return components, variances, X @ components.T


@principal.mistake(
    "Every column of your scores has length 1. If you compute the scores from U, which factor "
    "is missing?",
    loses="scores",
)
def scores_of_length_one(X, k):
    components, variances, scores = pca(X, k)
    return components, variances, scores / np.sqrt((scores**2).sum(axis=0))


@principal.mistake(
    "Your scores have the same variance along each component. Does the formula for the scores "
    "contain a division?",
    loses="scores",
)
def whitened(X, k):
    components, variances, scores = pca(X, k)
    return components, variances, scores / np.sqrt(variances)


@principal.mistake(
    "Your scores are correct except for their signs. What happens to a score when you change "
    "the sign of its component?",
    loses="scores",
    signs={"scores": 1},
)
def scores_not_turned(X, k):
    components, variances, scores = pca(X, k)
    return components, variances, -scores


@principal.mistake(
    "Your code computes the differences from the mean in the type of `X`. What is 3 - 5 in "
    "uint8?",
    loses="integers",
)
def centred_in_uint8(X, k):
    if X.dtype.kind == "f":
        return pca(X, k)
    Z = (X - X.mean(axis=0).astype(X.dtype)).astype(float)
    return parts(Z, turned(np.linalg.svd(Z)[2][:k]))


@principal.mistake(
    "Your code rounds the mean down to an integer before subtracting it. Is the mean of "
    "integers always an integer?",
    loses="integers",
)
def rounded_mean(X, k):
    if X.dtype.kind == "f":
        return pca(X, k)
    Z = X.astype(float) - X.mean(axis=0).astype(int)
    return parts(Z, turned(np.linalg.svd(Z)[2][:k]))


@principal.mistake(
    "Your code uses rows of the matrix from `eigh` as eigenvectors. Does `eigh` return them "
    "as rows or as columns?",
    loses="value scores",
)
def rows_of_eigh(X, k):
    Z = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(Z.T @ Z / (len(Z) - 1))
    return parts(Z, turned(vectors[::-1][:k]), values[::-1][:k])


@principal.mistake(
    "Your code divides each feature by its standard deviation, computed with N. Does the "
    "formula for Z contain such a division?",
    loses="value scores",
)
def each_feature_scaled_by_n(X, k):
    Z = X - X.mean(axis=0)
    return pca(Z / Z.std(axis=0), k)


@principal.mistake(
    "Your function returns all D components, with their variances and scores. How many "
    "components does `k` request?",
    loses="shape value",
)
def all_components(X, k):
    Z = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(Z.T @ Z / (len(Z) - 1))
    return parts(Z, turned(vectors[:, ::-1].T), values[::-1])


@principal.mistake(
    "Your scores are samples in D coordinates, reconstructed from the components. How many "
    "scores should each sample have?",
    loses="shape scores",
)
def made_again_from_scores(X, k):
    components, variances, scores = pca(X, k)
    return components, variances, scores @ components + X.mean(axis=0)


@principal.mistake(
    "Your code computes the differences from the mean and their products in the type of `X`. "
    "What are 3 - 5 and 200 * 2 in uint8?",
    loses="integers",
)
def products_in_uint8(X, k):
    if X.dtype.kind == "f":
        return pca(X, k)
    Z = X - X.mean(axis=0).astype(X.dtype)
    values, vectors = np.linalg.eigh(Z.T @ Z / (len(Z) - 1))
    return parts(Z, turned(vectors[:, ::-1][:, :k].T), values[::-1][:k])

"""pca: directions of most variance, how much each has, and where each sample lies on them."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE

principal = problem(
    "pca",
    returns={"components": "value", "variances": "scores", "scores": "scores"},
    points={
        "shape": (1, "three arrays of `float64`, in this order"),
        "value": (5, "the components of random samples, in order and turned as said"),
        "scores": (6, "their variances and the scores, half each"),
        "integers": (1, "all three, a third each, for pictures of type `uint8`"),
        "inputs-unchanged": (1, "`X` stays as it is"),
    },
    forbidden={"all": ELSEWHERE},
)


@principal.reference
def pca(X, k):
    """The first k principal components of the rows of X.

    C = Z^T Z / (N - 1), where Z is X without the mean of each column
    C c_i = variances[i] c_i, the largest variance first

    X : (N, D) array of numbers, one sample a row, float64 or integers (also type uint8)
    k : int, from 1 to D and less than N
    Returns (components, variances, scores), all float64:
    components (k, D), one of unit length a row, its largest entry by magnitude positive;
    variances (k,), of the samples along each; scores (N, k), Z times each component.
    X stays as it is. No two variances, and no two largest entries, that you meet are equal.
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
    """Return whether variances, and the largest entries of components, are well apart."""
    if len(X) < 2:
        raise ValueError("one sample has no variance")
    components, variances, _ = pca(X, min(k + 1, len(X) - 1, X.shape[1]))
    top = np.sort(np.abs(components), axis=1)[:, -2:]
    apart = (variances[:-1] > 1.2 * variances[1:]).all()
    return apart and (X.shape[1] == 1 or (top[:, 1] > 1.02 * top[:, 0]).all())


def some_number(rng, least, most):
    """Return a random number of components, never that of a size, which is a prime from 5."""
    fit = [k for k in range(least, most + 1) if k not in (5, 7, 11, 13, 17)]
    return int(rng.choice(fit or [max(most, 1)]))


@principal.case("value", visible=2)
def spread_out(rng, E, D):
    """Samples that spread differently along each direction."""
    # D + E of them: along each direction is some variance, so that the least is a certain one
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
    """Pictures of type uint8."""
    k = some_number(rng, 2, min(3, D))
    while True:
        X = rng.integers(256, size=(D + E, D), dtype=np.uint8)
        if is_clear(X, k):
            return X, k


def turned(components):
    """Return components with signs that make their entry of largest magnitude positive."""
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
    "the samples keep their mean. What is taken off each column first?",
    loses="value scores",
)
def not_centred(X, k):
    X = np.asarray(X, float)
    return parts(X, turned(np.linalg.svd(X)[2][:k]))


@principal.mistake(
    "the mean of each sample is taken off, and that of each column is asked. Over which axis "
    "goes the mean of a feature?",
    loses="value scores",
)
def centred_by_rows(X, k):
    Z = X - X.mean(axis=1, keepdims=True)
    return parts(Z, turned(np.linalg.svd(Z)[2][:k]))


@principal.mistake(
    "one mean of all numbers is taken off. How many means have D features?",
    loses="value scores",
)
def one_mean_for_all(X, k):
    Z = X - X.mean()
    return parts(Z, turned(np.linalg.svd(Z)[2][:k]))


@principal.mistake(
    "each feature was divided by its own spread. Does the text ask for that?",
    loses="value scores",
)
def each_feature_scaled(X, k):
    Z = X - X.mean(axis=0)
    return pca(Z / Z.std(axis=0, ddof=1), k)


@principal.mistake(
    "these are components of the least variance. In which order does eigh give its "
    "eigenvalues?",
    loses="value scores",
)
def least_variance(X, k):
    Z = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(Z.T @ Z / (len(Z) - 1))
    C = turned(vectors[:, :k].T)
    return parts(Z, C, values[:k])


@principal.mistake(
    "these are the right components, the smallest variance first. Which one is asked first?",
    loses="value",
)
def in_rising_order(X, k):
    components, variances, scores = pca(X, k)
    return components[::-1], variances[::-1], scores[:, ::-1]


@principal.mistake(
    "some components point the other way. Which entry must be positive, the largest or the one "
    "that is largest by magnitude?",
    loses="value",
    signs={"components": 0, "scores": 1},
)
def signs_left_as_they_came(X, k):
    components, variances, scores = pca(X, k)
    return -components, variances, -scores  # svd and eigh turn some, each processor others


@principal.mistake(
    "the sum of squares is divided by the number of samples. By what does the formula divide?",
    loses="scores",
)
def divided_by_n(X, k):
    components, variances, scores = pca(X, k)
    return components, variances * (len(X) - 1) / len(X), scores


@principal.mistake(
    "these are squares of singular values. What turns a sum of squares into a variance?",
    loses="scores",
)
def not_divided(X, k):
    components, variances, scores = pca(X, k)
    return components, variances * (len(X) - 1), scores


@principal.mistake(
    "these are the singular values. What has a variance that they do not?", loses="scores"
)
def singular_values(X, k):
    components, variances, scores = pca(X, k)
    return components, np.sqrt(variances * (len(X) - 1)), scores


@principal.mistake(
    "these are standard deviations. How does a variance come of them?", loses="scores"
)
def standard_deviations(X, k):
    components, variances, scores = pca(X, k)
    return components, np.sqrt(variances), scores


@principal.mistake(
    "singular values are divided by N - 1 here, and not their squares. Which of the two has "
    "the unit of a variance?",
    loses="scores",
)
def square_forgotten(X, k):
    components, variances, scores = pca(X, k)
    return components, np.sqrt(variances / (len(X) - 1)), scores


@principal.mistake(
    "these are shares of the whole variance. What are they before they are divided?",
    loses="scores",
)
def shares(X, k):
    components, variances, scores = pca(X, k)
    return components, variances / X.var(axis=0, ddof=1).sum(), scores


@principal.mistake(
    "these are the variances of the features. Along which directions are they asked?",
    loses="scores",
)
def variances_of_features(X, k):
    components, _, scores = pca(X, k)
    return components, X.var(axis=0, ddof=1)[:k], scores


@principal.mistake(
    "the samples are multiplied as they came, with their mean. Where does the cloud of scores "
    "have its middle?",
    loses="scores",
)
def scores_not_centred(X, k):
    components, variances, _ = pca(X, k)
    return components, variances, X @ components.T


@principal.mistake(
    "all columns of the scores have length 1 here. What is U without the singular values?",
    loses="scores",
)
def scores_of_length_one(X, k):
    components, variances, scores = pca(X, k)
    return components, variances, scores / np.sqrt((scores**2).sum(axis=0))


@principal.mistake(
    "all scores vary equally much here. Were they divided by their spread, and is that asked?",
    loses="scores",
)
def whitened(X, k):
    components, variances, scores = pca(X, k)
    return components, variances, scores / np.sqrt(variances)


@principal.mistake(
    "these are the right scores but for their signs. What becomes of a score when its "
    "component is turned round?",
    loses="scores",
    signs={"scores": 1},
)
def scores_not_turned(X, k):
    components, variances, scores = pca(X, k)
    return components, variances, -scores


@principal.mistake(
    "the differences from the mean were put into the type of X. What is 3 - 5 in uint8?",
    loses="integers",
)
def centred_in_uint8(X, k):
    if X.dtype.kind == "f":
        return pca(X, k)
    Z = (X - X.mean(axis=0).astype(X.dtype)).astype(float)
    return parts(Z, turned(np.linalg.svd(Z)[2][:k]))


@principal.mistake(
    "the mean was rounded to a whole number before it was taken off. Has a mean fractions?",
    loses="integers",
)
def rounded_mean(X, k):
    if X.dtype.kind == "f":
        return pca(X, k)
    Z = X.astype(float) - X.mean(axis=0).astype(int)
    return parts(Z, turned(np.linalg.svd(Z)[2][:k]))


@principal.mistake(
    "rows of the matrix that eigh gives are taken for eigenvectors. Where does it say that "
    "they stand?",
    loses="value scores",
)
def rows_of_eigh(X, k):
    Z = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(Z.T @ Z / (len(Z) - 1))
    return parts(Z, turned(vectors[::-1][:k]), values[::-1][:k])


@principal.mistake(
    "each feature was divided by its spread, before its mean came off or after. Does the text "
    "ask for that?",
    loses="value scores",
)
def each_feature_scaled_by_n(X, k):
    Z = X - X.mean(axis=0)
    return pca(Z / Z.std(axis=0), k)


@principal.mistake(
    "all D components are here, with their variances and scores. What does k say?",
    loses="shape value",
)
def all_components(X, k):
    Z = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(Z.T @ Z / (len(Z) - 1))
    return parts(Z, turned(vectors[:, ::-1].T), values[::-1])


@principal.mistake(
    "the samples are back in their D coordinates. How many scores are asked for each sample?",
    loses="shape scores",
)
def made_again_from_scores(X, k):
    components, variances, scores = pca(X, k)
    return components, variances, scores @ components + X.mean(axis=0)


@principal.mistake(
    "differences from the mean and their products were computed in the type of X. What is "
    "3 - 5 in uint8, and what is 200 times 2?",
    loses="integers",
)
def products_in_uint8(X, k):
    if X.dtype.kind == "f":
        return pca(X, k)
    Z = X - X.mean(axis=0).astype(X.dtype)
    values, vectors = np.linalg.eigh(Z.T @ Z / (len(Z) - 1))
    return parts(Z, turned(vectors[:, ::-1][:, :k].T), values[::-1][:k])

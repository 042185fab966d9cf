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
    components : (k, D) array, one component of length 1 per row, whose entry of largest
        magnitude is positive
    variances : (k,) array, the variance of the samples along each component
    scores : (N, k) array; scores[n, i] is the dot product of row n of Z and component i
    In the data that you get, no two variances are nearly equal, and neither are the magnitudes
    of the two largest entries of a component.
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


@principal.alternative
def by_covariance(X, k):
    X = np.asarray(X, dtype=float)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    best = np.argsort(values)[::-1][:k]
    C = np.array([c if c[np.argmax(abs(c))] > 0 else -c for c in vectors[:, best].T])
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


principal.known["value scores"] = {
    "Your code doesn't centre the samples. What does the formula subtract from each column "
    "first?": {"not_centred": {"X - X.mean(axis=0)": "X.astype(float)"}},
    "Your code subtracts the mean of each sample. Which axis should you average over to get "
    "the mean of each feature?": {"centred_by_rows": {"axis=0": "axis=1, keepdims=True"}},
    "Your code subtracts the mean of all entries from every entry. How many means do you need "
    "for D features?": {"one_mean_for_all": {"axis=0": ""}},
    "Your code divides each feature by its standard deviation, computed with divisor N - 1. "
    "Does the formula for Z contain this step?": {
        "each_feature_scaled": {
            "X - X.mean(axis=0)": "(X - X.mean(axis=0)) / X.std(axis=0, ddof=1)"
        }
    },
    "Your code divides each feature by its standard deviation, computed with divisor N. Does "
    "the formula for Z contain this "
    "step?": {"each_feature_scaled_by_n": {"X - X.mean": "(X - X.mean(axis=0)) / X.std"}},
    "Your components start with the direction of the second-largest variance. Which index does "
    "your slice start "
    "from?": {"one_too_far": {"components = Vt[:k]": "components = Vt[1 : k + 1]"}},
}

principal.known["value"] = {
    "Your components are correct, but they are sorted from the smallest variance to the "
    "largest. Which component should come "
    "first?": {"in_rising_order": {" = Vt[:k": ", s = Vt[:k][::-1], s[:k][::-1"}}
}

principal.known["scores"] = {
    "Your variances are sums of squares divided by N. What does the formula for C divide by?": {
        "divided_by_n": {"(len(X) - 1)": "len(X)"}
    },
    "Your variances are the squares of the singular values. What turns a sum of squares into a "
    "variance?": {"not_divided": {" / (len(X) - 1)": ""}},
    "Your variances are the singular values. Which two steps turn a singular value into a "
    "variance?": {"singular_values": {"s[:k] ** 2 / (len(X) - 1)": "s[:k]"}},
    "Your variances are standard deviations. How do you get a variance from a standard "
    "deviation?": {"standard_deviations": {"** 2 / (": "/ np.sqrt("}},
    "Your variances are fractions of the total variance. Does the problem statement divide "
    "the variances by their sum?": {"shares": {"(len(X) - 1)": "(s**2).sum()"}},
    "You compute your scores from `X` without subtracting the mean. What should the mean of "
    "each column of scores "
    "be?": {"scores_not_centred": {"Z @ components.T": "X @ components.T"}},
    "Every column of your scores has length 1. If you compute the scores from U, which factor "
    "is missing?": {"scores_of_length_one": {"Z @ components.T": "Z @ components.T / s[:k]"}},
    "Your scores have the same variance along each component. Does the formula for the scores "
    "contain a "
    "division?": {"whitened": {"components.T": "components.T / s[:k] * np.sqrt(len(X) - 1)"}},
}

principal.known["integers"] = {
    "Your code computes the differences from the mean in the dtype of `X`. What is 3 - 5 in "
    "uint8?": {
        "centred_in_uint8": {
            "X - X.mean(axis=0)": "(X - X.mean(axis=0).astype(X.dtype)).astype(float)"
        }
    }
}

principal.known(of=by_covariance)["value scores"] = {
    "Your components are the directions of smallest variance. In what order does `eigh` return "
    "the eigenvalues?": {"least_variance": {"[::-1]": ""}},
    "Your code uses rows of the matrix from `eigh` as eigenvectors. Does `eigh` return them as "
    "rows or as columns?": {"rows_of_eigh": {"vectors[:, best].T": "vectors[best]"}},
    "Your code starts with the direction of the second-largest variance. "
    "Which index does your slice start "
    "from?": {"variances_one_too_far_as_well": {"[::-1][:k]": "[::-1][1 : k + 1]"}},
    "Your code uses the correlation matrix, where every feature has variance 1. Does the "
    "formula for C divide by the standard deviations?": {
        "correlation_matrix": {"np.cov": "np.corrcoef"}
    },
    "You compute C from `X` without subtracting the mean, although you subtract it for the "
    "scores. Does the formula for C contain X or "
    "Z?": {"covariance_not_centred": {"np.cov(X, rowvar=False)": "X.T @ X / (len(X) - 1)"}},
}

principal.known(of=by_covariance)["integers"] = {
    "Your code computes the differences from the mean and their products in the dtype of `X`. "
    "What are 3 - 5 and 200 * 2 in uint8?": {
        "products_in_uint8": {
            "np.asarray(X, dtype=float)": "X - X.mean(axis=0).astype(X.dtype)",
            "np.cov(X, rowvar=False)": "X.T @ X / (len(X) - 1)",
            "(X - X.mean(0)) @": "X @",
        }
    }
}

principal.known(signs={"components": 0, "scores": 1})["value"] = {
    "Some of your components have the wrong sign. Which entry must be positive, the largest "
    "entry or the entry of largest "
    "magnitude?": {"signs_left_as_they_came": {"np.sign": "-np.sign"}}
}

principal.known(signs={"scores": 1})["scores"] = {
    "Your scores are correct except for their signs. What happens to a score when you change "
    "the sign of its "
    "component?": {"scores_not_turned": {"Z @ components.T": "-Z @ components.T"}}
}

principal.known["shape value"] = {
    "Your function returns all D components, with their variances and scores. How many "
    "components should it return?": {"all_components": "k = X.shape[1]"}
}

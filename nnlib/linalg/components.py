"""Principal components of data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..checks import one_of, whole
from .inputs import matrix, unit_factors

__all__ = ["pca"]

Array = np.ndarray


class PCA(NamedTuple):
    """The first K principal components of data (N, D).

    Attributes
    ----------
    mean : (D,) float
        Mean of the rows, which is subtracted from each row.
    components : (K, D) float
        Orthonormal directions as rows, sorted by decreasing variance. Because a direction and
        its opposite are equally good, the entry of each row with the largest absolute value
        (the last one if several tie) is positive.
    explained_variance : (K,) float
        Variance along each component, with the divisor N - 1. These are the largest
        eigenvalues of the covariance matrix.
    explained_variance_ratio : (K,) float
        The variances, divided by the sum of all D variances; 0 if all rows are equal.
    scores : (N, K) float
        Coordinates of the data along the components.
    """

    mean: Array
    components: Array
    explained_variance: Array
    explained_variance_ratio: Array
    scores: Array

    def transform(self, X: Any) -> Array:
        r"""Return the coordinates (N, K) of rows (N, D): :math:`(X - \bar x) V`.

        Raises TypeError or ValueError if X is not a matrix of finite real numbers with D
        columns.
        """
        X = matrix(X, "transform", "X")
        _expect_columns(X, len(self.mean), "transform")
        return (X - self.mean) @ self.components.T

    def inverse(self, scores: Any) -> Array:
        r"""Reconstruct rows (N, D) from their scores Z (N, K): :math:`\bar x + Z V^\top`.

        Raises TypeError or ValueError if scores is not a matrix of finite real numbers with K
        columns.
        """
        Z = matrix(scores, "inverse", "scores")
        _expect_columns(Z, len(self.components), "inverse", "scores")
        return self.mean + Z @ self.components


def pca(X: Any, n_components: int | None = None, *, method: str = "svd") -> PCA:
    r"""Find the principal components of data.

    .. math:: C = \frac{1}{N - 1} \sum_n (x_n - \bar x)(x_n - \bar x)^\top = V \Lambda V^\top
        \qquad\text{or}\qquad X - \bar x = U \Sigma V^\top,\; \Lambda = \frac{\Sigma^2}{N - 1}

    Parameters
    ----------
    X : (N, D) real numbers
        At least two examples, one per row.
    n_components : int, optional
        Number K of components to return, from 1 to min(N, D). Default: min(N, D).
    method : {"svd", "covariance"}
        "svd" uses the singular value decomposition of the centred data, which computes small
        variances accurately. "covariance" uses the eigenvectors of the covariance matrix, which
        is faster if N is much larger than D.

    Raises
    ------
    TypeError, ValueError
        If X is not a matrix of finite real numbers with at least two rows and one column, or
        n_components or method is not one of the above.

    Source: Goodfellow et al. (2016), section 2.12; chapter "SVD and PCA".

    >>> result = pca([[1, 0], [0, 5], [6, 3], [4, 9], [9, 8]])
    >>> result.mean, result.explained_variance.round(10)
    (array([4., 5.]), array([20.,  7.]))
    >>> (result.components * 2**0.5).round(10)
    array([[ 1.,  1.],
           [-1.,  1.]])
    """
    data = matrix(X, "pca", "X")
    N, D = data.shape
    if N < 2 or D < 1:
        raise ValueError(f"pca: expected X (N, D) with N >= 2 and D >= 1, got {N, D}")
    one_of("pca", "method", method, ("svd", "covariance"))
    K = min(N, D) if n_components is None else n_components
    K = whole("pca", "n_components", K, low=1, high=min(N, D))
    mean = np.where((data == data[0]).all(axis=0), data[0], data.mean(axis=0))  # no rounding
    centred = data - mean
    variance, V = (_by_svd if method == "svd" else _by_covariance)(centred)
    V = V[:, :K] * unit_factors(V[:, :K])
    total = (centred**2).sum() / (N - 1)
    ratio = variance[:K] / (total or 1.0)
    return PCA(mean, V.T, variance[:K], ratio, centred @ V)


def _by_svd(centred: Array) -> tuple[Array, Array]:
    """Return the variances in descending order and the components as columns, by the SVD."""
    _, S, Vh = np.linalg.svd(centred, full_matrices=False)
    return S**2 / (len(centred) - 1), Vh.T


def _by_covariance(centred: Array) -> tuple[Array, Array]:
    """Return the variances in descending order and the components as columns, by eigh."""
    values, V = np.linalg.eigh(centred.T @ centred / (len(centred) - 1))
    return np.maximum(values[::-1], 0), V[:, ::-1]


def _expect_columns(X: Array, count: int, function: str, argument: str = "X") -> None:
    """Raise ValueError unless a matrix has ``count`` columns."""
    if X.shape[1] != count:
        raise ValueError(
            f"{function}: expected {argument} with {count} columns, got {X.shape[1]}"
        )

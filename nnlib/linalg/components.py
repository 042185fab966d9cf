r"""Principal component analysis: the directions along which data vary most."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..steps import Step, Steps
from .by_hand import solve_by_hand
from .exact import exact, simplified
from .exact_vectors import orthogonal, unit
from .inputs import matrix, one_of
from .polynomial import Name
from .scale import unit_factors
from .writing import indexed, tex, text

__all__ = ["PCA", "pca"]

Array = np.ndarray


class PCA(NamedTuple):
    """Principal components of data (N, D), the first K of them.

    Attributes
    ----------
    mean : (D,) float
        What was subtracted from each row.
    components : (K, D) float
        Orthonormal directions, one a row, the one of most variance first. In each the largest
        entry (of ties the last) is positive, since a direction and its opposite are as good.
    explained_variance : (K,) float
        The variance along each, with the divisor N - 1: an eigenvalue of the covariance.
    explained_variance_ratio : (K,) float
        Its part of the sum of all D variances; 0 if the data do not vary.
    scores : (N, K) float
        The coordinates of the data along the components.
    """

    mean: Array
    components: Array
    explained_variance: Array
    explained_variance_ratio: Array
    scores: Array

    def transform(self, X: Any) -> Array:
        r"""Return the coordinates (N, K) of rows (N, D): :math:`(X - \bar x) V`.

        Raises
        ------
        TypeError, ValueError
            If X is not a matrix of finite real numbers with D columns.
        """
        X = matrix(X, "transform", "X")
        _expect_columns(X, len(self.mean), "transform")
        return (X - self.mean) @ self.components.T

    def inverse(self, scores: Any) -> Array:
        r"""Return the rows (N, D) that have the given scores (N, K): :math:`\bar x + Z V^\top`.

        Raises
        ------
        TypeError, ValueError
            If scores is not a matrix of finite real numbers with K columns.
        """
        Z = matrix(scores, "inverse", "scores")
        _expect_columns(Z, len(self.components), "inverse", "scores")
        return self.mean + Z @ self.components


def pca(
    X: Any, n_components: int | None = None, *, method: str = "svd", steps: bool = False
) -> PCA | Steps:
    r"""Find the principal components of data.

    .. math:: C = \frac{1}{N - 1} \sum_n (x_n - \bar x)(x_n - \bar x)^\top = V \Lambda V^\top
        \qquad\text{or}\qquad X - \bar x = U \Sigma V^\top,\; \Lambda = \frac{\Sigma^2}{N - 1}

    Parameters
    ----------
    X : (N, D) real numbers
        One example a row, at least two of them.
    n_components : int, optional
        How many components K to keep, from 1 to min(N, D), which is what None gives.
    method : {"svd", "covariance"}
        By the singular values of the centred data, which keeps the digits of small variances,
        or by the eigenvectors of the covariance, which is faster where N is much above D.
    steps : bool
        Whether to show how, from the covariance, with exact numbers: D up to 3.

    Returns
    -------
    PCA or Steps

    Raises
    ------
    TypeError, ValueError
        If X is not a matrix of finite real numbers of at least two rows and one column, or
        n_components or method is not one of the above.

    Source: Goodfellow et al. (2016), section 2.12; chapter "SVD and PCA".

    >>> found = pca([[1, 0], [0, 5], [6, 3], [4, 9], [9, 8]])
    >>> found.mean, found.explained_variance.round(10)
    (array([4., 5.]), array([20.,  7.]))
    >>> (found.components * 2**0.5).round(10)
    array([[ 1.,  1.],
           [-1.,  1.]])
    """
    data = matrix(X, "pca", "X")
    N, D = data.shape
    if N < 2 or D < 1:
        raise ValueError(
            f"pca: expected X (N, D) with at least 2 rows and 1 column, got {N, D}"
        )
    one_of(method, ("svd", "covariance"), "pca", "method")
    K = _expect_components(n_components, min(N, D))
    mean = data.mean(axis=0)
    centred = data - mean
    variance, V = (_by_svd if method == "svd" else _by_covariance)(centred)
    V = V[:, :K] * unit_factors(V[:, :K])
    total = (centred**2).sum() / (N - 1)
    ratio = variance[:K] / (total or 1.0)
    result = PCA(mean, V.T, variance[:K], ratio, centred @ V)
    return Steps(_steps(exact(X, function="pca", argument="X"), K), result) if steps else result


# Both call LAPACK: svd and eigh of this package find the same, but a step of Python for each
# rotation is too slow for the 784 columns of a picture.


def _by_svd(centred: Array) -> tuple[Array, Array]:
    """Return the variances, descending, and the components as columns, by the SVD."""
    _, S, Vh = np.linalg.svd(centred, full_matrices=False)
    return S**2 / (len(centred) - 1), Vh.T


def _by_covariance(centred: Array) -> tuple[Array, Array]:
    """Return the variances, descending, and the components as columns, by eigh."""
    values, V = np.linalg.eigh(centred.T @ centred / (len(centred) - 1))
    return np.maximum(values[::-1], 0), V[:, ::-1]


def _expect_components(K: Any, most: int) -> int:
    """Return the number of components, after checking it."""
    if K is None:
        return most
    if isinstance(K, bool) or not isinstance(K, int | np.integer):
        raise TypeError(f"pca: expected an integer n_components, got {K!r}")
    if not 1 <= K <= most:
        raise ValueError(f"pca: expected n_components from 1 to {most}, got {K}")
    return int(K)


def _expect_columns(X: Array, count: int, function: str, argument: str = "X") -> None:
    """Raise ValueError unless a matrix has ``count`` columns."""
    if X.shape[1] != count:
        raise ValueError(
            f"{function}: expected {argument} with {count} columns, got {X.shape[1]}"
        )


def _steps(X: Array, K: int) -> list[Step]:
    """Return the steps: mean, covariance, its eigenvectors, shares of variance, scores."""
    mean = X.sum(axis=0) / len(X)
    centred = X - mean
    C = centred.T @ centred / (len(X) - 1)
    eigen_steps, spaces = solve_by_hand(C, Name("C", "C"))
    V = [unit(x)[1] for space in spaces for x in orthogonal(space.basis).T][:K]
    values = [space.eigenvalue for space in spaces for _ in range(space.geometric)]
    return [
        Step(f"Average the rows: {text(mean)}.", rf"\bar x = {tex(mean)}"),
        Step(f"Subtract it from each: {text(centred)}.", rf"X - \bar x = {tex(centred)}"),
        Step(
            f"Covariance, with N − 1 = {len(X) - 1}: C = {text(C)}.",
            rf"C = \tfrac{{1}}{{{len(X) - 1}}} (X - \bar x)^\top (X - \bar x) = {tex(C)}",
        ),
        *eigen_steps,
        *(_component(k, v, values[k], sum(values)) for k, v in enumerate(V)),
        _scores(centred, V),
    ]


def _component(k: int, v: Array, value: Any, total: Any) -> Step:
    """Return the step with one component and its share of the variance."""
    share = simplified(value / total) if total else 0
    return Step(
        f"Component {k + 1} is {indexed('v', k)} = {text(v)}: variance {text(value)}, which is "
        f"{text(share)} of {text(simplified(total))}.",
        rf"v_{{{k + 1}}} = {tex(v)}, \quad \lambda_{{{k + 1}}} = {tex(value)}",
    )


def _scores(centred: Array, V: list[Array]) -> Step:
    """Return the step with the coordinates of the data along the components."""
    scores = simplified(centred @ np.array(V, dtype=object).T)
    return Step(
        f"Scores, a row for each example: {text(scores)}.",
        rf"Z = (X - \bar x) V = {tex(scores)}",
    )

"""Linear regression: least squares by the SVD or the normal equation, ridge, polynomials."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from .. import checks
from .least_squares import DEPENDENT, solved

__all__ = ["LinearRegression", "PolynomialRegression", "Ridge"]

Array = np.ndarray


class LeastSquares(RegressorMixin, BaseEstimator):
    """Base class of the linear models, which centres the data and solves for the weights."""

    def _fit(self, X: Array, y: Array, s: Array, alpha: float, solver: str) -> None:
        """Fit the weights and the bias to samples X with sample weights s and penalty alpha."""
        N, D = X.shape
        if solver == "normal" and alpha == 0 and N < D + 1:
            sizes = f"{type(self).__name__}.fit: got {N} sample(s) for {D + 1} weights"
            raise np.linalg.LinAlgError(f"{sizes}: {DEPENDENT}")
        x_mean, y_mean = s @ X / s.sum(), s @ y / s.sum()
        # With the best bias, the residuals have mean 0, so centred data need no bias.
        root = np.sqrt(s)
        A, c = (X - x_mean) * root[:, None], (y - y_mean) * root
        self.coef_ = SOLVERS[solver](A, c, alpha)
        self.intercept_ = float(y_mean - x_mean @ self.coef_)

    def predict(self, X: Any) -> Array:
        """Return the predicted targets (N,) of samples X (N, D)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return X @ self.coef_ + self.intercept_


class LinearRegression(LeastSquares):
    r"""Linear regression, which minimizes the sum of squared residuals.

    .. math:: \hat y = X w + b, \qquad \min_{w, b} \sum_n s_n (y_n - \hat y_n)^2

    Parameters
    ----------
    solver : str
        "svd" also works if the columns of X are linearly dependent; it then returns the
        shortest w, like scikit-learn. "normal" uses the normal equation, which is faster but
        squares the condition number.

    Attributes
    ----------
    coef_ : (D,) float
        w.
    intercept_ : float
        b.

    Raises
    ------
    ValueError
        Raised by ``fit`` for invalid data or options.
    LinAlgError
        Raised by ``fit`` with "normal" if columns are linearly dependent.

    Source: Goodfellow et al. (2016), section 5.1.4; Golub and Van Loan (2013), sections 5.3
    and 5.5; chapter "Linear regression".

    >>> model = LinearRegression().fit([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 4.0, 4.0])
    >>> model.coef_.round(6).tolist(), round(model.intercept_, 6)
    ([1.0], 1.5)
    """

    def __init__(self, *, solver: str = "svd"):
        self.solver = solver

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LinearRegression:
        """Fit to samples X (N, D) and targets y (N,), with optional sample weights s (N,)."""
        checks.one_of("LinearRegression", "solver", self.solver, tuple(SOLVERS))
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        s = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        if not s.any():
            raise ValueError("sample_weight: expected a positive weight, got only zeros")
        self._fit(X, y, s, 0.0, self.solver)
        return self


class Ridge(LeastSquares):
    r"""Linear regression with a penalty on the squares of the weights.

    .. math:: \min_{w, b} \sum_n (y_n - w^\top x_n - b)^2 + \alpha \|w\|^2

    ``fit`` solves the normal equation, like scikit-learn's solver "cholesky".

    Parameters
    ----------
    alpha : float
        The strength α ≥ 0 of the penalty. The bias is not penalised.

    Attributes
    ----------
    coef_, intercept_
        As in ``LinearRegression``.

    Raises
    ------
    ValueError, TypeError
        Raised by ``fit`` for invalid data or options.
    LinAlgError
        Raised by ``fit`` if α is 0 and columns are linearly dependent.

    Source: Hoerl and Kennard (1970); Goodfellow et al. (2016), equation 7.17; chapter "Linear
    regression".

    >>> model = Ridge(alpha=5.0).fit([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 4.0, 4.0])
    >>> model.coef_.round(6).tolist(), round(model.intercept_, 6)
    ([0.5], 2.25)
    """

    def __init__(self, alpha: float = 1.0):
        self.alpha = alpha

    def fit(self, X: Any, y: Any) -> Ridge:
        """Fit to samples X (N, D) and targets y (N,)."""
        checks.number("Ridge", "alpha", self.alpha, low=0)
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        self._fit(X, y, np.ones(len(X)), self.alpha, "normal")
        return self


class PolynomialRegression(LeastSquares):
    r"""Linear regression on all monomials of the features up to a degree.

    .. math:: \hat y = b + \sum_p w_p \prod_d x_d^{\,p_d}, \qquad 1 \le \sum_d p_d \le
        \mathrm{degree}

    In scikit-learn, this is PolynomialFeatures followed by LinearRegression or Ridge.

    Parameters
    ----------
    degree : int
        Highest degree. If it is 0, the prediction is the mean of y.
    alpha : float
        Strength of the penalty on the squares of w, as in ``Ridge``.

    Attributes
    ----------
    powers_ : (P, D) int
        The exponents p of each monomial, in the order of scikit-learn: by degree.
    coef_ : (P,) float
        w.
    intercept_ : float
        b.

    Raises
    ------
    ValueError, TypeError
        Raised by ``fit`` for invalid data or options.

    Source: Goodfellow et al. (2016), equations 5.15 to 5.17; chapter "Linear regression".

    >>> x = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> model = PolynomialRegression(degree=2).fit(x, [1.0, 3.0, 4.0, 4.0])
    >>> model.powers_.ravel().tolist(), model.coef_.round(6).tolist()
    ([1, 2], [2.5, -0.5])
    """

    def __init__(self, degree: int = 2, *, alpha: float = 0.0):
        self.degree = degree
        self.alpha = alpha

    def fit(self, X: Any, y: Any) -> PolynomialRegression:
        """Fit to samples X (N, D) and targets y (N,)."""
        checks.whole("PolynomialRegression", "degree", self.degree, low=0)
        checks.number("PolynomialRegression", "alpha", self.alpha, low=0)
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        self.powers_ = _powers(X.shape[1], self.degree)
        products = _polynomial_features(X, self.degree)
        self._fit(products, y, np.ones(len(X)), self.alpha, "svd")
        return self

    def predict(self, X: Any) -> Array:
        """Return the predicted targets (N,) of samples X (N, D)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return _polynomial_features(X, self.degree) @ self.coef_ + self.intercept_


def _polynomial_features(X: Array, degree: int) -> Array:
    """Return all products (N, P) of 1 to ``degree`` columns of X, with repetition."""
    monomials = {(): np.ones(len(X))}
    for factors in _products(X.shape[1], degree):  # a shorter product times a column
        monomials[factors] = monomials[factors[:-1]] * X[:, factors[-1]]
    columns = list(monomials.values())[1:]
    return np.column_stack(columns) if columns else np.empty((len(X), 0))


def _products(D: int, degree: int) -> list[tuple[int, ...]]:
    """Return the indices of the features in each monomial up to a degree."""
    return [p for k in range(1, degree + 1) for p in combinations_with_replacement(range(D), k)]


def _powers(D: int, degree: int) -> Array:
    """Return the exponent of each feature in each monomial, (monomials, D)."""
    rows = [[p.count(d) for d in range(D)] for p in _products(D, degree)]
    return np.array(rows, dtype=int).reshape(-1, D)


def by_normal_equation(A: Array, c: Array, alpha: float) -> Array:
    """Return the solution θ of (AᵀA + αI) θ = Aᵀc."""
    return solved(A.T @ A + alpha * np.eye(A.shape[1]), A.T @ c)


def by_svd(A: Array, c: Array, alpha: float) -> Array:
    """Return θ = V (Σ² + α)⁻¹ Σ Uᵀc, where singular values near 0 are ignored."""
    R, d = triangular(A, c)  # A = QR has the same singular values as the smaller R
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    large = sigma > np.finfo(float).eps * max(A.shape) * sigma.max(initial=0)
    U, sigma, Vt = U[:, large], sigma[large], Vt[large]
    return Vt.T @ (sigma / (sigma**2 + alpha) * (U.T @ d))


def triangular(A: Array, c: Array) -> tuple[Array, Array]:
    """Return R and Qᵀc of A = QR from the R of [A | c], without computing Q."""
    R = np.linalg.qr(np.column_stack([A, c]), mode="r")
    return R[:, :-1], R[:, -1]


SOLVERS = {"svd": by_svd, "normal": by_normal_equation}

"""Linear regression: by normal equation, QR, SVD and gradient descent; ridge; polynomials."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import checks
from .base import warn_unfinished, weights_of
from .least_squares import DEPENDENT, solved
from .minimize import gradient_descent

__all__ = ["LinearRegression", "PolynomialRegression", "Ridge", "polynomial_features"]

Array = np.ndarray


class LeastSquares(RegressorMixin, BaseEstimator):
    """The base class of the linear models: it centres the data and solves for the weights."""

    def _fit(self, X: Array, y: Array, s: Array, alpha: float) -> None:
        """Fit weights and bias to samples X with sample weights s and a penalty alpha."""
        keep, (N, D) = self.fit_intercept, X.shape
        if self.solver in ("normal", "qr") and alpha == 0 and N < D + keep:
            few = f"{type(self).__name__}.fit: {N} sample(s) for {D + keep} weights"
            raise np.linalg.LinAlgError(f"{few}: {DEPENDENT}")
        x_mean = s @ X / s.sum() if keep else np.zeros(X.shape[1])
        y_mean = s @ y / s.sum() if keep else 0.0
        # With its best bias the residual has mean 0, so centred data need none.
        root = np.sqrt(s)
        A, c = (X - x_mean) * root[:, None], (y - y_mean) * root
        self.n_iter_, self.loss_curve_ = 1, []
        if self.solver == "gradient-descent":
            self.coef_ = self._descend(A, c, alpha, s.sum())
        else:
            self.coef_ = CLOSED_FORMS[self.solver](A, c, alpha)
        self.intercept_ = float(y_mean - x_mean @ self.coef_) if keep else 0.0

    def _check_options(self) -> None:
        """Raise an error for an unknown option."""
        owner = type(self).__name__
        checks.choice(owner, "solver", self.solver, SOLVERS)
        checks.flag(owner, "fit_intercept", self.fit_intercept)
        checks.limited(owner, "tol", self.tol, least=0)
        checks.count(owner, "max_iter", self.max_iter)
        if self.learning_rate_init is not None:
            checks.limited(owner, "learning_rate_init", self.learning_rate_init, above=0)
        if hasattr(self, "alpha"):
            checks.limited(owner, "alpha", self.alpha, least=0)
        if hasattr(self, "degree"):
            checks.count(owner, "degree", self.degree, least=0)

    def _descend(self, A: Array, c: Array, alpha: float, total: float) -> Array:
        """Return the weights that minimize the penalized squared error, by gradient descent."""

        def objective(theta: Array) -> tuple[float, Array]:
            r = A @ theta - c
            f = (r @ r + alpha * theta @ theta) / total
            return float(f), 2 * (A.T @ r + alpha * theta) / total

        lr = self.learning_rate_init
        if lr is None:
            steepest = 2 * (np.linalg.norm(A, 2) ** 2 + alpha) / total
            lr = 1 / steepest if steepest > 0 else 1.0  # converges below 2 / steepest
        start = np.zeros(A.shape[1])
        at = gradient_descent(objective, start, lr=lr, max_iter=self.max_iter, tol=self.tol)
        self.n_iter_, self.loss_curve_ = max(at.n_iter, 1), at.losses
        if not at.converged:
            done = f"{at.n_iter} steps: loss {at.losses[-1]:.6g}, gradient {at.slope:.2g}"
            advice = "scale the columns of X, raise max_iter or tol, or take a smaller step"
            warn_unfinished(self, f"{done} (tol {self.tol:g})", advice)
        return at.theta

    def predict(self, X: Any) -> Array:
        """Return the predicted targets (N,) of samples X (N, D)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return X @ self.coef_ + self.intercept_


class LinearRegression(LeastSquares):
    r"""Linear function with the least sum of squared residuals.

    .. math:: \hat y = X w + b, \qquad \min_{w, b} \sum_n s_n (y_n - \hat y_n)^2

    Parameters
    ----------
    fit_intercept : bool
        Whether there is a bias b.
    solver : str
        "svd" also where columns of X depend on each other: it gives the shortest w;
        "qr", accurate; "normal", the normal equation, fastest, with the square of the
        condition number; "gradient-descent". The last three have no counterpart in
        scikit-learn, whose estimator corresponds to "svd".
    learning_rate_init : float, optional
        Step of gradient descent on the mean; 1 / its largest curvature unless given.
    max_iter : int
        Most steps of gradient descent.
    tol : float
        Gradient descent stops where no element of its gradient is larger.

    Attributes
    ----------
    coef_ : (D,) float
        w.
    intercept_ : float
        b.
    n_iter_ : int
        Steps; 1 for a closed form.
    loss_curve_ : list of float
        Mean squared residual before each step, and at the end; empty for a closed form.

    Raises
    ------
    ValueError
        By ``fit``, for bad data or options.
    LinAlgError
        By ``fit`` with "qr" or "normal", if columns depend on each other.

    Source: Goodfellow et al. (2016), section 5.1.4; Golub and Van Loan (2013), sections 5.3
    and 5.5; chapter "Linear regression".

    >>> model = LinearRegression().fit([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 4.0, 4.0])
    >>> model.coef_.round(6).tolist(), round(model.intercept_, 6)
    ([1.0], 1.5)
    """

    def __init__(
        self,
        *,
        fit_intercept: bool = True,
        solver: str = "svd",
        learning_rate_init: float | None = None,
        max_iter: int = 10_000,
        tol: float = 1e-8,
    ):
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LinearRegression:
        """Fit to samples X (N, D) and targets y (N,), the samples weighted if wanted."""
        self._check_options()
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        self._fit(X, y, weights_of(sample_weight, X), 0.0)
        return self


class Ridge(LeastSquares):
    r"""Linear regression with a penalty on the squares of the weights.

    .. math:: \min_{w, b} \sum_n s_n (y_n - w^\top x_n - b)^2 + \alpha \|w\|^2

    Parameters
    ----------
    alpha : float
        α ≥ 0; the bias is not penalised.
    fit_intercept, solver, learning_rate_init, max_iter, tol
        As in ``LinearRegression``; "normal" is what scikit-learn calls "cholesky".

    Attributes
    ----------
    coef_, intercept_, n_iter_, loss_curve_
        As in ``LinearRegression``; the loss is the objective above over the sum of s.

    Raises
    ------
    ValueError, LinAlgError
        As in ``LinearRegression``; never a LinAlgError for α that matters beside X.

    Source: Hoerl and Kennard (1970); Goodfellow et al. (2016), equation 7.17; chapter "Linear
    regression".

    >>> model = Ridge(alpha=5.0).fit([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 4.0, 4.0])
    >>> model.coef_.round(6).tolist(), round(model.intercept_, 6)
    ([0.5], 2.25)
    """

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        fit_intercept: bool = True,
        solver: str = "normal",
        learning_rate_init: float | None = None,
        max_iter: int = 10_000,
        tol: float = 1e-8,
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Ridge:
        """Fit to samples X (N, D) and targets y (N,), the samples weighted if wanted."""
        self._check_options()
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        self._fit(X, y, weights_of(sample_weight, X), self.alpha)
        return self


class PolynomialRegression(LeastSquares):
    r"""Linear regression on all products of up to ``degree`` features.

    .. math:: \hat y = b + \sum_p w_p \prod_d x_d^{\,p_d}, \qquad 1 \le \sum_d p_d \le
        \mathrm{degree}

    scikit-learn makes it of PolynomialFeatures and LinearRegression or Ridge.

    Parameters
    ----------
    degree : int
        Highest degree; 0 gives the mean of y.
    alpha : float
        Penalty on the squares of w, as in ``Ridge``.
    fit_intercept, solver, learning_rate_init, max_iter, tol
        As in ``LinearRegression``.

    Attributes
    ----------
    powers_ : (P, D) int
        The exponents p of each product.
    coef_ : (P,) float
        w.
    intercept_, n_iter_, loss_curve_
        As in ``LinearRegression``.

    Raises
    ------
    ValueError, LinAlgError
        As in ``LinearRegression``.

    Source: Goodfellow et al. (2016), equation 5.15; chapter "Linear regression".

    >>> x = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> model = PolynomialRegression(degree=2).fit(x, [1.0, 3.0, 4.0, 4.0])
    >>> model.powers_.ravel().tolist(), model.coef_.round(6).tolist()
    ([1, 2], [2.5, -0.5])
    """

    def __init__(
        self,
        degree: int = 2,
        *,
        alpha: float = 0.0,
        fit_intercept: bool = True,
        solver: str = "svd",
        learning_rate_init: float | None = None,
        max_iter: int = 10_000,
        tol: float = 1e-8,
    ):
        self.degree = degree
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> PolynomialRegression:
        """Fit to samples X (N, D) and targets y (N,), the samples weighted if wanted."""
        self._check_options()
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        self.powers_ = _powers(X.shape[1], self.degree)
        products = polynomial_features(X, self.degree)
        self._fit(products, y, weights_of(sample_weight, X), self.alpha)
        return self

    def predict(self, X: Any) -> Array:
        """Return the predicted targets (N,) of samples X (N, D)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return polynomial_features(X, self.degree) @ self.coef_ + self.intercept_


def polynomial_features(X: Any, degree: int) -> Array:
    """Return all products of 1 to ``degree`` columns of X, column by column.

    Parameters
    ----------
    X : (N, D) float
        Samples as rows.
    degree : int
        The most factors; a column may stand for several.

    Returns
    -------
    (N, P) float
        Degree by degree, in the order of scikit-learn's PolynomialFeatures, without its 1.

    Raises
    ------
    ValueError
        If X has not two axes, is empty or not finite, or degree is negative.
    TypeError
        If X is not of numbers, or degree is no whole number.

    Source: Goodfellow et al. (2016), section 5.2; chapter "Linear regression".

    >>> polynomial_features([[2.0, 3.0]], 2)
    array([[2., 3., 4., 6., 9.]])
    """
    X = checks.rows("polynomial_features", "X", X).astype(np.float64, copy=False)
    checks.count("polynomial_features", "degree", degree, least=0)
    made = {(): np.ones(len(X))}
    for factors in _products(X.shape[1], degree):  # each is a shorter one times a column
        made[factors] = made[factors[:-1]] * X[:, factors[-1]]
    columns = list(made.values())[1:]
    return np.column_stack(columns) if columns else np.empty((len(X), 0))


def _products(D: int, degree: int) -> list[tuple[int, ...]]:
    """Return, for each monomial up to a degree, the indices of the features it multiplies."""
    sizes = range(1, degree + 1)
    return [p for k in sizes for p in combinations_with_replacement(range(D), k)]


def _powers(D: int, degree: int) -> Array:
    """Return the exponent of each feature in each monomial, (monomials, D)."""
    rows = [[p.count(d) for d in range(D)] for p in _products(D, degree)]
    return np.array(rows, dtype=int).reshape(-1, D)


def by_normal_equation(A: Array, c: Array, alpha: float) -> Array:
    """Return θ that solves (AᵀA + αI) θ = Aᵀc."""
    return solved(A.T @ A + alpha * np.eye(A.shape[1]), A.T @ c)


def by_qr(A: Array, c: Array, alpha: float) -> Array:
    """Return θ that solves R θ = Qᵀc; the penalty adds D samples √α I with target 0."""
    D = A.shape[1]
    if alpha:
        A, c = np.vstack([A, np.sqrt(alpha) * np.eye(D)]), np.append(c, np.zeros(D))
    R, d = triangular(A, c)
    small = np.finfo(float).eps * max(A.shape)
    if len(R) < D or (np.abs(np.diag(R)) <= small * np.linalg.norm(R, axis=0)).any():
        raise np.linalg.LinAlgError(DEPENDENT)
    return np.linalg.solve(R[:D], d[:D])


def by_svd(A: Array, c: Array, alpha: float) -> Array:
    """Return θ = V (Σ² + α)⁻¹ Σ Uᵀc, with 1/0 read as 0."""
    R, d = triangular(A, c)  # A = QR: the singular values are those of the smaller R
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    large = sigma > np.finfo(float).eps * max(A.shape) * sigma.max(initial=0)
    U, sigma, Vt = U[:, large], sigma[large], Vt[large]
    return Vt.T @ (sigma / (sigma**2 + alpha) * (U.T @ d))


def triangular(A: Array, c: Array) -> tuple[Array, Array]:
    """Return R and Qᵀc of A = QR, read from the R of [A | c], so that Q is never formed."""
    R = np.linalg.qr(np.column_stack([A, c]), mode="r")
    return R[:, :-1], R[:, -1]


CLOSED_FORMS = {"svd": by_svd, "qr": by_qr, "normal": by_normal_equation}
SOLVERS = (*CLOSED_FORMS, "gradient-descent")

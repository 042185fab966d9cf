"""Least squares step by step: the normal equation, or a step of gradient descent."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ..linalg.exact import exact, numeric, tex, tex_matrix, text
from ..steps import Step, Steps

__all__ = ["least_squares_step", "normal_equation"]

Array = np.ndarray


def normal_equation(X: Any, y: Any, *, alpha: Any = 0, steps: bool = False) -> Any:
    r"""Return the weights θ that minimize ‖y - Xθ‖² + α‖θ‖².

    .. math:: (X^\top X + \alpha I)\, \theta = X^\top y

    For a bias, add a column of ones to X. The bias is then penalised like the other weights.

    Parameters
    ----------
    X : (N, D) array_like
        Samples as rows.
    y : (N,) array_like
        Targets.
    alpha : number
        The strength α ≥ 0 of the penalty. If α > 0, this is ridge regression.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Returns
    -------
    (D,) float64, or Steps
        The weights θ. The result of the Steps contains fractions.

    Raises
    ------
    ValueError
        If the shapes disagree, there are no samples, or alpha is negative.
    LinAlgError
        If α is 0 and the columns of X are linearly dependent, so that θ is not unique.

    Source: Goodfellow et al. (2016), equations 5.12 and 7.17; chapter "Linear regression".

    >>> X = [[0, 1], [1, 1], [2, 1], [3, 1]]  # a line: x and the bias column
    >>> normal_equation(X, [1, 3, 4, 4]).round(6)
    array([1. , 1.5])
    >>> normal_equation(X, [1, 3, 4, 4], steps=True)
    1. Multiply: XᵀX = [[14, 6], [6, 4]].
    2. Multiply: Xᵀy = (23, 12).
    3. Solve XᵀX θ = Xᵀy: θ = (1, 3/2).
    4. The residuals y − Xθ are (−1/2, 1/2, 1/2, −1/2), and their squares sum to 1.
    """
    X, y = _samples("normal_equation", X, y, steps)
    (alpha,) = _numbers("normal_equation", alpha=alpha)
    A, c = X.T @ X, X.T @ y
    penalised = A + (alpha if steps else float(alpha)) * np.eye(len(A), dtype=int)
    theta = solved_exactly(penalised, c) if steps else solved(penalised, c)
    if not steps:
        return theta
    name, r = "XᵀX", y - X @ theta
    shown = [
        Step(f"Multiply: XᵀX = {text(A)}.", f"X^\\top X = {tex_matrix(A)}"),
        Step(f"Multiply: Xᵀy = {text(c)}.", f"X^\\top y = {tex(c)}"),
    ]
    if alpha:
        name = f"(XᵀX + {text(alpha)}I)"
        sentence = f"Add α = {text(alpha)} to the diagonal: {text(penalised)}."
        formula = rf"X^\top X + \alpha I = {tex_matrix(penalised)}"
        shown.append(Step(sentence, formula))
    shown += [
        Step(f"Solve {name} θ = Xᵀy: θ = {text(theta)}.", rf"\theta = {tex(theta)}"),
        Step(
            f"The residuals y − Xθ are {text(r)}, and their squares sum to {text(r @ r)}.",
            rf"y - X\theta = {tex(r)}",
        ),
    ]
    return Steps(shown, theta)


def least_squares_step(
    X: Any, y: Any, theta: Any, *, lr: Any, alpha: Any = 0, steps: bool = False
) -> Any:
    r"""Take one step of gradient descent for least squares with a penalty.

    .. math::
        L(\theta) &= \frac{1}{N} \left(\|X\theta - y\|^2 + \alpha \|\theta\|^2\right) \\
        \theta &\leftarrow \theta - \eta\, \frac{2}{N} \left(X^\top (X\theta - y)
            + \alpha \theta\right)

    Parameters
    ----------
    X, y, alpha, steps
        As in ``normal_equation``.
    theta : (D,) array_like
        The current weights.
    lr : number
        Learning rate η ≥ 0.

    Returns
    -------
    (D,) float64, or Steps
        The new weights θ. The result of the Steps contains fractions.

    Raises
    ------
    ValueError
        If the shapes disagree, there are no samples, or alpha or lr is negative.

    Source: Goodfellow et al. (2016), section 4.5; chapter "Linear regression".

    >>> X = [[0, 1], [1, 1], [2, 1], [3, 1]]
    >>> least_squares_step(X, [1, 3, 4, 4], [0, 0], lr=0.1, steps=True)
    1. The predictions Xθ are (0, 0, 0, 0), and the residuals Xθ − y are (−1, −3, −4, −4).
    2. The loss is 21/2.
    3. The gradient is (−23/2, −6).
    4. The step leads to θ − 1/10 · gradient = (23/20, 3/5).
    """
    X, y = _samples("least_squares_step", X, y, steps)
    lr, alpha = _numbers("least_squares_step", lr=lr, alpha=alpha)
    theta = (exact if steps else numeric)(
        theta, function="least_squares_step", argument="theta"
    )
    if theta.shape != X.shape[1:]:
        raise ValueError(
            f"least_squares_step: expected theta of shape {X.shape[1:]}, got {theta.shape}"
        )
    if not steps:
        lr, alpha = float(lr), float(alpha)
    N = len(X)
    predicted = X @ theta
    r = predicted - y
    gradient = 2 * (X.T @ r + alpha * theta) / N
    new = theta - lr * gradient
    if not steps:
        return new
    loss = (r @ r + alpha * (theta @ theta)) / N
    return Steps(
        [
            Step(
                f"The predictions Xθ are {text(predicted)}, "
                f"and the residuals Xθ − y are {text(r)}.",
                rf"X\theta - y = {tex(r)}",
            ),
            Step(f"The loss is {text(loss)}.", f"L = {tex(loss)}"),
            Step(f"The gradient is {text(gradient)}.", rf"\nabla L = {tex(gradient)}"),
            Step(
                f"The step leads to θ − {text(lr)} · gradient = {text(new)}.",
                rf"\theta - {tex(lr)} \nabla L = {tex(new)}",
            ),
        ],
        new,
    )


def solved(A: Array, c: Array) -> Array:
    """Solve A θ = c for a Gram matrix A; raise LinAlgError if A is singular."""
    scale = np.sqrt(np.abs(np.diag(A)))
    scale[scale == 0] = 1
    balanced = A / np.outer(scale, scale)  # ones on the diagonal, so units don't matter
    try:
        L = np.linalg.cholesky(balanced)
        flat = np.diag(L).min() < 1e-7
    except np.linalg.LinAlgError:
        flat = True
    if flat:
        raise np.linalg.LinAlgError(DEPENDENT)
    return np.linalg.solve(balanced, c / scale) / scale


DEPENDENT = (
    "the normal equation is singular: the columns of X (including the bias column) are "
    "linearly dependent, or there are fewer samples than columns; drop columns, add a penalty "
    "alpha > 0 (as in Ridge), or use LinearRegression(solver='svd') for the shortest solution"
)


def solved_exactly(A: Array, c: Array) -> Array:
    """Solve A θ = c with fractions, by Gauss-Jordan elimination."""
    M = np.hstack([A, c[:, None]])
    for k in range(len(M)):
        pivot = next((i for i in range(k, len(M)) if M[i, k] != 0), None)
        if pivot is None:
            raise np.linalg.LinAlgError(DEPENDENT)
        M[[k, pivot]] = M[[pivot, k]]
        M[k] = M[k] / M[k, k]
        for i in range(len(M)):
            if i != k:
                M[i] = M[i] - M[i, k] * M[k]
    return M[:, -1]


def _samples(function: str, X: Any, y: Any, steps: bool) -> tuple[Array, Array]:
    """Check samples (N, D) and targets (N,) and return them, as fractions if ``steps``."""
    convert = exact if steps else numeric
    X = convert(X, function=function, argument="X")
    y = convert(y, function=function, argument="y")
    if X.ndim != 2 or X.size == 0 or y.shape != X.shape[:1]:
        raise ValueError(
            f"{function}: expected X (N, D) and y (N,), neither empty, "
            f"got {X.shape} and {y.shape}"
        )
    return X, y


def _numbers(function: str, **options: Any) -> list[Fraction]:
    """Return the options as fractions; raise ValueError if one is negative."""
    numbers = []
    for name, value in options.items():
        number = exact(value, function=function, argument=name).item()
        if number < 0:
            raise ValueError(f"{function}: expected {name} >= 0, got {value}")
        numbers.append(number)
    return numbers

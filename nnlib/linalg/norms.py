"""Norms of vectors and matrices, and the condition number."""

from __future__ import annotations

from math import inf
from numbers import Real
from typing import Any

import numpy as np

from ..steps import Step, run
from ..tensor import Tensor
from .elimination import StepGenerator
from .exact import root, scalar, simplified, zeros
from .inputs import array, matrix, square
from .inversion import inverse
from .tensors import norm as tensor_norm
from .writing import tex, text

__all__ = ["cond", "norm"]

Array = np.ndarray
KINDS = ("fro", 1, 2, inf, "nuc")


def norm(
    x: Any,
    ord: Any = None,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    exact: bool = False,
    steps: bool = False,
) -> Any:
    r"""Return the norm of a vector or a matrix.

    .. math::
        \lVert x \rVert_p = \Bigl(\sum_i |x_i|^p\Bigr)^{1/p}, \qquad
        \lVert x \rVert_\infty = \max_i |x_i|

    and, for a matrix with entries a and singular values σ,

    .. math::
        \lVert A \rVert_F = \sqrt{\textstyle\sum a_{ij}^2}, \quad
        \lVert A \rVert_1 = \max_j \textstyle\sum_i |a_{ij}|, \quad
        \lVert A \rVert_\infty = \max_i \textstyle\sum_j |a_{ij}|, \quad
        \lVert A \rVert_2 = \sigma_1, \quad
        \lVert A \rVert_* = \textstyle\sum_i \sigma_i

    Parameters
    ----------
    x : (n,) or (m, n) array_like
        A vector or a matrix. If it has no entries, the norm is 0.
    ord : number, inf or str, optional
        The p of the formulas. For vectors, any p ≥ 1; default: 2. For matrices, "fro", 1, 2
        (spectral), inf or "nuc" (nuclear); default: "fro".
    dim, keepdim, dtype : optional
        As in PyTorch: one or two axes, whether they remain as axes of length 1, and the dtype
        to convert x to. If dim is given, x can have any shape.
    exact : bool
        Whether to compute with fractions and roots. This requires an integer p or inf for
        vectors, and "fro", 1 or inf for matrices.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Returns
    -------
    float, exact number or Steps
        A Tensor or an array if x is a Tensor or if dim, keepdim or dtype is given.

    Raises
    ------
    TypeError, ValueError
        If x is not a vector or matrix of finite real numbers, or p is not one of the above.

    Source: Golub and Van Loan (2013), sections 2.2 and 2.3; chapters "Vectors" and
    "Matrices".

    >>> norm([3, -4]), norm([3, -4], 1), norm([[1, 2], [3, 4]], float("inf"))
    (5.0, 7.0, 7.0)
    >>> norm([1, 2, -3], steps=True)
    1. Add the squares of the entries: 1 + 4 + 9 = 14.
    2. Take the root: √14.
    """
    if isinstance(x, Tensor) or dim is not None or keepdim or dtype is not None:
        return tensor_norm(x, ord, dim, keepdim, dtype)
    x, p = array(x, "norm", "x", exact=exact or steps), ord
    if x.ndim == 1:
        p = 2 if p is None else p
        expect_power(p, "norm", exact=x.dtype == object)
        return run(vector_norm(x, p), steps=steps)
    if x.ndim != 2:
        raise ValueError(f"norm: expected a vector or a matrix, got shape {x.shape}")
    p = "fro" if p is None else p
    expect_kind(p, "norm")
    if x.dtype == object and p in (2, "nuc"):
        raise ValueError(f"norm: expected p 'fro', 1 or inf for exact numbers, got {p!r}")
    return run(_matrix_norm(x, p), steps=steps)


def expect_kind(p: Any, function: str) -> None:
    """Raise ValueError unless p is one of the matrix norms."""
    if not isinstance(p, str | Real) or p not in KINDS:
        expected = "expected p 'fro', 1, 2, inf or 'nuc' for a matrix"
        raise ValueError(f"{function}: {expected}, got {p!r}")


def expect_power(p: Any, function: str, *, exact: bool) -> None:
    """Raise ValueError unless p is a vector norm that can be computed with these numbers."""
    if not isinstance(p, Real) or not p >= 1:
        raise ValueError(f"{function}: expected p of at least 1 for a vector, got {p!r}")
    if exact and p != inf and p != int(p):
        raise ValueError(
            f"{function}: expected a whole p, or inf, for exact numbers, got {p!r}"
        )


def vector_norm(x: Array, p: float, named: str = "") -> StepGenerator:
    """Yield the steps that compute the p-norm of a vector, and return it."""
    size = abs(x)
    largest = scalar(size.max(initial=zeros(1, like=x)[0]))
    if p == inf:
        words = f"The largest of {text(size)} is {text(largest)}."
        yield lambda: Step(words, rf"\lVert x \rVert_\infty = {tex(largest)}")
        return largest
    if x.dtype != object:
        return _scaled(size, p, largest)
    powers = size ** int(p)
    total = powers.sum(initial=zeros(1, like=x)[0])
    entries = r"\sum_{i,j} |a_{ij}|" if named else r"\sum_i |x_i|"
    yield lambda: _summed(powers, int(p), total, entries)
    if p == 1:
        return total
    r = _root(total, int(p))
    name = {2: "root", 3: "cube root"}.get(int(p), f"{int(p)}th root")
    symbol = named or rf"\lVert x \rVert_{{{int(p)}}}"
    yield lambda: Step(f"Take the {name}: {text(r)}.", f"{symbol} = {tex(r)}")
    return r


def _scaled(size: Array, p: float, largest: float) -> float:
    """Return the p-norm of absolute values, scaled by the largest to avoid overflow."""
    if largest == 0:
        return 0.0
    return float(largest * ((size / largest) ** p).sum() ** (1 / p))


def _summed(powers: Array, p: int, total: Any, entries: str) -> Step:
    """Return the step that adds the powers of the entries."""
    if not powers.size:
        return Step("There is no entry, so the sum is 0.", f"{entries}^{{{p}}} = 0")
    special = {1: "absolute values of the entries", 2: "squares of the entries"}
    name = special.get(p, f"absolute values of the entries, each to the power {p}")
    words, terms = (" + ".join(map(write, powers)) for write in (text, tex))
    power = "" if p == 1 else f"^{{{p}}}"
    found = "" if powers.size == 1 else f" = {text(total)}"
    formula = f"{entries}{power} = {terms}" + ("" if powers.size == 1 else f" = {tex(total)}")
    return Step(f"Add the {name}: {words}{found}.", formula)


def _root(total: Any, p: int) -> Any:
    """Return the p-th root of a fraction."""
    if p == 2:
        return root(simplified(total))
    import sympy

    return simplified(sympy.root(sympy.Rational(total.numerator, total.denominator), p))


def scaled(x: Array) -> Array:
    """Return x divided by its largest absolute value, so that the squares can't overflow."""
    return x if x.dtype == object else x / (abs(x).max(initial=0.0) or 1.0)


def length(x: Array) -> Any:
    """Return the Euclidean norm of an array."""
    return run(vector_norm(x, 2))


def _matrix_norm(A: Array, p: Any) -> StepGenerator:
    """Yield the steps that compute a matrix norm, and return it."""
    if p == "fro":
        return (yield from vector_norm(A.ravel(), 2, r"\lVert A \rVert_F"))
    if p in (1, inf):
        sums = abs(A).sum(axis=0 if p == 1 else 1, initial=zeros(1, like=A)[0])
        of = "columns" if p == 1 else "rows"
        words = f"The absolute values of the {of} add up to {text(sums)}; take the largest."
        largest = scalar(sums.max(initial=zeros(1, like=A)[0]))
        yield lambda: Step(words, rf"\lVert A \rVert_{tex_of(p)} = {tex(largest)}")
        return largest
    sigma = np.linalg.svd(A, compute_uv=False)
    return float(sigma.sum() if p == "nuc" else sigma.max(initial=0.0))


def tex_of(p: float) -> str:
    """Return p, a whole number or infinity, in LaTeX."""
    return r"\infty" if p == inf else str(int(p))


def cond(A: Any, p: Any = 2) -> float:
    r"""Return the condition number, which bounds the growth of relative errors in A x = b.

    .. math:: \kappa_p(A) = \lVert A \rVert_p \lVert A^{-1} \rVert_p, \qquad
              \kappa_2(A) = \sigma_1 / \sigma_k

    Parameters
    ----------
    A : (m, n) array_like
        Must be square unless p is 2. In the formula, k = min(m, n).
    p : 2, "fro", 1, inf or "nuc"
        The matrix norm.

    Returns
    -------
    float
        At least 1 in general, inf if A is singular, and 0 if it has no entries.

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square and p is not 2.
    TypeError, ValueError
        If A is not a matrix of finite real numbers, or p is not one of the above.

    Source: Golub and Van Loan (2013), section 2.6; chapter "Systems of linear equations".

    >>> cond([[100, 0], [0, 1]])
    100.0
    """
    expect_kind(p, "cond")
    if p == 2:
        sigma = np.linalg.svd(matrix(A, "cond"), compute_uv=False)
        if not sigma.size:
            return 0.0
        return float(sigma[0] / sigma[-1]) if sigma[-1] > 0 else inf
    A = square(A, "cond")
    try:
        return norm(A, p) * norm(inverse(A), p)
    except np.linalg.LinAlgError:
        return inf

"""Matrix products, and sums of products over named axes (einsum).

Each is a sum of products, so its derivative with respect to one factor is again one: of dL/dy
and the other factors.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from ..graph import record
from ..tensor import Tensor, raw
from .comparison import to, where
from .elementwise import abs, add, mul, sign, sqrt, times
from .extremes import amax, amin
from .promotion import array, compute, public_name, whole
from .reduction import Dim, floats, spread, sum
from .shape import axes_of, axis, diagonal, permute, reshape, unsqueeze

# Every name once: functions only, methods of Tensor too, and those that work in place too.
FUNCTIONS = "cdist einsum linear tensordot"
METHODS = "bmm dot matmul mm mv norm outer"
IN_PLACE = "addmm"
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()
SHAPES = {
    (): "shapes (..., n, k) and (..., k, m)",
    (1, 1): "shapes (k,) and (k,)",
    (2, 1): "shapes (n, k) and (k,)",
    (2, 2): "shapes (n, k) and (k, m)",
    (3, 3): "shapes (N, n, k) and (N, k, m)",
}

FEW = {  # largest number of rows for which cdist subtracts all pairs
    "use_mm_for_euclid_dist_if_necessary": 25,
    "use_mm_for_euclid_dist": -1,
    "donot_use_mm_for_euclid_dist": math.inf,
}

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"  # names of axes


def mT(a: Any) -> Any:
    """Return a with its last two axes exchanged."""
    return a.swapaxes(-1, -2)


def rows(a: Any) -> Any:
    """Return a as a matrix, with all axes but the last joined."""
    return a if a.ndim == 2 else a.reshape((math.prod(a.shape[:-1]), a.shape[-1]))


def wrong(expected: str, *got: Any) -> RuntimeError:
    """Return an error that says what was expected, and the shapes and dtypes that came."""
    shapes = ", ".join(f"{a.dtype} {a.shape}" for a in got if a is not None)
    return RuntimeError(f"{public_name()}: expected {expected} of one dtype, got {shapes}")


def _product(input: Tensor, other: Tensor, *ranks: int) -> Tensor:
    """Return the matrix product a b; ``ranks``, if given, are the axes of a and of b."""
    a, b = array(input), array(other)
    m, n = a.ndim, b.ndim
    fits = m and n and a.shape[-1] == b.shape[-min(n, 2)] and a.dtype == b.dtype
    if not fits or (ranks and (ranks != (m, n) or a.shape[:-2] != b.shape[:-2])):
        raise wrong(SHAPES[ranks], a, b)
    if m == 1 or n == 1:  # a vector takes part as a row on the left, as a column on the right
        row = unsqueeze(input, 0) if m == 1 else input
        y = _product(row, unsqueeze(other, 1) if n == 1 else other)
        return reshape(y, y.shape[:-2] + y.shape[-2:][m == 1 : 2 - (n == 1)])
    return record(
        compute(np.matmul, a, b),
        dict(a=input, b=other),
        name="matmul",
        a=lambda g, b: g @ mT(b),
        b=lambda g, a: mT(a) @ g,
    )


@whole("matmul")
def matmul(input: Tensor, other: Tensor) -> Tensor:
    """Matrix product: y = a b, so dL/da = dL/dy bᵀ and dL/db = aᵀ dL/dy.

    The axes before the last two broadcast. A vector takes part as a row on the left, as a
    column on the right, and that axis is left out of the result.
    """
    return _product(input, other)


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """Product of two matrices: y = a b, so dL/da = dL/dy bᵀ and dL/db = aᵀ dL/dy."""
    return _product(input, mat2, 2, 2)


def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1
) -> Tensor:
    """Sum with a product: y = beta x + alpha a b, so dL/dx = beta dL/dy; for a, b see ``mm``.

    With beta = 0 the elements of x are not read, as they may be NaN.
    """
    x, y = array(input), _product(mat1, mat2, 2, 2)
    sizes = zip(x.shape[::-1], y.shape[::-1], strict=False)
    if x.dtype != y.dtype or x.ndim > 2 or not all(n in (1, m) for n, m in sizes):
        raise wrong(
            "input that stretches to (n, m), (n, k) and (k, m)", x, raw(mat1), raw(mat2)
        )
    z = input if beta == 1 else where(beta != 0, times(beta, input, input), 0)
    return add(z, y, alpha=alpha)


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """Products of two batches of matrices, with the derivatives of ``mm``."""
    return _product(input, mat2, 3, 3)


@whole("matmul")
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """Matrix times vector: y = A x, so dL/dA = dL/dy xᵀ and dL/dx = Aᵀ dL/dy."""
    return _product(input, vec, 2, 1)


@whole("matmul")
def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """Inner product of two vectors: y = a · b, so dL/da = dL/dy b and dL/db = dL/dy a."""
    return _product(input, tensor, 1, 1)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Outer product of two vectors: y = a bᵀ, so dL/da = dL/dy b and dL/db = aᵀ dL/dy."""
    if array(input).ndim != 1 or array(vec2).ndim != 1:
        raise wrong("shapes (n,) and (m,)", array(input), raw(vec2))
    return mul(unsqueeze(input, 1), vec2)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    r"""Apply a linear layer to the last axis.

    .. math:: y = x W^\top + b

    Parameters
    ----------
    input : (..., D) float
        The vectors x.
    weight : (D_out, D) float
        One row of weights for each output.
    bias : (D_out,) float, optional
        One number for each output.

    Returns
    -------
    (..., D_out) float
        The outputs y.

    Raises
    ------
    RuntimeError
        If the shapes or dtypes disagree.

    Source: Goodfellow et al. (2016), section 6.1; chapter "The softmax classifier".

    >>> linear(np.ones((2, 3)), np.array([[1.0, 2.0, 3.0]]), np.array([10.0]))
    array([[16.],
           [16.]])
    """
    x, w, b = array(input), array(weight), raw(bias)
    fits = x.ndim and w.ndim == 2 and x.shape[-1] == w.shape[1] and x.dtype == w.dtype
    if not fits or (b is not None and (b.shape != w.shape[:1] or b.dtype != w.dtype)):
        raise wrong("input (..., D), weight (D_out, D) and bias (D_out,)", x, w, b)
    y, shape = rows(x) @ w.T, x.shape
    if b is not None:
        y += b
    return record(
        y.reshape(shape[:-1] + w.shape[:1]),
        dict(x=input, w=weight, b=bias),
        x=lambda g, w: (rows(g) @ w).reshape(shape),
        w=lambda g, x: mT(rows(g)) @ rows(x),
        b=lambda g: sum(rows(g), 0),
    )


def einsum(equation: str, *operands: Tensor) -> Tensor:
    r"""Multiply and sum over named axes.

    .. math:: \texttt{"ij,jk->ik"}: \quad y_{ik} = \sum_j a_{ij} b_{jk}

    Parameters
    ----------
    equation : str
        A letter for each axis of each operand, ``...`` for any number of axes; after
        ``->``, the axes of the result, while all others are summed. Without ``->`` the
        result has ``...``, then in order of the alphabet the letters that occur once. A
        letter that occurs twice in one operand runs along its diagonal. An axis of length
        1 broadcasts.
    *operands : Tensor
        The factors, or one list of them. They are multiplied two at a time, from the left.

    Returns
    -------
    Tensor
        The sums y. The derivative with respect to one factor is the einsum of dL/dy with the
        others.

    Raises
    ------
    RuntimeError
        If the operands do not fit the equation, or differ in dtype.

    Source: Einstein (1916), "Die Grundlage der allgemeinen Relativitätstheorie", section 5.

    >>> a = np.arange(6.0).reshape(2, 3)
    >>> einsum("ij,kj->ik", a, a)
    array([[ 5., 14.],
           [14., 50.]])
    """
    if not isinstance(equation, str):
        raise TypeError(f"einsum: expected an equation such as 'ij,jk->ik', got {equation!r}")
    factors = operands[0] if operands and isinstance(operands[0], (list, tuple)) else operands
    left, arrow, out = equation.replace(" ", "").partition("->")
    terms, free = left.split(","), "".join(c for c in LETTERS if c not in equation)
    more = [
        array(x).ndim - len(t.replace("...", "")) for t, x in zip(terms, factors, strict=False)
    ]
    labels = [
        t.replace("...", free[len(free) - n :]) for t, n in zip(terms, more, strict=False)
    ]
    dots = free[len(free) - max(more, default=0) :]  # each axis of the dots is a free letter
    once = [c for c, n in sorted(Counter("".join(labels)).items()) if n == 1 and c not in dots]
    out = out.replace("...", dots) if arrow else "".join([dots, *once])
    return _contract(
        f"operands that fit {equation!r}", factors, [*labels, *terms[len(labels) :]], out
    )


def _contract(expected: str, factors: Any, labels: Any, out: str) -> Tensor:
    """Return the product of factors with labelled axes, summed over labels not in out."""
    shapes = [np.shape(raw(x)) for x in factors]
    axes = [
        (c, n, s[its.index(c)])
        for its, s in zip(labels, shapes, strict=False)
        for c, n in zip(its, s, strict=False)
    ]
    sizes = {c: n for c, n, _ in sorted(axes, key=lambda a: a[1] != 1)}  # 1 if all are 1
    fits = (
        [*map(len, labels)] == [*map(len, shapes)]
        and len(set(out)) == len(out)
        and set(out) <= set(sizes) <= set(LETTERS)
        and all(n == first and n in (1, sizes[c]) for c, n, first in axes)
        and len({array(x).dtype for x in factors}) == 1
    )
    if not fits:
        raise wrong(expected, *map(raw, factors))
    # Sum each at once over what no other factor has, and where it only broadcasts.
    full = [
        [c for c in dict.fromkeys(its) if s[its.index(c)] == sizes[c]]
        for its, s in zip(labels, shapes, strict=False)
    ]
    count = Counter("".join([out, *map("".join, full)]))
    kept = ["".join(c for c in its if count[c] > 1) for its in full]
    (y, *rest), (its, *more) = map(_single, factors, labels, kept), kept
    while rest:
        x, ix, *more = rest.pop(0), *more
        both = "".join(c for c in dict.fromkeys("".join([out, *more])) if c in its + ix)
        y, its = _pair(y, its, x, ix, both), both
    return _single(y, its, out)


@whole("einsum")
def _pair(a: Tensor, ia: str, b: Tensor, ib: str, out: str) -> Tensor:
    """Return the product of two factors, summed over the labels that are not in ``out``."""
    return record(
        np.asarray(np.einsum(f"{ia},{ib}->{out}", raw(a), raw(b), optimize=True)),
        dict(a=a, b=b),
        name="einsum",
        a=lambda g, b: _pair(g, out, b, ib, ia),
        b=lambda g, a: _pair(g, out, a, ia, ib),
    )


def _single(x: Tensor, its: str, out: str) -> Tensor:
    """Return one factor with the axes ``out``, by diagonals of repeated labels and sums."""
    for c in its:
        while its.count(c) > 1:
            i, j = its.index(c), its.rindex(c)
            x, its = diagonal(x, 0, i, j), its[:i] + its[i + 1 : j] + its[j + 1 :] + c
    lost = tuple(i for i, c in enumerate(its) if c not in out)
    x, its = (
        sum(x, lost) if lost else x,
        "".join(c for c in its if c in out),
    )
    return x if its == out else permute(x, [its.index(c) for c in out])


def tensordot(a: Tensor, b: Tensor, dims: int | Any = 2) -> Tensor:
    """Sum products over the last dims axes of a and first of b, or over pairs of axes.

    The derivative with respect to one factor is the tensordot of dL/dy with the other.
    """
    m, n, pairs = array(a).ndim, array(b).ndim, raw(dims)
    if isinstance(dims, int):
        pairs = (range(m - dims, m), range(dims)) if 0 <= dims <= min(m, n) else ([0], [])
    left, right = (
        [axis("tensordot", int(d), k) for d in p] for p, k in zip(pairs, (m, n), strict=True)
    )
    paired = dict(zip(right, left, strict=False))
    fits = len(left) == len(right) == len(paired) == len({*left})
    ia, ib = LETTERS[:m], "".join(LETTERS[paired.get(j, m + j)] for j in range(n))
    out = "".join(c for c in ia + ib if (c in ia) != (c in ib))
    wanted = f"operands with axes that pair for dims={dims}"
    return _contract(wanted, (a, b), (ia, ib) if fits else (), out)


def cdist(
    x1: Tensor,
    x2: Tensor,
    p: float = 2.0,
    compute_mode: str = "use_mm_for_euclid_dist_if_necessary",
) -> Tensor:
    r"""Compute the distance of each row of x1 from each row of x2.

    .. math:: y_{ij} = \Big(\sum_d |a_{id} - b_{jd}|^p\Big)^{1/p}

    Parameters
    ----------
    x1, x2 : (..., P, D) and (..., R, D) float
        The rows a and b; the axes before them broadcast.
    p : float
        2 is Euclid's distance; 0 counts the coordinates that differ; inf takes the largest.
    compute_mode : str
        Whether p = 2 is computed as y² = a² + b² - 2 a·b, fast, though small distances lose
        digits: "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist", or by default
        where there are more than 25 rows. Otherwise it takes memory for P R D numbers.

    Returns
    -------
    (..., P, R) float
        The distances y. At y = 0 the derivative is taken as 0.

    Raises
    ------
    RuntimeError
        If the shapes or dtypes do not fit, or p is negative.

    Source: Deza and Deza (2016), "Encyclopedia of Distances", section 5.1.

    >>> cdist(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]]))
    array([[5.]])
    """
    a, b = array(x1), array(x2)
    fits = a.ndim > 1 < b.ndim and a.shape[-1] == b.shape[-1] and a.dtype == b.dtype
    if not fits or a.dtype.kind != "f" or p < 0 or compute_mode not in FEW:
        options = f"p={p} to be >= 0, {compute_mode=} to be one of {list(FEW)}"
        raise wrong(f"{options}, and floats (..., P, D) and (..., R, D)", a, b)
    if p != 2 or max(a.shape[-2], b.shape[-2]) <= FEW[compute_mode]:
        return norm(unsqueeze(x1, -2) - unsqueeze(x2, -3), p, -1)
    squared = sum(x1 * x1, -1, True) + mT(sum(x2 * x2, -1, True)) - 2 * (x1 @ mT(x2))
    far = raw(squared) > 0  # rounding can bring it below 0
    return where(far, sqrt(where(far, squared, 1.0)), 0.0)


def norm(
    input: Tensor,
    p: float | str | None = "fro",
    dim: Dim = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Tensor:
    r"""Measure the size of vectors, along some axes.

    .. math:: y = \Big( \sum_i |x_i|^p \Big)^{1/p},
       \quad \frac{dL}{dx_i} = \frac{dL}{dy} \, \mathrm{sign}(x_i) \, (|x_i| / y)^{p-1}

    Parameters
    ----------
    input : (...) float
        The elements x.
    p : float or "fro"
        Which norm: inf is the largest \|x\|, -inf the smallest, 0 counts what is not 0;
        "fro" is 2.
    dim : int or tuple of int, optional
        The axes that are lost; by default all.
    keepdim : bool
        Keep those axes, with length 1.
    dtype : dtype, optional
        Convert to it first.

    Returns
    -------
    float
        The norm y; 0 of nothing. The derivative at x = 0 is taken as 0 (a subgradient);
        equal extremes share it.

    Raises
    ------
    RuntimeError
        If the input is not floating, or p is another word.
    IndexError
        If there is no axis dim.

    Source: Goodfellow et al. (2016), equation 2.30.

    >>> norm(np.array([3.0, -4.0])).item(), norm(np.array([3.0, -4.0]), 1).item()
    (5.0, 7.0)
    """
    p = 2 if p is None or p == "fro" else p
    if isinstance(p, str):
        raise RuntimeError(f"{public_name()}: expected p to be a number or 'fro', got {p!r}")
    x = floats(input if dtype is None else to(input, dtype))
    axes, shape = axes_of("norm", dim, x.ndim), x.shape
    if p == 0:
        # Where x is 0, its sign is 0 too: a zero that still depends on x.
        return sum(where(x != 0, 1.0, sign(input)), axes, keepdim, dtype=dtype)
    if math.isinf(p):
        return to((amax if p > 0 else amin)(abs(input), dim, keepdim), x.dtype)

    def rule(g, y, x):
        y = spread(where(y == 0, 1.0, y), axes, keepdim, shape)  # where y is 0, x is too
        return spread(g, axes, keepdim, shape) * (
            x / y if p == 2 else sign(x) * (where(x == 0, 1.0, abs(x)) / y) ** (p - 1)
        )

    y = (np.abs(x) ** p).sum(axes, keepdims=keepdim) ** (1 / p)
    return record(y, dict(x=input), x=rule)

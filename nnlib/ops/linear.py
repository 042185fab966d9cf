"""Matrix products, einsum, inverses, log-determinants, norms and distances.

Most operations are sums of products. Therefore the gradient with respect to one factor is also
a sum of products, of dL/dy and the other factors.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..graph import record, titled
from ..quiet import silent
from ..tensor import Tensor, raw
from .comparison import converted, isnan, to, where
from .elementwise import abs, add, mul, sign, sqrt, sub, times
from .extremes import amax, amin
from .promotion import array, compute, mixed, whole
from .reduction import Dim, floats, spread, sum
from .shape import axes_of, axis, call_as, diagonal, expect, permute, reshape, roll, unsqueeze

# FUNCTIONS: only nnlib.f(x). METHODS: also x.f(). IN_PLACE: also x.f() and x.f_().
FUNCTIONS = "cdist einsum linear tensordot"
METHODS = "bmm cross dot inverse kron logdet matmul mm mv norm outer"
IN_PLACE = "addmm baddbmm"
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()
SHAPES = {  # expected shapes, by the numbers of axes
    (): "shapes (..., n, k) and (..., k, m)",
    (1, 1): "shapes (k,) and (k,)",
    (2, 1): "shapes (n, k) and (k,)",
    (2, 2): "shapes (n, k) and (k, m)",
    (3, 3): "shapes (N, n, k) and (N, k, m)",
}

TITLES = {(1, 1): "Dot", (2, 1): "Mv", (1, 2): "Squeeze", (2, 2): "Mm"}  # by numbers of axes

FEW = {  # the largest number of rows for which cdist computes all differences of rows
    "use_mm_for_euclid_dist_if_necessary": 25,
    "use_mm_for_euclid_dist": -1,
    "donot_use_mm_for_euclid_dist": math.inf,
}

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"  # names of axes


def mT(a: Any) -> Any:
    """Return a with its last two axes exchanged."""
    return a.swapaxes(-1, -2)


def rows(a: Any) -> Any:
    """Return a as a matrix whose rows are the vectors along the last axis."""
    return a if a.ndim == 2 else a.reshape((math.prod(a.shape[:-1]), a.shape[-1]))


def wrong(name: str, expected: str, *arrays: Any) -> RuntimeError:
    """Return the error for operands with the wrong shapes or dtypes."""
    got = ", ".join(f"{a.dtype} {a.shape}" for a in arrays if a is not None)
    return RuntimeError(f"{name}: expected {expected}, with equal dtypes, got {got}")


def _no_product(name: str, input: Any, other: Any, ranks: tuple) -> RuntimeError:
    """Return the error for two factors that can't be multiplied, with a likely remedy."""
    a, b = array(name, input), array(name, other)
    hint = ""
    if not (a.ndim and b.ndim):
        hint = "; use * to multiply by a single number"
    elif ranks in ((), (a.ndim, b.ndim)):
        k = a.shape[-1], b.shape[-min(b.ndim, 2)]
        if k[0] == k[1] and a.dtype != b.dtype:
            return mixed(name, None, input=input, other=other)
        if k[0] != k[1]:
            hint = f", so k would be {k[0]} and {k[1]}"
            if min(a.ndim, b.ndim) > 1 and (k[0] == b.shape[-1] or k[1] == a.shape[-2]):
                hint += ". Transpose one of them?"
    return RuntimeError(f"{name}: expected {SHAPES[ranks]}, got {a.shape} and {b.shape}{hint}")


def _product(name: str, input: Tensor, other: Tensor, *ranks: int) -> Tensor:
    """Return the matrix product a b; ``ranks`` are the required numbers of axes, if any."""
    a, b = array(name, input), array(name, other)
    m, n = a.ndim, b.ndim
    fits = m and n and a.shape[-1] == b.shape[-min(n, 2)] and a.dtype == b.dtype
    if not fits or (ranks and (ranks != (m, n) or a.shape[:-2] != b.shape[:-2])):
        raise _no_product(name, input, other, ranks)
    if m == 1 or n == 1:  # a vector is a row on the left, a column on the right
        row = unsqueeze(input, 0) if m == 1 else input
        column = unsqueeze(other, 1) if n == 1 else other
        y = _product(name, row, column)
        kept_rows = () if m == 1 else y.shape[-2:-1]
        kept_columns = () if n == 1 else y.shape[-1:]
        y = reshape(y, y.shape[:-2] + kept_rows + kept_columns)
        return titled(y, f"{TITLES.get((m, n), 'Squeeze')}Backward0")
    title = "Bmm" if name == "bmm" else TITLES.get((m, n), "UnsafeView")
    return record(
        compute(name, np.matmul, a, b),
        dict(a=input, b=other),
        name=f"matmul.{title}Backward0",
        a=lambda g, b: g @ mT(b),
        b=lambda g, a: mT(a) @ g,
    )


@whole("matmul")
def matmul(input: Tensor, other: Tensor) -> Tensor:
    """Matrix product: y = a b, so dL/da = dL/dy bᵀ and dL/db = aᵀ dL/dy.

    The axes before the last two broadcast. A vector counts as a row on the left and as a column
    on the right, and the added axis is removed from the result.
    """
    return _product("matmul", input, other)


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """Product of two matrices: y = a b, so dL/da = dL/dy bᵀ and dL/db = aᵀ dL/dy."""
    return _product("mm", input, mat2, 2, 2)


def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1
) -> Tensor:
    """Sum with a scaled product of matrices: y = beta x + alpha a b.

    If beta is 0, the elements of x are ignored, even if they are NaN.
    """
    return _plus_product("addmm", input, mat1, mat2, 2, beta, alpha)


def baddbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1
) -> Tensor:
    """Apply ``addmm`` to each pair of matrices in two batches."""
    return _plus_product("baddbmm", input, batch1, batch2, 3, beta, alpha)


def _plus_product(
    name: str, input: Tensor, a: Tensor, b: Tensor, ndim: int, beta: float, alpha: float
) -> Tensor:
    """Return beta x + alpha a b, where a and b have ``ndim`` axes."""
    x = array(name, input)
    y = _product(name, a, b, ndim, ndim)
    sizes = zip(x.shape[::-1], y.shape[::-1], strict=False)
    broadcasts = x.ndim <= ndim and all(n in (1, m) for n, m in sizes)
    if x.dtype != y.dtype or not broadcasts:
        expected = f"input that broadcasts to the product, and {SHAPES[ndim, ndim]}"
        raise wrong(name, expected, x, raw(a), raw(b))
    z = input if beta == 1 else where(beta != 0, times(name, beta, input, input, "beta"), 0)
    return titled(call_as(name, add, z, y, alpha=alpha), f"{name.capitalize()}Backward0")


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """Apply ``mm`` to each pair of matrices in two batches."""
    return _product("bmm", input, mat2, 3, 3)


@whole("matmul")
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """Matrix times vector: y = A x, so dL/dA = dL/dy xᵀ and dL/dx = Aᵀ dL/dy."""
    return _product("mv", input, vec, 2, 1)


@whole("matmul")
def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """Inner product of two vectors: y = a · b, so dL/da = dL/dy b and dL/db = dL/dy a."""
    return _product("dot", input, tensor, 1, 1)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Outer product of two vectors: y = a bᵀ, so dL/da = dL/dy b and dL/db = aᵀ dL/dy."""
    a, b = array("outer", input).shape, array("outer", vec2).shape
    expect(len(a) == len(b) == 1, "outer", "two vectors, got shapes {} and {}", a, b)
    return mul(unsqueeze(input, 1), vec2)


def kron(input: Tensor, other: Tensor) -> Tensor:
    """Kronecker product: replace each element of a with a block, the element times b."""
    a, b = array("kron", input).shape, array("kron", other).shape
    ndim = max(len(a), len(b))
    a, b = ((1,) * (ndim - len(shape)) + shape for shape in (a, b))
    left = reshape(input, [n for size in a for n in (size, 1)])
    right = reshape(other, [n for size in b for n in (1, size)])
    return reshape(mul(left, right), [m * n for m, n in zip(a, b, strict=True)])


def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """Cross product of vectors along dim: y = a × b, dL/da = b × dL/dy, dL/db = dL/dy × a.

    Without dim, the first axis of length 3 is used, and a warning is issued.
    """
    name = "cross"
    a, b = array(name, input), array(name, other)
    if dim is None:
        warnings.warn("cross: pass dim, because its default depends on the shape", stacklevel=2)
        dim = a.shape.index(3) if 3 in a.shape else -1
    d, same = axis(name, dim, a.ndim), a.ndim == b.ndim and a.dtype == b.dtype
    if not (same and a.ndim and a.shape[d] == b.shape[d] == 3):
        raise wrong(name, f"vectors of 3 elements along dim {dim}", a, b)
    first = call_as(name, mul, roll(input, -1, d), roll(other, -2, d))
    second = mul(roll(input, -2, d), roll(other, -1, d))
    return titled(call_as(name, sub, first, second), "LinalgCrossBackward0")


def _square(name: str, input: Tensor) -> np.ndarray:
    """Return the array of a batch of square matrices; raise RuntimeError for anything else."""
    x = floats(name, input)
    if x.ndim < 2 or x.shape[-2] != x.shape[-1]:
        raise RuntimeError(f"{name}: expected square matrices (..., n, n), got shape {x.shape}")
    return x


@silent
def inverse(input: Tensor) -> Tensor:
    """Inverse of square matrices: Y = X⁻¹, so dL/dX = -Yᵀ dL/dY Yᵀ."""
    try:
        y = np.linalg.inv(_square("inverse", input))
    except np.linalg.LinAlgError:
        raise RuntimeError("inverse: expected invertible matrices, got singular ones") from None
    return record(y, dict(x=input), x=lambda g, y: -(mT(y) @ g @ mT(y)))


@silent
def logdet(input: Tensor) -> Tensor:
    """Logarithm of the determinant of square matrices: y = log det X, so dL/dX = dL/dy X⁻ᵀ.

    If det X < 0, y is NaN and dL/dX is 0. If det X = 0, y is -inf and dL/dX is NaN.
    """
    sign, y = np.linalg.slogdet(_square("logdet", input))

    def rule(g, y, x):
        g, y = (where(isnan(y), 0.0, g))[..., None, None], y[..., None, None]
        return g * mT(inverse(where(y == -math.inf, math.nan, x)))

    return record(np.where(sign < 0, math.nan, y).astype(y.dtype), dict(x=input), x=rule)


@silent
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

    Raises
    ------
    RuntimeError
        If the shapes or dtypes don't match.

    Source: Goodfellow et al. (2016), section 6.1; chapter "Softmax regression".

    >>> linear(np.ones((2, 3)), np.array([[1.0, 2.0, 3.0]]), np.array([10.0]))
    array([[16.],
           [16.]])
    """
    x, w, b = array("linear", input, "input"), array("linear", weight, "weight"), raw(bias)
    fits = x.ndim and w.ndim == 2 and x.shape[-1] == w.shape[1] and x.dtype == w.dtype
    if not fits or (b is not None and (b.shape != w.shape[:1] or b.dtype != w.dtype)):
        raise _no_layer(input, weight, bias)
    shape = x.shape
    y = rows(x) @ w.T
    if b is not None:
        y += b
    matrix, other = ("Mm", "UnsafeView") if b is None else ("Addmm", "View")
    return record(
        y.reshape(shape[:-1] + w.shape[:1]),
        dict(x=input, w=weight, b=bias),
        name=f"linear.{matrix if x.ndim == 2 else other}Backward0",
        x=lambda g, w: (rows(g) @ w).reshape(shape),
        w=lambda g, x: mT(rows(g)) @ rows(x),
        b=lambda g: sum(rows(g), 0),
    )


def _no_layer(input: Any, weight: Any, bias: Any) -> RuntimeError:
    """Return the error of ``linear`` for shapes or dtypes that don't fit together."""
    x, w, b = np.asarray(raw(input)), np.asarray(raw(weight)), raw(bias)
    if w.ndim != 2:
        what = f"weight (out_features, in_features), got {w.shape}"
    elif x.ndim and x.shape[-1] == w.shape[1] and (b is None or b.shape == w.shape[:1]):
        return mixed("linear", w.dtype, input=input, weight=weight, bias=bias)
    elif x.ndim and x.shape[-1] == w.shape[1]:
        what = f"bias {w.shape[:1]} for weight {w.shape}, got {b.shape}"
    else:
        got = f"{x.shape[-1]} in {x.shape}" if x.ndim else "a single number"
        what = f"{w.shape[1]} elements (in_features) in the last axis of input, got {got}"
        starts = [i for i in range(x.ndim - 1) if math.prod(x.shape[i:]) == w.shape[1]]
        flat = f". Flatten it first with .flatten({starts[-1]})?" if starts else ""
        what += flat or f"; weight (out_features, in_features) is {w.shape}"
    return RuntimeError(f"linear: expected {what}")


def einsum(equation: str, *operands: Tensor) -> Tensor:
    r"""Multiply and sum over named axes.

    .. math:: \texttt{"ij,jk->ik"}: \quad y_{ik} = \sum_j a_{ij} b_{jk}

    Parameters
    ----------
    equation : str
        A letter for each axis of each operand, or ``...`` for any number of axes; then
        ``->`` and the axes of the result. All other axes are summed. Without ``->``, the
        axes of the result are ``...`` and, in alphabetical order, the letters that occur
        once. A letter that occurs twice in one operand selects its diagonal. An axis of length
        1 broadcasts.
    *operands : Tensor
        The factors, or one list of factors. They are multiplied two at a time, from the left.

    Returns
    -------
    Tensor
        The sums y. The gradient with respect to one factor is the einsum of dL/dy and the
        other factors.

    Raises
    ------
    RuntimeError
        If the operands do not fit the equation, or differ in dtype.
    TypeError
        If the equation is not a str.

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
    terms = left.split(",")
    unused = "".join(c for c in LETTERS if c not in equation)
    dots = ""  # the letters of the longest "..."
    labels = []
    for term, x in zip(terms, factors, strict=False):
        n = array("einsum", x).ndim - len(term.replace("...", ""))
        letters = unused[len(unused) - n :]
        labels.append(term.replace("...", letters))
        dots = max(dots, letters, key=len)
    labels += terms[len(labels) :]  # the check below rejects terms without an operand
    if arrow:
        out = out.replace("...", dots)
    else:
        count = Counter("".join(labels))
        out = dots + "".join(sorted(c for c in count if count[c] == 1 and c not in dots))
    return _contract("einsum", f"operands that fit {equation!r}", factors, labels, out)


def _contract(
    name: str, expected: str, factors: Sequence[Tensor], labels: Sequence[str], out: str
) -> Tensor:
    """Return the product of factors, summed over labels not in ``out``.

    Each factor has a string of labels, one letter for each axis. For error messages,
    ``expected`` describes the factors that fit the labels.
    """
    dtypes = {array(name, x).dtype for x in factors}
    shapes = [np.shape(raw(x)) for x in factors]
    sizes: dict[str, int] = {}  # the length of the axes of each label
    for label, shape in zip(labels, shapes, strict=False):
        for c, n in zip(label, shape, strict=False):
            if sizes.get(c, 1) == 1:  # an axis of length 1 broadcasts
                sizes[c] = n
    if len(dtypes) != 1 or not _labels_fit(labels, shapes, sizes, out):
        raise wrong(name, expected, *map(raw, factors))
    # First sum each factor over the labels that only it contains, and drop broadcast axes.
    full = [
        "".join(c for c in dict.fromkeys(label) if shape[label.index(c)] == sizes[c])
        for label, shape in zip(labels, shapes, strict=True)
    ]
    count = Counter(out + "".join(full))
    kept = ["".join(c for c in label if count[c] > 1) for label in full]
    factors = [_single(*parts) for parts in zip(factors, labels, kept, strict=True)]
    y, y_label = factors[0], kept[0]
    for k in range(1, len(factors)):
        needed = dict.fromkeys(out + "".join(kept[k + 1 :]))
        both = "".join(c for c in needed if c in y_label + kept[k])
        y = _pair(y, y_label, factors[k], kept[k], both)
        y_label = both
    return _single(y, y_label, out)


def _labels_fit(
    labels: Sequence[str], shapes: Sequence[tuple], sizes: dict[str, int], out: str
) -> bool:
    """Return whether the labels fit the shapes and include the labels of the result."""
    if [len(label) for label in labels] != [len(shape) for shape in shapes]:
        return False
    if len(set(out)) < len(out) or not set(out) <= set(sizes) <= set(LETTERS):
        return False
    for label, shape in zip(labels, shapes, strict=True):
        for c, n in zip(label, shape, strict=True):
            if n not in (1, sizes[c]) or n != shape[label.index(c)]:
                return False
    return True


@whole("einsum")
@silent
def _pair(a: Tensor, a_label: str, b: Tensor, b_label: str, out: str) -> Tensor:
    """Return the product of two factors, summed over the labels that are not in ``out``."""
    equation = f"{a_label},{b_label}->{out}"
    return record(
        np.asarray(np.einsum(equation, raw(a), raw(b), optimize=True)),
        dict(a=a, b=b),
        name="einsum",
        a=lambda g, b: _pair(g, out, b, b_label, a_label),
        b=lambda g, a: _pair(g, out, a, a_label, b_label),
    )


def _single(x: Tensor, label: str, out: str) -> Tensor:
    """Return a factor with the axes ``out``, after taking diagonals and summing other axes."""
    for c in label:
        while label.count(c) > 1:
            i, j = label.index(c), label.rindex(c)
            x = diagonal(x, 0, i, j)  # the diagonal becomes the last axis
            label = label[:i] + label[i + 1 : j] + label[j + 1 :] + c
    summed = tuple(i for i, c in enumerate(label) if c not in out)
    if summed:
        x = sum(x, summed)
    label = "".join(c for c in label if c in out)
    return x if label == out else permute(x, [label.index(c) for c in out])


def tensordot(a: Tensor, b: Tensor, dims: int | Any = 2) -> Tensor:
    """Sum products over the last ``dims`` axes of a and the first ``dims`` axes of b.

    ``dims`` can also list the axes of a and the axes of b. The gradient with respect to one
    factor is the tensordot of dL/dy with the other factor.
    """
    m, n = array("tensordot", a).ndim, array("tensordot", b).ndim
    if not isinstance(dims, int):
        left, right = raw(dims)
    elif 0 <= dims <= min(m, n):
        left, right = range(m - dims, m), range(dims)
    else:
        left, right = [0], []  # of different lengths, so the check below fails
    left = [axis("tensordot", int(d), m) for d in left]
    right = [axis("tensordot", int(d), n) for d in right]
    partner = dict(zip(right, left, strict=False))  # maps each axis of b to its partner in a
    fits = len(left) == len(right) == len(partner) == len(set(left))
    a_label = LETTERS[:m]
    b_label = "".join(LETTERS[partner.get(j, m + j)] for j in range(n))
    out = "".join(c for c in a_label + b_label if (c in a_label) != (c in b_label))
    labels = (a_label, b_label) if fits else ()
    return _contract(
        "tensordot", f"operands whose axes match for dims={dims}", (a, b), labels, out
    )


def cdist(
    x1: Tensor,
    x2: Tensor,
    p: float = 2.0,
    compute_mode: str = "use_mm_for_euclid_dist_if_necessary",
) -> Tensor:
    r"""Return the distance between each row of x1 and each row of x2.

    .. math:: y_{ij} = \Big(\sum_d |a_{id} - b_{jd}|^p\Big)^{1/p}

    Parameters
    ----------
    x1, x2 : (..., P, D) and (..., R, D) float
        The rows a and b; the axes before them broadcast.
    p : float
        Which norm: 2 is the Euclidean distance, 0 counts the coordinates that differ, and
        inf is the largest difference.
    compute_mode : str
        When to compute Euclidean distances as y² = a² + b² - 2 a·b, which is fast, but
        inaccurate for small distances: always ("use_mm_for_euclid_dist"), never
        ("donot_use_mm_for_euclid_dist"), or only if x1 or x2 has more than 25 rows (the
        default). Without this formula, cdist needs memory for P R D elements.

    Returns
    -------
    (..., P, R) float
        The distances y. At y = 0, the derivative is defined as 0.

    Raises
    ------
    RuntimeError
        If the shapes or dtypes don't match, p is negative, or compute_mode is unknown.

    Source: Deza and Deza (2016), "Encyclopedia of Distances", section 5.1.

    >>> cdist(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]]))
    array([[5.]])
    """
    a, b = array("cdist", x1), array("cdist", x2)
    have_rows = a.ndim > 1 and b.ndim > 1
    fits = have_rows and a.shape[-1] == b.shape[-1] and a.dtype == b.dtype
    if p < 0:
        raise RuntimeError(f"cdist: expected p >= 0, got {p}")
    if compute_mode not in FEW:
        raise RuntimeError(f"cdist: expected compute_mode in {list(FEW)}, got {compute_mode!r}")
    if not fits or a.dtype.kind != "f":
        raise wrong("cdist", "floats (..., P, D) and (..., R, D)", a, b)
    if p != 2 or max(a.shape[-2], b.shape[-2]) <= FEW[compute_mode]:
        return norm(unsqueeze(x1, -2) - unsqueeze(x2, -3), p, -1)
    squared = sum(x1 * x1, -1, True) + mT(sum(x2 * x2, -1, True)) - 2 * (x1 @ mT(x2))
    is_positive = raw(squared) > 0  # rounding errors can make it negative
    return where(is_positive, sqrt(where(is_positive, squared, 1.0)), 0.0)


@silent
def norm(
    input: Tensor,
    p: float | str | None = "fro",
    dim: Dim = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Tensor:
    r"""Return the p-norm of vectors along some axes.

    .. math:: y = \Big( \sum_i |x_i|^p \Big)^{1/p},
       \quad \frac{dL}{dx_i} = \frac{dL}{dy} \, \mathrm{sign}(x_i) \, (|x_i| / y)^{p-1}

    Parameters
    ----------
    input : (...) float
        The elements x.
    p : float or "fro"
        Which norm: inf is the largest \|x\|, -inf is the smallest, 0 is the number of nonzero
        elements, and "fro" or None means 2.
    dim : int or tuple of int, optional
        The axes over which to compute the norm; by default, all.
    keepdim : bool
        Whether to keep these axes, with length 1.
    dtype : dtype, optional
        The dtype to which the input is converted first.

    Returns
    -------
    Tensor
        The norm y; 0 for an empty input if 0 <= p < inf. The derivative at x = 0 is defined as
        0 (a subgradient). For infinite p, elements that tie share the gradient.

    Raises
    ------
    RuntimeError
        If x isn't floating-point, p is a str other than "fro", or p is infinite and x is empty.
    IndexError
        If the axis dim doesn't exist, or is empty and p is infinite.

    Source: Goodfellow et al. (2016), equation 2.30.

    >>> norm(np.array([3.0, -4.0])).item(), norm(np.array([3.0, -4.0]), 1).item()
    (5.0, 7.0)
    """
    p = 2 if p is None or p == "fro" else p
    if isinstance(p, str):
        raise RuntimeError(f"norm: expected p to be a number or 'fro', got {p!r}")
    x = floats("norm", input if dtype is None else converted("norm", input, dtype))
    axes, shape = axes_of("norm", dim, x.ndim), x.shape
    if p == 0:
        # Where x is 0, sign(x) is also 0, and it gives the result a history (with gradient 0).
        return sum(where(x != 0, 1.0, sign(input)), axes, keepdim, dtype=dtype)
    if math.isinf(p):
        extreme = amax if p > 0 else amin
        return to(call_as("norm", extreme, abs(input), dim, keepdim), x.dtype)

    def rule(g, y, x):
        # As in torch, dL/dx_i is 0 where x_i = 0. The second derivative is 0 there for p = 1
        # and p >= 3, and NaN for other p, except for p = 2 if not all elements are 0.
        g, y = spread(g, axes, keepdim, shape), spread(y, axes, keepdim, shape)
        if p == 1:
            return g * sign(x)
        if p == 2:
            return g * where(y == 0, 0.0, x / y)
        if p < 1:
            return where(x == 0, 0.0, sign(x) * abs(x) ** (p - 1)) * (g * y ** (1 - p))
        y = where(y == 0, 1.0, y)  # x is 0 there
        scale = raw(y)  # a constant that prevents overflow
        size, g = abs(x) / scale, g / (y / scale) ** (p - 1)
        return g * (sign(x) * size ** (p - 1) if p < 2 else x / scale * size ** (p - 2))

    y = (np.abs(x) ** p).sum(axes, keepdims=keepdim) ** (1 / p)
    return record(y, dict(x=input), x=rule)

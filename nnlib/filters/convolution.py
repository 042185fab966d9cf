"""Cross-correlation and convolution along one or two axes, by two equivalent methods.

For n pixels and a k × k kernel, "im2col" needs k² n products and "separable" needs 2 k n
products.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import checks
from ..checks import one_of, whole
from ..steps import Step, Steps
from .kernels import operand, separate

__all__ = ["convolve", "correlate", "im2col", "output_size"]

Array = np.ndarray
Ints = int | Sequence[int]
MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def correlate(
    x: Array,
    kernel: Array,
    *,
    padding: str | Ints = "valid",
    padding_mode: str = "zeros",
    stride: Ints = 1,
    dilation: Ints = 1,
    method: str = "im2col",
) -> Array:
    r"""Slide a kernel over an array, and sum the products of overlapping elements.

    .. math:: y_{ij} = \sum_m \sum_n h_{mn} \, x_{si + dm, \, sj + dn}

    Convolutional layers compute this cross-correlation. If the image shifts, the result shifts
    with it (equivariance). Cross-correlation is not commutative.

    Parameters
    ----------
    x : (..., W) or (..., H, W) float or int
        A signal or an image, which is padded first. All axes before the last one (or two) are
        batch axes.
    kernel : (k,) or (kH, kW) float or int
        The weights h.
    padding : str or int or ints
        "valid" (no padding: only positions where the kernel fits), "same" (the result has the
        size of x, which requires stride 1), "full" (all positions where the kernel overlaps x),
        or the number of elements to add at each end.
    padding_mode : str
        Values to add: "zeros", "reflect" (mirrored, without the edge itself), "replicate"
        (copies of the edge) or "circular" (from the opposite end), as in ``nn.Conv2d``.
    stride, dilation : int or ints
        Distance s between neighbouring positions of the kernel, and distance d between the
        elements of x that neighbouring kernel elements multiply.
    method : str
        "im2col" (one matrix product) or "separable" (a row, then a column, for a kernel of
        rank 1).

    Returns
    -------
    (..., H', W')
        The result: int64 if both arrays contain integers, otherwise NumPy's result dtype, such
        as float64 for float32 and int64.

    Raises
    ------
    TypeError
        If an element is not a real number.
    ValueError
        If an array is empty or not finite, the kernel does not have 1 or 2 axes or does not
        fit, "same" is combined with a stride, an option is unknown, or the rank of the kernel
        is not 1 for "separable".

    Source: Goodfellow et al. (2016), equation (9.6); chapter "Convolution".

    >>> picture = np.tile([1, 1, 1, 0, 0, 0], (4, 1))
    >>> correlate(picture, [[1, 0, -1]] * 3)
    array([[0, 3, 3, 0],
           [0, 3, 3, 0]])
    """
    x, h = _operands("correlate", x, kernel)
    ends = _ends("correlate", padding, h.shape, stride, dilation)
    return _slide("correlate", x, h, ends, padding_mode, stride, dilation, method)


def convolve(
    x: Array,
    kernel: Array,
    *,
    padding: str | Ints = "valid",
    padding_mode: str = "zeros",
    stride: Ints = 1,
    dilation: Ints = 1,
    method: str = "im2col",
) -> Array:
    r"""Cross-correlate with the kernel rotated by 180 degrees.

    .. math:: y_{ij} = \sum_m \sum_n h_{mn} \, x_{i - m, \, j - n}

    Convolution with padding "full" is commutative. It equals cross-correlation with padding
    "full" if a rotation by 180 degrees does not change the kernel; it is not enough that the
    matrix is symmetric.

    The parameters, the shape of the result and the errors are the same as in ``correlate``.

    Source: Goodfellow et al. (2016), equations (9.4) and (9.5); chapter "Convolution".

    >>> convolve([1, 2, 5], [3, -1], padding="full")
    array([ 3,  5, 13, -5])
    """
    x, h = _operands("convolve", x, kernel)
    ends = _ends("convolve", padding, h.shape, stride, dilation)
    reversed_ends = [(right, left) for left, right in ends]
    h = np.flip(h)
    return _slide("convolve", x, h, reversed_ends, padding_mode, stride, dilation, method)


def im2col(
    x: Array, kernel_size: Sequence[int], *, stride: Ints = 1, dilation: Ints = 1
) -> Array:
    """Copy the window at each position of a kernel into a row of a matrix.

    Parameters
    ----------
    x : (..., H, W)
        An image, or a signal if kernel_size contains only one number.
    kernel_size : ints
        Height kH and width kW of the kernel.
    stride, dilation : int or ints
        See ``correlate``.

    Returns
    -------
    (..., H'W', kH·kW)
        One row for each position. The product of a row and the kernel's elements is the
        cross-correlation at that position.

    Raises
    ------
    TypeError, ValueError
        If x does not contain finite numbers, kernel_size is not a tuple or list of positive
        integers, or the kernel does not fit.

    Source: Chellapilla, Puri and Simard (2006); chapter "Convolution".

    >>> im2col([[1, 2, 3], [4, 5, 6]], (2, 2))
    array([[1, 2, 4, 5],
           [2, 3, 5, 6]])
    """
    x = operand("im2col", "x", x)
    if not isinstance(kernel_size, (tuple, list)) or not 1 <= len(kernel_size) <= x.ndim:
        expected = f"expected kernel_size to be a nonempty tuple of at most {x.ndim} integers"
        raise ValueError(f"im2col: {expected}, got {kernel_size}")
    n = len(kernel_size)
    checks.one_for_each("im2col", "kernel_size", kernel_size, n, 1)
    s = checks.one_for_each("im2col", "stride", stride, n, 1)
    d = checks.one_for_each("im2col", "dilation", dilation, n, 1)
    fits("im2col", x.shape, kernel_size, d)
    sizes = _sizes(x, kernel_size, s, d)
    reach = [dk * (k - 1) + 1 for k, dk in zip(kernel_size, d, strict=True)]
    windows = sliding_window_view(x, reach, axis=tuple(range(-n, 0)))
    windows = windows[(..., *(slice(None, None, step) for step in (*s, *d)))]
    rows = (*x.shape[:-n], int(np.prod(sizes)), int(np.prod(kernel_size)))
    return windows.reshape(rows)


def output_size(
    size: int,
    kernel_size: int,
    *,
    padding: int = 0,
    stride: int = 1,
    dilation: int = 1,
    steps: bool = False,
) -> int | Steps:
    r"""Count the positions where a kernel fits, along one axis.

    .. math:: \left\lfloor \frac{n + 2p - d (k - 1) - 1}{s} \right\rfloor + 1

    Parameters
    ----------
    size : int
        Length n of the axis.
    kernel_size : int
        Length k of the kernel.
    padding : int
        Number p of elements added at each end.
    stride : int
        Distance s between neighbouring positions.
    dilation : int
        Distance d between neighbouring kernel elements.
    steps : bool
        If True, return the steps of the computation. Default: False.

    Returns
    -------
    int or Steps
        The number of positions; with ``steps=True``, the steps with this ``result``.

    Raises
    ------
    ValueError
        If the kernel does not fit even once, or a number is too small.
    TypeError
        If a number is not an integer.

    Source: Dumoulin and Visin (2016), relationship 15; chapter "Convolution".

    >>> output_size(7, 3), output_size(7, 3, stride=2), output_size(227, 11, stride=4)
    (5, 3, 55)
    """
    n = whole("output_size", "size", size, low=1)
    k = whole("output_size", "kernel_size", kernel_size, low=1)
    p = whole("output_size", "padding", padding, low=0)
    s = whole("output_size", "stride", stride, low=1)
    d = whole("output_size", "dilation", dilation, low=1)
    room = n + 2 * p - d * (k - 1) - 1
    if room < 0:
        raise ValueError(
            f"output_size: a kernel that covers {d * (k - 1) + 1} elements does not fit into "
            f"{n} + 2·{p} elements"
        )
    m = room // s + 1
    return Steps(_size_steps(n, k, p, s, d, m), m) if steps else m


def _size_steps(n: int, k: int, p: int, s: int, d: int, m: int) -> list[Step]:
    """Return the steps: the kernel's extent, the range of its positions, and their number."""
    reach, padded = d * (k - 1) + 1, n + 2 * p
    room = padded - reach
    quotient = rf"\left\lfloor \frac{{{padded} - {reach}}}{{{s}}} \right\rfloor"
    return [
        Step(f"With padding, the length is {n} + 2·{p} = {padded}.", f"n + 2p = {padded}"),
        Step(
            f"The kernel covers a length of {d}·({k} − 1) + 1 = {reach}.",
            f"d (k - 1) + 1 = {reach}",
        ),
        Step(
            f"It can move by {padded} − {reach} = {room}, so the number of strides of {s} is "
            f"{room // s}; including the first position, the number of positions is {m}.",
            f"{quotient} + 1 = {m}",
        ),
    ]


def _operands(name: str, x: Array, kernel: Array) -> tuple[Array, Array]:
    """Return image and kernel as arrays, after checking their axes."""
    x, h = operand(name, "x", x), operand(name, "kernel", kernel)
    if h.ndim > 2 or x.ndim < h.ndim:
        raise ValueError(
            f"{name}: expected a kernel with 1 or 2 axes and x with at least as many, "
            f"got {h.shape} and {x.shape}"
        )
    return x, h


def _ends(
    name: str, padding: str | Ints, shape: tuple, stride: Ints, dilation: Ints
) -> list[tuple[int, int]]:
    """Return the padding before and after each axis."""
    d = checks.one_for_each(name, "dilation", dilation, len(shape), 1)
    reach = [dk * (k - 1) for k, dk in zip(shape, d, strict=True)]
    if isinstance(padding, np.ndarray):
        padding = padding.tolist()
    match padding:
        case "valid":
            return [(0, 0) for _ in reach]
        case "full":
            return [(r, r) for r in reach]
        case "same":
            if set(checks.one_for_each(name, "stride", stride, len(shape), 1)) != {1}:
                raise ValueError(f"{name}: expected stride 1 for padding 'same', got {stride}")
            return [(r // 2, r - r // 2) for r in reach]
        case str():
            raise ValueError(
                f"{name}: expected padding 'valid', 'same', 'full' or ints, got {padding!r}"
            )
    return [(p, p) for p in checks.one_for_each(name, "padding", padding, len(shape), 0)]


def _padded(name: str, x: Array, ends: list[tuple[int, int]], mode: str) -> Array:
    """Return the array, padded along its last axes."""
    one_of(name, "padding_mode", mode, MODES)
    short = 1 if mode == "reflect" else 0
    for n, end in zip(x.shape[-len(ends) :], ends, strict=True):
        if mode in ("reflect", "circular") and max(end) > n - short:
            raise ValueError(
                f"{name}: {mode!r} can pad a length of {n} by at most {n - short}, got {end}"
            )
    return np.pad(x, [(0, 0)] * (x.ndim - len(ends)) + ends, mode=MODES[mode])


def _slide(
    name: str,
    x: Array,
    h: Array,
    ends: list[tuple[int, int]],
    padding_mode: str,
    stride: Ints,
    dilation: Ints,
    method: str,
) -> Array:
    """Return the cross-correlation of the padded x with the kernel h."""
    one_of(name, "method", method, METHODS)
    s = checks.one_for_each(name, "stride", stride, h.ndim, 1)
    d = checks.one_for_each(name, "dilation", dilation, h.ndim, 1)
    padded = _padded(name, x, ends, padding_mode)
    fits(name, padded.shape, h.shape, d)
    return METHODS[method](padded, h, s, d)


def fits(name: str, shape: Sequence[int], kernel_size: Sequence[int], d: Sequence[int]) -> None:
    """Raise ValueError if a kernel is larger than the array."""
    if len(kernel_size) > len(shape):
        raise ValueError(
            f"{name}: expected x with at least {len(kernel_size)} axes, got {tuple(shape)}"
        )
    reach = tuple(dk * (k - 1) + 1 for k, dk in zip(kernel_size, d, strict=True))
    if any(r > n for r, n in zip(reach, shape[-len(reach) :], strict=True)):
        raise ValueError(
            f"{name}: a kernel that covers {reach} elements does not fit into x, which has "
            f"shape {tuple(shape)} after padding"
        )


def _sizes(x: Array, shape: Sequence[int], s: Sequence[int], d: Sequence[int]) -> list[int]:
    """Return the size of the result along each axis of the kernel."""
    lengths = x.shape[-len(shape) :]
    return [
        output_size(n, k, stride=sk, dilation=dk)
        for n, k, sk, dk in zip(lengths, shape, s, d, strict=True)
    ]


def _by_im2col(x: Array, h: Array, s: tuple, d: tuple) -> Array:
    """Return the result as the product of the matrix of windows and the kernel's entries."""
    y = im2col(x, h.shape, stride=s, dilation=d) @ h.ravel()
    return y.reshape(*x.shape[: -h.ndim], *_sizes(x, h.shape, s, d))


def _by_factors(x: Array, h: Array, s: tuple, d: tuple) -> Array:
    """Return the result for a separable kernel: along rows, then along columns."""
    if h.ndim == 1:
        return _by_im2col(x, h, s, d)
    column, row = separate(h)
    across = _by_im2col(x, row[None, :], (1, s[1]), (1, d[1]))
    return _by_im2col(across, column[:, None], (s[0], 1), (d[0], 1))


METHODS = {"im2col": _by_im2col, "separable": _by_factors}

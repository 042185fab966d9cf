"""Cross-correlation and convolution along one or two axes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .. import checks
from ..checks import one_of, whole
from ..steps import Steps
from .shown import correlation_steps
from .sizes import fits, operand
from .sliding import METHODS

__all__ = ["convolve", "correlate", "pad"]

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
    steps: bool = False,
) -> Array | Steps:
    r"""Slide a kernel over an array, multiply what lies below each other, and add.

    .. math:: y_{ij} = \sum_m \sum_n h_{mn} \, x_{si + dm, \, sj + dn}

    This cross-correlation is what convolutional layers compute. It moves with the picture
    (it is equivariant to shifts), and it is not commutative.

    Parameters
    ----------
    x : (..., W) or (..., H, W) float or int
        A signal or picture, padded first; axes before those of the kernel are kept.
    kernel : (k,) or (kH, kW) float or int
        The weights h.
    padding : str or int or ints
        "valid" (none: only where the kernel fits), "same" (the result is as large as x; for
        stride 1), "full" (wherever the kernel touches x), or how much at either end.
    padding_mode : str
        What is added: "zeros", "reflect" (mirrored, without the edge itself), "replicate"
        (the edge) or "circular" (the other end), as in ``nn.Conv2d``.
    stride, dilation : int or ints
        Distance s of two places of the kernel, and d of two entries below it.
    method : str
        "loops" (the formula as it stands; slow), "im2col" (one matrix product), "fft" (a
        product of transforms, exact to the sixteenth digit of the largest number) or
        "separable" (a row, then a column, for a kernel of rank 1).
    steps : bool
        Whether to show each entry of the result as a sum of products, in fractions.

    Returns
    -------
    (..., H', W'), or Steps that lead to it
        int64 if both are whole, else of the wider dtype.

    Raises
    ------
    TypeError
        If something is not a real number.
    ValueError
        If something is empty or not finite, the kernel has other than 1 or 2 axes or does not
        fit, "same" meets a stride, an option is unknown, or "separable" a kernel of more rank.

    Source: Goodfellow et al. (2016), equation (9.6); chapter "Convolution".

    >>> picture = np.tile([1, 1, 1, 0, 0, 0], (4, 1))
    >>> correlate(picture, [[1, 0, -1]] * 3)
    array([[0, 3, 3, 0],
           [0, 3, 3, 0]])
    >>> correlate([1, 2, 4, 7], [1, -1], steps=True)
    1. Entry 0: 1·1 + (−1)·2 = −1.
    2. Entry 1: 1·2 + (−1)·4 = −2.
    3. Entry 2: 1·4 + (−1)·7 = −3.
    """
    x, h = _operands("correlate", x, kernel)
    ends = _ends("correlate", padding, h.shape, stride, dilation)
    return _slide("correlate", x, h, ends, padding_mode, stride, dilation, method, steps)


def convolve(
    x: Array,
    kernel: Array,
    *,
    padding: str | Ints = "valid",
    padding_mode: str = "zeros",
    stride: Ints = 1,
    dilation: Ints = 1,
    method: str = "im2col",
    steps: bool = False,
) -> Array | Steps:
    r"""Cross-correlate with the kernel turned by half a turn.

    .. math:: y_{ij} = \sum_m \sum_n h_{mn} \, x_{i - m, \, j - n}

    With padding "full" it is commutative. It equals cross-correlation if the kernel does not
    change under half a turn, for which a symmetric matrix is not enough.

    Parameters
    ----------
    x, kernel, padding, padding_mode, stride, dilation, method, steps
        As for ``correlate``.

    Returns
    -------
    (..., H', W'), or Steps that lead to it

    Raises
    ------
    TypeError, ValueError
        As for ``correlate``.

    Source: Goodfellow et al. (2016), equations (9.4) and (9.5); chapter "Convolution".

    >>> convolve([1, 2, 5], [3, -1], padding="full")
    array([ 3,  5, 13, -5])
    """
    x, h = _operands("convolve", x, kernel)
    ends = _ends("convolve", padding, h.shape, stride, dilation)
    turned = [(right, left) for left, right in ends]
    h = np.flip(h)
    return _slide("convolve", x, h, turned, padding_mode, stride, dilation, method, steps)


def pad(x: Array, padding: Ints, *, padding_mode: str = "zeros", axes: int = 2) -> Array:
    """Put entries around the last axes of an array.

    Parameters
    ----------
    x : (..., H, W)
        A signal or picture.
    padding : int or ints
        How many entries at either end of each axis.
    padding_mode : str
        As for ``correlate``.
    axes : int
        How many axes are padded.

    Raises
    ------
    ValueError
        If the mode is unknown, or x too short to be mirrored so far.

    Source: Dumoulin and Visin (2016), section 2.2; chapter "Convolution".

    >>> pad([[1, 2]], 1)
    array([[0, 0, 0, 0],
           [0, 1, 2, 0],
           [0, 0, 0, 0]])
    """
    x, axes = operand("pad", "x", x), whole("pad", "axes", axes, low=1)
    if x.ndim < axes:
        raise ValueError(f"pad: expected x with at least {axes} axes, got shape {x.shape}")
    each = checks.one_for_each("pad", "padding", padding, axes, 0)
    return _padded("pad", x, [(p, p) for p in each], padding_mode)


def _operands(name: str, x: Array, kernel: Array) -> tuple[Array, Array]:
    """Return image and kernel as arrays, after checking their axes."""
    x, h = operand(name, "x", x), operand(name, "kernel", kernel)
    if h.ndim > 2 or x.ndim < h.ndim:
        raise ValueError(
            f"{name}: expected a kernel of 1 or 2 axes and x of at least as many, "
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
                raise ValueError(f"{name}: padding 'same' keeps the size for stride 1 only")
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
            raise ValueError(f"{name}: {mode!r} can add at most {n - short} to {n}, got {end}")
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
    steps: bool,
) -> Array | Steps:
    """Return the cross-correlation of the padded x with the kernel h, or its steps."""
    one_of(name, "method", method, METHODS)
    s = checks.one_for_each(name, "stride", stride, h.ndim, 1)
    d = checks.one_for_each(name, "dilation", dilation, h.ndim, 1)
    around = _padded(name, x, ends, padding_mode)
    fits(name, around.shape, h.shape, d)
    if method == "fft":
        _expect_small(name, around, h)
    y = METHODS[method](around, h, s, d)
    if not steps:
        return y
    if x.ndim > h.ndim:
        raise ValueError(f"{name}: steps are shown of {h.ndim} axes, got shape {x.shape}")
    shown = correlation_steps(around, h, s, d, y.shape, turned=name == "convolve", ends=ends)
    return Steps(shown, y)


def _expect_small(name: str, x: Array, h: Array) -> None:
    """Raise an error for integers so large that the FFT could round them wrongly."""
    if np.result_type(x, h).kind == "f":
        return
    sizes = (np.linalg.norm(a.astype(np.float64)) for a in (x, h))
    if 4 * np.finfo(float).eps * math.prod(sizes) > 0.25:
        raise ValueError(
            f"{name}: expected smaller whole numbers for method 'fft', which rounds at the "
            "sixteenth digit of the largest, or another method"
        )

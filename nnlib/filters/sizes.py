"""The size of a convolution's result, and the padding that keeps the size."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ..checks import entries, whole
from ..steps import Step, Steps

__all__ = ["output_size", "same_padding"]


def output_size(
    size: int,
    kernel_size: int,
    *,
    padding: int = 0,
    stride: int = 1,
    dilation: int = 1,
    steps: bool = False,
) -> int | Steps:
    r"""Count the places where a kernel fits, along one axis.

    .. math:: \left\lfloor \frac{n + 2p - d (k - 1) - 1}{s} \right\rfloor + 1

    Parameters
    ----------
    size : int
        Length n of the axis.
    kernel_size : int
        Length k of the kernel.
    padding : int
        Entries p added at either end.
    stride : int
        Distance s of two places.
    dilation : int
        Distance d of two entries under the kernel.
    steps : bool
        Whether to show the computation.

    Returns
    -------
    int, or Steps that lead to it

    Raises
    ------
    ValueError
        If the kernel does not fit even once, or a number is too small.
    TypeError
        If a number is not whole.

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
            f"output_size: a kernel that covers {d * (k - 1) + 1} does not fit into "
            f"{n} and twice {p} of padding"
        )
    m = room // s + 1
    return Steps(_shown(n, k, p, s, d, m), m) if steps else m


def _shown(n: int, k: int, p: int, s: int, d: int, m: int) -> list[Step]:
    """Return the steps: the kernel's extent, the range of its positions, and their number."""
    reach, padded = d * (k - 1) + 1, n + 2 * p
    room = padded - reach
    quotient = rf"\left\lfloor \frac{{{padded} - {reach}}}{{{s}}} \right\rfloor"
    return [
        Step(f"With padding there are {n} + 2·{p} = {padded} entries.", f"n + 2p = {padded}"),
        Step(
            f"The kernel covers {d}·({k} − 1) + 1 = {reach} of them.",
            f"d (k - 1) + 1 = {reach}",
        ),
        Step(
            f"It can move by {padded} − {reach} = {room}, or {room // s} strides of {s}; "
            f"with the first place there are {m}.",
            f"{quotient} + 1 = {m}",
        ),
    ]


def same_padding(size: int, kernel_size: int, *, stride: int = 1) -> int:
    r"""Find the padding at either end that keeps the size.

    .. math:: p = \frac{(s - 1) n + k - s}{2}, \quad \text{which is }
        \frac{k - 1}{2} \text{ for } s = 1

    Parameters
    ----------
    size, kernel_size, stride : int
        Length n of the axis, length k of the kernel, stride s. A stride above 1 is meant to
        make the result smaller; the padding that undoes it is rarely wanted.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If no whole number does: for s = 1, if k is even.

    Source: Dumoulin and Visin (2016), relationship 3; chapter "Convolution".

    >>> same_padding(7, 3), same_padding(7, 5), same_padding(7, 3, stride=2)
    (1, 2, 4)
    """
    n = whole("same_padding", "size", size, low=1)
    k = whole("same_padding", "kernel_size", kernel_size, low=1)
    s = whole("same_padding", "stride", stride, low=1)
    p = Fraction((s - 1) * n + k - s, 2)
    if p.denominator > 1 or p < 0:
        raise ValueError(
            f"same_padding: size {n}, kernel_size {k} and stride {s} need a padding of {p}"
        )
    return int(p)


def fits(name: str, shape: Sequence[int], kernel_size: Sequence[int], d: Sequence[int]) -> None:
    """Raise ValueError if a kernel is larger than the array."""
    if len(kernel_size) > len(shape):
        raise ValueError(
            f"{name}: expected x with {len(kernel_size)} axes at least, got {tuple(shape)}"
        )
    reach = tuple(dk * (k - 1) + 1 for k, dk in zip(kernel_size, d, strict=True))
    if any(r > n for r, n in zip(reach, shape[-len(reach) :], strict=True)):
        raise ValueError(
            f"{name}: a kernel that covers {reach} does not fit into {tuple(shape)}, "
            "padding included"
        )


def operand(name: str, argument: str, x: Any) -> np.ndarray:
    """Return finite numbers as an array: floats keep their dtype, others become int64."""
    return entries(name, argument, x, ndim=1, whole=np.int64)  # uint8 would overflow

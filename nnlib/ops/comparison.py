"""Comparisons, which have no derivative; selection, such as maximum; changes of dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..device import check_device
from ..graph import record
from ..tensor import Tensor
from .promotion import CASTS, array, as_dtype, compute, pair, promote, public_name

# Every name once: functions only, methods of Tensor too, and those that work in place too.
FUNCTIONS = "where"
METHODS = "allclose equal isclose isfinite isinf isnan maximum minimum to type_as"
IN_PLACE = """
    bitwise_and bitwise_not bitwise_or bitwise_xor clamp clamp_max clamp_min clip eq ge gt le
    logical_and logical_not logical_or lt masked_fill nan_to_num ne
"""
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()

# Selection


def flat(g: Any) -> Any:
    """Return zeros, the derivative of a step function; for infinite gradients g too."""
    return where(False, g, 0.0)


def maximum(input: Tensor, other: Tensor) -> Tensor:
    """Take the larger, which gets dL/dy; equal ones get half each, beside NaN both get all."""
    # The factor of g is 1, 1/2 or 0; every comparison with NaN is false, so there it is 1.
    return record(
        compute(np.maximum, *pair(input, other)),
        dict(a=input, b=other),
        a=lambda g, a, b: (g * ~(a < b) + g * ~(a <= b)) * 0.5,
        b=lambda g, a, b: (g * ~(b < a) + g * ~(b <= a)) * 0.5,
    )


def minimum(input: Tensor, other: Tensor) -> Tensor:
    """Take the smaller, which gets dL/dy; equal ones get half each, beside NaN both get all."""
    return record(
        compute(np.minimum, *pair(input, other)),
        dict(a=input, b=other),
        a=lambda g, a, b: (g * ~(a > b) + g * ~(a >= b)) * 0.5,
        b=lambda g, a, b: (g * ~(b > a) + g * ~(b >= a)) * 0.5,
    )


def clamp_min(input: Tensor, min: float | Tensor) -> Tensor:
    """Limit from below: dL/dy goes to x where x >= min, else to min."""
    return record(
        compute(np.maximum, *pair(input, min)),
        dict(x=input, low=min),
        x=lambda g, x, low: where(x >= low, g, 0.0),
        low=lambda g, x, low: where(x < low, g, 0.0),
    )


def clamp_max(input: Tensor, max: float | Tensor) -> Tensor:
    """Limit from above: dL/dy goes to x where x <= max, else to max."""
    return record(
        compute(np.minimum, *pair(input, max)),
        dict(x=input, high=max),
        x=lambda g, x, high: where(x <= high, g, 0.0),
        high=lambda g, x, high: where(x > high, g, 0.0),
    )


def clamp(
    input: Tensor, min: float | Tensor | None = None, max: float | Tensor | None = None
) -> Tensor:
    """Limit to [min, max]: dL/dy goes to x where min <= x <= max, else to the bound."""
    if min is None and max is None:
        raise RuntimeError("clamp: expected min or max, got neither")
    if min is None or max is None:
        return clamp_max(input, max) if min is None else clamp_min(input, min)
    return record(
        compute(np.clip, *promote(input, min, max)),
        dict(x=input, low=min, high=max),
        x=lambda g, x, low, high: where((x >= low) & (x <= high), g, 0.0),
        low=lambda g, x, low, high: where((x < low) & (low < high), g, 0.0),
        high=lambda g, x, low, high: where((x > high) | (low > high), g, 0.0),
    )


def where(
    condition: Tensor, input: Tensor | None = None, other: Tensor | None = None
) -> Tensor:
    """Choose y = a where the condition holds, else b; dL/dy goes to the one chosen.

    The condition alone gives the indices where it holds, one tensor for each axis.
    """
    c = array(condition)
    if input is None and other is None:
        return tuple(record(i, dict(c=condition)) for i in np.nonzero(np.atleast_1d(c)))
    if c.dtype.kind != "b":
        raise RuntimeError(f"where: expected a condition of truth values, got {c.dtype}")
    return record(
        compute(np.where, c, *pair(input, other)),
        dict(c=condition, a=input, b=other),
        a=lambda g, c: where(c, g, 0.0),
        b=lambda g, c: where(c, 0.0, g),
    )


def masked_fill(input: Tensor, mask: Tensor, value: float | Tensor) -> Tensor:
    """Put one value where the mask holds and x elsewhere; dL/dy goes to the one chosen."""
    if array(mask).dtype.kind != "b" or array(value).ndim:
        got = f"{array(mask).dtype} and {array(value).shape}"
        raise RuntimeError(f"masked_fill: expected truth values and one value, got {got}")
    return where(mask, to(value, array(input).dtype), input)


def nan_to_num(
    input: Tensor,
    nan: float | None = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
) -> Tensor:
    """Replace NaN, and ±inf by the largest and smallest number there is; there dL/dx = 0."""
    return record(
        np.nan_to_num(array(input), nan=nan or 0.0, posinf=posinf, neginf=neginf),
        dict(x=input),
        x=lambda g, x: where(isfinite(x), g, 0.0),
    )


# Comparisons, which have no derivative


def eq(input: Tensor, other: Tensor) -> Tensor:
    """Return for each pair whether a = b."""
    return record(compute(np.equal, *pair(input, other)), dict(a=input, b=other))


def ne(input: Tensor, other: Tensor) -> Tensor:
    """Return for each pair whether a != b."""
    return record(compute(np.not_equal, *pair(input, other)), dict(a=input, b=other))


def lt(input: Tensor, other: Tensor) -> Tensor:
    """Return for each pair whether a < b."""
    return record(compute(np.less, *pair(input, other)), dict(a=input, b=other))


def le(input: Tensor, other: Tensor) -> Tensor:
    """Return for each pair whether a <= b."""
    return record(compute(np.less_equal, *pair(input, other)), dict(a=input, b=other))


def gt(input: Tensor, other: Tensor) -> Tensor:
    """Return for each pair whether a > b."""
    return record(compute(np.greater, *pair(input, other)), dict(a=input, b=other))


def ge(input: Tensor, other: Tensor) -> Tensor:
    """Return for each pair whether a >= b."""
    return record(compute(np.greater_equal, *pair(input, other)), dict(a=input, b=other))


def logical_and(input: Tensor, other: Tensor) -> Tensor:
    """Return for each pair whether both are true."""
    return record(compute(np.logical_and, *pair(input, other)), dict(a=input, b=other))


def logical_or(input: Tensor, other: Tensor) -> Tensor:
    """Return for each pair whether at least one is true."""
    return record(compute(np.logical_or, *pair(input, other)), dict(a=input, b=other))


def logical_not(input: Tensor) -> Tensor:
    """Return for each element whether it is false."""
    return record(compute(np.logical_not, array(input)), dict(x=input))


def bitwise_and(input: Tensor, other: Tensor) -> Tensor:
    """Set each bit that both have, of integers or truth values."""
    return record(compute(np.bitwise_and, *pair(input, other)), dict(a=input, b=other))


def bitwise_or(input: Tensor, other: Tensor) -> Tensor:
    """Set each bit that at least one has, of integers or truth values."""
    return record(compute(np.bitwise_or, *pair(input, other)), dict(a=input, b=other))


def bitwise_xor(input: Tensor, other: Tensor) -> Tensor:
    """Set each bit that exactly one has, of integers or truth values."""
    return record(compute(np.bitwise_xor, *pair(input, other)), dict(a=input, b=other))


def bitwise_not(input: Tensor) -> Tensor:
    """Reverse every bit, of integers or truth values."""
    return record(compute(np.invert, array(input)), dict(x=input))


def isnan(input: Tensor) -> Tensor:
    """Return for each element whether it is NaN."""
    return record(compute(np.isnan, array(input)), dict(x=input))


def isinf(input: Tensor) -> Tensor:
    """Return for each element whether it is infinite."""
    return record(compute(np.isinf, array(input)), dict(x=input))


def isfinite(input: Tensor) -> Tensor:
    """Return for each element whether it is neither infinite nor NaN."""
    return record(compute(np.isfinite, array(input)), dict(x=input))


def isclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> Tensor:
    """Return for each pair whether |a - b| <= atol + rtol |b|."""
    if rtol < 0 or atol < 0:
        raise RuntimeError(f"{public_name()}: expected rtol, atol >= 0, got {rtol} and {atol}")
    y = compute(lambda a, b: np.isclose(a, b, rtol, atol, equal_nan), *pair(input, other))
    return record(y, dict(a=input, b=other))


def allclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> bool:
    """Whether ``isclose`` holds for all pairs."""
    return bool(np.all(array(isclose(input, other, rtol, atol, equal_nan))))


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two have one shape and the same elements; NaN equals nothing."""
    return np.array_equal(*pair(input, other))


# Other dtypes


def to(
    input: Tensor,
    *args: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
) -> Tensor:
    """Convert to another dtype, dL/dx to the old one; without a change, give the same tensor.

    As in torch: ``to(dtype)``, ``to(device)``, ``to(device, dtype)`` or ``to(other)``, and
    then non_blocking and copy. There is only the CPU.
    """
    x, flags = array(input), [a for a in args if isinstance(a, bool)]
    for a in args[: len(args) - len(flags)]:
        if isinstance(a, (np.dtype, type, Tensor)):
            dtype = a.dtype if isinstance(a, Tensor) else a
        else:
            device = a
    if device is not None:
        check_device("to", device)
    dtype = x.dtype if dtype is None else as_dtype(dtype)
    if dtype == x.dtype and not (copy or flags[1:] == [True]):
        return input
    return record(x.astype(dtype), dict(x=input), x=lambda g: g)


def type_as(input: Tensor, other: Tensor) -> Tensor:
    """Convert to the dtype of another tensor."""
    return to(input, array(other).dtype)


def type_(input: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """Name the dtype, such as 'torch.FloatTensor', or convert to another one (``to``)."""
    names = {f"torch.{name.title()}Tensor": kind for name, kind in CASTS.items()}
    if dtype is None:
        return next(name for name, kind in names.items() if kind == array(input).dtype)
    if isinstance(dtype, str) and dtype not in names:
        raise ValueError(f"type: expected one of {', '.join(names)}, got {dtype!r}")
    return to(input, names.get(dtype, dtype))


clip = clamp  # torch has both names

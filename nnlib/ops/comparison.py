"""Selection, such as maximum; comparisons, which have no derivative; conversion of dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..default_dtype import PYTHON
from ..device import check_device
from ..graph import record, titled
from ..quiet import silent
from ..tensor import Tensor
from .promotion import CASTS, array, as_dtype, binary, check_fits, compute, pair, promote

# FUNCTIONS: only nnlib.f(x). METHODS: also x.f(). IN_PLACE: also x.f() and x.f_().
FUNCTIONS = "where"
METHODS = "allclose equal isclose isfinite isinf isnan maximum minimum to type_as"
IN_PLACE = """
    bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor clamp
    clamp_max clamp_min clip eq ge gt le logical_and logical_not logical_or lt masked_fill
    nan_to_num ne
"""
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()

# Selection


def flat(g: Any) -> Any:
    """Return zeros, the gradient of a step function, even where g is infinite."""
    return where(False, g, 0.0)


def maximum(input: Tensor, other: Tensor) -> Tensor:
    """Elementwise maximum of ``input`` and ``other``.

    The larger element gets dL/dy, and equal elements get half each. If one is NaN, both get
    dL/dy, because both < and <= are then false.
    """
    return record(
        binary("maximum", np.maximum, input, other),
        dict(a=input, b=other),
        a=lambda g, a, b: (g * ~(a < b) + g * ~(a <= b)) * 0.5,
        b=lambda g, a, b: (g * ~(b < a) + g * ~(b <= a)) * 0.5,
    )


def minimum(input: Tensor, other: Tensor) -> Tensor:
    """Elementwise minimum of ``input`` and ``other``; ties and NaN as in ``maximum``."""
    return record(
        binary("minimum", np.minimum, input, other),
        dict(a=input, b=other),
        a=lambda g, a, b: (g * ~(a > b) + g * ~(a >= b)) * 0.5,
        b=lambda g, a, b: (g * ~(b > a) + g * ~(b >= a)) * 0.5,
    )


def clamp_min(input: Tensor, min: float | Tensor) -> Tensor:
    """Clamp to at least min: dL/dy goes to x where x >= min, and to min where x < min."""
    return _clamp_min("clamp_min", input, min)


def _clamp_min(name: str, input: Tensor, min: float | Tensor) -> Tensor:
    """Compute ``clamp_min``; errors name the function that was called."""
    return record(
        binary(name, np.maximum, input, min),
        dict(x=input, low=min),
        name="clamp_min",
        x=lambda g, x, low: where(x >= low, g, 0.0),
        low=lambda g, x, low: where(x < low, g, 0.0),
    )


def clamp_max(input: Tensor, max: float | Tensor) -> Tensor:
    """Clamp to at most max: dL/dy goes to x where x <= max, and to max where x > max."""
    return _clamp_max("clamp_max", input, max)


def _clamp_max(name: str, input: Tensor, max: float | Tensor) -> Tensor:
    """Compute ``clamp_max``; errors name the function that was called."""
    return record(
        binary(name, np.minimum, input, max),
        dict(x=input, high=max),
        name="clamp_max",
        x=lambda g, x, high: where(x <= high, g, 0.0),
        high=lambda g, x, high: where(x > high, g, 0.0),
    )


def clamp(
    input: Tensor, min: float | Tensor | None = None, max: float | Tensor | None = None
) -> Tensor:
    """Clamp to [min, max]; y is max if min > max.

    dL/dy goes to x in [min, max], to min if x < min < max, and to max if x > max or min > max.
    """
    if min is None and max is None:
        raise RuntimeError("clamp: expected min or max, got neither")
    if min is None:
        return _clamp_max("clamp", input, max)
    if max is None:
        return _clamp_min("clamp", input, min)
    return record(
        compute("clamp", np.clip, *promote("clamp", input, min, max)),
        dict(x=input, low=min, high=max),
        x=lambda g, x, low, high: where((x >= low) & (x <= high), g, 0.0),
        low=lambda g, x, low, high: where((x < low) & (low < high), g, 0.0),
        high=lambda g, x, low, high: where((x > high) | (low > high), g, 0.0),
    )


def where(
    condition: Tensor, input: Tensor | None = None, other: Tensor | None = None
) -> Tensor:
    """Select from input where the condition is true, else from other; these elements get dL/dy.

    Given only the condition, return the indices where it is true, one tensor for each axis.
    """
    if input is None and other is None:
        c = np.atleast_1d(array("where", condition))
        return tuple(record(i, dict(c=condition)) for i in np.nonzero(c))
    if input is None or other is None:
        raise TypeError("where: expected input and other, or neither, but one of them is None")
    return chosen("where", condition, input, other)


def chosen(name: str, condition: Tensor, input: Tensor, other: Tensor) -> Tensor:
    """Compute ``where``; errors name the function that was called."""
    c = array(name, condition)
    for x, y in ((input, other), (other, input)):
        check_fits(name, x, getattr(y, "dtype", PYTHON[float]))
    if c.dtype.kind != "b":
        raise RuntimeError(f"{name}: expected a condition such as x > 0, got dtype {c.dtype}")
    return record(
        compute(name, np.where, c, *pair(name, input, other)),
        dict(c=condition, a=input, b=other),
        name="where",
        a=lambda g, c: where(c, g, 0.0),
        b=lambda g, c: where(c, 0.0, g),
    )


def masked_fill(input: Tensor, mask: Tensor, value: float | Tensor) -> Tensor:
    """Replace x with a value where the mask is true; elsewhere, dL/dx = dL/dy."""
    m, v = array("masked_fill", mask), array("masked_fill", value)
    if m.dtype.kind != "b" or v.ndim:
        raise RuntimeError(
            "masked_fill: expected a boolean mask and a single value, got a mask of dtype "
            f"{m.dtype} and a value of shape {v.shape}"
        )
    dtype = array("masked_fill", input).dtype
    check_fits("masked_fill", value, dtype)
    y = chosen("masked_fill", mask, to(value, dtype), input)
    return titled(y, f"MaskedFillBackward{int(isinstance(value, Tensor))}")


def nan_to_num(
    input: Tensor,
    nan: float | None = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
) -> Tensor:
    """Replace NaN and ±inf, by default with 0 and ± the largest float; dL/dx is 0 there."""
    return record(
        np.nan_to_num(array("nan_to_num", input), nan=nan or 0.0, posinf=posinf, neginf=neginf),
        dict(x=input),
        x=lambda g, x: where(isfinite(x), g, 0.0),
    )


# Comparisons, which have no derivative


def eq(input: Tensor, other: Tensor) -> Tensor:
    """Return whether a == b, elementwise."""
    return record(binary("eq", np.equal, input, other), dict(a=input, b=other))


def ne(input: Tensor, other: Tensor) -> Tensor:
    """Return whether a != b, elementwise."""
    return record(binary("ne", np.not_equal, input, other), dict(a=input, b=other))


def lt(input: Tensor, other: Tensor) -> Tensor:
    """Return whether a < b, elementwise."""
    return record(binary("lt", np.less, input, other), dict(a=input, b=other))


def le(input: Tensor, other: Tensor) -> Tensor:
    """Return whether a <= b, elementwise."""
    return record(binary("le", np.less_equal, input, other), dict(a=input, b=other))


def gt(input: Tensor, other: Tensor) -> Tensor:
    """Return whether a > b, elementwise."""
    return record(binary("gt", np.greater, input, other), dict(a=input, b=other))


def ge(input: Tensor, other: Tensor) -> Tensor:
    """Return whether a >= b, elementwise."""
    return record(binary("ge", np.greater_equal, input, other), dict(a=input, b=other))


def logical_and(input: Tensor, other: Tensor) -> Tensor:
    """Return whether both elements are true, elementwise."""
    return record(binary("logical_and", np.logical_and, input, other), dict(a=input, b=other))


def logical_or(input: Tensor, other: Tensor) -> Tensor:
    """Return whether at least one element is true, elementwise."""
    return record(binary("logical_or", np.logical_or, input, other), dict(a=input, b=other))


def logical_not(input: Tensor) -> Tensor:
    """Return whether each element is false."""
    return record(
        compute("logical_not", np.logical_not, array("logical_not", input)), dict(x=input)
    )


def bitwise_and(input: Tensor, other: Tensor) -> Tensor:
    """Bitwise AND of integers or booleans."""
    return record(binary("bitwise_and", np.bitwise_and, input, other), dict(a=input, b=other))


def bitwise_or(input: Tensor, other: Tensor) -> Tensor:
    """Bitwise OR of integers or booleans."""
    return record(binary("bitwise_or", np.bitwise_or, input, other), dict(a=input, b=other))


def bitwise_xor(input: Tensor, other: Tensor) -> Tensor:
    """Bitwise XOR of integers or booleans."""
    return record(binary("bitwise_xor", np.bitwise_xor, input, other), dict(a=input, b=other))


def bitwise_left_shift(input: Tensor, other: Tensor) -> Tensor:
    """Shift bits to the left: y = a · 2^b, or 0 if b is outside [0, number of bits)."""
    return _shifted("bitwise_left_shift", np.left_shift, input, other)


def bitwise_right_shift(input: Tensor, other: Tensor) -> Tensor:
    """Shift bits to the right: y = ⌊a / 2^b⌋; if b < 0, y is 0 for a >= 0 and -1 for a < 0."""
    return _shifted("bitwise_right_shift", np.right_shift, input, other)


def _shifted(name: str, f: Any, input: Tensor, other: Tensor) -> Tensor:
    """Apply the shift f to two operands, which must be integers."""
    a, b = pair(name, input, other)
    if a.dtype.kind not in "iu":
        raise RuntimeError(f"{name}: expected integers, got {a.dtype}")
    return record(compute(name, f, a, b), dict(a=input, b=other))


def bitwise_not(input: Tensor) -> Tensor:
    """Bitwise NOT of integers or booleans."""
    return record(compute("bitwise_not", np.invert, array("bitwise_not", input)), dict(x=input))


def isnan(input: Tensor) -> Tensor:
    """Return whether each element is NaN."""
    return record(compute("isnan", np.isnan, array("isnan", input)), dict(x=input))


def isinf(input: Tensor) -> Tensor:
    """Return whether each element is infinite."""
    return record(compute("isinf", np.isinf, array("isinf", input)), dict(x=input))


def isfinite(input: Tensor) -> Tensor:
    """Return whether each element is finite, that is, neither infinite nor NaN."""
    return record(compute("isfinite", np.isfinite, array("isfinite", input)), dict(x=input))


def isclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> Tensor:
    """Return whether |a - b| <= atol + rtol |b| or, if a or b is infinite, whether a == b."""
    y = _isclose("isclose", input, other, rtol, atol, equal_nan)
    return record(y, dict(a=input, b=other))


def allclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> bool:
    """Return whether ``isclose`` is true for all pairs."""
    return bool(np.all(_isclose("allclose", input, other, rtol, atol, equal_nan)))


def _isclose(
    name: str, input: Tensor, other: Tensor, rtol: float, atol: float, equal_nan: bool
) -> np.ndarray:
    """Compute ``isclose`` as an array; errors name the function that was called."""
    if rtol < 0 or atol < 0:
        raise RuntimeError(f"{name}: expected rtol, atol >= 0, got {rtol} and {atol}")
    return binary(name, lambda a, b: np.isclose(a, b, rtol, atol, equal_nan), input, other)


def equal(input: Tensor, other: Tensor) -> bool:
    """Return whether two tensors have the same shape and elements; NaN never equals NaN."""
    return np.array_equal(*pair("equal", input, other))


# Other dtypes


def to(
    input: Tensor,
    *args: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
) -> Tensor:
    """Convert to a dtype; the gradient is converted back.

    As in torch: ``to(dtype)``, ``to(device)``, ``to(device, dtype)`` or ``to(other)``, each
    optionally followed by non_blocking and copy. Without copy, x itself is returned if its
    dtype doesn't change. The only device is the CPU.
    """
    flags = [a for a in args if isinstance(a, bool)]
    for a in args[: len(args) - len(flags)]:
        if isinstance(a, Tensor):
            dtype = a.dtype
        elif isinstance(a, (np.dtype, type)):
            dtype = a
        else:
            device = a
    if device is not None:
        check_device("to", device)
    copy = copy or flags[1:] == [True]
    return converted("to", input, dtype, copy)


@silent
def converted(name: str, input: Tensor, dtype: Any, copy: bool = False) -> Tensor:
    """Convert to a dtype; without ``copy``, return the input itself if it has this dtype.

    If dtype is None, the dtype doesn't change. Errors name the function that was called.
    """
    x = array(name, input)
    dtype = x.dtype if dtype is None else as_dtype(name, dtype)
    if dtype == x.dtype and not copy:
        return input
    return record(x.astype(dtype), dict(x=input), name="to", x=lambda g: g)


def type_as(input: Tensor, other: Tensor) -> Tensor:
    """Convert to the dtype of another tensor."""
    return converted("type_as", input, array("type_as", other).dtype)


def type_(input: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """Return the name of the dtype, such as 'torch.FloatTensor', or convert to a dtype."""
    dtypes = {f"torch.{name.title()}Tensor": dtype for name, dtype in CASTS.items()}
    if dtype is None:
        current = array("type", input).dtype
        return next(name for name, candidate in dtypes.items() if candidate == current)
    if isinstance(dtype, str) and dtype not in dtypes:
        raise ValueError(f"type: expected one of {', '.join(dtypes)}, got {dtype!r}")
    name = "torch.FloatTensor" if dtype is Tensor else str(dtype)  # for x.type(LongTensor)
    return converted("type", input, dtypes.get(name, dtype))


clip = clamp  # PyTorch has both names

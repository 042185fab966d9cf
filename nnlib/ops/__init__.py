"""All operations, and tables of the ones that become methods and operators of Tensor."""

# ruff: noqa: F403 (the star imports export the names that these files list in __all__)
from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..graph import change_
from ..tensor import Tensor
from ..walk import backward
from . import (
    comparison,
    elementwise,
    extremes,
    indexing,
    joining,
    promotion,
    recurrence,
    reduction,
    shape,
)
from . import linear as linear_algebra  # renamed, because ``linear`` is a function
from .comparison import *
from .elementwise import *
from .extremes import *
from .indexing import *
from .joining import *
from .linear import *
from .recurrence import *
from .reduction import *
from .shape import *

FILES = (
    comparison,
    elementwise,
    extremes,
    indexing,
    joining,
    linear_algebra,
    recurrence,
    reduction,
    shape,
)


@functools.cache
def _with_numpy_names(f: Callable) -> Callable:
    """Wrap f, if it has dim, to accept NumPy's axis and keepdims too, as torch does."""
    if "dim" not in inspect.signature(f).parameters:
        return f

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        if "axis" in kwargs and "dim" not in kwargs:
            kwargs["dim"] = kwargs.pop("axis")
        if "keepdims" in kwargs and "keepdim" not in kwargs:
            kwargs["keepdim"] = kwargs.pop("keepdims")
        return f(*args, **kwargs)

    call.__signature__ = inspect.signature(f)
    return call


OPERATIONS = {
    name: _with_numpy_names(getattr(file, name)) for file in FILES for name in file.__all__
}
globals().update(OPERATIONS)
IN_PLACE = [name for file in FILES for name in file.IN_PLACE.split()]
METHODS = [name for file in FILES for name in file.METHODS.split()] + IN_PLACE
__all__ = list(OPERATIONS)

# Binary operators, which also have a reflected and an in-place form.
BINARY = {
    "add": elementwise.add,
    "sub": elementwise.sub,
    "mul": elementwise.mul,
    "truediv": elementwise.div,
    "pow": elementwise.pow,
    "matmul": linear_algebra.matmul,
    "floordiv": elementwise.floor_divide,
    "mod": elementwise.remainder,
    "and": comparison.bitwise_and,
    "or": comparison.bitwise_or,
    "xor": comparison.bitwise_xor,
    "lshift": comparison.bitwise_left_shift,
    "rshift": comparison.bitwise_right_shift,
}


def _reflected(f: Callable) -> Callable:
    """Return f with its operands exchanged, as in ``1 - x``."""
    return lambda self, other: f(other, self)


def _in_place(f: Callable) -> Callable:
    """Return the in-place version of f, which overwrites its first operand with the result."""
    return lambda self, *args, **kwargs: change_(self, f(self, *args, **kwargs))


def _comparison(f: Callable) -> Callable:
    """Wrap f to return NotImplemented instead of raising TypeError, so x == None is False."""

    def compare(self: Tensor, other: object) -> Tensor:
        try:
            return f(self, other)
        except TypeError:
            return NotImplemented

    return compare


def _cast(dtype: object) -> Callable:
    """Return the method that converts a tensor to one dtype, such as ``x.double()``."""
    return lambda self: comparison.to(self, dtype)


# Other operators, by the name between the double underscores.
OPERATORS = {
    "neg": elementwise.neg,
    "abs": elementwise.abs,
    "pos": elementwise.positive,
    "invert": comparison.bitwise_not,
    "eq": _comparison(comparison.eq),
    "ne": _comparison(comparison.ne),
    "lt": comparison.lt,
    "le": comparison.le,
    "gt": comparison.gt,
    "ge": comparison.ge,
    "getitem": indexing.getitem,
    "setitem": indexing.setitem,
}


# Methods that have no function of the same name, or whose parameters differ (``where``)


def fill_(input: Tensor, value: float) -> Tensor:
    """Set every element to ``value``; the gradient of the old elements is 0."""
    sizes = promotion.array("fill_", value).shape
    shape.expect(not sizes, "fill_", "a single value, got shape {}", sizes)
    return change_(input, comparison.chosen("fill_", True, value, input).to(input.dtype))


def copy_(input: Tensor, src: Tensor) -> Tensor:
    """Copy the elements of ``src`` into this tensor; the gradient of the old elements is 0."""
    return change_(input, comparison.chosen("copy_", True, src, input).to(input.dtype))


def zero_(input: Tensor) -> Tensor:
    """Set every element to 0."""
    return fill_(input, 0)


def fill_diagonal_(input: Tensor, fill_value: float, wrap: bool = False) -> Tensor:
    """Set the main diagonal to a number; the gradient of its old elements is 0.

    With ``wrap``, the diagonal of a tall matrix skips a row after its end and starts again.
    """
    sizes = input.shape
    fits = len(sizes) == 2 or (len(sizes) > 2 and len(set(sizes)) == 1)
    what = "a matrix, or at least three axes of equal length, got shape {}"
    shape.expect(fits, "fill_diagonal_", what, sizes)
    index = (np.arange(np.min(sizes)),) * len(sizes)
    if wrap and len(sizes) == 2:
        index = np.unravel_index(np.arange(0, input.numel(), sizes[1] + 1), sizes)
    value = promotion.array("fill_diagonal_", fill_value)
    shape.expect(not value.ndim, "fill_diagonal_", "a number, got shape {}", value.shape)
    return change_(input, indexing.overwritten(input, index, value, "fill_diagonal_"))


def T(input: Tensor) -> Tensor:
    """Reverse the order of the axes."""
    return shape.permute(input, tuple(reversed(range(input.ndim))))


def mT(input: Tensor) -> Tensor:
    """Exchange the last two axes."""
    return shape.transpose(input, -2, -1)


def _where(self: Tensor, condition: Tensor, other: Tensor) -> Tensor:
    """Select from this tensor where ``condition`` is true, and from ``other`` elsewhere."""
    return comparison.where(condition, self, other)


def _attach() -> None:
    """Set the methods and operators of Tensor."""
    methods = {
        "T": property(T),
        "astype": comparison.to,
        "backward": backward,
        "copy_": copy_,
        "fill_": fill_,
        "fill_diagonal_": fill_diagonal_,
        "mT": property(mT),
        "trace": shape.trace,
        "type": comparison.type_,
        "where": _where,
        "zero_": zero_,
    }
    for name in METHODS:
        methods[name] = OPERATIONS[name]
    for name in IN_PLACE:
        methods[f"{name}_"] = _in_place(OPERATIONS[name])
    for name, f in OPERATORS.items():
        methods[f"__{name}__"] = f
    for name, f in BINARY.items():
        methods[f"__{name}__"] = f
        methods[f"__r{name}__"] = _reflected(f)
        methods[f"__i{name}__"] = _in_place(f)
    for name, dtype in promotion.CASTS.items():
        methods[name] = _cast(dtype)
    for name, method in methods.items():
        setattr(Tensor, name, method)


_attach()

"""All operations, and the table of those that are methods and operators of Tensor."""

# ruff: noqa: F403, F405 (the star imports gather what the files of this folder declare public)
from __future__ import annotations

from collections.abc import Callable

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
from . import linear as linear_
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
    *(comparison, elementwise, extremes, indexing, joining, linear_, recurrence, reduction),
    shape,
)
IN_PLACE = [name for file in FILES for name in file.IN_PLACE.split()]
METHODS = [name for file in FILES for name in file.METHODS.split()] + IN_PLACE
__all__ = [name for file in FILES for name in file.__all__]

BINARY = {
    "add": add,
    "sub": sub,
    "mul": mul,
    "truediv": div,
    "pow": pow,
    "matmul": matmul,
    "floordiv": floor_divide,
    "mod": remainder,
    "and": bitwise_and,
    "or": bitwise_or,
    "xor": bitwise_xor,
}
OPERATORS = {
    "neg": neg,
    "abs": abs,
    "pos": positive,
    "invert": bitwise_not,
    "lt": lt,
    "le": le,
    "gt": gt,
    "ge": ge,
    "getitem": getitem,
    "setitem": setitem,
}


def _swapped(f: Callable) -> Callable:
    """Return f with its operands exchanged, for reflected operators such as ``1 - x``."""
    return lambda self, other: f(other, self)


def _in_place(f: Callable) -> Callable:
    """Return the in-place version of f, which overwrites its first operand with the result."""
    return lambda self, *args, **kwargs: change_(self, f(self, *args, **kwargs))


def _equal(f: Callable) -> Callable:
    """Return f such that Python decides if an operand is no number: x == None is False."""

    def compare(self: Tensor, other: object) -> Tensor:
        try:
            return f(self, other)
        except TypeError:
            return NotImplemented

    return compare


def fill_(input: Tensor, value: float) -> Tensor:
    """Set every element to value; the gradient with respect to what was there is 0."""
    return change_(input, where(True, value, input).to(input.dtype).expand(input.shape))


def copy_(input: Tensor, src: Tensor) -> Tensor:
    """Set every element to that of src; the gradient with respect to what was there is 0."""
    return change_(input, where(True, src, input).to(input.dtype))


def zero_(input: Tensor) -> Tensor:
    """Set every element to 0."""
    return fill_(input, 0)


def T(input: Tensor) -> Tensor:
    """All axes in reverse order."""
    return permute(input, tuple(reversed(range(input.ndim))))


def mT(input: Tensor) -> Tensor:
    """The last two axes exchanged."""
    return transpose(input, -2, -1)


def _attach() -> None:
    """Set the methods and operators of Tensor."""
    methods = {name: globals()[name] for name in METHODS}
    methods |= {f"{name}_": _in_place(globals()[name]) for name in IN_PLACE}
    methods |= {f"__{name}__": f for name, f in OPERATORS.items()}
    for name, f in BINARY.items():
        methods[f"__{name}__"] = f
        methods[f"__r{name}__"] = _swapped(f)
        methods[f"__i{name}__"] = _in_place(f)
    methods |= {
        name: lambda self, dtype=dtype: to(self, dtype)
        for name, dtype in promotion.CASTS.items()
    }
    methods |= dict(
        **dict(astype=to, fill_=fill_, copy_=copy_, zero_=zero_, trace=shape.trace),
        **dict(type=comparison.type_, T=property(T), mT=property(mT)),
        **dict(__eq__=_equal(eq), __ne__=_equal(ne), backward=backward),
        where=lambda self, condition, other: where(condition, self, other),
    )
    for name, f in methods.items():
        setattr(Tensor, name, f)


_attach()

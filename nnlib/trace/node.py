"""A node of a computational graph: one value and its gradient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .gates import symbol
from .recording import Scope
from .values import one_line

__all__ = ["Node", "Value"]

Value = float | np.ndarray | None


@dataclass(eq=False)
class Node:
    """One value of a graph.

    Attributes
    ----------
    name : str
        The name from the caller or the module, or a new one: ``f`` for the output, or a free
        name among ``v1``, ``v2`` and so on (``x1`` for a leaf, ``k1`` for a constant).
    operation : str
        Name of the operation that computed the value, such as ``"mul"``; empty for an input.
    operands : tuple of Node or float
        The operands of the operation: other nodes and constants.
    value : float, ndarray or None
        The value in the forward pass; None if it is unknown.
    gradient : float, ndarray or None
        The derivative of the output with respect to this value, which is the sum of the
        gradients that its users send; None for a constant.
    local : tuple of float or None
        In the graph of an expression, the derivative with respect to each operand; None for a
        constant.
    sent : tuple of float, ndarray or None
        The gradient that the operation sends to each operand; for numbers, this is the local
        derivative times the gradient.
    shape : tuple of int
        The shape of the value and of the gradient.
    scope : Scope
        The call of the module or function that computed the value, if it was recorded.
    owner : object
        In the graph of a Tensor, the leaf or the operation in the history.
    """

    name: str
    operation: str
    operands: tuple[Node | float, ...]
    value: Value
    gradient: Value = 0.0
    local: tuple[float | None, ...] = ()
    sent: tuple[Value, ...] = ()
    users: int = field(default=0, repr=False)
    shape: tuple[int, ...] = ()
    scope: Scope | None = field(default=None, repr=False)
    owner: Any = field(default=None, repr=False)

    @property
    def constants(self) -> list[float | None]:
        """The value of each operand that is a constant, and None for the other operands."""
        return [None if isinstance(x, Node) else x for x in self.operands]

    @property
    def symbol(self) -> str:
        """The text in the circle: the name of an input, or the symbol of an operation."""
        return symbol(self.operation, self.constants) if self.operation else self.name

    def __repr__(self) -> str:
        source = f" by {self.operation}" if self.operation else ""
        gradient_text = "" if self.gradient is None else f", gradient {_written(self.gradient)}"
        return f"Node({self.name} = {_written(self.value, self.shape)}{source}{gradient_text})"

    @property
    def is_scalar(self) -> bool:
        """Whether its value and the values of all operands are single numbers."""
        return all(isinstance(getattr(x, "value", x), float) for x in (self, *self.operands))


def _written(value: Value, shape: tuple[int, ...] = ()) -> str:
    """Return a number with four significant digits, or an array on one line."""
    return f"{value:.4g}" if isinstance(value, float) else one_line(value, shape)

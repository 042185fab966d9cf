"""A node of a computational graph: one value and its gradient."""

from __future__ import annotations

from collections.abc import Callable
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
        The given name, or the next free name of ``v1``, ``v2`` and so on.
    operation : str
        nnlib's name of the operation that computed it (``"mul"``); empty for an input.
    operands : tuple of Node or float
        The operands of the operation: other nodes and constants.
    value : float or ndarray
        Its value in the forward pass; None if the value is unknown.
    gradient : float or ndarray
        d output / d this, the sum of the gradients that its users send; None for a constant.
    local : tuple of float or None
        If all values are numbers, the derivative with respect to each operand; None for a
        constant.
    sent : tuple of float, ndarray or None
        The gradient that the operation sends to each operand: local derivative times
        gradient.
    shape : tuple of int
        The shape of the value and of the gradient.
    pull : function
        From a gradient of this value to the gradient for each operand, by the gradient rules.
    reads : tuple
        For each operand, the names of the values that its gradient rule reads.
    scope : Scope
        The call of a module or function in which it was computed, if that was recorded.
    owner : object
        In the graph of a Tensor: the leaf, or the operation in its history.
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
    pull: Callable[[Any], tuple] | None = field(default=None, repr=False)
    reads: tuple[tuple[str, ...] | None, ...] = field(default=(), repr=False)
    scope: Scope | None = field(default=None, repr=False)
    owner: Any = field(default=None, repr=False)

    @property
    def constants(self) -> list[float | None]:
        """For each operand its number if it is a constant, else None."""
        return [None if isinstance(x, Node) else x for x in self.operands]

    @property
    def symbol(self) -> str:
        """The text in its circle: an input's name, an operation's sign."""
        return symbol(self.operation, self.constants) if self.operation else self.name

    def __repr__(self) -> str:
        made = f" by {self.operation}" if self.operation else ""
        gradient_text = "" if self.gradient is None else f", gradient {_written(self.gradient)}"
        return f"Node({self.name} = {_written(self.value, self.shape)}{made}{gradient_text})"

    @property
    def is_scalar(self) -> bool:
        """Whether all that it reads and gives are single numbers."""
        return all(isinstance(getattr(x, "value", x), float) for x in (self, *self.operands))


def _written(value: Value, shape: tuple[int, ...] = ()) -> str:
    """Return a number with four digits; an array is shortened."""
    return f"{value:.4g}" if isinstance(value, float) else one_line(value, shape)

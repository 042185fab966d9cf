"""Base class for modules that apply a function with stored options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ..tensor import Tensor
from .module import Module

__all__ = ["Applied"]


class Applied(Module):
    """Apply a function of ``functional`` with options that are stored as attributes.

    A subclass sets ``function``, passes its options to this constructor, and calls ``_compute``
    in its ``forward``. Options whose names end in "weight" become buffers.

    Attributes
    ----------
    function : function
        Function to apply. It takes the inputs by position and the options by name.

    >>> class Power(Applied):
    ...     function = staticmethod(lambda input, exponent: input**exponent)
    ...
    ...     def __init__(self, exponent: float = 2.0):
    ...         super().__init__(exponent=exponent)
    ...
    ...     def forward(self, input):
    ...         return self._compute(input)
    >>> Power(3.0)(Tensor([2.0]))
    tensor([8.])
    """

    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, **options: Any):
        super().__init__()
        self._options = tuple(options)
        for name, value in options.items():
            if name.endswith("weight"):
                self.register_buffer(name, value)
            else:
                setattr(self, name, value)

    def _option_values(self) -> dict[str, Any]:
        """Return the current options by name."""
        return {name: getattr(self, name) for name in self._options}

    def _compute(self, *inputs: Tensor) -> Tensor:
        """Return the result of the function for the inputs, with the stored options."""
        return self.function(*inputs, **self._option_values())

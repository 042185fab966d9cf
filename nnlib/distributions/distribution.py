"""The base class of all distributions: shapes, checks and samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..creation import tensor
from ..default_dtype import PYTHON
from ..grad_mode import no_grad
from ..ops import broadcast_tensors
from ..tensor import Tensor, raw

__all__ = ["Distribution"]

Shape = tuple[int, ...]


def broadcast(*parameters: Tensor | float) -> tuple[Tensor, ...]:
    """Return parameters as Tensors of one shape; numbers take the Tensors' dtype."""
    dtypes = [p.dtype for p in parameters if isinstance(p, Tensor)]
    dtype = dtypes[0] if dtypes else PYTHON[float]
    return tuple(
        broadcast_tensors(
            *(p if isinstance(p, Tensor) else tensor(p, dtype=dtype) for p in parameters)
        )
    )


class Distribution:
    """Base class for distributions; each object is a batch of one or more distributions.

    Parameters
    ----------
    batch_shape, event_shape : tuple of int
        The shape of the batch, and the shape of one value.
    validate_args : bool, optional
        Whether to check parameters and values. Default: True.
    """

    has_rsample = False
    batch_shape = property(lambda self: self._batch_shape, doc="The shape of the batch.")
    event_shape = property(lambda self: self._event_shape, doc="The shape of one value.")

    def __init__(
        self,
        batch_shape: Sequence[int] = (),
        event_shape: Sequence[int] = (),
        validate_args: bool | None = None,
    ):
        self._batch_shape, self._event_shape = tuple(batch_shape), tuple(event_shape)
        self._validate_args = validate_args is not False

    @property
    def stddev(self) -> Tensor:
        """The standard deviation, which is the square root of the variance."""
        return self.variance.sqrt()

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return samples (*sample_shape, *batch_shape, *event_shape), without history."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return samples that are differentiable functions of the parameters."""
        raise NotImplementedError(f"{type(self).__name__}: rsample is not implemented")

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density or probability of values, in nats."""
        raise NotImplementedError(f"{type(self).__name__}: log_prob is not implemented")

    def entropy(self) -> Tensor:
        """Return the entropy of each distribution in the batch, in nats."""
        raise NotImplementedError(f"{type(self).__name__}: entropy is not implemented")

    def _extended_shape(self, sample_shape: Sequence[int] = ()) -> Shape:
        """Return the shape of samples, (*sample_shape, *batch_shape, *event_shape)."""
        return (*sample_shape, *self.batch_shape, *self.event_shape)

    def _check(self, name: str, expected: str, value: Tensor, holds: Any) -> None:
        """Raise ValueError if an element of a parameter or value is out of range."""
        if self._validate_args and not np.all(raw(holds)):
            raise ValueError(f"{type(self).__name__}: expected {name} {expected}, got {value}")

    def _check_value(self, value: Any, expected: str, holds: Any) -> None:
        """Raise ValueError if a value has the wrong type or shape, or is out of range."""
        if not self._validate_args:
            return
        if not isinstance(value, Tensor):
            raise ValueError(
                f"{type(self).__name__}: expected a Tensor value, got {type(value).__name__}"
            )
        shape = self._extended_shape()
        pairs = zip(reversed(value.shape), reversed(shape), strict=False)
        if any(1 not in pair and pair[0] != pair[1] for pair in pairs):
            raise ValueError(
                f"{type(self).__name__}: expected a value that broadcasts with {shape}, "
                f"got {value.shape}"
            )
        self._check("a value", expected, value, holds(value))

    def __repr__(self) -> str:
        """Return the class and the value or shape of each parameter."""
        shown = {name: getattr(self, name) for name in self._shown}
        text = ", ".join(
            f"{name}: {p.item() if p.numel() == 1 else p.shape}" for name, p in shown.items()
        )
        return f"{type(self).__name__}({text})"

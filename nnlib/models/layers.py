"""Layers whose weights take no memory inside ``counting``.

All models in this folder except ``LeNet5`` use these layers. Inside ``with counting():``, each
weight is a single number broadcast to the full shape (``numpy.broadcast_to``), and no random
numbers are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from .. import nn
from ..nn import Module, Parameter, init

__all__ = ["count_parameters", "counting"]

_counting = ContextVar("counting", default=False)


@contextmanager
def counting() -> Iterator[None]:
    """Build models whose weights have the full shapes but take no memory.

    You can count the parameters of such a model, print it, and run it to see the shapes of its
    layers, but its convolutions and linear layers return 0. You can neither train it nor load
    weights, because writing to its read-only weights raises NumPy's ValueError. This context
    affects only the models in ``nnlib.models``, except ``LeNet5``.

    Source: torch's device "meta" has the same purpose.

    >>> from nnlib.models import vgg16
    >>> with counting():
    ...     model = vgg16()
    >>> count_parameters(model)
    138357544
    >>> model.classifier[0].weight.array.strides
    (0, 0)
    """
    token = _counting.set(True)
    try:
        yield
    finally:
        _counting.reset(token)


def count_parameters(model: Module) -> int:
    """Count the trainable parameters of a model.

    Parameters
    ----------
    model : Module
        A model or layer. A parameter that occurs several times counts only once, and a
        parameter that does not require a gradient does not count.

    Returns
    -------
    int
        The total number of elements. Buffers, such as the running averages of
        ``BatchNorm2d``, do not count.

    >>> count_parameters(nn.Linear(3, 2))
    8
    """
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


class _Countable(Module):
    """A layer whose parameters take no memory inside ``counting``."""

    def reset_parameters(self) -> None:
        """Draw random parameters; inside ``counting``, make them views of a single number."""
        if not _counting.get():
            super().reset_parameters()
            return
        for name, p in self._parameters.items():
            if p is not None:
                one = np.zeros((), p.dtype)
                self._parameters[name] = Parameter(np.broadcast_to(one, p.shape))


class Conv2d(_Countable, nn.Conv2d):
    """``nn.Conv2d``, whose parameters take no memory inside ``counting``."""


class Linear(_Countable, nn.Linear):
    """``nn.Linear``, whose parameters take no memory inside ``counting``."""


def he_normal(model: Module, mode: str = "fan_out") -> None:
    """Initialize the kernels of all convolutions as in He et al. (2015), and their biases to 0.

    Source: He et al. (2015), equation 14; torchvision does the same.
    """
    if _counting.get():
        return
    for m in model.modules():
        if isinstance(m, nn.Conv2d):
            init.kaiming_normal_(m.weight, mode=mode, nonlinearity="relu")
            if m.bias is not None:
                init.zeros_(m.bias)

"""DataParallel, for programs that use several GPUs; on the CPU, it only calls its module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .module import Module

__all__ = ["DataParallel"]


class DataParallel(Module):
    """Call a module with unchanged inputs, as PyTorch does on a computer without GPUs.

    The names in its state dict start with ``module.``.

    Parameters
    ----------
    module : Module
        Module to call.
    device_ids, output_device, dim
        Accepted as in torch, but ignored, because there are no GPUs to distribute a batch to.

    >>> from nnlib import nn
    >>> list(DataParallel(nn.Linear(2, 3)).state_dict())
    ['module.weight', 'module.bias']
    """

    def __init__(
        self,
        module: Module,
        device_ids: Sequence[Any] | None = None,
        output_device: Any = None,
        dim: int = 0,
    ):
        super().__init__()
        self.module = module
        self.dim = dim

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """Return the output of the module."""
        return self.module(*inputs, **kwargs)


def data_parallel(module: Module, *inputs: Any, **options: Any) -> Any:
    """Raise an error, as PyTorch does on a computer without GPUs."""
    raise RuntimeError(
        "data_parallel: expected GPUs, but nnlib computes only on the CPU; "
        "call the module directly"
    )

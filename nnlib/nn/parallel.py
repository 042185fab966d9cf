"""DataParallel, which programs for several GPUs use: on the CPU, it calls its module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .module import Module

__all__ = ["DataParallel"]


class DataParallel(Module):
    """Call a module with the same inputs, as PyTorch does on a computer without GPUs.

    Its state dict has the names of the module's with ``module.`` in front.

    Parameters
    ----------
    module : Module
        The module that it calls.
    device_ids, output_device, dim
        Accepted as in torch, without effect: there are no GPUs to distribute a batch to.

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
        """Return what the module returns."""
        return self.module(*inputs, **kwargs)


def data_parallel(module: Module, *inputs: Any, **options: Any) -> Any:
    """Raise an error, as PyTorch does on a computer without GPUs."""
    raise RuntimeError(
        "data_parallel: expected GPUs, but nnlib computes on the CPU only; call the module"
    )

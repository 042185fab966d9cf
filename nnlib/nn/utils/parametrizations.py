"""Spectral normalization, as in PyTorch's ``torch.nn.utils.parametrizations``."""

from __future__ import annotations

from ..module import Module
from .spectral_norm import hook_of
from .spectral_norm import spectral_norm as by_hook

__all__ = ["spectral_norm"]


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    """Divide a weight by its largest singular value before each call; return the module.

    This is ``nn.utils.spectral_norm``, but it starts with 15 · n_power_iterations additional
    power iterations (PyTorch: 15). The names in ``state_dict`` are the same as for that
    function, for example ``weight_orig``. PyTorch uses different names, for example
    ``parametrizations.weight.original``.

    >>> from nnlib.nn import Linear
    >>> list(spectral_norm(Linear(3, 2)).state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    by_hook(module, name, n_power_iterations, eps, dim)
    for _ in range(15):
        hook_of(module, name).compute_weight(module, do_power_iteration=True)
    return module

"""Spectral normalization, which divides a weight by its largest singular value."""

from __future__ import annotations

from typing import Any

from ...checks import expect
from ...grad_mode import no_grad
from ...ops import movedim, reshape
from ...tensor import Tensor
from .. import functional as F
from .. import init
from ..conv import ConvTranspose1d, ConvTranspose2d
from ..module import Module, Parameter

__all__ = ["remove_spectral_norm", "spectral_norm"]


class SpectralNorm:
    """Hook of ``spectral_norm``, which computes the normalized weight before each call."""

    def __init__(self, name: str, n_power_iterations: int, dim: int, eps: float):
        wanted = "n_power_iterations above 0"
        expect("spectral_norm", n_power_iterations > 0, wanted, n_power_iterations)
        self.name, self.dim, self.eps = name, dim, eps
        self.n_power_iterations = n_power_iterations

    def matrix(self, weight: Tensor) -> Tensor:
        """Return a weight as a matrix with one row per output."""
        rows = movedim(weight, self.dim, 0)
        return reshape(rows, (rows.shape[0], -1))

    def __call__(self, module: Module, args: Any) -> None:
        setattr(module, self.name, self.compute_weight(module, module.training))

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Tensor:
        """Return the normalized weight; with ``do_power_iteration``, improve u and v first."""
        w, u, v = (getattr(module, self.name + suffix) for suffix in ("_orig", "_u", "_v"))
        matrix = self.matrix(w)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(F.normalize(u @ matrix, dim=0, eps=self.eps))
                    u.copy_(F.normalize(matrix @ v, dim=0, eps=self.eps))
            u, v = u.clone(), v.clone()  # another call can change u and v before backward
        return w / (u @ (matrix @ v))


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    r"""Divide a weight by its largest singular value before each call; return the module.

    .. math::

        v \leftarrow W^\top u / \|W^\top u\|, \quad u \leftarrow W v / \|W v\|, \quad
        W_{SN} = W / (u^\top W v)

    The vectors u and v converge to the singular vectors of the largest singular value, because
    each call in training mode runs this power iteration. W is now the parameter ``weight_orig``
    instead of ``weight``, and u and v are the buffers ``weight_u`` and ``weight_v``.

    Parameters
    ----------
    module : Module
        Layer to change.
    name : str
        Name of the weight.
    n_power_iterations : int
        Number of iterations in each call.
    eps : float
        Lower limit of the norms to divide by.
    dim : int, optional
        Axis of the outputs, which become the rows of W. Default: 0, or 1 for transposed
        convolutions.

    Raises
    ------
    ValueError
        If the module has no such parameter, or n_power_iterations isn't positive.
    RuntimeError
        If this weight is already normalized.

    Source: Miyato et al. (2018), "Spectral normalization for generative adversarial networks".

    >>> from nnlib.nn import Linear
    >>> list(spectral_norm(Linear(3, 2)).state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    if hook_of(module, name):
        raise RuntimeError(f"spectral_norm: {name} already has spectral normalization")
    weight = module._parameters.get(name)
    kind = type(module).__name__
    expect("spectral_norm", weight is not None, f"a module with a parameter {name}", kind)
    if dim is None:
        dim = int(isinstance(module, (ConvTranspose1d, ConvTranspose2d)))
    hook = SpectralNorm(name, n_power_iterations, dim, eps)
    matrix = hook.matrix(weight.detach())
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    setattr(module, name, weight.detach())
    for suffix, side in (("_u", matrix[:, 0]), ("_v", matrix[0])):
        start = F.normalize(init.normal_(side.clone()), dim=0, eps=eps)
        module.register_buffer(name + suffix, start)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Turn the normalized weight into a parameter again; raise ValueError if there is none.

    >>> from nnlib.nn import Linear
    >>> list(remove_spectral_norm(spectral_norm(Linear(3, 2))).state_dict())
    ['bias', 'weight']
    """
    hook = hook_of(module, name)
    kind = type(module).__name__
    expect("remove_spectral_norm", hook, f"a module with a normalized {name}", kind)
    weight = hook.compute_weight(module, do_power_iteration=False).detach()
    for suffix in ("", "_u", "_v", "_orig"):
        delattr(module, name + suffix)
    module.register_parameter(name, Parameter(weight))
    module._hooks["before"].remove(hook)
    return module


def hook_of(module: Module, name: str) -> SpectralNorm | None:
    """Return the hook that normalizes a weight, or None."""
    hooks = module._hooks["before"] if module._hooks else ()
    return next((h for h in hooks if isinstance(h, SpectralNorm) and h.name == name), None)

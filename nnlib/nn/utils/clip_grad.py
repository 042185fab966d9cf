"""Gradient clipping."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...quiet import silent
from ...tensor import Tensor, counter, wrap
from ..module import parameter_list

__all__ = ["clip_grad_norm_", "clip_grad_value_"]


@silent
def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    r"""Scale down the gradients so that the norm of all of them together is at most max_norm.

    .. math:: g \leftarrow g \cdot \min\bigl(1, m / (\|g\|_p + 10^{-6})\bigr)

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Parameters; those without a gradient are ignored.
    max_norm : float
        Upper limit m.
    norm_type : float
        Exponent p of the p-norm.
    error_if_nonfinite : bool
        If True, raise an error for a norm that is NaN or infinite.
    foreach : bool, optional
        Accepted as in torch, but ignored.

    Returns
    -------
    () float
        Norm before scaling.

    Raises
    ------
    RuntimeError
        If the norm isn't finite and ``error_if_nonfinite`` is True.

    Source: Goodfellow et al. (2016), section 10.11.1; chapter
    "Vanishing and exploding gradients".

    >>> p = Tensor([0.0, 0.0]).requires_grad_()
    >>> p.grad = Tensor([3.0, 4.0])
    >>> clip_grad_norm_(p, 2.5)
    tensor(5.)
    >>> p.grad.numpy().round(3).tolist()
    [1.5, 2.0]
    """
    grads = _grads("clip_grad_norm_", parameters)
    arrays = [g.array for g in grads]
    norms = [np.linalg.norm(a.reshape(-1), norm_type) if a.size else a.sum() for a in arrays]
    total = np.asarray(np.linalg.norm(np.array(norms), norm_type) if norms else np.float32(0))
    if error_if_nonfinite and not np.isfinite(total):
        raise RuntimeError(f"clip_grad_norm_: expected a finite norm, got {total}")
    factor = np.minimum(max_norm / (total + 1e-6), 1)
    for g in grads:
        g.array *= factor.astype(g.dtype)
        counter(g)[0] += 1
    return wrap(total)


def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Limit each element of each gradient to [-clip_value, clip_value].

    ``foreach`` is accepted as in torch, but ignored.

    >>> p = Tensor([0.0, 0.0]).requires_grad_()
    >>> p.grad = Tensor([3.0, -0.5])
    >>> clip_grad_value_(p, 1.0)
    >>> p.grad.tolist()
    [1.0, -0.5]
    """
    if clip_value < 0:
        raise ValueError(f"clip_grad_value_: expected clip_value >= 0, got {clip_value}")
    for g in _grads("clip_grad_value_", parameters):
        np.clip(g.array, -clip_value, clip_value, out=g.array)
        counter(g)[0] += 1


def _grads(name: str, parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    """Return the gradients of all parameters that have one."""
    listed = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad for p in parameter_list(name, listed) if p.grad is not None]

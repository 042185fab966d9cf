"""Automatic differentiation: gradients, custom functions, Jacobians, Hessians, gradcheck."""

from __future__ import annotations

from collections.abc import Sequence

from ..grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from ..tensor import Tensor
from ..walk import accumulate, grad
from . import functional
from .anomaly import detect_anomaly, set_detect_anomaly
from .function import Function
from .gradcheck import gradcheck, gradgradcheck

__all__ = [
    "Function",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
]


def Variable(data: Tensor, requires_grad: bool = False, volatile: bool | None = None) -> Tensor:
    """Return ``data`` without its history; ``volatile`` is ignored. Only for old programs."""
    return data.detach().requires_grad_(requires_grad)


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    r"""Add the gradients of several results to the ``grad`` of the leaves in one backward pass.

    .. math:: \text{grad} \leftarrow \text{grad} + \sum_k v_k^\top \, \partial y_k / \partial x

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        The results y.
    grad_tensors : Tensor or sequence of Tensor, with the same shapes as ``tensors``
        The upstream gradients v. A gradient can be None if the result has one element.
    retain_graph, create_graph : bool
        See ``Tensor.backward``.
    inputs : Tensor or sequence of Tensor
        The tensors whose ``grad`` changes. Default: all leaves.

    Raises
    ------
    RuntimeError
        As in ``Tensor.backward``, or if the numbers of gradients and results differ.

    >>> x = Tensor([1.0, 2.0]).requires_grad_()
    >>> backward([x.sum(), x * 10], [None, Tensor([1.0, 1.0])])
    >>> x.grad
    tensor([11., 11.])
    """
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if grad_tensors is None:
        grad_tensors = [None] * len(tensors)
    elif isinstance(grad_tensors, Tensor):
        grad_tensors = [grad_tensors]
    if len(grad_tensors) != len(tensors):
        raise RuntimeError(
            f"backward: expected {len(tensors)} gradient(s), got {len(grad_tensors)}"
        )
    accumulate(tensors, grad_tensors, retain_graph, create_graph, inputs)

"""Conversion of parameters to a vector and back."""

from __future__ import annotations

from collections.abc import Iterable

from ...grad_mode import no_grad
from ...ops import cat, reshape
from ...tensor import Tensor

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Concatenate the elements of all parameters into a vector, with their history.

    >>> parameters_to_vector([Tensor([[1.0, 2.0]]), Tensor([3.0])])
    tensor([1., 2., 3.])
    """
    parts = [reshape(p, -1) for p in parameters]
    if not parts:
        raise ValueError("parameters_to_vector: expected at least one parameter")
    return cat(parts)


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Copy consecutive elements of a vector into the parameters.

    >>> p = Tensor([0.0, 0.0])
    >>> vector_to_parameters(Tensor([1.0, 2.0]), [p])
    >>> p
    tensor([1., 2.])
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"vector_to_parameters: expected a Tensor, got {type(vec).__name__}")
    parameters = list(parameters)
    needed = sum(p.numel() for p in parameters)
    if vec.shape != (needed,):
        raise RuntimeError(
            f"vector_to_parameters: expected a vector of {needed} elements, got {vec.shape}"
        )
    start = 0
    with no_grad():
        for p in parameters:
            p.copy_(vec[start : start + p.numel()].reshape(p.shape))
            start += p.numel()

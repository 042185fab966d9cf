"""Layer, RMS, group and local response normalization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..tensor import Tensor
from . import functional as F
from . import init
from .applied import Applied
from .module import Module
from .parameter import Parameter, factory_dtype

__all__ = ["GroupNorm", "LayerNorm", "LocalResponseNorm", "RMSNorm"]


class Affine(Module):
    """Base class for normalizations with a learned weight and bias."""

    def _set(self, shape: tuple[int, ...], dtype: Any, **is_used: bool) -> None:
        """Create weight and bias, or None for a parameter that isn't used."""
        for name, used in is_used.items():
            p = Parameter(np.empty(shape, dtype)) if used else None
            self.register_parameter(name, p)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reset the weight to 1 and the bias to 0."""
        for name, p in self._parameters.items():
            if p is not None:
                init.constant_(p, float(name == "weight"))


class LayerNorm(Affine):
    r"""Normalization of each sample over its last axes.

    .. math:: y = \gamma\, \frac{x - \mu}{\sqrt{v + \epsilon}} + \beta

    Here, μ and v are the mean and the variance over the last axes of one sample, both during
    training and in evaluation mode.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        Lengths of the last axes.
    eps : float
        Constant ε, which prevents division by 0.
    elementwise_affine, bias : bool
        If ``elementwise_affine`` is True, learn γ; if both are True, also β.
    dtype : dtype
        Dtype of the parameters. Default: ``get_default_dtype()``.

    Raises
    ------
    RuntimeError
        If the shape of the input doesn't end with normalized_shape.

    Attributes
    ----------
    weight, bias : normalized_shape float or None
        γ, which starts at 1, and β, which starts at 0.

    Source: Ba et al. (2016), equation 4; chapter "Batch and layer normalisation".

    >>> LayerNorm(2, eps=1e-12)(Tensor([[1.0, 3.0], [10.0, 30.0]])).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        dtype = factory_dtype("LayerNorm", device, dtype)
        affine = elementwise_affine
        self._set(self.normalized_shape, dtype, weight=affine, bias=affine and bias)

    def forward(self, input: Tensor) -> Tensor:
        """Map (..., *normalized_shape) to the same shape."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class RMSNorm(Affine):
    r"""Division by the root mean square over the last axes.

    .. math:: y = \gamma\, x / \sqrt{\textstyle\frac{1}{n} \sum x^2 + \epsilon}

    The arguments are the same as in ``LayerNorm``, but there is no bias, and by default, eps
    is the machine epsilon of the dtype.

    Source: Zhang and Sennrich (2019), equation 4.

    >>> RMSNorm(1)(Tensor([[4.0], [-0.5]])).detach().numpy().round(3).tolist()
    [[1.0], [-1.0]]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        dtype = factory_dtype("RMSNorm", device, dtype)
        self._set(self.normalized_shape, dtype, weight=elementwise_affine)

    def forward(self, input: Tensor) -> Tensor:
        """Map (..., *normalized_shape) to the same shape."""
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}"
        )


class GroupNorm(Affine):
    """Normalization of each group of neighbouring channels of each sample (N, C, ...).

    Parameters
    ----------
    num_groups, num_channels : int
        Number of groups, which must divide the number C of channels.
    eps : float
        Constant ε, which prevents division by 0.
    affine, bias : bool
        If ``affine`` is True, learn a weight per channel; if both are True, also a bias.
    dtype : dtype
        Dtype of the parameters. Default: ``get_default_dtype()``.

    Raises
    ------
    ValueError
        If num_groups doesn't divide num_channels.

    Source: Wu and He (2018), equation 7; chapter "Batch and layer normalisation".

    >>> GroupNorm(1, 2, eps=1e-12)(Tensor([[1.0, 3.0]])).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ):
        super().__init__()
        if num_groups < 1 or num_channels % num_groups:
            raise ValueError(
                f"GroupNorm: expected num_groups to divide num_channels {num_channels}, "
                f"got {num_groups}"
            )
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps, self.affine = eps, affine
        dtype = factory_dtype("GroupNorm", device, dtype)
        self._set((num_channels,), dtype, weight=affine, bias=affine and bias)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, ...) to the same shape."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, "
            f"affine={self.affine}, bias={self.bias is not None}"
        )


class LocalResponseNorm(Applied):
    r"""Division by the magnitude of the neighbouring channels, as in AlexNet.

    .. math:: y_c = x_c \Bigl(k + \frac{\alpha}{n} \sum_{c'} x_{c'}^2\Bigr)^{-\beta}

    Parameters
    ----------
    size : int
        Number n of neighbouring channels c' in the sum, centred at c.
    alpha, beta, k : float
        α, β and k.

    Source: Krizhevsky et al. (2012), section 3.3, with α divided by n.

    >>> LocalResponseNorm(2)(Tensor(np.ones((5, 3, 4, 4), np.float32))).shape
    (5, 3, 4, 4)
    """

    function = staticmethod(F.local_response_norm)

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0):
        super().__init__(size=size, alpha=alpha, beta=beta, k=k)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, L, ...) to the same shape."""
        return self._compute(input)

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


def _shape(sizes: int | Sequence[int]) -> tuple[int, ...]:
    """Return the shape of the last axes as a tuple; a single size becomes one axis."""
    return (sizes,) if isinstance(sizes, int) else tuple(sizes)

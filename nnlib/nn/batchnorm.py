"""Batch and instance normalization, with running statistics."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensor import Tensor, wrap
from . import functional as F
from . import init
from .normalization import Affine
from .parameter import factory_dtype

__all__ = ["BatchNorm1d", "BatchNorm2d", "InstanceNorm2d"]


class _ChannelNorm(Affine):
    """Base class for batch and instance normalization, with weights and running statistics."""

    ndims: tuple[int, ...]  # allowed numbers of axes of the input

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        dtype = factory_dtype(type(self).__name__, device, dtype)
        C = (num_features,)
        starts = dict(running_mean=np.zeros(C, dtype), running_var=np.ones(C, dtype))
        for name, start in dict(starts, num_batches_tracked=np.zeros((), np.int64)).items():
            self.register_buffer(name, wrap(start) if track_running_stats else None)
        self._set(C, dtype, weight=affine, bias=affine and bias)

    def _check(self, input: Tensor) -> None:
        """Raise ValueError if the input has the wrong number of axes."""
        if input.ndim not in self.ndims:
            axes = " or ".join(map(str, self.ndims))
            raise ValueError(
                f"{type(self).__name__}: expected an input with {axes} axes, got {input.shape}"
            )

    def reset_running_stats(self) -> None:
        """Reset the running mean and the batch count to 0, and the running variance to 1."""
        if self.track_running_stats:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self) -> None:
        """Reset the running statistics, and set the weight to 1 and the bias to 0."""
        self.reset_running_stats()
        super().reset_parameters()

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_ChannelNorm):
    r"""Batch normalization of vectors (N, C) or sequences (N, C, L).

    .. math:: y = \gamma\, \frac{x - \mu}{\sqrt{v + \epsilon}} + \beta

    Here, μ and v are the mean and the variance of the batch during training, and their
    running averages in evaluation mode.

    Parameters
    ----------
    num_features : int
        Number of channels C.
    eps : float
        Constant ε, which prevents division by 0.
    momentum : float or None
        Weight of the batch in the new averages. If None, all batches get equal weight.
    affine, bias : bool
        If ``affine`` is True, learn γ; if both are True, also β.
    track_running_stats : bool
        If True, update running averages. If False, always use the mean and the variance of
        the batch.
    dtype : dtype
        Dtype of parameters and averages. Default: ``get_default_dtype()``.

    Raises
    ------
    ValueError
        If the input has the wrong number of axes, or a channel has only one element in
        training.

    Attributes
    ----------
    weight, bias : (C,) float or None
        γ, which starts at 1, and β, which starts at 0.
    running_mean, running_var : (C,) float or None
        Running averages.
    num_batches_tracked : () int64 or None
        Number of batches that were averaged.

    Source: Ioffe and Szegedy (2015), algorithms 1 and 2; chapter
    "Batch and layer normalisation".

    >>> layer = BatchNorm1d(2)
    >>> layer(Tensor([[5.0, 10.0], [15.0, 30.0]])).detach().numpy().round(3).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    >>> layer.running_mean.tolist()
    [1.0, 2.0]
    """

    ndims = (2, 3)

    def forward(self, input: Tensor) -> Tensor:
        """Map the input to a result of the same shape."""
        self._check(input)
        momentum = self.momentum or 0.0
        if self.training and self.track_running_stats:
            self.num_batches_tracked += 1
            if self.momentum is None:
                momentum = 1 / int(self.num_batches_tracked)
        averages = self.running_mean, self.running_var
        if self.training and not self.track_running_stats:
            averages = None, None
        by_batch = self.training or self.running_mean is None
        options = self.weight, self.bias, by_batch, momentum, self.eps
        return F.batch_norm(input, *averages, *options)


class BatchNorm2d(BatchNorm1d):
    """Batch normalization of images (N, C, H, W); see ``BatchNorm1d``.

    >>> BatchNorm2d(3)(Tensor(np.ones((5, 3, 4, 4), np.float32))).shape
    (5, 3, 4, 4)
    """

    ndims = (4,)


class InstanceNorm2d(_ChannelNorm):
    """Normalization of each channel of each image in (N, C, H, W) or (C, H, W).

    See ``BatchNorm2d``; here, ``affine`` and ``track_running_stats`` are False by default.

    Source: Ulyanov et al. (2016), "Instance normalization".

    >>> InstanceNorm2d(1, eps=1e-12)(Tensor([[[[1.0, 3.0]]]])).tolist()
    [[[[-1.0, 1.0]]]]
    """

    ndims = (3, 4)

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ):
        options = affine, track_running_stats, device, dtype
        super().__init__(num_features, eps, momentum, *options, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """Map the input to a result of the same shape."""
        self._check(input)
        C = input.shape[-3]
        if self.affine and self.num_features != C:
            raise ValueError(f"InstanceNorm2d: expected {self.num_features} channels, got {C}")
        use_input_stats = self.training or not self.track_running_stats
        batch = input if input.ndim == 4 else input[None]
        stats = self.running_mean, self.running_var, self.weight, self.bias
        momentum = self.momentum or 0.0
        y = F.instance_norm(batch, *stats, use_input_stats, momentum, self.eps)
        return y if batch is input else y[0]

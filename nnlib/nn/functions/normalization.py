"""Normalization of batches, samples, groups of channels and neighbouring channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...ops import matmul, mean, normalization, reshape, square
from ...ops.normalization import standardized
from ...ops.promotion import array, mixed, whole
from ...ops.reduction import floats
from ...quiet import silent
from ...tensor import Tensor, counter, holding, raw

__all__ = [
    "batch_norm",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
    "rms_norm",
]


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    r"""Normalize each channel to mean 0 and variance 1, then apply a factor and an offset.

    .. math:: y = \gamma\, \frac{x - \mu}{\sigma} + \beta, \quad \sigma^2 = v + \epsilon

    In training, μ and v are the mean and the variance of the batch.

    Parameters
    ----------
    input : (N, C) or (N, C, ...) float
        Values x.
    running_mean, running_var : (C,) float, optional
        Running averages of the mean and the unbiased variance (divided by n - 1). Training
        updates them in place. Otherwise, they are used as μ and v.
    weight, bias : (C,) float, optional
        Factor γ and offset β. Default: 1 and 0.
    training : bool
        If True, use the mean and the variance of the batch.
    momentum : float
        Weight of the batch in the new averages.
    eps : float
        Constant ε, which prevents division by 0.

    Returns
    -------
    (N, C, ...) float
        Values y; if x is channels-last in memory, so is y.

    Raises
    ------
    ValueError
        If a channel has only one element in training, or eps is out of range.
    RuntimeError
        If shapes or dtypes don't match, or ``training`` is False and the running averages are
        missing.

    Source: Ioffe and Szegedy (2015), algorithm 1; chapter "Batch and layer normalisation".

    >>> batch_norm(np.array([[1.0], [3.0]]), None, None, training=True, eps=1e-12)
    array([[-1.],
           [ 1.]])
    """
    x = array("batch_norm", input)
    averages = dict(running_mean=running_mean, running_var=running_var)
    _check_channels("batch_norm", x, **averages, weight=weight, bias=bias)
    if eps < 0 or (training and eps == 0):
        bound = "> 0 in training" if training else ">= 0"
        raise ValueError(f"batch_norm: expected eps {bound}, got {eps}")
    if not training:
        return _with_averages(input, running_mean, running_var, weight, bias, eps)
    if not x.size:
        return _affine(input, _along(weight, x.ndim), _along(bias, x.ndim))
    n = x.size // x.shape[1]
    _check_count("batch_norm", x.shape, n)
    y, mu, v = normalization.batch_norm(input, weight, bias, eps)
    _update(averages, momentum, mu, v * (n / (n - 1)))
    return y


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    r"""Normalize each sample over its last axes, then apply a factor and an offset.

    .. math:: y = \gamma\, \frac{x - \mu}{\sqrt{v + \epsilon}} + \beta

    Here, μ and v are the mean and the variance over the last axes.

    Parameters
    ----------
    input : (..., *normalized_shape) float
        Values x.
    normalized_shape : tuple of int
        Lengths of the last axes.
    weight, bias : normalized_shape float, optional
        Factor γ and offset β. Default: 1 and 0.
    eps : float
        Constant ε, which prevents division by 0.

    Returns
    -------
    (..., *normalized_shape) float

    Raises
    ------
    RuntimeError
        If the shape of the input doesn't end with normalized_shape, or shapes or dtypes don't
        match.

    Source: Ba et al. (2016), equation 4; chapter "Batch and layer normalisation".

    >>> layer_norm(np.array([[1.0, 3.0], [10.0, 30.0]]), (2,), eps=0.0)
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    x = array("layer_norm", input)
    _check_last("layer_norm", x, normalized_shape, weight=weight, bias=bias)
    shape = x.shape
    lead, last = shape[: -len(normalized_shape)], shape[-len(normalized_shape) :]
    slices = math.prod(lead), 1, math.prod(last)
    return standardized(input, slices, weight, bias, last, eps)


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize each group of neighbouring channels of each sample.

    The formula is the same as in ``layer_norm``, applied to all positions in a group of
    channels. Each channel has its own γ and β.

    Parameters
    ----------
    input : (N, C) or (N, C, ...) float
        Values x.
    num_groups : int
        Number of groups, which must divide C.
    weight, bias : (C,) float, optional
        Factor γ and offset β. Default: 1 and 0.
    eps : float
        Constant ε, which prevents division by 0.

    Returns
    -------
    (N, C, ...) float

    Raises
    ------
    RuntimeError
        If num_groups doesn't divide C, or shapes or dtypes don't match.
    ValueError
        If the whole batch contains only one element per group.

    Source: Wu and He (2018), equation 7; chapter "Batch and layer normalisation".

    >>> group_norm(np.array([[1.0, 3.0, 10.0, 30.0]]), 2, eps=0.0)
    array([[-1.,  1., -1.,  1.]])
    """
    x = array("group_norm", input)
    _check_channels("group_norm", x, weight=weight, bias=bias)
    N, C, G = *x.shape[:2], num_groups
    if G < 1 or C % G:
        raise RuntimeError(f"group_norm: expected num_groups to divide {C} channels, got {G}")
    _check_count("group_norm", x.shape, x.size // G)
    slices = N, G, math.prod(x.shape[1:]) // G
    return standardized(input, slices, weight, bias, (C,), eps)


@silent
def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize each channel of each sample to mean 0 and variance 1.

    Parameters
    ----------
    input : (N, C, L, ...) float
        Values x.
    running_mean, running_var, weight, bias, momentum, eps
        See ``batch_norm``. The running averages are also averaged over the samples.
    use_input_stats : bool
        If True, use the mean and the variance of each channel; otherwise, use the running
        averages.

    Returns
    -------
    (N, C, L, ...) float

    Raises
    ------
    ValueError
        If a channel has only one element, or only one of the averages is given.
    RuntimeError
        If shapes or dtypes don't match, or the averages are needed but missing.

    Source: Ulyanov et al. (2016), "Instance normalization".

    >>> instance_norm(np.array([[[1.0, 3.0], [10.0, 30.0]]]), eps=0.0)
    array([[[-1.,  1.],
            [-1.,  1.]]])
    """
    x = array("instance_norm", input)
    stats = dict(running_mean=running_mean, running_var=running_var)
    if (running_mean is None) != (running_var is None):
        raise ValueError("instance_norm: expected running_mean and running_var, got only one")
    if not use_input_stats:
        if running_mean is None:
            what = "running_mean and running_var with use_input_stats=False"
            raise RuntimeError(f"instance_norm: expected {what}, got None")
        return batch_norm(input, *stats.values(), weight, bias, False, momentum, eps)
    _check_channels("instance_norm", x, **stats, weight=weight, bias=bias)
    axes = tuple(range(2, x.ndim))
    _check_count("instance_norm", x.shape, math.prod(x.shape[2:]))
    if running_mean is not None:
        _update(stats, momentum, x.mean(axes).mean(0), x.var(axes, ddof=1).mean(0))
    slices = *x.shape[:2], math.prod(x.shape[2:])
    return standardized(input, slices, weight, bias, x.shape[1:2], eps)


def rms_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    eps: float | None = None,
) -> Tensor:
    r"""Divide by the root mean square over the last axes.

    .. math:: y = \gamma\, x / \sqrt{\textstyle\frac{1}{n} \sum x^2 + \epsilon}

    Arguments, result and errors are the same as in ``layer_norm``, but there is no bias, and
    the default of eps is the machine epsilon of the dtype.

    Source: Zhang and Sennrich (2019), equation 4.

    >>> rms_norm(np.array([1.0, 7.0]), (2,), eps=0.0)
    array([0.2, 1.4])
    """
    x = array("rms_norm", input)
    axes = _check_last("rms_norm", x, normalized_shape, weight=weight)
    eps = float(np.finfo(x.dtype).eps) if eps is None else eps
    return _affine(input * (mean(square(input), axes, True) + eps) ** -0.5, weight, None)


@whole("local_response_norm")
def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    r"""Divide by the magnitude of the neighbouring channels.

    .. math:: y_c = x_c \Bigl(k + \frac{\alpha}{n} \sum_{c'} x_{c'}^2\Bigr)^{-\beta}

    The sums over neighbouring channels are computed as a product with a matrix of zeros and
    ones.

    Parameters
    ----------
    input : (N, C, L, ...) float
        Values x.
    size : int
        Number n of neighbouring channels c' in the sum, centred at c.
    alpha, beta, k : float
        α, β and k.

    Returns
    -------
    (N, C, L, ...) float

    Raises
    ------
    ValueError
        If the input has fewer than 3 axes.
    RuntimeError
        If size isn't positive.

    Source: Krizhevsky et al. (2012), section 3.3, with α divided by n.

    >>> local_response_norm(np.array([[[3.0], [4.0]]]), 2, alpha=2.0, beta=0.5, k=0.0)
    array([[[1. ],
            [0.8]]])
    """
    x = array("local_response_norm", input)
    if x.ndim < 3:
        raise ValueError(f"local_response_norm: expected input (N, C, L, ...), got {x.shape}")
    if size < 1:
        raise RuntimeError(f"local_response_norm: expected size > 0, got {size}")
    if not x.size:
        return input
    near = [np.tri(x.shape[1], k=j, dtype=x.dtype) for j in ((size - 1) // 2, -(size // 2) - 1)]
    squares = reshape(square(input), (*x.shape[:2], math.prod(x.shape[2:])))
    total = reshape(matmul(near[0] - near[1], squares), x.shape)
    return input / (k + alpha / size * total) ** beta


def _with_averages(x: Any, mu: Any, v: Any, weight: Any, bias: Any, eps: float) -> Any:
    """Return x normalized with a given mean μ and variance v, as x a + b for each channel."""
    if mu is None or v is None:
        raise RuntimeError(
            "batch_norm: expected running_mean and running_var with training=False, got None"
        )
    a = 1 / np.sqrt(raw(v) + eps, dtype=raw(v).dtype)
    a = a if weight is None else weight * a
    b = -raw(mu) * a if bias is None else bias - raw(mu) * a
    return x * _along(a, raw(x).ndim) + _along(b, raw(x).ndim)


def _affine(y: Any, weight: Any, bias: Any) -> Any:
    """Return y · weight + bias, where weight and bias may be None."""
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def _update(averages: dict[str, Any], momentum: float, *new: np.ndarray) -> None:
    """Update running averages in place with new values."""
    for old, value in zip(averages.values(), new, strict=True):
        if old is not None:
            raw(old)[...] += momentum * (value - raw(old))
            if isinstance(old, Tensor):
                counter(old)[0] += 1


def _along(v: Any, ndim: int) -> Any:
    """Return channel values, reshaped to broadcast along axis 1; None remains None."""
    return None if v is None else v.reshape((-1,) + (1,) * (ndim - 2))


def _check_channels(name: str, x: np.ndarray, **parts: Any) -> None:
    """Raise an error if there is no channel axis, or the parameters don't match it."""
    if x.ndim < 2:
        raise RuntimeError(f"{name}: expected input (N, C, ...), got {x.shape}")
    _check_parts(name, x, x.shape[1:2], True, **parts)


def _check_last(
    name: str, x: np.ndarray, normalized_shape: Sequence[int], **parts: Any
) -> tuple[int, ...]:
    """Return the axes to normalize over, after checking their lengths."""
    try:
        shape = tuple(normalized_shape)
    except TypeError:
        kind = type(normalized_shape).__name__
        what = f"expected normalized_shape to be a tuple of ints, got {kind}"
        raise TypeError(f"{name}: {what}") from None
    if not shape or x.shape[-len(shape) :] != shape:
        what = f"an input whose shape ends in {shape}"
        raise RuntimeError(f"{name}: expected {what}, got {x.shape}")
    _check_parts(name, x, shape, **parts)
    return tuple(range(x.ndim - len(shape), x.ndim))


def _check_parts(
    name: str, x: np.ndarray, shape: tuple[int, ...], by_channel: bool = False, **parts: Any
) -> None:
    """Raise an error if the input isn't floating-point, or the parameters don't match it."""
    if x.dtype.kind != "f":
        floats(name, x)  # this raises the error
    for key, v in parts.items():
        if v is not None and (raw(v).shape != shape or raw(v).dtype != x.dtype):
            v = raw(v)
            if v.shape == shape:
                raise mixed(name, v.dtype, input=holding(x), **{key: v})
            what, got = f"{key} {shape} for input {x.shape}", str(v.shape)
            if by_channel and v.ndim == 1:
                what, got = f"input with {len(v)} channels", f"{shape[0]} in {x.shape}"
            raise RuntimeError(f"{name}: expected {what}, got {got}")


def _check_count(name: str, shape: tuple[int, ...], n: int) -> None:
    """Raise ValueError if each variance would be computed from a single element."""
    if n == 1:
        remedy = "; use a larger batch, or eval() for predictions" * (name == "batch_norm")
        what = "more than 1 element for each mean and variance"
        raise ValueError(f"{name}: expected {what}, got input {shape}{remedy}")

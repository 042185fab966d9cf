"""Layers and losses as functions; usually imported as ``F``.

Arrays in, arrays out; with any Tensor among the arguments, a Tensor out.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..ops import (
    linear,
    log_softmax,
    mean,
    one_hot,
    relu,
    sigmoid,
    softmax,
    softplus,
    squeeze,
    sum,
    tanh,
    where,
)
from ..ops.indexing import check_range, gather
from ..tensor import Tensor, raw

__all__ = [
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "linear",
    "log_softmax",
    "mse_loss",
    "nll_loss",
    "one_hot",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "tanh",
]


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    r"""Negative log-likelihood of the target classes, straight from the scores.

    .. math:: L = -\frac{1}{N} \sum_n \log \mathrm{softmax}(z_n)_{t_n}

    With smoothing s the target is not one class but the distribution
    :math:`q = (1 - s)\,\mathrm{onehot}(t) + s / C`, and
    :math:`L_n = -\sum_c q_{nc} \log \mathrm{softmax}(z_n)_c`.

    Parameters
    ----------
    input : (N, C), (N, C, ...) or (C,) float
        Unnormalised scores z; softmax is applied here, not by the caller.
    target : (N,), (N, ...) or () int, or float of the shape of input
        Class indices t in [0, C), or a probability for each class.
    weight : (C,) float, optional
        How much each class counts; the mean is then weighted by the targets' weights.
    ignore_index : int
        Examples with this class index count for nothing.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of the examples.
    label_smoothing : float in [0, 1]
        The share s that is spread over all classes.

    Returns
    -------
    float, or the shape of the class indices for "none"
        Loss in nats, for "mean" per example; NaN if no example counts.

    Raises
    ------
    RuntimeError
        If the shapes disagree, or the targets have another dtype.
    ValueError
        If reduction or label_smoothing is unknown or out of range, or the batch sizes
        disagree.
    IndexError
        If a class index is outside [0, C).

    Source: Goodfellow et al. (2016), section 6.2.2.3; chapter "The softmax classifier".

    >>> round(float(cross_entropy(np.zeros((2, 10)), np.array([3, 7]))), 4)  # log(10)
    2.3026
    """
    z, t = raw(input), raw(target)
    dim = _class_axis("cross_entropy", z)
    if not 0 <= label_smoothing <= 1:
        raise ValueError(
            f"cross_entropy: expected label_smoothing in [0, 1], got {label_smoothing}"
        )
    log_p = log_softmax(input, dim)
    if t.shape == z.shape:
        return _cross_entropy_of_probabilities(
            log_p, target, weight, reduction, label_smoothing
        )
    loss = _nll("cross_entropy", log_p, target, weight, ignore_index, reduction)
    if label_smoothing == 0:
        return loss
    smooth = _spread_loss(log_p, t, weight, ignore_index, reduction)
    return (1 - label_smoothing) * loss + label_smoothing / z.shape[dim] * smooth


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    r"""Negative log-likelihood of the target classes, from log-probabilities.

    .. math:: L = -\frac{1}{N} \sum_n \ell_{n, t_n}

    Parameters
    ----------
    input : (N, C), (N, C, ...) or (C,) float
        Logarithms of probabilities, as ``log_softmax`` gives them.
    target, weight, ignore_index, reduction
        As in ``cross_entropy``, with class indices.

    Returns
    -------
    float, or the shape of target for "none"
        Loss in nats, for "mean" per example; NaN if no example counts.

    Raises
    ------
    RuntimeError, ValueError, IndexError
        As ``cross_entropy``.

    Source: Goodfellow et al. (2016), section 5.5; chapter "The softmax classifier".

    >>> float(nll_loss(np.log([[0.5, 0.5]]), np.array([1]), reduction="sum") / np.log(2))
    1.0
    """
    return _nll("nll_loss", input, target, weight, ignore_index, reduction)


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    r"""Squared error.

    .. math:: L = \frac{1}{n} \sum_i (x_i - t_i)^2

    Parameters
    ----------
    input, target : (...) float
        Predictions x and targets t, of one shape; torch would broadcast, with a warning.
    reduction : {"mean", "sum", "none"}
        What becomes of the n squared errors.

    Returns
    -------
    float, or the shape of input for "none"
        Loss in squared units of input.

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    Source: Goodfellow et al. (2016), section 5.1.4; chapter "Losses and outputs".

    >>> float(mse_loss(np.array([1.0, 2.0]), np.array([0.0, 0.0])))
    2.5
    """
    _check_same_shape("mse_loss", input, target)
    error = input - target
    return _reduced("mse_loss", error * error, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    r"""Negative log-likelihood of two classes, straight from one score for each example.

    .. math:: L_n = -t_n \log \sigma(z_n) - (1 - t_n) \log (1 - \sigma(z_n))

    computed as :math:`(1 - t) z + \mathrm{softplus}(-z)`, which cannot overflow.

    Parameters
    ----------
    input : (...) float
        Scores z (log odds).
    target : (...) float
        Probabilities t of the class 1, of the shape of input.
    weight : float, broadcast to input, optional
        How much each loss counts; the mean still divides by the number of losses.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.
    pos_weight : float, broadcast to input, optional
        Factor of the first term.

    Returns
    -------
    float, or the shape of input for "none"
        Loss in nats.

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    Source: Goodfellow et al. (2016), section 6.2.2.2; chapter "Losses and outputs".

    >>> float(binary_cross_entropy_with_logits(np.array([0.0]), np.array([1.0])) / np.log(2))
    1.0
    """
    name = "binary_cross_entropy_with_logits"
    _check_same_shape(name, input, target)
    factor = 1.0 if pos_weight is None else 1 + (pos_weight - 1) * target
    each = (1 - target) * input + factor * softplus(-input)
    return _reduced(name, each if weight is None else each * weight, reduction)


def _nll(
    name: str, log_p: Any, target: Any, weight: Any, ignore_index: int, reduction: str
) -> Any:
    """The negative log-likelihood, on behalf of the function of that name."""
    dim, t = _class_axis(name, raw(log_p)), raw(target)
    _check_targets(name, raw(log_p).shape, dim, t)
    counts = t != ignore_index
    classes = np.where(counts, t, 0)
    check_range(name, classes, raw(log_p).shape[dim])
    each = -squeeze(gather(log_p, dim, np.expand_dims(classes, dim)), dim)
    if weight is None and counts.all():
        return _reduced(name, each, reduction)
    w = _weights(classes, counts, weight, raw(log_p).dtype)
    return _reduced(name, where(counts, each, 0.0) * w, reduction, w.sum())


def _weights(classes: np.ndarray, counts: np.ndarray, weight: Any, dtype: Any) -> np.ndarray:
    """How much each example counts: the weight of its class, 0 for an ignored one."""
    w = counts.astype(dtype)
    return w if weight is None else w * raw(weight).astype(dtype)[classes]


def _spread_loss(log_p: Any, t: np.ndarray, weight: Any, ignore: int, reduction: str) -> Any:
    """The part of a smoothed cross-entropy that all classes share."""
    x = raw(log_p)
    dim, counts = _class_axis("cross_entropy", x), t != ignore
    w = _weights(np.where(counts, t, 0), counts, weight, x.dtype)
    each = where(counts, -sum(log_p * _along(weight, x, dim), dim), 0.0)
    return _reduced("cross_entropy", each, reduction, w.sum())


def _cross_entropy_of_probabilities(
    log_p: Any, target: Any, weight: Any, reduction: str, smoothing: float
) -> Any:
    """The cross-entropy from a distribution over the classes of each example."""
    x, t = raw(log_p), raw(target)
    if t.dtype.kind != "f":
        raise RuntimeError(
            f"cross_entropy: expected class indices {_without(x.shape, _class_axis('', x))} or "
            f"probabilities {x.shape} of a floating-point dtype, got {t.dtype} {t.shape}"
        )
    dim = _class_axis("cross_entropy", x)
    q = target * (1 - smoothing) + smoothing / x.shape[dim]
    each = -sum(log_p * q * _along(weight, x, dim), dim)
    return _reduced("cross_entropy", each, reduction, math.prod(_without(x.shape, dim)))


def _along(weight: Any, x: np.ndarray, dim: int) -> Any:
    """The weights of the classes, along the axis of the classes; 1 without weights."""
    if weight is None:
        return 1.0
    return raw(weight).astype(x.dtype).reshape((-1,) + (1,) * (x.ndim - 1 - dim))


def _reduced(name: str, each: Any, reduction: str, total: float | None = None) -> Any:
    """The losses of the examples, reduced; a mean divides by total, or by their number."""
    if reduction == "none":
        return each
    if reduction == "sum":
        return sum(each)
    if reduction == "mean":
        return mean(each) if total is None else sum(each) / (float(total) or math.nan)
    raise ValueError(f"{name}: expected reduction mean, sum or none, got {reduction!r}")


def _class_axis(name: str, z: np.ndarray) -> int:
    """The axis of the classes: the second, or the only one."""
    if z.ndim == 0:
        raise RuntimeError(f"{name}: expected input (N, C) or (C,), got a single number")
    return min(z.ndim - 1, 1)


def _without(shape: tuple[int, ...], dim: int) -> tuple[int, ...]:
    """A shape without one axis."""
    return shape[:dim] + shape[dim + 1 :]


def _check_targets(name: str, shape: tuple[int, ...], dim: int, t: np.ndarray) -> None:
    """Refuse class indices of another shape or dtype than the scores ask for."""
    expected = _without(shape, dim)
    if t.dtype.kind not in "iu":
        raise RuntimeError(
            f"{name}: expected integer class indices {expected}, got {t.dtype} {t.shape}"
        )
    if t.shape == expected:
        return
    kind = ValueError if t.ndim == len(expected) else RuntimeError
    raise kind(
        f"{name}: expected input (N, C, ...) and target (N, ...), so target {expected} "
        f"for input {shape}, got {t.shape}"
    )


def _check_same_shape(name: str, input: Any, target: Any) -> None:
    """Refuse a target that would be broadcast: it is nearly always a forgotten axis."""
    if raw(input).shape != raw(target).shape:
        raise ValueError(
            f"{name}: expected target of input's shape {raw(input).shape}, "
            f"got {raw(target).shape}"
        )

"""Classification losses: cross-entropy and negative log-likelihood."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...graph import record
from ...ops import log_softmax, sum, where
from ...ops.indexing import check_range, overwritten
from ...ops.promotion import array, mixed
from ...quiet import silent
from ...tensor import Tensor, raw
from .shared import check_reduction, floats, reduced

__all__ = ["cross_entropy", "nll_loss"]


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    r"""Compute the negative log-likelihood of the target classes from scores.

    .. math:: L = -\frac{1}{N} \sum_n \log \mathrm{softmax}(z_n)_{t_n}

    If the smoothing s isn't 0, the target is the distribution
    :math:`q = (1 - s)\,\mathrm{onehot}(t) + s / C` instead of a single class, and
    :math:`L_n = -\sum_c q_{nc} \log \mathrm{softmax}(z_n)_c`.

    Parameters
    ----------
    input : (N, C), (N, C, ...) or (C,) float
        Unnormalized scores z. Don't apply softmax to them, because this function does.
    target : (N,), (N, ...) or () int, or float of the shape of input
        Class indices t in [0, C), or a probability for each class.
    weight : (C,) float, optional
        Weight of each class. For class indices, the mean divides by the sum of their weights.
    ignore_index : int
        Ignore all examples with this class index; only for class indices.
    reduction : {"mean", "sum", "none"}
        How to reduce the losses of the examples.
    label_smoothing : float in [0, 1]
        Fraction s of the probability to distribute evenly over all classes.

    Returns
    -------
    () float; for "none", float with the shape of the class indices
        Loss in nats; for "mean", per example, and NaN if all examples are ignored.

    Raises
    ------
    RuntimeError
        If the shapes don't match, targets or weights have the wrong dtype, or label_smoothing
        is out of range.
    ValueError
        If the reduction is unknown, or the batch sizes differ.
    IndexError
        If a class index is outside [0, C).

    Source: Goodfellow et al. (2016), section 6.2.2.3; chapter "Softmax regression".

    >>> round(float(cross_entropy(np.zeros((2, 10)), np.array([3, 7]))), 4)  # log(10)
    2.3026
    """
    name = "cross_entropy"
    z, t = array(name, input, "input"), array(name, target, "target")
    dim = _class_axis(name, z)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"{name}: expected label_smoothing in [0, 1], got {label_smoothing}")
    log_p = log_softmax(input, dim)
    w = _class_weights(name, weight, raw(log_p), dim)
    if t.shape == z.shape:
        if ignore_index >= 0 and t.dtype.kind == "f":
            what = "no ignore_index, because the targets are probabilities"
            raise RuntimeError(f"{name}: expected {what}, got {ignore_index}")
        return _of_probabilities(log_p, target, w, reduction, label_smoothing)
    loss = _nll(name, log_p, target, w, ignore_index, reduction)
    if label_smoothing == 0:
        return loss
    smooth = _of_all_classes(log_p, t, w, ignore_index, reduction)
    return (1 - label_smoothing) * loss + label_smoothing / z.shape[dim] * smooth


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    r"""Compute the negative log-likelihood of the target classes from log-probabilities.

    .. math:: L = -\frac{1}{N} \sum_n \ell_{n, t_n}

    Parameters
    ----------
    input : (N, C), (N, C, ...) or (C,) float
        Logarithms of probabilities, such as the result of ``log_softmax``.
    target, weight, ignore_index, reduction
        See ``cross_entropy``, which also lists the errors. Targets must be class indices.

    Returns
    -------
    () float; for "none", float with the shape of target
        Loss in nats; for "mean", per example, and NaN if all examples are ignored.

    Source: Goodfellow et al. (2016), section 5.5; chapter "Softmax regression".

    >>> float(nll_loss(np.array([[-1.0, -3.0]]), np.array([1]), reduction="sum"))
    3.0
    """
    x = floats("nll_loss", input)
    w = _class_weights("nll_loss", weight, x, _class_axis("nll_loss", x))
    return _nll("nll_loss", input, target, w, ignore_index, reduction)


@silent
def _nll(name: str, log_p: Any, target: Any, w: Any, ignore_index: int, reduction: str) -> Any:
    """Return the negative log-likelihood of the targets; ``name`` is used in error messages.

    The derivative is minus the weight of the example at its target class, and 0 elsewhere.
    """
    x, t = raw(log_p), array(name, target, "target")
    shape, dim = x.shape, _class_axis(name, x)
    _check_targets(name, shape, dim, t)
    check_reduction(name, reduction)
    counts = t != ignore_index
    weights, total, ignored = None, t.size, None if counts.all() else ignore_index
    if w is not None or ignored is not None:
        weights = _example_weights(t, counts, w, x.dtype)
        total = float(weights.sum())
    _check_classes(name, t if weights is None else t[counts], shape[dim])
    y = -x[_target_index(t, ignored, dim)]
    if weights is not None:
        y = np.where(counts, y, 0) * weights
    if reduction == "mean":
        weights = (1.0 if weights is None else weights) / (total or 1)
        y = y.sum() / (total or math.nan)
    elif reduction == "sum":
        y = y.sum()
    return record(
        np.asarray(y, x.dtype),
        dict(p=log_p, target=target, weights=1.0 if weights is None else weights),
        name=name,
        p=lambda g, target, weights: overwritten(
            np.zeros(shape, g.dtype), _target_index(raw(target), ignored, dim), g * -weights
        ),
    )


def _target_index(t: np.ndarray, ignored: int | None, dim: int) -> tuple[np.ndarray, ...]:
    """Return the advanced index that selects the target class along ``dim``."""
    axes = [
        np.arange(n).reshape((-1,) + (1,) * (t.ndim - 1 - i)) for i, n in enumerate(t.shape)
    ]
    axes.insert(dim, t if ignored is None else np.where(t == ignored, 0, t))
    return tuple(axes)


def _example_weights(t: np.ndarray, counts: np.ndarray, w: Any, dtype: Any) -> np.ndarray:
    """Return the weight of each example: its class weight, or 0 if it is ignored."""
    included = counts.astype(dtype)
    return included if w is None else included * w[np.where(counts, t, 0)]


def _of_all_classes(log_p: Any, t: np.ndarray, w: Any, ignore: int, reduction: str) -> Any:
    """Return the loss summed over all classes, the term that label smoothing adds."""
    x = raw(log_p)
    dim, counts = _class_axis("cross_entropy", x), t != ignore
    each = where(counts, -sum(log_p * _along(w, x, dim), dim), 0.0)
    total = _example_weights(t, counts, w, x.dtype).sum()
    return reduced("cross_entropy", each, reduction, total)


def _of_probabilities(log_p: Any, target: Any, w: Any, reduction: str, smoothing: float) -> Any:
    """Return the cross-entropy for targets that are class probabilities."""
    x, t = raw(log_p), raw(target)
    dim = _class_axis("cross_entropy", x)
    if t.dtype.kind != "f":
        remedy = f"turn a one-hot target into indices with .argmax({dim})"
        if x.ndim == 1:
            remedy = "the input needs one score for each class, (N, C)"
        raise RuntimeError(
            f"cross_entropy: expected class indices {_without(x.shape, dim)} or "
            f"probabilities {x.shape} of a floating-point dtype, got {t.dtype} {t.shape}; "
            f"{remedy}"
        )
    q = target * (1 - smoothing) + smoothing / x.shape[dim]
    each = -sum(log_p * q * _along(w, x, dim), dim)
    return reduced("cross_entropy", each, reduction, math.prod(_without(x.shape, dim)))


def _class_weights(name: str, weight: Any, x: np.ndarray, dim: int) -> np.ndarray | None:
    """Return the weights of the classes as an array, or None."""
    if weight is None:
        return None
    w = array(name, weight, "weight")
    if w.shape != (x.shape[dim],):
        what = f"weight ({x.shape[dim]},), with one element for each class"
        raise RuntimeError(f"{name}: expected {what}, got {w.shape}")
    if w.dtype != x.dtype:
        raise mixed(name, x.dtype, input=x, weight=weight)
    return w


def _along(w: np.ndarray | None, x: np.ndarray, dim: int) -> Any:
    """Return the class weights, shaped to broadcast along the class axis, or 1."""
    return 1.0 if w is None else w.reshape((-1,) + (1,) * (x.ndim - 1 - dim))


def _class_axis(name: str, z: np.ndarray) -> int:
    """Return the class axis: 1, or 0 for a single example."""
    if z.ndim == 0:
        raise RuntimeError(f"{name}: expected input (N, C) or (C,), got a single number")
    return min(z.ndim - 1, 1)


def _without(shape: tuple[int, ...], dim: int) -> tuple[int, ...]:
    """Return a shape without one of its axes."""
    return shape[:dim] + shape[dim + 1 :]


def _check_targets(name: str, shape: tuple[int, ...], dim: int, t: np.ndarray) -> None:
    """Raise an error if class indices have the wrong shape or dtype."""
    expected = _without(shape, dim)
    if t.dtype.kind not in "iu":
        remedy = "convert the target with .long()"
        if t.ndim > len(shape):
            remedy = "pass the scores before the target"
        elif t.shape == shape:
            remedy = f"turn a one-hot target into indices with .argmax({dim})"
        raise RuntimeError(
            f"{name}: expected integer class indices {expected}, got {t.dtype} {t.shape}; "
            f"{remedy}"
        )
    if t.shape == expected:
        return
    remedy = ""
    if t.shape == (*expected, 1):
        remedy = "; remove its last axis with .squeeze(-1)"
    elif t.shape == shape[:-1]:
        remedy = "; move the classes to axis 1 with input.movedim(-1, 1)"
    kind = RuntimeError if t.shape[:1] == expected[:1] else ValueError
    raise kind(
        f"{name}: expected target {expected} for input {shape}, that is, (N, ...) for "
        f"(N, C, ...), got {t.shape}{remedy}"
    )


def _check_classes(name: str, t: np.ndarray, C: int) -> None:
    """Raise IndexError for a class index outside [0, C)."""
    try:
        check_range(name, t, C)
    except IndexError as error:
        from_one = t.min() == 1 and t.max() == C
        remedy = f"input has {C} classes"
        if from_one:
            remedy = "subtract 1 from labels that start at 1"
        raise IndexError(f"{error}; {remedy}") from None

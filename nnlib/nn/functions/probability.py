"""Losses for predicted probabilities: binary cross-entropy and KL divergence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...graph import record
from ...ops import add, clamp, exp, log, maximum, mul, softplus, sub, sum, xlogy
from ...ops.promotion import array, mixed
from ...tensor import Tensor, raw
from .shared import broadcast_shape, check_pair, check_reduction, floats, reduced

__all__ = ["binary_cross_entropy", "binary_cross_entropy_with_logits", "kl_div"]


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean"
) -> Tensor:
    r"""Compute the negative log-likelihood of two classes from the probability of class 1.

    .. math:: L_n = -t_n \log p_n - (1 - t_n) \log (1 - p_n)

    As in torch, logarithms are clamped to at least -100, and p (1 - p) in the derivative
    (p - t) / (p (1 - p)) to at least 1e-12. The derivative with respect to t is infinite at
    p = 0 and p = 1. ``binary_cross_entropy_with_logits`` avoids these problems.

    Parameters
    ----------
    input : (...) float in [0, 1]
        Probabilities p of class 1.
    target : (...) float in [0, 1]
        Target probabilities t, with the same shape as input.
    weight : float, broadcast to input, optional
        Weight of each loss. The mean still divides by the number of losses.
    reduction : {"mean", "sum", "none"}
        How to reduce the losses.

    Returns
    -------
    () float; for "none", float with the shape of input
        Loss in nats, at most 100 for each example.

    Raises
    ------
    ValueError
        If the shapes differ, or the reduction is unknown.
    RuntimeError
        If the dtypes differ or aren't floating-point, a probability is outside [0, 1], or the
        weight doesn't broadcast.

    Source: Goodfellow et al. (2016), section 6.2.2.2; chapter "Loss functions".

    >>> round(float(binary_cross_entropy(np.array([0.5]), np.array([1.0])) / np.log(2)), 6)
    1.0
    """
    name = "binary_cross_entropy"
    _check_probabilities(name, input, target)
    p, t = array(name, input), raw(target)
    for what, values in (("input", p), ("target", t)):
        if not ((values >= 0) & (values <= 1)).all():
            invalid = values[~((values >= 0) & (values <= 1))][0]
            hint = "; apply sigmoid() first" if what == "input" else ""
            raise RuntimeError(f"{name}: expected {what} in [0, 1], got {invalid:g}{hint}")
    if weight is not None:
        broadcast_shape(name, input, weight)
    each = record(
        -t * _log(p) - (1 - t) * _log(1 - p),
        dict(p=input, t=target),
        name=name,
        p=lambda g, p, t: g * (p - t) / maximum(p * (1 - p), 1e-12),
        t=lambda g, p: g * (log(1 - p) - log(p)),
    )
    return reduced(name, each if weight is None else mul(each, weight), reduction)


def _log(p: Any) -> Any:
    """Return log p, clamped to at least -100."""
    with np.errstate(divide="ignore"):
        return clamp(log(p), min=-100)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    r"""Compute the negative log-likelihood of two classes from the log odds of class 1.

    .. math:: L_n = -t_n \log \sigma(z_n) - (1 - t_n) \log (1 - \sigma(z_n))

    We compute it as :math:`(1 - t) z + \mathrm{softplus}(-z)`, which can't overflow.

    Parameters
    ----------
    input : (...) float
        Scores z (log odds).
    target : (...) float
        Target probabilities t of class 1, with the same shape as input.
    weight : float, broadcast to input, optional
        Weight of each loss. The mean still divides by the number of losses.
    reduction : {"mean", "sum", "none"}
        How to reduce the losses.
    pos_weight : float, broadcast to input, optional
        Factor for the first term.

    Returns
    -------
    () float; for "none", float with the shape of input
        Loss in nats.

    Raises
    ------
    ValueError
        If the shapes differ, or the reduction is unknown.
    RuntimeError
        If the dtypes differ or aren't floating-point, or a weight doesn't broadcast.

    Source: Goodfellow et al. (2016), section 6.2.2.2; chapter "Loss functions".

    >>> float(binary_cross_entropy_with_logits(np.array([0.0]), np.array([1.0])) / np.log(2))
    1.0
    """
    name = "binary_cross_entropy_with_logits"
    _check_probabilities(name, input, target)
    for w in (weight, pos_weight):
        if w is not None:
            broadcast_shape(name, input, w)
    cost = softplus(-input, threshold=math.inf)
    if pos_weight is not None:
        cost = mul(add(mul(sub(pos_weight, 1), target), 1), cost)
    each = add(mul(sub(1, target), input), cost)
    return reduced(name, each if weight is None else mul(each, weight), reduction)


def kl_div(
    input: Tensor, target: Tensor, *, reduction: str = "mean", log_target: bool = False
) -> Tensor:
    r"""Compute the KL divergence D(t ‖ p) of true probabilities t from predicted ones p.

    .. math:: L = \sum_i t_i (\log t_i - x_i)

    Parameters
    ----------
    input : (...) float
        Logarithms x of the predicted probabilities p.
    target : (...) float
        True probabilities t, or their logarithms; the shapes broadcast. A term with t = 0 is
        0, and its derivative with respect to t is NaN, as in torch.
    reduction : {"mean", "batchmean", "sum", "none"}
        How to reduce the terms. "batchmean" divides their sum by N, which gives the divergence
        per example.
    log_target : bool
        If True, target contains logarithms.

    Returns
    -------
    () float; for "none", float with the common shape
        Divergence in nats.

    Raises
    ------
    ValueError
        If the reduction is unknown.
    RuntimeError
        If the shapes don't broadcast, or a dtype isn't floating-point.

    Source: Goodfellow et al. (2016), equation 3.50; chapter "Loss functions".

    >>> p = np.array([[0.5, 0.5]])
    >>> float(kl_div(np.log(p), p, reduction="batchmean"))
    0.0
    """
    x, t = floats("kl_div", input), floats("kl_div", target)
    broadcast_shape("kl_div", x, t)
    check_reduction("kl_div", reduction, "batchmean")
    if log_target:
        each = mul(exp(target), sub(target, input))
    else:
        each = sub(xlogy(target, target), mul(target, input))
    if reduction != "batchmean":
        return reduced("kl_div", each, reduction)
    return sum(each) / (x.shape[0] or math.nan) if x.ndim else sum(each)


def _check_probabilities(name: str, input: Any, target: Any) -> None:
    """Raise an error if input and target differ in shape or dtype."""
    check_pair(name, input, target)
    x, t = floats(name, input), raw(target)
    if x.dtype != t.dtype:
        raise mixed(name, x.dtype, input=input, target=target)

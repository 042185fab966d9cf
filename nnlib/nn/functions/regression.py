"""Losses of regression: squared and absolute errors, Poisson and Gaussian likelihoods."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...ops import abs, add, div, exp, log, mul, square, sub, unsqueeze, where
from ...ops.promotion import array
from ...tensor import Tensor, raw
from .shared import broadcast_shape, check_pair, check_reduction, reduced, weighted

__all__ = [
    "gaussian_nll_loss",
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
]


def mse_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    r"""Return the squared error.

    .. math:: L = \frac{1}{n} \sum_i (x_i - t_i)^2

    Parameters
    ----------
    input, target : (...) float
        Predictions x and targets t, of one shape; torch would broadcast, with a warning.
    reduction : {"mean", "sum", "none"}
        What becomes of the n squared errors.
    weight : (...) float, optional
        How much each error counts; the mean then divides by the sum of the weights.

    Returns
    -------
    float, or the shape of input for "none"
        Loss in squared units of input.

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.
    RuntimeError
        If neither input nor target is floating-point.

    Source: Goodfellow et al. (2016), section 5.1.4; chapter "Losses and outputs".

    >>> float(mse_loss(np.array([1.0, 2.0]), np.array([0.0, 0.0])))
    2.5
    """
    check_pair("mse_loss", input, target)
    return weighted("mse_loss", square(sub(input, target)), weight, reduction)


def l1_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    r"""Return the absolute error, which large errors move less than the squared one.

    .. math:: L = \frac{1}{n} \sum_i |x_i - t_i|

    Arguments, result and errors are those of ``mse_loss``, the loss being in units of input;
    the slope at an error of 0 is 0.

    Source: Goodfellow et al. (2016), section 6.2.1; chapter "Losses and outputs".

    >>> float(l1_loss(np.array([1.0, 2.0]), np.array([0.0, 0.0])))
    1.5
    """
    check_pair("l1_loss", input, target)
    return weighted("l1_loss", abs(sub(input, target)), weight, reduction)


def smooth_l1_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", beta: float = 1.0
) -> Tensor:
    r"""Return the absolute error with its corner at 0 rounded: squared below beta.

    .. math:: L_i = e_i^2 / (2 β) \text{ for } e_i < β
        \text{, else } e_i - β / 2, \quad e_i = |x_i - t_i|

    Parameters
    ----------
    input, target, reduction
        As in ``mse_loss``.
    beta : float
        The error β at which the parabola ends; 0 gives ``l1_loss``.

    Returns
    -------
    float, or the shape of input for "none"
        Loss in units of input.

    Raises
    ------
    ValueError
        As ``mse_loss``.
    RuntimeError
        Also if beta is negative.

    Source: Girshick (2015), equation 3.

    >>> float(smooth_l1_loss(np.array([0.5, 2.0]), np.array([0.0, 0.0]), reduction="sum"))
    1.625
    """
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss: expected beta >= 0, got {beta}")
    check_pair("smooth_l1_loss", input, target)
    e = abs(sub(input, target))
    if beta > 0:
        e = where(e < beta, square(e) / (2 * beta), e - beta / 2)
    return reduced("smooth_l1_loss", e, reduction)


def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    r"""Return delta times ``smooth_l1_loss``: squared errors below delta, straight lines above.

    .. math:: L_i = e_i^2 / 2 \text{ for } e_i \le δ
        \text{, else } δ (e_i - δ / 2), \quad e_i = |x_i - t_i|

    Parameters
    ----------
    input, target, reduction
        As in ``mse_loss``.
    delta : float
        The error δ at which the parabola ends.
    weight : (...) float, optional
        How much each error counts; the mean still divides by their number, as in torch.

    Returns
    -------
    float, or the shape of input for "none"
        Loss in squared units of input.

    Raises
    ------
    ValueError
        As ``mse_loss``.
    RuntimeError
        Also if delta is not positive.

    Source: Huber (1964), section 4; chapter "Losses and outputs".

    >>> float(huber_loss(np.array([0.5, 2.0]), np.array([0.0, 0.0]), reduction="sum"))
    1.625
    """
    if not delta > 0:
        raise RuntimeError(f"huber_loss: expected delta > 0, got {delta}")
    check_pair("huber_loss", input, target)
    e = abs(sub(input, target))
    each = where(e <= delta, square(e) / 2, delta * (e - delta / 2))
    return weighted("huber_loss", each, weight, reduction, by_weight=False)


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    *,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Tensor:
    r"""Return the negative log-likelihood of counts, from rates or their logarithms.

    .. math:: L_i = e^{x_i} - t_i x_i \quad\text{or}\quad L_i = x_i - t_i \log(x_i + ε)

    Parameters
    ----------
    input, target : (...) float
        Logarithms of rates x, or rates, and counts t; the shapes broadcast.
    log_input : bool
        Whether x is a logarithm.
    full : bool
        Add log t!, by Stirling's formula, where t > 1.
    eps : float
        Keeps the logarithm of a rate of 0 finite.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Returns
    -------
    float, or the common shape for "none"
        Loss in nats.

    Raises
    ------
    ValueError
        If the reduction is unknown.
    RuntimeError
        If the shapes do not broadcast.

    Source: McCullagh and Nelder (1989), chapter 6.

    >>> float(poisson_nll_loss(np.array([0.0]), np.array([3.0])))
    1.0
    """
    broadcast_shape("poisson_nll_loss", input, target)
    if log_input:
        each = sub(exp(input), mul(target, input))
    else:
        each = sub(input, mul(target, log(add(input, eps))))
    if full:
        t = where(raw(target) > 1, target, 1.0)
        stirling = t * log(t) - t + 0.5 * log(2 * math.pi * t)
        each = each + where(raw(target) > 1, stirling, 0.0)
    return reduced("poisson_nll_loss", each, reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    r"""Return the negative log-likelihood of numbers, from means and variances.

    .. math:: L_i = \tfrac12 \Big( \log v_i + \frac{(x_i - t_i)^2}{v_i} \Big)

    Parameters
    ----------
    input, target : (...) float
        Means x and numbers t; the shapes broadcast.
    var : (...) float, or one float
        Variances v, of the shape of input, or without its last axis, or with one axis of
        length 1.
    full : bool
        Add ½ log 2π.
    eps : float
        The least variance that counts; a smaller one keeps its slope.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Returns
    -------
    float, or the common shape for "none"
        Loss in nats.

    Raises
    ------
    ValueError
        If a variance is negative or var has another shape, or the reduction is unknown.
    RuntimeError
        If input and target do not broadcast.

    Source: Nix and Weigend (1994), equation 3; chapter "Losses and outputs".

    >>> float(gaussian_nll_loss(np.array([1.0]), np.array([3.0]), np.array([1.0])))
    2.0
    """
    broadcast_shape("gaussian_nll_loss", input, target)
    check_reduction("gaussian_nll_loss", reduction)
    x = array("gaussian_nll_loss", input)
    if isinstance(var, (int, float)):
        var = np.full(x.shape, var, x.dtype)
    if np.any(raw(var) < 0):
        raise ValueError("gaussian_nll_loss: expected var >= 0, got a negative variance")
    v = _fitted(var, x.shape)
    v = add(v, np.maximum(raw(v), eps) - raw(v))  # clamped to eps, but the derivative stays 1
    each = 0.5 * (log(v) + div(square(sub(input, target)), v))
    if full:
        each = each + 0.5 * math.log(2 * math.pi)
    return reduced("gaussian_nll_loss", each, reduction)


def _fitted(var: Any, shape: tuple[int, ...]) -> Any:
    """Return the variances with as many axes as an input of this shape."""
    given = raw(var).shape
    if given == shape:
        return var
    if given == shape[:-1]:
        return unsqueeze(var, -1)
    differ = [n for m, n in zip(shape, given, strict=False) if m != n]
    if len(given) == len(shape) and differ == [1]:
        return var
    raise ValueError(
        f"gaussian_nll_loss: expected var {shape} or {shape[:-1]} or with one axis of "
        f"length 1, got {given}"
    )

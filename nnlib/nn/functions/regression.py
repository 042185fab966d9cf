"""Regression losses: squared and absolute errors."""

from __future__ import annotations

from ...ops import abs, square, sub, where
from ...tensor import Tensor
from .shared import check_pair, reduced, weighted

__all__ = ["huber_loss", "l1_loss", "mse_loss", "smooth_l1_loss"]


def mse_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    r"""Compute the mean squared error.

    .. math:: L = \frac{1}{n} \sum_i (x_i - t_i)^2

    Parameters
    ----------
    input, target : (...) float
        Predictions x and targets t, of the same shape. Different shapes are broadcast with a
        warning, as in torch, because (N, 1) and (N,) would give (N, N) errors.
    reduction : {"mean", "sum", "none"}
        How to reduce the n squared errors.
    weight : (...) float, optional
        Weight of each error. The mean then divides by the sum of the weights.

    Returns
    -------
    () float; for "none", float with the shape of input
        Loss in squared units of input.

    Raises
    ------
    ValueError
        If the reduction is unknown, or weight and input differ in shape.
    RuntimeError
        If the shapes don't broadcast, or neither input nor target is floating-point.

    Source: Goodfellow et al. (2016), section 5.1.4; chapter "Loss functions".

    >>> float(mse_loss(Tensor([1.0, 2.0]), Tensor([0.0, 0.0])))
    2.5
    """
    check_pair("mse_loss", input, target, broadcasts=True)
    return weighted("mse_loss", square(sub(input, target)), input, weight, reduction)


def l1_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    r"""Compute the mean absolute error, which is less sensitive to outliers than ``mse_loss``.

    .. math:: L = \frac{1}{n} \sum_i |x_i - t_i|

    Arguments, result and errors are the same as in ``mse_loss``, but the loss is in units of
    input. The derivative at an error of 0 is 0.

    Source: Goodfellow et al. (2016), section 6.2.1; chapter "Loss functions".

    >>> float(l1_loss(Tensor([1.0, 2.0]), Tensor([0.0, 0.0])))
    1.5
    """
    check_pair("l1_loss", input, target, broadcasts=True)
    return weighted("l1_loss", abs(sub(input, target)), input, weight, reduction)


def smooth_l1_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", beta: float = 1.0
) -> Tensor:
    r"""Compute the absolute error, with the corner at 0 replaced by a parabola.

    .. math:: L_i = e_i^2 / (2 β) \text{ for } e_i < β
        \text{, else } e_i - β / 2, \quad e_i = |x_i - t_i|

    Parameters
    ----------
    input, target, reduction
        See ``mse_loss``, which lists further errors.
    beta : float
        Error β at which the parabola ends. If it is 0, this is ``l1_loss``.

    Returns
    -------
    () float; for "none", float with the shape of input
        Loss in units of input.

    Raises
    ------
    RuntimeError
        If beta is negative.

    Source: Girshick (2015), equation 3.

    >>> float(smooth_l1_loss(Tensor([0.5, 2.0]), Tensor([0.0, 0.0]), reduction="sum"))
    1.625
    """
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss: expected beta >= 0, got {beta}")
    check_pair("smooth_l1_loss", input, target, broadcasts=True)
    d = sub(input, target)
    e = abs(d)
    if beta > 0:
        e = where(e < beta, square(d) / (2 * beta), e - beta / 2)
    return reduced("smooth_l1_loss", e, reduction)


def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    r"""Compute the Huber loss, which is quadratic below delta and linear above it.

    .. math:: L_i = e_i^2 / 2 \text{ for } e_i < δ
        \text{, else } δ (e_i - δ / 2), \quad e_i = |x_i - t_i|

    Parameters
    ----------
    input, target, reduction
        See ``mse_loss``, which lists further errors.
    delta : float
        Error δ at which the parabola ends.
    weight : (...) float, optional
        Weight of each error. The mean still divides by the number of errors, as in torch.

    Returns
    -------
    () float; for "none", float with the shape of input
        Loss in squared units of input.

    Raises
    ------
    RuntimeError
        If delta isn't positive.

    Source: Huber (1964), section 4; chapter "Loss functions".

    >>> float(huber_loss(Tensor([0.5, 2.0]), Tensor([0.0, 0.0]), reduction="sum"))
    1.625
    """
    if not delta > 0:
        raise RuntimeError(f"huber_loss: expected delta > 0, got {delta}")
    check_pair("huber_loss", input, target, broadcasts=True)
    d = sub(input, target)
    e = abs(d)
    each = where(e < delta, square(d) / 2, delta * (e - delta / 2))
    return weighted("huber_loss", each, input, weight, reduction, by_weight=False)

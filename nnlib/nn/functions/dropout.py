"""Dropout, which sets random elements or channels to 0 during training."""

from __future__ import annotations

import numpy as np

from ...generator import generator
from ...ops import mul
from ...ops.promotion import array
from ...tensor import Tensor, raw
from .shared import floats, placed

__all__ = ["dropout", "dropout2d"]


def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    r"""Set each element to 0 with probability p, and scale the others by 1 / (1 - p).

    .. math:: y_i = x_i\, m_i / (1 - p), \quad m_i = 0 \text{ with probability } p
        \text{, else } 1

    The expected value of y is x.

    Parameters
    ----------
    input : (...) float
        Values x.
    p : float in [0, 1]
        Probability p of setting an element to 0.
    training : bool
        If False, return the input itself.
    inplace : bool
        If True, overwrite the input with the result.

    Returns
    -------
    (...) float

    Raises
    ------
    ValueError
        If p is outside [0, 1].
    RuntimeError
        If the dtype isn't floating-point.

    Source: Srivastava et al. (2014), section 4, which multiplies by 1 - p in evaluation mode
    instead; chapter "Dropout and ensembles".

    >>> dropout(np.ones(3), p=0.5, training=False)
    array([1., 1., 1.])
    """
    return _dropped("dropout", input, p, training, inplace, array("dropout", input).shape)


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Drop whole channels of (N, C, ...); see ``dropout``.

    Raises
    ------
    RuntimeError
        If the input has fewer than 2 axes. See also ``dropout``.

    Source: Tompson et al. (2015), section 3.2.

    >>> np.unique(dropout2d(np.ones((1, 1, 3, 4)), 0.5)).size
    1
    """
    shape = array("dropout2d", input).shape
    if len(shape) < 2:
        raise RuntimeError(f"dropout2d: expected input (N, C, ...), got {shape}")
    mask = shape[:2] + (1,) * (len(shape) - 2)
    return _dropped("dropout2d", input, p, training, inplace, mask)


def _dropped(
    name: str, input: Tensor, p: float, training: bool, inplace: bool, shape: tuple[int, ...]
) -> Tensor:
    """Return the input times a random mask, which broadcasts to the input's shape."""
    if _is_idle(name, array(name, input), p, training):
        return input
    mask = _kept(shape, p).astype(raw(input).dtype)
    if p < 1:
        mask *= 1 / (1 - p)
    return placed(input, mul(input, mask), inplace)


def _kept(shape: tuple[int, ...], p: float) -> np.ndarray:
    """Return a random mask that is True with probability 1 - p."""
    return generator().random(shape, np.float32) >= p


def _is_idle(name: str, x: np.ndarray, p: float, training: bool) -> bool:
    """Return whether dropout changes nothing, after checking p and the dtype."""
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: expected p in [0, 1], got {p}")
    if not training or p == 0:
        return True
    if x.dtype.kind != "f":
        floats(name, x)  # this raises the error
    return False

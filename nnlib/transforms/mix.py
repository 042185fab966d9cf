"""MixUp and CutMix: pictures and targets mixed from two samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from ..tensor import Tensor, raw
from .pixels import inside
from .shared import each, pictures

__all__ = ["CutMix", "MixUp", "cutmix", "mixup"]


def mixup(
    x: np.ndarray, y: np.ndarray, lam: Any, partner: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    r"""Lay pictures over each other, and their targets.

    .. math:: \tilde x_n = \lambda_n x_n + (1 - \lambda_n) x_{\pi(n)}, \quad
        \tilde y_n = \lambda_n y_n + (1 - \lambda_n) y_{\pi(n)}

    Parameters
    ----------
    x : (N, C, H, W) float
        Pictures.
    y : (N, K) float
        Their targets: one-hot, or any probabilities.
    lam : float or (N,) float
        λ, from 0 to 1, one for all or one for each picture.
    partner : (N,) int
        π, which picture each is mixed with.

    Returns
    -------
    x, y
        As they came in.

    Raises
    ------
    ValueError
        If shapes disagree or λ is out of range.

    Source: Zhang et al. (2018), arXiv:1710.09412, section 2; chapter "More from the same data".

    >>> x, y = np.array([0.0, 1.0]).reshape(2, 1, 1, 1), np.eye(2)
    >>> mixed, targets = mixup(x, y, 0.75, np.array([1, 0]))
    >>> mixed.ravel(), targets.tolist()
    (array([0.25, 0.75]), [[0.75, 0.25], [0.25, 0.75]])
    """
    x, y, partner = _pairs("mixup", x, y, partner)
    lam = each("mixup", "lam", lam, x)
    if (lam < 0).any() or (lam > 1).any():
        raise ValueError(f"mixup: expected lam from 0 to 1, got {lam.min()} to {lam.max()}")
    return _blend(lam, x, partner), _blend(lam[..., 0, 0], y, partner)


def cutmix(
    x: np.ndarray, y: np.ndarray, box: tuple[Any, Any, Any, Any], partner: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Paste a rectangle of another picture into each, and mix the targets by the areas.

    Parameters
    ----------
    x : (N, C, H, W)
        Pictures.
    y : (N, K) float
        Their targets: one-hot, or any probabilities.
    box : (top, left, height, width), each int or (N,) int
        The rectangles; what of them lies outside does not count.
    partner : (N,) int
        From which picture each gets its rectangle.

    Returns
    -------
    x, y
        As they came in.

    Raises
    ------
    ValueError
        If shapes disagree.

    Source: Yun et al. (2019), arXiv:1905.04899, equation 1; chapter "More from the same data".

    >>> x, y = np.arange(8.0).reshape(2, 1, 2, 2), np.eye(2)
    >>> mixed, targets = cutmix(x, y, (0, 0, 1, 1), np.array([1, 0]))
    >>> mixed[0], targets[0]
    (array([[[4., 1.],
            [2., 3.]]]), array([0.75, 0.25]))
    """
    x, y, partner = _pairs("cutmix", x, y, partner)
    if not isinstance(box, tuple | list) or len(box) != 4:
        raise TypeError(f"cutmix: expected box (top, left, height, width), got {box!r}")
    rectangle = inside(x, *(each("cutmix", "box", b, x) for b in box))
    lam = 1 - np.broadcast_to(rectangle, (len(x), *rectangle.shape[-3:])).mean(axis=(1, 2, 3))
    return np.where(rectangle, x[partner], x), _blend(lam[:, None], y, partner)


def _blend(lam: np.ndarray, a: np.ndarray, partner: np.ndarray) -> np.ndarray:
    """Return each sample mixed with its partner."""
    return (lam * a + (1 - lam) * a[partner]).astype(a.dtype)


def _pairs(
    function: str, x: np.ndarray, y: np.ndarray, partner: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pictures, targets and partner indices, after checking their lengths."""
    x, y, partner = (
        pictures(function, x),
        checks.reals(function, "y", y),
        _whole(function, partner),
    )
    if x.ndim != 4 or x.dtype.kind != "f" or y.ndim != 2 or y.dtype.kind != "f":
        raise ValueError(
            f"{function}: expected floats x (N, C, H, W) and y (N, K), got {x.shape} {x.dtype} "
            f"and {y.shape} {y.dtype}"
        )
    if not np.isfinite(y).all():
        raise ValueError(f"{function}: expected finite y, got {y}")
    N = len(x)
    if len(y) != N or partner.shape != (N,) or ((partner < 0) | (partner >= N)).any():
        raise ValueError(
            f"{function}: expected y of {N} targets and partner of {N} numbers below {N}, "
            f"got {y.shape} and {partner}"
        )
    return x, y, partner


def _whole(function: str, partner: Any) -> np.ndarray:
    """Return an array of whole numbers, which may be empty."""
    partner = checks.reals(function, "partner", partner)
    if partner.size and partner.dtype.kind not in "iu":
        raise TypeError(f"{function}: expected partner of whole numbers, got {partner.dtype}")
    return partner.astype(np.int64)


class _Mix:
    """The base class of MixUp and CutMix: it draws λ and the partners for a batch.

    Parameters
    ----------
    alpha : float
        Of the distribution Beta(α, α) that λ is drawn from, for each picture its own.
    num_classes : int
        K, so that class indices can become one-hot.
    rng : Generator
        Where chance comes from.
    """

    def __init__(self, *, alpha: float = 1.0, num_classes: int, rng: np.random.Generator):
        name = type(self).__name__
        self.alpha = checks.number(name, "alpha", alpha, above=0)
        self.num_classes = checks.whole(name, "num_classes", num_classes, low=1)
        self.rng = checks.generator(name, rng)

    def __call__(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Mix pictures (N, C, H, W) and classes (N,) or targets (N, K) of a batch."""
        pixels, targets = pictures(type(self).__name__, raw(x)), self._one_hot(raw(y))
        partner = self.rng.permutation(len(pixels))
        mixed = self._mix(pixels, targets, partner)
        return tuple(map(Tensor, mixed)) if isinstance(x, Tensor) else mixed

    def _one_hot(self, y: Any) -> np.ndarray:
        """Return class indices as one-hot float32 rows, and other targets as they are."""
        y = checks.reals(type(self).__name__, "y", y)
        if y.dtype.kind == "f":
            return y
        if (
            y.ndim != 1
            or y.dtype.kind not in "iu"
            or (y < 0).any()
            or (y >= self.num_classes).any()
        ):
            raise ValueError(
                f"{type(self).__name__}: expected y as classes (N,) below {self.num_classes}, "
                f"got {y.dtype} {y.shape}: {y}"
            )
        return np.eye(self.num_classes, dtype=np.float32)[y]

    def _draw(self, n: int) -> np.ndarray:
        """Return a random λ for each of n pictures."""
        return self.rng.beta(self.alpha, self.alpha, size=n)


class MixUp(_Mix):
    """Lay each picture of a batch over another, drawn from it, and their targets.

    Parameters
    ----------
    alpha : float
        Of the distribution Beta(α, α) that λ is drawn from, for each picture its own.
    num_classes : int
        K, so that class indices can become one-hot.
    rng : Generator
        Where chance comes from.

    Raises
    ------
    ValueError
        If alpha is not positive, or a class is out of range.

    Source: Zhang et al. (2018), arXiv:1710.09412; chapter "More from the same data".

    >>> mix = MixUp(num_classes=3, rng=np.random.default_rng(0))
    >>> x, y = mix(np.zeros((4, 1, 2, 2)), np.array([0, 1, 2, 0]))
    >>> y.shape, y.sum(axis=1)
    ((4, 3), array([1., 1., 1., 1.], dtype=float32))
    """

    def _mix(self, x: np.ndarray, y: np.ndarray, partner: np.ndarray) -> tuple:
        """Return pictures and targets as weighted means of pairs, with random weights."""
        return mixup(x, y, self._draw(len(x)), partner)


class CutMix(_Mix):
    """Paste into each picture of a batch a rectangle of another, and mix their targets.

    Parameters
    ----------
    alpha : float
        Of the distribution Beta(α, α) that λ is drawn from, for each picture its own; the
        rectangle has the part 1 - λ of the area, less where it reaches out.
    num_classes : int
        K, so that class indices can become one-hot.
    rng : Generator
        Where chance comes from.

    Raises
    ------
    ValueError
        If alpha is not positive, or a class is out of range.

    Source: Yun et al. (2019), arXiv:1905.04899; chapter "More from the same data".

    >>> mix = CutMix(num_classes=2, rng=np.random.default_rng(0))
    >>> mix(np.zeros((4, 1, 8, 8)), np.array([0, 1, 1, 0]))[1].shape
    (4, 2)
    """

    def _mix(self, x: np.ndarray, y: np.ndarray, partner: np.ndarray) -> tuple:
        """Return pictures with a random rectangle of their partner, and mixed targets."""
        (H, W), n = x.shape[-2:], len(x)
        side = np.sqrt(1 - self._draw(n))
        height, width = np.round(side * H), np.round(side * W)
        top = self.rng.integers(H, size=n) - height // 2
        left = self.rng.integers(W, size=n) - width // 2
        return cutmix(x, y, (top, left, height, width), partner)

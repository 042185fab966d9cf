"""Pictures of examples with labels, of filters and of feature maps."""

from collections.abc import Sequence

import numpy as np

from ..checks import classes, drawable, named
from .gallery import gallery
from .style import check_axes

__all__ = ["feature_maps", "filters", "images"]


def images(
    X,
    labels: Sequence[int] = (),
    predicted: Sequence[int] = (),
    *,
    names: Sequence[str] = (),
    shape: tuple[int, ...] | None = None,
    columns: int = 5,
    ax=None,
):
    r"""Draw examples of a data set with their classes, and what was predicted where it differs.

    Parameters
    ----------
    X : (N, D), (N, H, W), (N, 1, H, W) or (N, 3, H, W) float
        Brightness from 0 to 1.
    labels, predicted : (N,) int
        Class indices, or none; a wrong prediction stands below the class, after an arrow.
    names : sequence of str
        Of the classes; by default their numbers.
    shape : (H, W) or (3, H, W)
        The shape of one picture, for rows of numbers that are no square.
    columns : int
        Pictures beside each other where there is room.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new panel, as for ``gallery``.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If X is of another shape, empty or not finite, or labels do not fit.

    >>> ax = images(np.zeros((2, 784)), [0, 1], [0, 0], names=["shirt", "shoe"])
    >>> [text.get_text() for text in ax.texts]
    ['shirt', 'shoe\n→ shirt']
    """
    check_axes("images", ax)
    pictures = _channels_last("images", _square(drawable("images", "X", X, 2, 3, 4), shape))
    N = len(pictures)
    titles = [""] * N
    if len(labels):
        truth = _labels("labels", labels, N, names)
        says = _labels("predicted", predicted, N, names) if len(predicted) else truth
        count = int(max(truth.max(), says.max())) + 1
        words = list(names) or named("images", "names", (), count, "class")
        pairs = zip(truth, says, strict=True)
        titles = [words[t] + (f"\n→ {words[s]}" if s != t else "") for t, s in pairs]
    elif len(predicted):
        raise ValueError("images: expected labels with predicted, got none")
    return gallery(pictures, titles if any(titles) else (), columns=columns, ax=ax)


def _labels(what: str, values, N: int, names: Sequence[str]) -> np.ndarray:
    """Return a class index for each picture, after checking them."""
    values = classes("images", what, values, len(names) or None)
    if len(values) != N:
        raise ValueError(f"images: expected {N} {what}, one a picture, got {len(values)}")
    return values


def _square(X: np.ndarray, shape: tuple[int, ...] | None) -> np.ndarray:
    """Return rows of numbers as pictures."""
    if X.ndim > 2 and shape is None:
        return X
    side = int(np.sqrt(X[0].size))
    shape = shape or (side, side)
    if X[0].size != np.prod(shape):
        raise ValueError(
            f"images: expected rows of {int(np.prod(shape))} numbers for pictures {shape}, "
            f"got {X[0].size}; give the shape"
        )
    return X.reshape(len(X), *shape)


def _channels_last(function: str, X: np.ndarray) -> np.ndarray:
    """Return pictures (N, H, W) or (N, H, W, 3) from (N, H, W), (N, 1, H, W), (N, 3, H, W)."""
    if X.ndim == 3:
        return X
    if X.shape[1] not in (1, 3):
        raise ValueError(f"{function}: expected one or three channels, got shape {X.shape}")
    return X[:, 0] if X.shape[1] == 1 else np.moveaxis(X, 1, -1)


def filters(weight, *, columns: int = 8, ax=None):
    """Draw the filters of a convolution.

    With one channel in, a filter is one picture, zero grey, positive bright, negative dark,
    and a scale is drawn. With three, it is one in red, green and blue, zero being middle grey.
    With more, each row of pictures is a filter and each column a channel.

    Parameters
    ----------
    weight : (C_out, C_in, kH, kW) float
        The weight of a ``nn.Conv2d``.
    columns : int
        Pictures beside each other, for one or three channels.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new panel, as for ``gallery``.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the weight has other dimensions, is empty or not finite.

    >>> ax = filters(np.ones((4, 1, 3, 3)))
    >>> len(ax.images)  # and the scale
    5
    """
    check_axes("filters", ax)
    W = drawable("filters", "the weight (C_out, C_in, kH, kW)", weight, 4)
    if W.shape[1] == 3:
        top = np.abs(W).max() or 1.0
        colours = np.moveaxis(0.5 + W / (2 * top), 1, -1)
        return gallery(colours, columns=columns, ax=ax)
    columns = W.shape[1] if W.shape[1] > 1 else columns
    maps = W.reshape(-1, *W.shape[2:])
    return gallery(maps, signed="weight", columns=columns, ax=ax)


def feature_maps(activations, titles: Sequence[str] = (), *, columns: int = 8, ax=None):
    """Draw what the channels of a layer make of one picture, all in one scale.

    Parameters
    ----------
    activations : (C, H, W) or (1, C, H, W) float
        The output of a convolution or pooling for one picture. If none is negative, as after
        ReLU, 0 is black and the largest white; else zero is grey.
    titles : sequence of str
        One for each channel, or none.
    columns : int
        Pictures beside each other where there is room.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new panel, as for ``gallery``.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is more than one picture, the shape is another, or a number is not finite.

    >>> ax = feature_maps(np.ones((6, 4, 4)))
    >>> len(ax.images)  # and the scale
    7
    """
    check_axes("feature_maps", ax)
    A = drawable("feature_maps", "the activations", activations, 3, 4)
    if A.ndim == 4:
        if len(A) != 1:
            raise ValueError(f"feature_maps: expected one picture, got {len(A)}: {A.shape}")
        A = A[0]
    kind = {"signed": "activation"} if A.min() < 0 else {"scale": "activation"}
    return gallery(A, titles, columns=columns, ax=ax, **kind)

"""Plots of images with labels, of filters and of feature maps."""

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
    r"""Draw images with their classes, and with the predicted class where it is wrong.

    Parameters
    ----------
    X : (N, D), (N, H, W), (N, 1, H, W) or (N, 3, H, W) float
        Brightness from 0 to 1.
    labels, predicted : (N,) int
        Class indices, or none. A wrong prediction is written below the class, after an arrow.
    names : sequence of str
        Names of the classes. Default: "class 0", "class 1" and so on.
    shape : (H, W) or (3, H, W)
        Shape of one image. Required if the rows (N, D) of X are not square grey images.
    columns : int
        Number of images in a row if there is room.

    Raises
    ------
    ValueError
        If X is empty, not finite or of any other shape, or the labels, predictions or names
        do not match it.

    >>> ax = images(np.zeros((2, 784)), [0, 1], [0, 0], names=["shirt", "shoe"])
    >>> [text.get_text() for text in ax.texts]
    ['shirt', 'shoe\n→ shirt']
    """
    check_axes("images", ax)
    pictures = _channels_last(_square(drawable("images", "X", X, 2, 3, 4), shape))
    N = len(pictures)
    titles = [""] * N
    if len(labels):
        truth = _labels("labels", labels, N, names)
        guesses = _labels("predicted", predicted, N, names) if len(predicted) else truth
        count = int(max(truth.max(), guesses.max())) + 1
        words = list(names) or named("images", "names", (), count, "class")
        pairs = zip(truth, guesses, strict=True)
        titles = [words[t] + (f"\n→ {words[g]}" if g != t else "") for t, g in pairs]
    elif len(predicted):
        raise ValueError("images: expected labels together with predicted, got no labels")
    return gallery(pictures, titles if any(titles) else (), columns=columns, ax=ax)


def _labels(argument: str, values, N: int, names: Sequence[str]) -> np.ndarray:
    """Return the class indices of the images, after checking them."""
    values = classes("images", argument, values, len(names) or None)
    if len(values) != N:
        raise ValueError(f"images: expected {N} {argument}, one per image, got {len(values)}")
    return values


def _square(X: np.ndarray, shape: tuple[int, ...] | None) -> np.ndarray:
    """Return rows of pixel values as images."""
    if X.ndim > 2 and shape is None:
        return X
    side = int(np.sqrt(X[0].size))
    shape = shape or (side, side)
    if X[0].size != np.prod(shape):
        raise ValueError(
            f"images: expected rows of {int(np.prod(shape))} elements for images {shape}, "
            f"got {X[0].size}; pass the correct `shape`"
        )
    return X.reshape(len(X), *shape)


def _channels_last(X: np.ndarray) -> np.ndarray:
    """Return images (N, H, W) or (N, H, W, 3) from (N, H, W), (N, 1, H, W) or (N, 3, H, W)."""
    if X.ndim == 3:
        return X
    if X.shape[1] not in (1, 3):
        raise ValueError(f"images: expected one or three channels (axis 1), got {X.shape}")
    return X[:, 0] if X.shape[1] == 1 else np.moveaxis(X, 1, -1)


def filters(weight, *, columns: int = 8, ax=None):
    """Draw the filters of a convolution.

    If there is one input channel, each filter is one image in which zero is grey, positive
    weights are bright and negative weights dark, and a colour bar is drawn. If there are three
    input channels, each filter is one image in red, green and blue, and zero is middle grey.
    Otherwise each row of images is one filter, and each column is one input channel.

    Parameters
    ----------
    weight : (C_out, C_in, kH, kW) float
        The weight of an ``nn.Conv2d``.
    columns : int
        Number of images in a row, if there are one or three input channels.

    Raises
    ------
    ValueError
        If the weight does not have four dimensions, is empty or is not finite.

    >>> ax = filters(np.ones((4, 1, 3, 3)))
    >>> len(ax.images)  # four filters and the colour bar
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
    """Draw the channels of a layer's output for one image, all on the same scale.

    Parameters
    ----------
    activations : (C, H, W) or (1, C, H, W) float
        Output of a convolution or pooling layer for one image. If no activation is negative,
        as after ReLU, 0 is black and the largest is white; otherwise 0 is grey.
    titles : sequence of str
        One title for each channel, or none.
    columns : int
        Number of images in a row if there is room.

    Raises
    ------
    ValueError
        If there is more than one image, or the activations are empty, not finite or of any
        other shape.

    >>> ax = feature_maps(np.ones((6, 4, 4)))
    >>> len(ax.images)  # six channels and the colour bar
    7
    """
    check_axes("feature_maps", ax)
    A = drawable("feature_maps", "the activations", activations, 3, 4)
    if A.ndim == 4:
        if len(A) != 1:
            raise ValueError(f"feature_maps: expected one image, got {len(A)}: {A.shape}")
        A = A[0]
    kind = {"signed": "activation"} if A.min() < 0 else {"scale": "activation"}
    return gallery(A, titles, columns=columns, ax=ax, **kind)

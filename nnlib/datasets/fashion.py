"""Fashion-MNIST: small grey pictures of clothes in ten classes."""

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["FASHION_CLASSES", "Split", "fashion_mnist"]

FILE = Path(__file__).parent / "data" / "fashion_mnist.npz"

FASHION_CLASSES = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


class Split(NamedTuple):
    """Pictures ``X`` and their labels ``y``, row for row."""

    X: np.ndarray
    y: np.ndarray


@functools.cache
def _load() -> dict[str, np.ndarray]:
    """Read the packaged file once: uint8 pictures (N, 28, 28) and labels (N,)."""
    with np.load(FILE, allow_pickle=False) as file:
        return dict(file)


def fashion_mnist() -> tuple[Split, Split]:
    """Return 5,000 training and 1,000 test pictures of clothes, ten classes in equal parts.

    The training pictures are drawn from the original training set, the test pictures from the
    original test set. Each call returns new arrays, so that changing them changes nothing else.

    Returns
    -------
    train, test : Split
        ``X`` of shape (N, 784), float32, brightness from 0 (black) to 1 (white), the 28 rows of
        28 pixels one after the other; ``y`` of shape (N,), int64, an index into
        ``FASHION_CLASSES``.

    Source: Xiao, Rasul and Vollgraf (2017), arXiv:1708.07747; MIT licence, beside the data.

    >>> train, test = fashion_mnist()
    >>> train.X.shape, test.X.shape, FASHION_CLASSES[train.y[0]]
    ((5000, 784), (1000, 784), 'ankle boot')
    """
    data = _load()

    def split(part: str) -> Split:
        images, labels = data[f"{part}_images"], data[f"{part}_labels"]
        X = images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
        return Split(X, labels.astype(np.int64))

    return split("train"), split("test")

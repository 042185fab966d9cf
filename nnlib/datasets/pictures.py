"""Fashion-MNIST, handwritten digits, and four photos."""

from typing import NamedTuple

import numpy as np

from .packaged import DATA, Split, read

__all__ = ["FASHION_CLASSES", "digits", "fashion_mnist", "photographs"]

FILE = DATA / "fashion_mnist.npz"
MORE = DATA / "fashion_mnist.more.npz"  # more test images

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


class Photographs(NamedTuple):
    """A cat, a cup of coffee, a brick wall, and grass."""

    chelsea: np.ndarray
    coffee: np.ndarray
    brick: np.ndarray
    grass: np.ndarray


def fashion_mnist() -> tuple[Split, Split]:
    """Return 5,000 training and 4,000 test images of clothes from ten balanced classes.

    The training images are samples of the original training set, and the test images are
    samples of the original test set. Each call returns new arrays, which you can safely change.

    Returns
    -------
    train, test : Split
        ``X`` of shape (N, 784), float32, brightness from 0 (black) to 1 (white), the 28 rows of
        28 pixels in sequence; ``y`` of shape (N,), int64, an index into ``FASHION_CLASSES``.

    Source: Xiao, Rasul and Vollgraf (2017), arXiv:1708.07747; MIT licence, next to the data.

    >>> train, test = fashion_mnist()
    >>> train.X.shape, test.X.shape, FASHION_CLASSES[train.y[0]]
    ((5000, 784), (4000, 784), 'ankle boot')
    """
    first, more = read(FILE), read(MORE)
    images = np.concatenate([first["test_images"], more["images"]])
    labels = np.concatenate([first["test_labels"], more["labels"]])
    arrays = {**first, "test_images": images, "test_labels": labels}
    return grey_pictures(arrays, brightest=255)


def grey_pictures(arrays: dict[str, np.ndarray], brightest: int) -> tuple[Split, Split]:
    """Return training and test images as rows with values in [0, 1], and their labels."""

    def part(name: str) -> Split:
        images, labels = arrays[f"{name}_images"], arrays[f"{name}_labels"]
        X = images.reshape(len(images), -1).astype(np.float32) / np.float32(brightest)
        return Split(X, labels.astype(np.int64))

    return part("train"), part("test")


def digits() -> tuple[Split, Split]:
    """Return 1,498 training and 299 test images of the digits 0 to 9.

    The test set is a random sixth of each class, which is always the same. The same 13 people
    wrote the training and the test digits, so the test accuracy doesn't show how well a
    classifier reads the handwriting of other people.

    Returns
    -------
    train, test : Split
        ``X`` of shape (N, 64), float32, ink from 0 (none) to 1, the 8 rows of 8 pixels in
        sequence; ``y`` of shape (N,), int64, the digit.

    Source: Alpaydin and Kaynak (1998), "Cascading classifiers", Kybernetika 34; CC BY 4.0.

    >>> train, test = digits()
    >>> train.X.shape, test.X.shape, float(train.X.max())
    ((1498, 64), (299, 64), 1.0)
    """
    return grey_pictures(read(DATA / "digits.npz"), brightest=16)


def photographs() -> Photographs:
    """Return four photos of 256 by 256 pixels: two in colour, and two textures in grey.

    Returns
    -------
    Photographs
        ``chelsea`` and ``coffee`` of shape (256, 256, 3), red, green, blue; ``brick`` and
        ``grass`` of shape (256, 256); uint8, 0 (dark) to 255.

    Source: scikit-image; CC0 by S. van der Walt (chelsea), R. Michetti (coffee), CC0Textures
    (brick) and linolafett (grass). Chapters "SVD and PCA" and "Convolution".

    >>> cat = photographs().chelsea
    >>> cat.shape, cat.dtype
    ((256, 256, 3), dtype('uint8'))
    """
    arrays = read(DATA / "photographs.npz")
    return Photographs(*(arrays[name].copy() for name in Photographs._fields))

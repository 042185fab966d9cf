"""Fashion-MNIST: small grey pictures of clothes in ten classes."""

import numpy as np

from .packaged import DATA, Split, read

__all__ = ["FASHION_CLASSES", "fashion_mnist"]

FILE = DATA / "fashion_mnist.npz"
MORE = DATA / "fashion_mnist.more.npz"  # of the test pictures

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


def fashion_mnist() -> tuple[Split, Split]:
    """Return 5,000 training and 4,000 test pictures of clothes, ten classes in equal parts.

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
    ((5000, 784), (4000, 784), 'ankle boot')
    """
    first, more = read(FILE), read(MORE)
    images = np.concatenate([first["test_images"], more["images"]])
    labels = np.concatenate([first["test_labels"], more["labels"]])
    both = {**first, "test_images": images, "test_labels": labels}
    return grey_pictures(both, brightest=255)


def grey_pictures(arrays: dict[str, np.ndarray], brightest: int) -> tuple[Split, Split]:
    """Return training and test pictures scaled to [0, 1], one a row, with their labels."""

    def part(name: str) -> Split:
        images, labels = arrays[f"{name}_images"], arrays[f"{name}_labels"]
        X = images.reshape(len(images), -1).astype(np.float32) / np.float32(brightest)
        return Split(X, labels.astype(np.int64))

    return part("train"), part("test")

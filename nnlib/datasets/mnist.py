"""MNIST and Fashion-MNIST, 70,000 pictures each, read from the IDX format."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import ClassVar

import numpy as np

from .download import fetch, md5, put
from .fashion import FASHION_CLASSES
from .vision import VisionDataset

__all__ = ["MNIST", "FashionMNIST"]

LARGEST = 100_000_000  # bytes of an unpacked file; the largest here has 47 million
DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: Path) -> np.ndarray:
    """Read an IDX file: two zero bytes, type, number of axes, their lengths, then the numbers.

    Parameters
    ----------
    path : Path
        The file, unpacked.

    Returns
    -------
    array
        Of the shape and dtype that the file says.

    Raises
    ------
    ValueError
        If it is not such a file, or holds more or less than it says.

    Source: Y. LeCun, C. Cortes and C. Burges, "The MNIST database", file formats.
    """
    raw = path.read_bytes()
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in DTYPES:
        raise ValueError(
            f"read_idx: {path.name} is not an IDX file, it starts with {raw[:4]!r}"
        )
    dtype, ndim = np.dtype(DTYPES[raw[2]]), raw[3]
    start = 4 + 4 * ndim
    if len(raw) < start:
        raise ValueError(f"read_idx: {path.name} breaks off within the lengths of its axes")
    shape = tuple(int.from_bytes(raw[i : i + 4], "big") for i in range(4, start, 4))
    expected = start + math.prod(shape) * dtype.itemsize
    if len(raw) != expected:
        raise ValueError(
            f"read_idx: {path.name} says {shape}, expected {expected:,} bytes, got {len(raw):,}"
        )
    array = np.frombuffer(raw, dtype, offset=start).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


class MNIST(VisionDataset):
    """Grey pictures (28, 28) of handwritten digits: 60,000 for training, 10,000 for the test.

    Parameters
    ----------
    root : str or Path
        The folder in which ``MNIST/raw`` lies, or shall lie, as torchvision puts it.
    train : bool
        Whether to give the training part.
    transform, target_transform : function, optional
        What each picture, a uint8 array, and each class is passed through.
    download : bool
        Whether to download what is missing; a break is mended by calling again.

    Attributes
    ----------
    data : (N, 28, 28) uint8
        The pictures, 0 (black) to 255.
    targets : (N,) int64
        Their classes.

    Raises
    ------
    RuntimeError
        If files are missing or broken, or could not be downloaded.
    NotADirectoryError
        If root is a file.

    Source: LeCun et al. (1998), "Gradient-based learning applied to document recognition".

    >>> MNIST("nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    RuntimeError: MNIST: the data set is not found in nowhere/MNIST/raw: ...
    """

    mirrors = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    )
    resources: ClassVar[dict[str, str]] = {  # MD5 of the unpacked files
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    }
    classes = (
        *("0 - zero", "1 - one", "2 - two", "3 - three", "4 - four"),
        *("5 - five", "6 - six", "7 - seven", "8 - eight", "9 - nine"),
    )

    @property
    def folder(self) -> Path:
        """The folder of the files."""
        return self.root / type(self).__name__ / "raw"

    def _download(self, names: dict[str, str]) -> None:
        """Download and unpack these files."""
        for name in names:
            packed = self.folder / f"{name}.gz"
            urls = [f"{mirror}{packed.name}" for mirror in self.mirrors]
            fetch(urls, packed, pause=self.pause)
            self._unpack(packed, self.folder / name)

    def _unpack(self, packed: Path, path: Path) -> None:
        """Unpack a file; delete it and raise an error if its checksum is wrong."""
        try:
            with gzip.open(packed) as file:
                raw = file.read(LARGEST)
        except (OSError, EOFError, zlib.error) as error:
            packed.unlink()
            raise RuntimeError(
                f"{type(self).__name__}: {packed.name} is broken ({error}) and thrown away; "
                "call again to download it"
            ) from error
        put(path, raw)
        packed.unlink()
        if (found := md5(path)) != self.resources[path.name]:
            path.unlink()
            raise RuntimeError(
                f"{type(self).__name__}: wrong checksum of {path.name}, MD5 {found} instead of "
                f"{self.resources[path.name]}; thrown away, call again to download it"
            )

    def _read(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the pictures and the classes of the training or the test set."""
        prefix = "train" if self.train else "t10k"
        data = read_idx(self.folder / f"{prefix}-images-idx3-ubyte")
        targets = read_idx(self.folder / f"{prefix}-labels-idx1-ubyte")
        if data.ndim != 3 or targets.shape != data.shape[:1]:
            raise ValueError(
                f"{type(self).__name__}: expected pictures (N, H, W) and classes (N,), got "
                f"{data.shape} and {targets.shape}"
            )
        return data, targets.astype(np.int64)


class FashionMNIST(MNIST):
    """Grey pictures (28, 28) of clothes: 60,000 for training, 10,000 for the test.

    Everything is as with ``MNIST``; 5,000 and 1,000 of these pictures are in the package, see
    ``fashion_mnist``.

    Source: Xiao, Rasul and Vollgraf (2017), arXiv:1708.07747.

    >>> FashionMNIST.classes[:3]
    ('T-shirt', 'trouser', 'pullover')
    """

    mirrors = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
    resources: ClassVar[dict[str, str]] = {  # MD5 of the unpacked files
        "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
        "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
        "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
    }
    classes = FASHION_CLASSES

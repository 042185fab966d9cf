"""CIFAR-10: 60,000 small colour pictures in ten classes, read from its pickles."""

from __future__ import annotations

import pickle
import tarfile
import zlib
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ..serialization.unpickler import PROTOCOL_2, DataUnpickler
from .download import fetch, put
from .vision import VisionDataset

__all__ = ["CIFAR10"]

LARGEST = 40_000_000  # bytes of a file in the archive; the largest has 31 million
BASE = "cifar-10-batches-py"


class CIFAR10(VisionDataset):
    """Colour pictures (32, 32, 3) of animals and vehicles: 60,000 in all.

    Parameters
    ----------
    root : str or Path
        The folder in which ``cifar-10-batches-py`` lies, or shall lie, as torchvision puts it.
    train : bool
        Whether to give the 50,000 for training, else the 10,000 for the test.
    transform, target_transform : function, optional
        What each picture, a uint8 array, and each class is passed through.
    download : bool
        Whether to download the archive if files are missing; a break is mended by calling
        again.

    Attributes
    ----------
    data : (N, 32, 32, 3) uint8
        The pictures, red, green, blue, 0 (dark) to 255.
    targets : (N,) int64
        Their classes.

    Raises
    ------
    RuntimeError
        If files are missing or broken, or could not be downloaded.
    NotADirectoryError
        If root is a file.

    Source: Krizhevsky (2009), "Learning multiple layers of features from tiny images".

    >>> CIFAR10.classes[:3]
    ('airplane', 'automobile', 'bird')
    """

    mirrors = ("https://www.cs.toronto.edu/~kriz/",)
    archive: ClassVar[tuple[str, str]] = (
        "cifar-10-python.tar.gz",
        "c58f30108f718f92721af3b95e74349a",
    )
    resources: ClassVar[dict[str, str]] = {
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    }
    classes = (
        *("airplane", "automobile", "bird", "cat", "deer"),
        *("dog", "frog", "horse", "ship", "truck"),
    )

    @property
    def folder(self) -> Path:
        """The folder of the files."""
        return self.root / BASE

    def _download(self, names: dict[str, str]) -> None:
        """Download the archive and unpack these files from it."""
        name, md5sum = self.archive
        packed = self.root / name
        urls = [f"{mirror}{name}" for mirror in self.mirrors]
        fetch(urls, packed, md5sum=md5sum, pause=self.pause)
        try:
            unpack(packed, self.folder, set(names))
        except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
            raise RuntimeError(f"CIFAR10: {name} cannot be unpacked ({error})") from error
        packed.unlink()

    def _read(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the pictures and the classes of the training or the test set."""
        prefix = "data" if self.train else "test"
        parts = [read_batch(self.folder / n) for n in self.resources if n.startswith(prefix)]
        data, targets = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return data, targets


def unpack(packed: Path, folder: Path, names: set[str]) -> None:
    """Unpack the named files from an archive, and nothing else.

    A file is written under the name that was asked for, never under one that the archive
    gives: nothing can land elsewhere, and links and devices are left out.
    """
    with tarfile.open(packed, "r:gz") as archive:
        for member in archive:
            name = member.name.removeprefix(f"{BASE}/")
            if name in names and member.isreg() and member.size <= LARGEST:
                put(folder / name, archive.extractfile(member).read())


def read_batch(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read one pickle of CIFAR-10: a dict with ``data`` (N, 3072) and ``labels`` (N).

    Returns
    -------
    data : (N, 32, 32, 3) uint8
        The pictures.
    labels : (N,) int64
        Their classes.

    Raises
    ------
    ValueError
        If it holds anything else, or asks for anything but an array of bytes.
    """
    try:
        batch = BatchReader(path.read_bytes(), encoding="bytes").load()
        rows, labels = batch[b"data"].rows, batch[b"labels"]
        data = rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        targets = np.array(labels, np.int64)
    except Exception as error:  # a damaged pickle can raise any error
        raise ValueError(f"read_batch: {path.name} is no batch of CIFAR-10: {error}") from error
    if targets.shape != data.shape[:1]:
        raise ValueError(
            f"read_batch: expected as many labels as pictures in {path.name}, got "
            f"{targets.shape} and {data.shape}"
        )
    return np.ascontiguousarray(data), targets


class _Array:
    """A stand-in for a NumPy array while unpickling, so that none of NumPy's code is called."""

    rows: np.ndarray

    def __init__(self, *_: Any):
        self.rows = np.empty((0, 0), np.uint8)

    def __setstate__(self, state: tuple) -> None:
        _, shape, dtype, by_columns, raw = state
        if dtype.code != b"u1" or by_columns or not isinstance(raw, bytes):
            raise ValueError(f"expected rows of bytes, got {dtype.code!r}")
        self.rows = np.frombuffer(raw, np.uint8).reshape(shape)


class _Dtype:
    """A stand-in for a NumPy dtype while unpickling, which holds its code, such as b"u1"."""

    def __init__(self, code: bytes, *_: Any):
        self.code = code

    def __setstate__(self, state: tuple) -> None:
        """Ignore the byte order and the like, which bytes do not have."""


class BatchReader(DataUnpickler):
    """An unpickler that creates arrays of bytes and nothing else."""

    # What Python 2 wrote, and what a pickle by Python 3 begins with: its names are refused.
    instructions = (
        f"{PROTOCOL_2} INT LONG STRING BINSTRING SHORT_BINSTRING "
        "FRAME MEMOIZE SHORT_BINUNICODE STACK_GLOBAL"
    )
    known: ClassVar[dict[tuple[str, str], Any]] = {
        ("numpy.core.multiarray", "_reconstruct"): _Array,
        ("numpy", "ndarray"): None,
        ("numpy", "dtype"): _Dtype,
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in for a global of a CIFAR-10 batch; raise an error for others."""
        if (module, name) not in self.known:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is refused")
        return self.known[module, name]

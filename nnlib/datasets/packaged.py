"""Data files in the package; each file is read only once."""

import functools
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__: list[str] = []

DATA = Path(__file__).parent / "data"


class Split(NamedTuple):
    """Examples ``X`` and their labels ``y``, one per row."""

    X: np.ndarray
    y: np.ndarray


@functools.cache
def read(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a data file; they are cached, so loaders must return copies."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise OSError(
            f"{path.name} in nnlib.datasets is missing or damaged ({error}): reinstall "
            "the package"
        ) from error


def text(raw: np.ndarray) -> str:
    """Decode an array of UTF-8 bytes."""
    return raw.tobytes().decode("utf-8")

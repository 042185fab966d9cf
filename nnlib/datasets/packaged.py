"""Data files that are part of the package, each read only once."""

import functools
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__: list[str] = []

DATA = Path(__file__).parent / "data"


class Split(NamedTuple):
    """Examples ``X`` and their labels ``y``, row for row."""

    X: np.ndarray
    y: np.ndarray


@functools.cache
def read(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a packaged file; they are cached, so loaders return copies."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise OSError(
            f"{path.name} of nnlib.datasets is missing or broken ({error}): install the "
            "package again"
        ) from error


def text(raw: np.ndarray) -> str:
    """Return the text whose UTF-8 bytes are given as an array."""
    return raw.tobytes().decode("utf-8")

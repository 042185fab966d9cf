"""The data files inside the package, each read once."""

import functools
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["Split"]

DATA = Path(__file__).parent / "data"


class Split(NamedTuple):
    """Examples ``X`` and their labels ``y``, row for row."""

    X: np.ndarray
    y: np.ndarray


@functools.cache
def read(path: Path) -> dict[str, np.ndarray]:
    """Read a packaged file; the arrays are shared, so loaders give copies of them."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise OSError(
            f"{path.name} of nnlib.datasets is missing or broken ({error}): install the "
            "package again"
        ) from error


def text(raw: np.ndarray) -> str:
    """Return the text whose UTF-8 bytes these are."""
    return raw.tobytes().decode("utf-8")

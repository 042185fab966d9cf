"""Search the arrays of a release for images that are held back."""

from __future__ import annotations

import hashlib

import numpy as np

DIFFERENT = 8  # grey levels that an image needs so that it can't occur by chance


class Pictures:
    """Grey images, each stored as a digest of its pixels.

    Only arrays of type uint8 with the shape (N, height, width) contain images.
    """

    def __init__(self, arrays: list[np.ndarray]):
        self.known: dict[int, set[bytes]] = {}
        for a in arrays:
            if a.dtype == np.uint8 and a.ndim == 3:
                pictures = [p for p in a if len(np.unique(p)) >= DIFFERENT]
                self.known.setdefault(a[0].size, set()).update(map(_digest, pictures))

    def occur_in(self, array: np.ndarray) -> bool:
        """Return whether an array, cut into pieces of an image's size, contains one we know."""
        levels = grey(array)
        return any(
            _digest(piece) in digests
            for size, digests in self.known.items()
            if len(levels) % size == 0
            for piece in levels.reshape(-1, size)
        )


def _digest(pixels):
    """Return a digest of some pixels."""
    return hashlib.sha256(pixels.tobytes()).digest()


def grey(values: np.ndarray) -> np.ndarray:
    """Return numbers as grey levels; if none is above 1, all are multiplied by 255.

    The result is flat; for types other than real numbers, it is empty. Type uint8 stays as it
    is. NaN, infinite values and values outside the range of grey levels become 0.
    """
    flat = values.ravel()
    if flat.dtype == np.uint8 or flat.dtype.kind not in "biuf":
        return flat if flat.dtype == np.uint8 else np.zeros(0, np.uint8)
    wide = np.nan_to_num(flat.astype(float), nan=0, posinf=0, neginf=0)
    scaled = wide * 255 if wide.max(initial=0.0) <= 1 else wide
    return np.where((scaled >= 0) & (scaled <= 255), np.round(scaled), 0).astype(np.uint8)

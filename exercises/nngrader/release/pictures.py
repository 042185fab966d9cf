"""Search for pictures by their rows of pixels, in arrays and in numbers that are written."""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np

DIFFERENT = 8  # grey levels in a row that no other picture has by chance
ENOUGH = 4  # rows; photographs of like things share three at most by chance
WIDTHS = range(16, 257)  # of pictures, in pixels
MOST_PIXELS = 50_000_000
BLOCK = 1 << 14  # pixels hashed at a time, with which the processor's cache is not full
BEGINNING = 22  # the first bits of a hash, which most others do not share
REST = np.uint64(64 - BEGINNING)
FACTOR = np.uint64(0x9E3779B97F4A7C15)  # of the rolling hash; odd, hence invertible
NUMBER = re.compile(rb"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")


class Rows:
    """Rows of grey pictures, stored as hashes of their pixels.

    Parameters
    ----------
    arrays : list of ndarray
        Only arrays of type uint8 with the shape (N, height, width) are used.
    """

    def __init__(self, arrays: list[np.ndarray]):
        self.known: dict[int, np.ndarray] = {}
        self._begins: dict[int, np.ndarray] = {}
        for a in arrays:
            if a.dtype == np.uint8 and a.ndim == 3 and a.shape[2] in WIDTHS:
                rows = a.reshape(-1, a.shape[2])
                varied = (np.diff(np.sort(rows, axis=1), axis=1) > 0).sum(axis=1) + 1
                rows = rows[varied >= DIFFERENT]
                found = _hash(rows.T, np.zeros(len(rows), np.uint64))
                before = self.known.get(a.shape[2], found[:0])
                self.known[a.shape[2]] = np.union1d(before, found)
        for width, rows in self.known.items():
            self._begins[width] = np.zeros(1 << BEGINNING, bool)
            self._begins[width][rows >> REST] = True

    def occur_in(self, pixels: np.ndarray) -> bool:
        """Return whether four different rows occur in a stream of pixels, at any places.

        Fewer are no picture: near twins among the packaged and the held-back pictures of
        Fashion-MNIST have three rows in common.
        """
        return any(
            self._occurring(width, _hashes(pixels, width)) >= ENOUGH
            for width, rows in self.known.items()
            if len(rows) and len(pixels) >= width
        )

    def _occurring(self, width, hashes):
        """Return how many different known rows are among these hashes."""
        rows = self.known[width]
        likely = np.unique(hashes[self._begins[width][hashes >> REST]])
        at = np.minimum(rows.searchsorted(likely), len(rows) - 1)
        return (rows[at] == likely).sum()


def _hashes(pixels, width):
    """Return a hash of every run of `width` pixels in a stream."""
    total = np.zeros(max(0, len(pixels) - width + 1), np.uint64)
    for at in range(0, len(total), BLOCK):
        block = total[at : at + BLOCK]
        near = pixels[at : at + len(block) + width - 1].astype(np.uint64)
        _hash([near[k : k + len(block)] for k in range(width)], block)
    return total


def _hash(columns, total):
    """Write a hash of each row of pixels, which are given by columns, where zeros stand."""
    for column in columns:
        total *= FACTOR
        total += column
        total += np.uint64(1)
    return total


def streams(raw: bytes) -> list[np.ndarray]:
    """Return all that a file may hold as grey levels: bytes, arrays, pixels, numbers."""
    found = [np.frombuffer(raw, np.uint8)]
    if (array := array_of(raw)) is not None:
        found.append(grey(array))
    elif b"\0" not in raw[:4096]:
        written = NUMBER.findall(raw)[:MOST_PIXELS]
        numbers = np.array(written or [b"0"], "S").astype(float)
        found += [grey(numbers), grey(np.where(numbers <= 1, numbers, 0))]
    return found


def array_of(raw: bytes) -> np.ndarray | None:
    """Return the array of a `.npy` file, None for any other file."""
    if not raw.startswith(b"\x93NUMPY"):
        return None
    try:
        return np.load(BytesIO(raw), allow_pickle=False)
    except (ValueError, EOFError):
        return None


def grey(values: np.ndarray) -> np.ndarray:
    """Return numbers as grey levels; numbers that lie between 0 and 1 are multiplied by 255.

    Returns
    -------
    (N,) uint8
        Numbers that are no grey level become 0.
    """
    flat = values.ravel()
    if flat.dtype == np.uint8 or flat.dtype.kind not in "biuf":
        return flat if flat.dtype == np.uint8 else np.zeros(0, np.uint8)
    wide = np.nan_to_num(flat.astype(float), nan=0, posinf=0, neginf=0)
    scaled = wide * 255 if wide.max(initial=0.0) <= 1 else wide
    return np.where((scaled >= 0) & (scaled <= 255), np.round(scaled), 0).astype(np.uint8)

"""Folders for the moment: they go with the process, or, where it was killed, with the next."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

__all__ = ["Scratch", "sweep"]

PREFIX = "nngrader-work-"
YOUNG = 60  # seconds in which a folder may not have its lock yet


class Scratch(tempfile.TemporaryDirectory):
    """A temporary folder that is known to be in use: its lock ends with the process.

    Parameters
    ----------
    place : Path, optional
        Where it is made; by default where the system has such folders.
    """

    def __init__(self, place: Path | None = None):
        super().__init__(prefix=PREFIX, dir=place)
        self.held = os.open(self.name, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self.held, fcntl.LOCK_EX)

    def cleanup(self) -> None:
        """Remove it; a second time does nothing."""
        held, self.held = self.held, None
        if held is not None:
            super().cleanup()
            os.close(held)

    def __exit__(self, *_):
        self.cleanup()


def sweep(place: Path | None = None) -> int:
    """Remove such folders of ours whose process is gone.

    Parameters
    ----------
    place : Path, optional
        Where to look; by default where the system has such folders.

    Returns
    -------
    int
        How many there were.
    """
    place = place or Path(tempfile.gettempdir())
    found = [f for f in place.glob(f"{PREFIX}*") if _is_left(f)]
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return len(found)


def _is_left(folder):
    """Whether a folder is ours, not young, and nobody's lock is on it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            about = os.fstat(handle)
            if about.st_uid != os.geteuid() or time.time() - about.st_mtime < YOUNG:
                return False
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        finally:
            os.close(handle)
    return False

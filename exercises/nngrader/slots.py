"""Numbers for what runs at one time on this machine: each gives a user and a processor."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from pathlib import Path

from .errors import CannotDo

__all__ = ["slot"]

MOST = 64
PAUSE = 0.05  # seconds between two looks where all are taken


@contextlib.contextmanager
def slot():
    """Hold a number that no other thread or process of this user on this machine holds.

    Two runs at a time, or two workers of a cluster on one machine, then never share a user of
    the sandbox, by which the limit on processes counts. A process that is killed gives its
    numbers back.

    Yields
    ------
    int
        From 0, the smallest that is free.

    Raises
    ------
    CannotDo
        If the folder of the locks is somebody else's.
    """
    folder = _folder()
    while True:
        for number in range(MOST):
            with open(folder / str(number), "a") as held:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield number
                return
        time.sleep(PAUSE)


def _folder():
    """A folder that nobody else may write."""
    folder = Path(tempfile.gettempdir(), f"nngrader-slots-{os.geteuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    if about.st_uid != os.geteuid() or about.st_mode & 0o077 or folder.is_symlink():
        raise CannotDo(f"{folder} should be a folder of yours alone: remove it")
    return folder

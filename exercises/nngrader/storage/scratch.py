"""Temporary folders, numbers for workers, and locks, all held by a process until it ends.

If a process is killed, the next one removes what it has left.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from ..errors import CannotDo
from .results import Store, disk_errors

__all__ = ["Scratch", "alone", "own_block", "slot", "sweep"]

PREFIX = "nngrader-work-"
YOUNG = 60  # seconds in which a new folder may not have its lock yet
MOST = 64  # workers at one time on a machine, and graders
PAUSE = 0.05  # seconds until the locks are tried again if all are held


class Scratch(tempfile.TemporaryDirectory):
    """A temporary folder with a lock that shows it to be in use until the process ends.

    Parameters
    ----------
    place : Path, optional
        Where it is made; by default where the system has such folders.
    """

    def __init__(self, folder: Path | None = None):
        super().__init__(prefix=PREFIX, dir=folder)
        self.held = os.open(self.name, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self.held, fcntl.LOCK_EX)

    def cleanup(self) -> None:
        """Remove the folder, if it has not been removed before."""
        held, self.held = self.held, None
        if held is not None:
            super().cleanup()
            os.close(held)

    def __exit__(self, *_):
        self.cleanup()


def sweep(parent: Path | None = None) -> int:
    """Remove such folders if their process has ended.

    Parameters
    ----------
    parent : Path, optional
        Where to look; by default where the system has such folders.
    """
    parent = parent or Path(tempfile.gettempdir())
    found = [f for f in parent.glob(f"{PREFIX}*") if _is_left(f)]
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return len(found)


def _is_left(folder):
    """Return whether a folder is one of ours, not new, and not locked by anybody."""
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


@contextlib.contextmanager
def slot():
    """Hold a number that no other thread or process of this user on this machine holds.

    Two runs at a time, or two workers of a cluster on one machine, then never share a user of
    the sandbox, by which the limit on processes counts. A process that is killed gives its
    numbers back.
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


def own_block() -> int:
    """Return a number that this process alone has, among those of this user on this machine.

    It stands for a block of users of the sandbox, so that two graders never share one. A
    process keeps its number until it ends, and a forked process gets a number of its own.

    Raises
    ------
    CannotDo
        If all numbers are taken, or the folder of the locks is somebody else's.
    """
    with _CLAIMING:
        if os.getpid() not in _BLOCKS:
            _BLOCKS[os.getpid()] = _claim(_folder("users"))
        return _BLOCKS[os.getpid()][0]


_CLAIMING = threading.Lock()
_BLOCKS = {}  # by process: the number, and the open file that is locked


def _claim(folder):
    """Return the smallest number whose file is not locked, and the file, now locked."""
    for number in range(MOST):
        held = os.open(folder / str(number), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            continue
        return number, held
    raise CannotDo(f"{MOST} graders run on this machine already: wait until one of them ends")


def _folder(what="slots"):
    """Return the folder of the locks, which nobody else may write."""
    folder = Path(tempfile.gettempdir(), f"nngrader-{what}-{os.geteuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    if about.st_uid != os.geteuid() or about.st_mode & 0o077 or folder.is_symlink():
        raise CannotDo(f"{folder} should be a folder of yours alone: remove it")
    return folder


@contextlib.contextmanager
def alone(store: Store, assignment: str):
    """Open a block in which no other run grades the same assignment of the same course.

    Runs of other assignments may go on at the same time. They share only the gradebook, where
    one waits for the other, and the slots of the machine.
    """
    with contextlib.ExitStack() as stack:
        with disk_errors(store.folder):
            held = stack.enter_context(open(store.folder / f"lock-{assignment}", "a"))
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotDo(
                f"another grading of {assignment} in this course is running: wait for it"
            ) from None
        yield

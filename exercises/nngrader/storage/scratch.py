"""Temporary folders, numbers for workers, and locks, which a process holds until it ends.

If a process is killed, the next one removes its folders.
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
YOUNG = 60  # seconds in which a new folder may have no lock yet
MOST = 64  # workers, and also graders, that run on a machine in parallel
PAUSE = 0.05  # seconds to wait if all locks are taken


class Scratch(tempfile.TemporaryDirectory):
    """A temporary folder with a lock, which shows that it is in use until the process ends.

    :param folder: Parent folder. Default: the system's folder for temporary files.
    """

    def __init__(self, folder: Path | None = None):
        super().__init__(prefix=PREFIX, dir=folder)
        self.held = os.open(self.name, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self.held, fcntl.LOCK_EX)

    def cleanup(self) -> None:
        """Remove the folder, unless it has already been removed."""
        held, self.held = self.held, None
        if held is not None:
            super().cleanup()
            os.close(held)

    def __exit__(self, *_):
        self.cleanup()


def sweep(parent: Path | None = None) -> int:
    """Remove the `Scratch` folders of processes that have ended, and return their number.

    :param parent: Folder to search. Default: the system's folder for temporary files.
    """
    parent = parent or Path(tempfile.gettempdir())
    left = [f for f in parent.glob(f"{PREFIX}*") if _is_left(f)]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def _is_left(folder):
    """Return whether a folder is one of ours, is not new, and has no active lock."""
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
    """Reserve a number that no other thread or process of this user on this machine has.

    Because the kernel counts processes per user, two runs, or two workers of a cluster on one
    machine, must never share a sandbox user, which the number selects. If a process is killed,
    its numbers are free again.
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
    """Return a number that only this process has, among this user's processes on this machine.

    It identifies a block of sandbox users, so that two graders never share one. A process has
    the same number until it ends, and a forked process gets its own number.

    :raises CannotDo: If all numbers are taken, or the folder of the locks belongs to a
        different user.
    """
    with _CLAIMING:
        if os.getpid() not in _BLOCKS:
            _BLOCKS[os.getpid()] = _claim(_folder("users"))
        return _BLOCKS[os.getpid()][0]


_CLAIMING = threading.Lock()
_BLOCKS = {}  # by process: the number, and the open file with the lock


def _claim(folder):
    """Return the smallest number whose file has no lock, and the file, now locked."""
    for number in range(MOST):
        held = os.open(folder / str(number), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            continue
        return number, held
    raise CannotDo(f"{MOST} graders are already running on this machine: wait until one ends")


def _folder(what="slots"):
    """Return the folder of the locks, which only its owner may write to."""
    folder = Path(tempfile.gettempdir(), f"nngrader-{what}-{os.geteuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    if about.st_uid != os.geteuid() or about.st_mode & 0o077 or folder.is_symlink():
        raise CannotDo(f"{folder} should belong only to you: delete it, then run this again")
    return folder


@contextlib.contextmanager
def alone(store: Store, assignment: str):
    """Open a block in which no other run collects, grades or reweights the same assignment.

    Runs for other assignments of the course may be active. They share only the machine's worker
    slots and the gradebook; if one is using the gradebook, the other waits.

    :raises CannotDo: If another run is using the assignment.
    """
    with contextlib.ExitStack() as stack:
        with disk_errors(store.folder):
            held = stack.enter_context(open(store.folder / f"lock-{assignment}", "a"))
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotDo(
                f"another command is using {assignment} of this course: wait until it ends"
            ) from None
        yield

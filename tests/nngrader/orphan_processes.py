"""Find the processes that a program leaves running."""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

from nngrader.sandbox.supervisor import children

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 20  # seconds that a process may take to end


@contextlib.contextmanager
def adopt_orphans():
    """Yield a list, which gets the command lines of processes left running after the block."""
    libc, before, left = ctypes.CDLL(None), set(children(os.getpid())), []
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    try:
        yield left
        orphans = not_ended(set(children(os.getpid())) - before)
        left += map(command_line, orphans)
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    for pid in orphans:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def not_ended(pids):
    """Return the processes that have not ended within the time allowed."""
    end = time.monotonic() + PATIENCE
    while pids and time.monotonic() < end:
        pids = {pid for pid in pids if os.waitpid(pid, os.WNOHANG) == (0, 0)}
        time.sleep(0.02)
    return pids


def command_line(pid):
    """Return a process's program and arguments as one text."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()


def still_running(pids):
    """Return which processes run on after the time allowed; a zombie has ended."""
    end = time.monotonic() + PATIENCE
    while (left := [pid for pid in pids if _runs(pid)]) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False

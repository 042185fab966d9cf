"""What a tree of processes holds and has used, as Linux tells it under /proc."""

from __future__ import annotations

import contextlib
import os
from typing import NamedTuple

PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
MOST_TEXT = 1 << 16  # bytes of one such file: a process may have thousands of children
RESIDENT, TIMES = 21, slice(11, 15)  # fields of /proc/PID/stat after the name
FILE, MEMORY_FOLDERS = 1300, ("/tmp", "/dev/shm")  # bytes of an empty file in memory


class Usage(NamedTuple):
    """What a tree of processes holds, in bytes, and has used, in seconds of processors.

    ``delayed`` are the seconds that they could have worked, had a processor been free.
    """

    memory: int
    seconds: float
    processes: tuple = ()
    delayed: float = 0.0


def tree_usage(root: int) -> Usage:
    """Resident memory and processor time of a process and of all below it.

    Parameters
    ----------
    root : int
        A process. Orphans of a sandbox stay below it, as children of its init.

    Returns
    -------
    Usage
        The sums; processes that have ended count by the time that their parents know of.
    """
    todo, seen, memory, ticks, delayed = [root], [], 0, 0, 0
    while todo:
        seen.append(pid := todo.pop())
        with contextlib.suppress(OSError, ValueError, IndexError):
            about = _text(f"/proc/{pid}/stat").rpartition(b")")[2].split()
            memory += int(about[RESIDENT]) * PAGE
            ticks += sum(map(int, about[TIMES]))
            delayed += int(_text(f"/proc/{pid}/schedstat").split()[1])
        todo += children(pid)
    return Usage(memory, ticks / TICKS, tuple(seen), delayed / 1e9)


def files_held(processes: tuple) -> int:
    """Memory of the kernel's for the files in the folders that only these processes see.

    Parameters
    ----------
    processes : tuple of int
        A tree; those of its members that live in a sandbox have folders in memory, of which
        the size is limited, but not how many empty files they hold.

    Returns
    -------
    int
        Bytes.
    """
    used = {}
    for pid in processes:
        for place in MEMORY_FOLDERS:
            with contextlib.suppress(OSError):
                inside = f"/proc/{pid}/root{place}"
                device = os.stat(inside).st_dev
                if device != os.stat(place).st_dev:
                    about = os.statvfs(inside)
                    used[device] = about.f_files - about.f_ffree
    return FILE * sum(used.values())


def children(pid: int) -> list[int]:
    """The processes that a process has started, none where it has ended."""
    found = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found += map(int, _text(f"/proc/{pid}/task/{task}/children").split())
    return found


def _text(file):
    """What a file of the kernel's says, in as few steps as may be: it is asked all the time."""
    handle = os.open(file, os.O_RDONLY)
    try:
        return os.read(handle, MOST_TEXT)
    finally:
        os.close(handle)

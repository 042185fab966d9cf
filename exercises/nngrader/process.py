"""One worker: a tree of processes that answers questions, is watched, and is ended."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from . import wire

PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
RESIDENT, TIMES = 21, slice(11, 15)  # fields of /proc/PID/stat after the name
POLL = 0.03  # seconds between two looks at the tree
FILE, MEMORY_FOLDERS = 1300, ("/tmp", "/dev/shm")  # bytes of an empty file in memory
PATIENCE = 4  # times the processor time that is allowed, for sleep and for a busy machine
START = 60  # seconds until a worker must be ready: this is the machine's time, not a student's


class Died(Exception):
    """The worker had to be ended, or ended itself; the text says why, in words of ours."""


class Worker:
    """A process behind a pair of pipes; it ends with the block.

    Parameters
    ----------
    command : list of str
        The program and its arguments.
    memory : int
        Bytes that the whole tree of processes may hold; beyond that it is killed.
    filter : bytes, optional
        A seccomp program; `{seccomp}` in the command becomes its file descriptor.
    """

    def __init__(self, command: list[str], memory: int, filter: bytes | None = None):
        self.memory, self.over, self.late = memory, False, False
        self.allowed, self.spent = math.inf, 0.0
        self.log = tempfile.TemporaryFile()
        self.process = self._start(command, filter)
        os.set_blocking(self.process.stdin.fileno(), False)
        self.ended = threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def _start(self, command, filter):
        with contextlib.ExitStack() as files:
            passed = ()
            if filter is not None:
                rules = files.enter_context(tempfile.TemporaryFile())
                rules.write(filter)
                rules.seek(0)
                passed = (rules.fileno(),)
                command = [str(passed[0]) if a == "{seccomp}" else a for a in command]
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.log,
                bufsize=0,
                pass_fds=passed,
                start_new_session=True,
                cwd="/",
            )

    def ask(self, question: dict, seconds: float, cap: int = wire.BODY) -> dict:
        """Put one question and wait for its answer.

        Parameters
        ----------
        question : dict
            Plain data.
        seconds : float
            Processor time that the worker may take; it may sleep, or wait for a processor
            that others use, four times as long.
        cap : int
            The largest answer that is read, in bytes of its arrays.

        Returns
        -------
        dict
            What the worker said; it may be anything that a frame can hold. The attribute
            `spent` tells the seconds that it took.

        Raises
        ------
        Died
            If there is no answer in time, or it is no frame, or no dict. The worker is then
            of no further use.
        """
        begin, used = time.monotonic(), self._usage().seconds
        end, self.allowed = begin + PATIENCE * seconds, used + seconds
        try:
            wire.send(self.process.stdin.fileno(), wire.pack(question), end)
            answer = wire.receive(self.process.stdout.fileno(), end, cap)
        except Exception as e:
            raise Died(self._why(e)) from None
        finally:
            waited = (time.monotonic() - begin) / PATIENCE
            worked = seconds if self.late else self._usage().seconds - used
            self.allowed, self.spent = math.inf, max(waited, worked)
        if not isinstance(answer, dict):
            raise Died("forged an answer")
        return answer

    def ready(self) -> None:
        """Wait until it has started and has imported NumPy.

        Raises
        ------
        Died
            If it cannot start.
        """
        self.ask({"do": "ready"}, START / PATIENCE)

    def _why(self, e):
        """A cause in words of ours."""
        if self.over:
            return "used too much memory"
        if self.late or isinstance(e, TimeoutError):
            return "took too long"
        if isinstance(e, EOFError | BrokenPipeError):
            return "ended the process"
        if isinstance(e, wire.Bad) and str(e) == "frame size":
            return "gave an answer that is far too large"
        return "broke the connection"

    def _watch(self):
        """Kill the tree when it holds too much memory, or has worked for too long."""
        while not self.ended.wait(POLL) and self.process.poll() is None:
            usage = self._usage()
            self.over, self.late = usage.memory > self.memory, usage.seconds > self.allowed
            if self.over or self.late:
                return self._kill()

    def _usage(self):
        """What the tree holds, empty files too, and has used."""
        usage = tree_usage(self.process.pid)
        return usage._replace(memory=usage.memory + files_held(usage.processes))

    def _kill(self):
        """End the tree: with bubblewrap's child ends its namespace, and all that is in it."""
        for pid in children(self.process.pid):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def last_words(self) -> str:
        """What the program itself wrote before it ended: of use where it could not start."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.log.seek(0)
        return self.log.read(500).decode(errors="replace").strip()

    def close(self) -> None:
        """End it, wait for it, and close the pipes."""
        self.ended.set()
        self._kill()
        self.process.wait()
        self.watcher.join()
        for f in (self.process.stdin, self.process.stdout, self.log):
            f.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Usage(NamedTuple):
    """What a tree of processes holds, in bytes, and has used, in seconds of processors."""

    memory: int
    seconds: float
    processes: tuple = ()


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
    todo, seen, memory, ticks = [root], [], 0, 0
    while todo:
        seen.append(pid := todo.pop())
        with contextlib.suppress(OSError, ValueError, IndexError):
            about = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            memory += int(about[RESIDENT]) * PAGE
            ticks += sum(map(int, about[TIMES]))
        todo += children(pid)
    return Usage(memory, ticks / TICKS, tuple(seen))


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
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found

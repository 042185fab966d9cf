"""One worker: a tree of processes that answers questions, is watched, and is ended.

What the tree holds and has used Linux tells under /proc.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import tempfile
import threading
import time
from typing import NamedTuple

from .inside import fork_server, wire

POLL = 0.03  # seconds between two looks at the tree
BRIEF = 0.01  # seconds of a question that is not worth a look at the processes
PATIENCE = 4  # times the processor time that is allowed, for sleep and other waiting
LASTING = 2  # times its seconds that a whole submission may last by the clock
CROWDED = 8  # times that again, where others use the processor: that is nobody's fault
START = 60  # seconds until a worker must be ready: this is the machine's time, not a student's
RENEW = 20  # seconds until a fresh process must be there; the machine's time, too
GRACE = 2  # seconds until it is ended by force
CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT}
TOO_LONG, WAITED = "took too long", "waited too long"
TOO_MUCH, TOO_LARGE = "used too much memory", "gave an answer that is far too large"
ENDED, CRASHED = "ended the process", "crashed Python itself"
FORGED, BROKEN = "forged an answer", "broke the connection"
PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
MOST_TEXT = 1 << 16  # bytes read of a file of /proc: a process may have thousands of children
RESIDENT, TIMES = 21, slice(11, 15)  # fields of /proc/PID/stat after the name
FILE, MEMORY_FOLDERS = 1300, ("/tmp", "/dev/shm")  # bytes of an empty file in memory


class Died(Exception):
    """A student's process had to be ended, or ended itself; the text is one of those above."""


class Worker:
    """A process behind a pair of pipes, which starts a fresh one for each function.

    It ends with the block. What it is asked goes to the fresh process.

    Parameters
    ----------
    command : list of str
        The program and its arguments.
    memory : int
        Bytes that the student's processes may hold; beyond that the whole tree is killed.
    filter : bytes, optional
        A seccomp program; `{seccomp}` in the command becomes its file descriptor.
    counted : bool
        Whether all processes are below this one, so that their memory and processor time are
        known; else the seconds are those of the clock, and memory is for others to limit.
    end : list of str, optional
        A command that ends it, where it does not end with its pipe.

    Attributes
    ----------
    usable : bool
        Whether it can start another process; where not, it is only to be closed.
    spent, waited : float
        Seconds that the last question took: those of the processor, or a part of those by the
        clock where it mostly waited; and those by the clock. What a busy machine adds to them
        does not count.
    """

    def __init__(
        self,
        command: list[str],
        memory: int,
        filter: bytes | None = None,
        *,
        counted: bool = True,
        end: list[str] | None = None,
    ):
        self.memory, self.most, self.counted, self.end = memory, math.inf, counted, end
        self.over_memory = self.over_time = self.over_wait = self.has_started = False
        self.usable, self.allowed, self.patience = True, math.inf, math.inf
        self.known, self.begin, self.alone = Usage(0, 0.0), 0.0, 0
        self.spent = self.waited = 0.0
        self.nested = filter is not None  # then the process above ends when those in it have
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

    def ready(self) -> None:
        """Wait until it has started and has imported what it needs.

        Raises
        ------
        Died
            If it cannot start.
        """
        self._order(fork_server.READY, START)
        self.most = self.memory + self._usage().memory  # its own part does not count

    def fresh(self) -> None:
        """End the student's process and all that it left, and start one that knows nothing.

        Raises
        ------
        Died
            If that cannot be done; another worker is needed then.
        """
        self._order(fork_server.FRESH, RENEW)
        self.known = self._usage(files=False)
        self.alone = len(self.known.processes)  # with the one of the student's that there is

    def ask(
        self,
        question: dict,
        seconds: float,
        cap: int = wire.BODY,
        longest: float = math.inf,
    ) -> dict:
        """Put one question to the fresh process and wait for its answer.

        Parameters
        ----------
        question : dict
            Plain data.
        seconds : float
            Processor time that it may take; it may sleep four times as long.
        cap : int
            The largest answer that is read, in bytes of its arrays.
        longest : float
            Seconds by the clock that it may take, where these are fewer than that.

        Returns
        -------
        dict
            What came; it may be anything that a frame can hold.

        Raises
        ------
        Died
            If there is no answer in time, or it is no frame, or no dict. The student's process
            is then of no further use; where `usable` is false, nor is this worker.
        """
        frame, self.begin, self.has_started = wire.pack(question), time.monotonic(), False
        self.allowed = self.known.seconds + seconds
        self.patience = min(PATIENCE * seconds, longest)
        most = self.patience * (CROWDED if self.counted else 1)
        try:
            kind, status, answer = self._order(fork_server.ASK, most, frame, cap)
        finally:
            self.allowed = self.patience = math.inf
            self._account(seconds)
        if kind != fork_server.ANSWER:
            raise Died(self._reason(kind, status))
        if not isinstance(answer, dict):
            raise Died(FORGED)
        return answer

    def _order(self, order, seconds, frame=b"", cap=0):
        """Say what is wanted; return the kind of reply, a status, and the answer if any."""
        deadline, answer = time.monotonic() + seconds, None
        try:
            if not self.usable:
                raise BrokenPipeError
            order = fork_server.ORDER.pack(order, cap) + frame
            wire.send(self.process.stdin.fileno(), order, deadline)
            source = self.process.stdout.fileno()
            reply = wire.exactly(source, fork_server.REPLY.size, deadline)
            kind, status = fork_server.REPLY.unpack(reply)
            if kind == fork_server.ANSWER:
                answer = wire.receive(source, deadline, cap)
        except Exception as e:
            self.usable = False
            raise Died(self._why(e)) from None
        return kind, status, answer

    def _account(self, seconds):
        """Note what the last question took; what ran between two questions counts with it.

        A brief one costs its time by the clock, and its work counts once more with the next
        longer one: to look at the processes after each question takes longer than most do.
        """
        elapsed = time.monotonic() - self.begin
        if elapsed < BRIEF and not (self.over_memory or self.over_time or self.over_wait):
            self.spent = self.waited = elapsed
            return
        usage = self._usage(files=False)
        self.waited = self._waited(usage)
        worked = seconds if self.over_time else usage.seconds - self.known.seconds
        worked = worked if self.counted else self.waited
        self.spent, self.known = max(self.waited / PATIENCE, worked), usage

    def _waited(self, usage):
        """Return seconds by the clock of a question, without those that a busy machine adds.

        Where a submission starts processes of its own, they may be what keeps it waiting.
        """
        self.has_started |= len(usage.processes) > self.alone
        delayed = 0.0 if self.has_started else max(0.0, usage.delayed - self.known.delayed)
        return max(0.0, time.monotonic() - self.begin - delayed)

    def _why(self, e):
        """Return the cause of an exception in words of ours."""
        if self.over_memory:
            return TOO_MUCH
        if self.over_time:
            return TOO_LONG
        if self.over_wait:
            return WAITED
        if isinstance(e, TimeoutError):
            return TOO_LONG
        return ENDED if isinstance(e, EOFError | BrokenPipeError) else BROKEN

    def _reason(self, kind, status):
        """Return why no answer came, by what the first process of the worker says."""
        if kind != fork_server.ENDED:
            return {fork_server.LARGE: TOO_LARGE, fork_server.EARLY: FORGED}.get(kind, BROKEN)
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if ended_by == signal.SIGKILL and not self.counted:
            return TOO_MUCH  # the kernel's own limit on memory ends it so
        return CRASHED if ended_by in CRASHES else ENDED

    def _watch(self):
        """Kill the tree when it holds too much memory, or has worked for too long."""
        while not self.ended.wait(POLL) and self.process.poll() is None:
            usage = self._usage()
            self.over_memory = usage.memory > self.most
            self.over_time = usage.seconds > self.allowed
            self.over_wait = self.counted and self._waited(usage) > self.patience
            if self.over_memory or self.over_time or self.over_wait:
                return self._kill()

    def _usage(self, *, files=True) -> Usage:
        """Return what the tree holds and has used, nothing where that is unknown."""
        if not self.counted:
            return Usage(0, 0.0)
        usage = tree_usage(self.process.pid)
        held = files_held(usage.processes) if files else 0
        return usage._replace(memory=usage.memory + held)

    def _kill(self):
        """End the tree: the end of a sandbox's first process ends all that is in it."""
        if self.process.poll() is not None:
            return  # its number may be another's
        for pid in tree_usage(self.process.pid).processes[1:]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if self.nested:  # until all in it are gone they count against the next one's limit
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(RENEW)
        if self.process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def last_words(self) -> str:
        """Return what the program wrote before it ended, for when it could not start."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.log.seek(0)
        return self.log.read(500).decode(errors="replace").strip()

    def close(self) -> None:
        """End it, wait for it, and close the pipes: it ends by itself where nobody asks."""
        self.ended.set()
        self.watcher.join()
        self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE / 4 if self.end else GRACE)
        if self.end and self.process.poll() is None:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(self.end, capture_output=True, timeout=START)
        self._kill()
        self.process.wait()
        for f in (self.process.stdout, self.log):
            f.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Usage(NamedTuple):
    """What a tree of processes holds, in bytes, and has used, in seconds of processors.

    ``delayed`` are the seconds that they could have worked, had a processor been free.
    """

    memory: int
    seconds: float
    processes: tuple = ()
    delayed: float = 0.0


def tree_usage(root: int) -> Usage:
    """Return resident memory and processor time of a process and of all below it.

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
    """Return memory of the kernel's for the files in the folders that only these processes see.

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
        for folder in MEMORY_FOLDERS:
            with contextlib.suppress(OSError):
                inside = f"/proc/{pid}/root{folder}"
                device = os.stat(inside).st_dev
                if device != os.stat(folder).st_dev:
                    about = os.statvfs(inside)
                    used[device] = about.f_files - about.f_ffree
    return FILE * sum(used.values())


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, none where it has ended."""
    found = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found += map(int, _text(f"/proc/{pid}/task/{task}/children").split())
    return found


def _text(file):
    """Return the text of a file of the kernel's in few steps, since it is read all the time."""
    handle = os.open(file, os.O_RDONLY)
    try:
        return os.read(handle, MOST_TEXT)
    finally:
        os.close(handle)

"""Watch one worker: a tree of processes that answers questions until it is ended.

Memory and processor time of the tree are read from /proc.
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

from ..limits import PATIENCE, Died, Ending
from .inside import fork_server, wire

POLL = 0.03  # seconds between two measurements of the tree
BRIEF = 0.01  # seconds; we don't measure processes for a shorter question
CROWDED = 8  # a further factor for wall time while other programs keep the processor busy
START = 60  # seconds until a worker must be ready; not charged to the student
RENEW = 20  # seconds until a new process must be ready; not charged either
GRACE = 2  # seconds that a worker has to end by itself
CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT}
PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
MOST_TEXT = 1 << 16  # bytes to read from a /proc file: a process may have thousands of children
RESIDENT, TIMES = 21, slice(11, 15)  # fields of /proc/PID/stat after the name
FILE, MEMORY_FOLDERS = 1300, ("/tmp", "/dev/shm")  # bytes of an empty file in memory


class Worker:
    """A process with a pair of pipes, which starts a new process for each function.

    The new process answers questions. As a context manager, the worker ends with its block.

    :param memory: Bytes that the student's processes may use; above that, the whole tree is
        killed.
    :param filter: A seccomp program; `{seccomp}` in the command becomes its file descriptor.
    :param counted: Whether all processes descend from this one, so that we can measure their
        memory and processor time. Otherwise we measure wall time, and the container limits
        memory.
    :param end: A command that kills it if it doesn't end when its pipe is closed.
    :ivar usable: Whether it can start another process; if not, it can only be closed.
    :ivar spent, waited: Seconds charged for the last question: `spent` is processor time, or a
        part of the wall time if it mostly waited; `waited` is wall time. Time in which other
        programs kept the processor busy is not charged.
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
        # if true, the sandbox's parent process ends after the processes inside
        self.nested = filter is not None
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
        """Wait until the worker has started and has imported the packages."""
        self._order(fork_server.READY, START)
        # the worker's own memory is not the student's
        self.most = self.memory + self._usage().memory

    def fresh(self) -> None:
        """Kill the student's process and all that it has started, and start a new one.

        :raises Died: If this fails; you then need a different worker.
        """
        self._order(fork_server.FRESH, RENEW)
        self.known = self._usage(files=False)
        self.alone = len(self.known.processes)  # including the student's one process

    def ask(
        self,
        question: dict,
        seconds: float,
        cap: int = wire.BODY,
        longest: float = math.inf,
    ) -> dict:
        """Put one question to the new process and wait for its answer.

        :param seconds: Processor time limit; the wall time limit is `PATIENCE` times as much.
        :param cap: Maximum size of an answer, in bytes of its arrays.
        :param longest: Wall time limit in seconds, if it is lower.
        :return: The answer, which may contain anything that a frame can contain.
        :raises Died: If there is no answer in time, or it is not a frame, or not a dict. After
            this the student's process is unusable and, if `usable` is false, so is this worker.
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
            raise Died(Ending.FORGED)
        return answer

    def _order(self, order, seconds, frame=b"", cap=0):
        """Send an order; return the kind of reply, the exit status, and the answer or None."""
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
        """Set `spent` and `waited` for the last question.

        Measuring the processes takes longer than most questions. A brief question is therefore
        charged its wall time, and its processor time is included in the next longer question.
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
        """Return a question's wall time, minus the time spent waiting for a free processor.

        Nothing is subtracted if the submission has started processes, because they may have
        occupied the processor.
        """
        self.has_started |= len(usage.processes) > self.alone
        delayed = 0.0 if self.has_started else max(0.0, usage.delayed - self.known.delayed)
        return max(0.0, time.monotonic() - self.begin - delayed)

    def _why(self, e):
        """Return the reason for an exception."""
        if self.over_memory:
            return Ending.TOO_MUCH
        if self.over_time:
            return Ending.TOO_LONG
        if self.over_wait:
            return Ending.WAITED
        if isinstance(e, TimeoutError):
            return Ending.TOO_LONG
        closed = isinstance(e, EOFError | BrokenPipeError)
        return Ending.ENDED if closed else Ending.BROKEN

    def _reason(self, kind, status):
        """Return why there was no answer, according to the worker's first process."""
        if kind != fork_server.ENDED:
            causes = {fork_server.LARGE: Ending.TOO_LARGE, fork_server.EARLY: Ending.FORGED}
            return causes.get(kind, Ending.BROKEN)
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if ended_by == signal.SIGKILL and not self.counted:
            return Ending.TOO_MUCH  # the kernel kills a container that reaches its memory limit
        return Ending.CRASHED if ended_by in CRASHES else Ending.ENDED

    def _watch(self):
        """Kill the tree if it uses too much memory, or has worked or waited too long."""
        while not self.ended.wait(POLL) and self.process.poll() is None:
            usage = self._usage()
            self.over_memory = usage.memory > self.most
            self.over_time = usage.seconds > self.allowed
            self.over_wait = self.counted and self._waited(usage) > self.patience
            if self.over_memory or self.over_time or self.over_wait:
                return self._kill()

    def _usage(self, *, files=True) -> Usage:
        """Return the memory and time of the tree, or zeros if they are unknown."""
        if not self.counted:
            return Usage(0, 0.0)
        usage = tree_usage(self.process.pid)
        held = files_held(usage.processes) if files else 0
        return usage._replace(memory=usage.memory + held)

    def _kill(self):
        """Kill the tree; in a sandbox, the end of the first process ends all others."""
        if self.process.poll() is not None:
            return  # its number may belong to a different process by now
        for pid in tree_usage(self.process.pid).processes[1:]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if self.nested:  # until all have ended, they count against the next worker's limit
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(RENEW)
        if self.process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def last_words(self) -> str:
        """Return the program's output on stderr, which may explain why it didn't start."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.log.seek(0)
        return self.log.read(500).decode(errors="replace").strip()

    def close(self) -> None:
        """Close the pipes, which ends the worker; kill it if it doesn't end."""
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
    """Memory in bytes and processor time in seconds of a tree of processes.

    ``delayed`` is the time in seconds that they waited for a free processor.
    """

    memory: int
    seconds: float
    processes: tuple = ()
    delayed: float = 0.0


def tree_usage(root: int) -> Usage:
    """Return the memory and processor time of a process and all its descendants.

    :param root: The process. Orphans in a sandbox remain descendants, as children of its first
        process.
    :return: The sums. For processes that have ended, we use the time that their parents report.
    """
    todo, tree, memory, ticks, delayed = [root], [], 0, 0, 0
    while todo:
        tree.append(pid := todo.pop())
        with contextlib.suppress(OSError, ValueError, IndexError):
            about = _text(f"/proc/{pid}/stat").rpartition(b")")[2].split()
            memory += int(about[RESIDENT]) * PAGE
            ticks += sum(map(int, about[TIMES]))
            delayed += int(_text(f"/proc/{pid}/schedstat").split()[1])
        todo += children(pid)
    return Usage(memory, ticks / TICKS, tuple(tree), delayed / 1e9)


def files_held(processes: tuple) -> int:
    """Return the kernel memory in bytes for the files in the sandbox's own folders.

    :param processes: A tree. A sandbox has folders in memory with a size limit, but empty files
        have no size and still use kernel memory.
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
    """Return the processes that a process has started; none if it has ended."""
    pids = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                pids += map(int, _text(f"/proc/{pid}/task/{task}/children").split())
    return pids


def _text(file):
    """Return the contents of a file in /proc, with few system calls because we do it often."""
    handle = os.open(file, os.O_RDONLY)
    try:
        return os.read(handle, MOST_TEXT)
    finally:
        os.close(handle)

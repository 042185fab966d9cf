"""The first process of a worker: one more process for each function, its answers passed on.

It runs and reads nothing of a student's. In a sandbox it is the first of its namespace of
processes: nothing inside can stop, end or trace it, and when it ends the kernel ends all the
others. It alone holds the grader's pipes. A student's process has a pair of its own, which is
thrown away with it: what leftovers write, nobody reads.

This file stands alone beside `wire.py`: it runs inside the sandbox.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import select
import signal
import struct
from pathlib import Path

if __package__:
    from . import wire
else:
    import wire

ORDER = struct.Struct("<cI")  # what the grader wants; the largest sum of arrays it will read
READY, FRESH, ASK = b"r", b"f", b"a"
REPLY = struct.Struct("<ci")  # what came of it; how the process ended, as `os.wait` tells it
DONE, ANSWER, ENDED, LARGE, EARLY = b"d", b"a", b"e", b"l", b"y"
REAP = 100  # milliseconds between two looks for processes that have ended
MOST_FILES = 1000  # that are removed one by one
MOST_OPEN = 1024  # no number of an open file is larger: a limit sees to it
SET_PDEATHSIG, SET_DUMPABLE, SET_CHILD_SUBREAPER = 1, 4, 36  # of prctl


class Child:
    """A process that knows a student's cells, and the pipes that lead to it."""

    def __init__(self, work):
        requests, self.questions = os.pipe()
        self.answers, replies = os.pipe()
        self.pid, self.status = os.fork(), None
        if self.pid == 0:
            try:
                _leave_behind({requests, replies})
                work(requests, replies)
            finally:
                os._exit(0)
        os.close(requests)
        os.close(replies)
        os.set_blocking(self.questions, False)
        self.ended = os.pidfd_open(self.pid)

    def close(self):
        """Forget it, and all that it has started."""
        _end_all(self)
        for fd in (self.questions, self.answers, self.ended):
            os.close(fd)


def serve(source: int, sink: int, work, folders=()) -> None:
    """Do what the grader asks for until it closes its pipe.

    Parameters
    ----------
    source, sink : int
        The grader's pipes: orders come from one, replies go to the other.
    work : callable
        ``work(source, sink)`` answers questions; it runs in a process of its own.
    folders : iterable of str
        Folders that are the sandbox's own, to be emptied after each function. Without a
        sandbox there is none.
    """
    _harden()
    child = None
    with contextlib.suppress(EOFError):
        while True:
            order, cap = ORDER.unpack(wire.exactly(source, ORDER.size))
            kind, status, frame = DONE, 0, b""
            if order == ASK:
                question = _frame(source)
                kind, frame = _exchange(child, question, cap, source) if child else (ENDED, b"")
            if child and (order == FRESH or kind not in (DONE, ANSWER)):
                child.close()
                status, child = child.status or 0, None
            if order == FRESH:
                _empty(folders)
                child = Child(work)
            wire.send(sink, REPLY.pack(kind, status) + frame)
    if child:
        child.close()


def _harden():
    """Forbid the processes that this one starts to read, change or end it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's handler would let it in
    _prctl(SET_DUMPABLE, 0)
    _prctl(SET_CHILD_SUBREAPER, 1)
    _prctl(SET_PDEATHSIG, signal.SIGKILL)
    gc.collect()
    gc.freeze()  # so that the collector does not copy what the processes share


def _leave_behind(kept):
    """Close, in the new process, all of the grader's pipes but two ends."""
    os.setsid()
    _prctl(SET_PDEATHSIG, signal.SIGKILL)
    first = 3
    for fd in (*sorted(kept), MOST_OPEN):
        os.closerange(first, fd)
        first = fd + 1


def _prctl(option, value):
    """Set an option of this process in the kernel."""
    if ctypes.CDLL(None, use_errno=True).prctl(option, int(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


# One question


def _frame(source):
    """Return a frame of the grader's, as bytes."""
    lengths = wire.exactly(source, wire.LENGTHS.size)
    return lengths + wire.exactly(source, sum(wire.LENGTHS.unpack(lengths)))


def _exchange(child, question, cap, source):
    """Pass on a question; return what kind of answer came, and the answer."""
    rest, answer, watch = memoryview(question), bytearray(), select.poll()
    watch.register(source, 0)  # only its end, when the grader has gone
    watch.register(child.answers, select.POLLIN)
    if dict(watch.poll(0)).get(child.answers, 0) & select.POLLIN:
        return EARLY, b""
    watch.register(child.questions, select.POLLOUT)
    watch.register(child.ended, select.POLLIN)
    while True:
        events = dict(watch.poll(REAP))
        _reap(child)
        if source in events:
            raise EOFError
        if child.questions in events and not (rest := _write(child.questions, rest)):
            watch.unregister(child.questions)
        if child.answers in events:
            part = os.read(child.answers, min(_missing(answer), wire.CHUNK))
            answer += part
            if not part:
                return ENDED, b""
            if _is_large(answer, cap):
                return LARGE, b""
            if not _missing(answer):
                return ANSWER, answer
        elif child.ended in events:
            return ENDED, b""


def _write(fd, rest):
    """Write as much as the pipe takes and return the rest; drop it if the reader is gone."""
    try:
        return rest[os.write(fd, rest[: wire.CHUNK]) :]
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return rest[:0]


def _missing(answer):
    """Return how many bytes a frame still lacks, as far as it is known."""
    if len(answer) < wire.LENGTHS.size:
        return wire.LENGTHS.size - len(answer)
    return wire.LENGTHS.size + sum(wire.LENGTHS.unpack_from(answer)) - len(answer)


def _is_large(answer, cap):
    """Return whether a frame says that it is larger than it may be."""
    if len(answer) < wire.LENGTHS.size:
        return False
    head, body = wire.LENGTHS.unpack_from(answer)
    return head > wire.HEADER or body > cap


# The end of a process


def _reap(child):
    """Collect processes that have ended: until then they count against the limit."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            _note(child, *ended)


def _note(child, pid, status):
    """Keep how the student's process ended; its number may soon be another's."""
    if pid == child.pid and child.status is None:
        child.status = status


def _end_all(child):
    """End the student's process and all that is left of it."""
    _reap(child)
    while pids := _offspring():
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            _note(child, *os.waitpid(-1, 0))
        _reap(child)


def _offspring():
    """Return the processes to end: in a namespace of our own all others, else those we started.

    Orphans become ours, since the kernel was asked for it.
    """
    if os.getpid() == 1:
        return [-1] if _has_children() else []
    task = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in task.read_text().split()]


def _has_children():
    """Return whether any process is left, ended ones that nobody has collected too."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _empty(folders):
    """Take away files of the function before; an error, and so our end, where that is hard."""
    for folder in folders:
        with os.scandir(folder) as found:
            entries = [entry for entry, _ in zip(found, range(MOST_FILES + 1), strict=False)]
        if len(entries) > MOST_FILES:
            raise OSError("too many files")
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                os.rmdir(entry.path)
            else:
                os.unlink(entry.path)

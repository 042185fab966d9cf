"""The first process of a worker: starts a process for each function, and passes on answers.

It doesn't run a student's code or parse data from it. In a sandbox it is process 1 of a
namespace: nothing inside can stop, kill or trace it, and when it ends, the kernel kills all
other processes. It is the only process with access to the grader's pipes. Each student's
process has its own pair of pipes, which is closed with it, so no one reads the output of
processes that remain afterwards.

The sandbox has this file without its package, so it imports only `wire` and the standard
library.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import select
import signal
import struct

if __package__:
    from . import wire
else:
    import wire

ORDER = struct.Struct("<cI")  # an order; the maximum size of arrays that the grader will read
READY, FRESH, ASK = b"r", b"f", b"a"
REPLY = struct.Struct("<ci")  # kind of reply; exit status of the process, from `os.wait`
DONE, ANSWER, ENDED, LARGE, EARLY = b"d", b"a", b"e", b"l", b"y"
REAP = 100  # milliseconds between collections of ended processes
MOST_FILES = 1000  # if there are more files to remove, the worker ends instead
MOST_OPEN = 1024  # the limit on open files keeps all file descriptors below this
SET_PDEATHSIG, SET_DUMPABLE, SET_CHILD_SUBREAPER = 1, 4, 36  # options of prctl


class Child:
    """The process that runs a student's cells, and its pipes."""

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
        """Kill the process and everything that it has started, and close the pipes."""
        _end_all(self)
        for fd in (self.questions, self.answers, self.ended):
            os.close(fd)


def serve(source: int, sink: int, work, folders=()) -> None:
    """Carry out the grader's orders until it closes its pipe.

    :param source, sink: The grader's pipes: orders come from one, replies go to the other.
    :param work: ``work(source, sink)`` answers questions; each child process runs it.
    :param folders: (iterable of str) The sandbox's own writable folders, to be emptied after
        each function. Empty if there is no sandbox.
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
    """Prevent child processes from reading, changing or killing this one."""
    # if it has no handler, process 1 of a namespace ignores signals from inside it
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _prctl(SET_DUMPABLE, 0)
    _prctl(SET_CHILD_SUBREAPER, 1)
    _prctl(SET_PDEATHSIG, signal.SIGKILL)
    gc.collect()
    gc.freeze()  # so that garbage collection doesn't copy shared memory pages


def _leave_behind(kept):
    """Close all files that a new process inherits, except 0 to 2 and the two in `kept`."""
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
    """Read a frame from the grader and return it as bytes, without decoding it."""
    lengths = wire.exactly(source, wire.LENGTHS.size)
    return lengths + wire.exactly(source, sum(wire.LENGTHS.unpack(lengths)))


def _exchange(child, question, cap, source):
    """Pass a question on to the child; return the kind of its reply, and the reply."""
    rest, answer, watch = memoryview(question), bytearray(), select.poll()
    watch.register(source, 0)  # only to notice when the grader closes it
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
    """Write as much as the pipe accepts, and return the rest; drop it if there is no reader."""
    try:
        return rest[os.write(fd, rest[: wire.CHUNK]) :]
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return rest[:0]


def _missing(answer):
    """Return how many bytes a frame lacks, or how many its incomplete lengths lack."""
    if len(answer) < wire.LENGTHS.size:
        return wire.LENGTHS.size - len(answer)
    return wire.LENGTHS.size + sum(wire.LENGTHS.unpack_from(answer)) - len(answer)


def _is_large(answer, cap):
    """Return whether a frame's head announces more bytes than allowed."""
    if len(answer) < wire.LENGTHS.size:
        return False
    head, body = wire.LENGTHS.unpack_from(answer)
    return head > wire.HEADER or body > cap


# The end of a process


def _reap(child):
    """Collect ended processes, which otherwise count against the limit on processes."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            _note(child, *ended)


def _note(child, pid, status):
    """Record how the student's process ended; only once, because its number may be reused."""
    if pid == child.pid and child.status is None:
        child.status = status


def _end_all(child):
    """Kill the student's process and all processes that it has left behind."""
    _reap(child)
    while pids := _offspring():
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            _note(child, *os.waitpid(-1, 0))
        _reap(child)


def _offspring():
    """Return the processes to kill: in a namespace [-1], meaning all others, else our children.

    Our children include orphans, because `_harden` has made this process their reaper.
    """
    if os.getpid() == 1:
        return [-1] if _has_children() else []
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as task:
        return [int(pid) for pid in task.read().split()]


def _has_children():
    """Return whether any child process remains, including ended ones not yet collected."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _empty(folders):
    """Remove the files of the previous function, but not the instructor's mounted files.

    If there are too many files, or a folder that isn't empty, raise an error. It ends this
    process, and the grader starts a new worker.
    """
    for folder in folders:
        with os.scandir(folder) as scanned:
            entries = [entry for entry, _ in zip(scanned, range(MOST_FILES + 1), strict=False)]
        if len(entries) > MOST_FILES:
            raise OSError("too many files")
        own = os.stat(folder).st_dev
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_dev != own:
                continue
            if entry.is_dir(follow_symlinks=False):
                os.rmdir(entry.path)
            else:
                os.unlink(entry.path)

"""The process in which `nngrader check` runs a notebook's cells, watched from outside.

It answers the questions of `sandbox.runner.Runner` as a sandbox's worker does, so that a
notebook is judged as in grading. It is no sandbox, since everything here is the student's own.
It runs on every system, in an empty folder, because a notebook is graded without the files of
its folder.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from ..limits import AT_HOME, PATIENCE, Died, Ending
from ..sandbox.inside import wire
from ..settings import SETTINGS, Limits

PACKAGE = Path(__file__).parents[1]
MODULES = PACKAGE / "sandbox" / "inside", PACKAGE / "engine" / "observation"
GROUPS = hasattr(os, "killpg")  # as Windows has not
POLL = 0.1  # seconds between two measurements
BRIEF = 0.05  # an answer within fewer seconds is not worth a measurement
START = 120  # seconds until the process must be ready, with its packages imported
GRACE = 5  # seconds in which a process that has closed its pipe must end
CRASHES = [getattr(signal, f"SIG{name}", None) for name in "SEGV BUS ILL FPE ABRT".split()]
# The guard ends the group of processes that it was told last when its pipe is closed, that is
# when `check` has ended in whatever way. No signal to `check` reaches it.
GUARD = """
import os, sys
group = 0
for line in sys.stdin:
    group = int(line)
if group:
    os.killpg(group, 9)
"""


class Process:
    """Runs the cells of a notebook in a process, and ends it at the limits of grading.

    Parameters
    ----------
    uses : iterable of str
        Packages that are imported before the cells run.
    missing : iterable of str
        Packages that the cells cannot import, since they are missing in grading.

    Attributes
    ----------
    usable : bool
        True, since a fresh process can always be started.
    spent, waited : float
        Processor time and wall time of the last question in seconds. Without psutil, which
        Jupyter brings, the wall time counts as processor time, and memory is not measured.
    """

    usable = True

    def __init__(self, limits: Limits, uses=(), missing=()):
        self.limits, self.uses, self.missing = limits, list(uses), list(missing)
        self.spent = self.waited = 0.0
        self.process = self.folder = self.guard = None
        if GROUPS:
            guard = [sys.executable, "-I", "-S", "-c", GUARD]
            pipe = {"stdin": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self.guard = subprocess.Popen(guard, start_new_session=True, bufsize=0, **pipe)

    def worker(self, slot: int) -> Process:
        """Return this process; `Runner` calls this method of a sandbox."""
        return self

    def fresh(self) -> None:
        """End the process and all that it started, and start another one.

        Raises
        ------
        Died
            If it does not start.
        """
        self._end()
        self.folder = tempfile.TemporaryDirectory(
            prefix="nngrader-", ignore_cleanup_errors=True
        )
        line = [sys.executable, "-B", str(MODULES[0] / "worker.py"), *map(str, MODULES)]
        line += ["--", *self.uses, "--", "--", *self.missing]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
        group = {"process_group": 0} if GROUPS else {}
        self.process = subprocess.Popen(
            line,
            stderr=subprocess.DEVNULL,
            cwd=self.folder.name,
            env=os.environ | SETTINGS,
            **pipes,
            **group,
        )
        if self.guard:
            self.guard.stdin.write(b"%d\n" % self.process.pid)
        self.first = None
        self._exchange(b"", START, START, wire.BODY)
        self.first = self.known = usage(self.process.pid)

    def ask(
        self, question: dict, seconds: float, cap: int = wire.BODY, longest: float = math.inf
    ) -> dict:
        """Put one question to the process and wait for its answer.

        Parameters
        ----------
        seconds : float
            Processor time that it may take; its wall time may be `PATIENCE` times as long,
            or `AT_HOME` seconds.
        cap : int
            The largest answer that is read, in bytes of its arrays.
        longest : float
            Wall time in seconds that it may take, if that is less.

        Returns
        -------
        dict
            The answer.

        Raises
        ------
        Died
            If there is no answer, or it is no dict; a fresh process is needed then.
        """
        frame = wire.pack(question | {"texts": True})
        patience = min(max(PATIENCE * seconds, AT_HOME), longest)
        return self._exchange(frame, seconds, patience, cap)

    def _exchange(self, frame, seconds, patience, cap):
        """Send a frame and return the answer, or end the process and raise `Died`."""
        if self.process is None:
            raise Died(Ending.ENDED)
        self.begin, self.ending, answered = time.monotonic(), None, threading.Event()
        watch = (answered, seconds, patience)
        watcher = threading.Thread(target=self._watch, args=watch, daemon=True)
        watcher.start()
        try:
            wire.send(self.process.stdin.fileno(), frame)
            answer = wire.receive(self.process.stdout.fileno(), cap=cap)
        except Exception as e:
            why = self._why(e)
        else:
            why = None if isinstance(answer, dict) else Ending.FORGED
        finally:
            answered.set()
            watcher.join()
            self._account()
        if why := self.ending or why:
            self._end()
            raise Died(why)
        return answer

    def _watch(self, answered, seconds, patience):
        """Measure until there is an answer; end the process where a limit is reached."""
        while not self.ending and not answered.wait(POLL):
            came, elapsed = usage(self.process.pid), time.monotonic() - self.begin
            first = (
                self.first or came
            )  # while it starts, its memory and threads are not limited
            worked = came.seconds - self.known.seconds if self.first else elapsed
            if came and came.processes - first.processes > self.limits.processes:
                self.ending = Ending.TOO_MANY
            elif came and came.memory - first.memory > self.limits.memory_mb << 20:
                self.ending = Ending.TOO_MUCH
            elif worked > seconds:
                self.ending = Ending.TOO_LONG
            elif elapsed > patience:
                self.ending = Ending.WAITED
        if self.ending:
            self._kill()

    def _account(self):
        """Set what the last question has taken."""
        self.spent = self.waited = time.monotonic() - self.begin
        if self.first and self.waited > BRIEF and (came := usage(self.process.pid)):
            self.spent, self.known = max(0.0, came.seconds - self.known.seconds), came

    def _why(self, e):
        """Return why there is no answer, by the exception and by how the process ended."""
        if isinstance(e, wire.Large):
            return Ending.TOO_LARGE
        if not isinstance(e, EOFError | OSError):
            return Ending.BROKEN
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        return Ending.CRASHED if -(self.process.returncode or 0) in CRASHES else Ending.ENDED

    def _kill(self):
        """Kill the process and all of its group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL) if GROUPS else self.process.kill()

    def _end(self):
        """End the process, if there is one, and remove its folder."""
        if self.process:
            self._kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                pipe.close()
            self.folder.cleanup()
        self.process = None

    def close(self) -> None:
        """End the process and the guard."""
        self._end()
        if self.guard:
            self.guard.stdin.close()
            self.guard.wait()


class Usage(NamedTuple):
    """Resident memory in bytes, processor time in seconds, and number of threads."""

    memory: int = 0
    seconds: float = 0.0
    processes: int = 0


def usage(pid: int) -> Usage | None:
    """Return the usage of a process and its descendants, None without psutil."""
    try:
        import psutil
    except ImportError:
        return None
    total = Usage()
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for p in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                worked = sum(p.cpu_times()[:4])  # its own, and of children that have ended
                here = p.memory_info().rss, worked, p.num_threads()
                total = Usage(*map(sum, zip(total, here, strict=True)))
    return total

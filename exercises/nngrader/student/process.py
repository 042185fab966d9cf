"""Run a notebook's cells for `nngrader check` in a process that we watch from outside.

The process answers the questions of `sandbox.runner.Runner` as the worker of a sandbox does, so
that a notebook is judged as in grading. It isn't a sandbox, because students run only their own
code in it. It works on every system. It starts in an empty folder, because grading doesn't have
the files in the notebook's folder.
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
GROUPS = hasattr(os, "killpg")  # False on Windows
POLL = 0.1  # seconds between two measurements
BRIEF = 0.05  # seconds; we don't measure after a faster answer
START = 120  # seconds in which the process must start and import its packages
GRACE = 5  # seconds in which a process must end after it has closed the pipe
CRASHES = [getattr(signal, f"SIG{name}", None) for name in "SEGV BUS ILL FPE ABRT".split()]
# The guard reads process group ids from a pipe. The pipe closes when `check` ends for
# any reason, and then the guard kills the last group. Signals to `check` don't reach the guard.
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

    :param uses: (iterable of str) Packages that are imported before the cells run.
    :param missing: (iterable of str) Packages that the cells can't import, because they are
        missing in grading.
    :ivar usable: Always True, because we can always start a new process.
    :ivar spent, waited: Processor time and wall time of the last question in seconds. Without
        psutil, which Jupyter installs, the wall time counts as processor time, and memory isn't
        measured.
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
        """End the process group (on Windows, only the process), and start a new process.

        :raises Died: If the new process doesn't start.
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
        """Send one question to the process and wait for the answer.

        :param seconds: Processor time that the answer may take. The limit on wall time is
            `PATIENCE` times as long, but at least `AT_HOME` seconds.
        :param cap: The largest answer that we read, in bytes of its arrays.
        :param longest: An upper limit on the wall time in seconds.
        :raises Died: If there is no answer, or it isn't a dict. Call `fresh` before the next
            question.
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
        """Measure until there is an answer; end the process if it reaches a limit."""
        while not self.ending and not answered.wait(POLL):
            now, elapsed = usage(self.process.pid), time.monotonic() - self.begin
            first = self.first or now  # no limits on memory and threads during startup
            worked = now.seconds - self.known.seconds if self.first else elapsed
            if now and now.processes - first.processes > self.limits.processes:
                self.ending = Ending.TOO_MANY
            elif now and now.memory - first.memory > self.limits.memory_mb << 20:
                self.ending = Ending.TOO_MUCH
            elif worked > seconds:
                self.ending = Ending.TOO_LONG
            elif elapsed > patience:
                self.ending = Ending.WAITED
        if self.ending:
            self._kill()

    def _account(self):
        """Set the processor time and the wall time of the last question."""
        self.spent = self.waited = time.monotonic() - self.begin
        if self.first and self.waited > BRIEF and (now := usage(self.process.pid)):
            self.spent, self.known = max(0.0, now.seconds - self.known.seconds), now

    def _why(self, e):
        """Return why there is no answer, from the exception and the process's exit code."""
        if isinstance(e, wire.Large):
            return Ending.TOO_LARGE
        if not isinstance(e, EOFError | OSError):
            return Ending.BROKEN
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        return Ending.CRASHED if -(self.process.returncode or 0) in CRASHES else Ending.ENDED

    def _kill(self):
        """Kill the process group, or only the process on Windows."""
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
    """Return the usage of a process and its descendants, or None without psutil."""
    try:
        import psutil
    except ImportError:
        return None
    total = Usage()
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for p in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                worked = sum(p.cpu_times()[:4])  # including children that have ended
                here = p.memory_info().rss, worked, p.num_threads()
                total = Usage(*map(sum, zip(total, here, strict=True)))
    return total

"""Call a student's function in the student's own process, under the limits of grading.

A thread measures the time and memory of a call, and interrupts it by the signal that Ctrl-C
sends. So it ends on every system, asleep or at work, and the notebook's variables survive.
Without signals or threads, a call is not interrupted, but judged as in grading.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import threading
import time
from collections.abc import Callable

from ..engine.observation.driver import answer_cap
from ..limits import AT_HOME, MOST_DEATHS, PATIENCE, Ending, of_death
from ..settings import Limits

POLL = 0.03  # seconds between two measurements of a call
AGAIN = 8  # measurements until a call that has caught the interruption is interrupted again


class Interruption(BaseException):
    """Raised inside a call that has reached a limit."""


class Limited:
    """Calls a function as the grader does: within limits, and not again after two ends.

    Parameters
    ----------
    data : dict
        A packed problem; its ``limits`` are the assignment's, and its ``graded`` is the number
        of calls in grading, which share `total_seconds`.
    run : callable
        ``run(args)`` calls the function and returns what `observe` returns.
    """

    def __init__(self, data: dict, run: Callable):
        self.run, self.limits = run, Limits(**data.get("limits", {}))
        self.all = self.limits.total_seconds
        share = min(1.0, len(data["cases"]) / data.get("graded", len(data["cases"])))
        self.here = dataclasses.replace(self.limits, total_seconds=round(self.all * share, 1))
        self.cap = answer_cap(data, self.limits.output_kb)
        self.spent, self.ends, self.cause = 0.0, 0, None

    def __call__(self, args: dict) -> dict:
        """Call the function; return what `observe` does, or why the call was ended.

        Raises
        ------
        KeyboardInterrupt
            If the student interrupts the call.
        """
        if self.ends < MOST_DEATHS:
            left = self.here.total_seconds - self.spent
            bound = "call_seconds" if self.limits.call_seconds <= left else "total_seconds"
            watch = Watch(max(0.0, min(left, self.limits.call_seconds)), self.limits.memory_mb)
            came = watch.call(self.run, args)
            self.spent += watch.worked
            large = Ending.TOO_LARGE if bytes_of(came) > self.cap else None
            ending = watch.ending or large
            if ending is None:
                return came
            self.ends += 1
            self.cause = of_death(ending, self.here, bound, AT_HOME)
            if bound == "total_seconds" and self.here.total_seconds < self.all:
                stopped = self.cause.stopped | {"graded": self.all}
                self.cause = self.cause._replace(stopped=stopped)
        return {"error": [[self.cause.kind], ""], "stopped": self.cause.stopped}


class Watch:
    """Measures one call, and interrupts it if it takes too long or uses too much memory.

    Parameters
    ----------
    seconds : float
        Processor time that the call may take; its wall time may be `PATIENCE` times as long,
        or `AT_HOME` seconds.
    memory_mb : int
        Resident memory that it may add to this process.

    Attributes
    ----------
    ending : Ending or None
        Why the call was ended; None if it was not.
    worked : float
        Its processor time in seconds.
    """

    def __init__(self, seconds: float, memory_mb: int):
        self.seconds, self.memory = seconds, memory_mb << 20
        self.ending, self.worked = None, 0.0
        self.running, self.ended = False, threading.Event()

    def call(self, run: Callable, args: dict):
        """Return ``run(args)``, None if it was interrupted."""
        self.held = resident()
        self.begin = time.process_time(), time.monotonic()
        came = None
        with contextlib.suppress(Interruption), self._signals():
            try:
                self.running = True
                came = run(args)
            finally:
                self.running = False
        self._measure()
        return came

    @contextlib.contextmanager
    def _signals(self):
        """Watch from a thread, with our handler of the signal instead of the present one."""
        try:
            before = signal.signal(signal.SIGINT, self._interrupt)
        except ValueError:  # not the main thread
            yield
            return
        thread = threading.Thread(target=self._watch, daemon=True)
        try:
            with contextlib.suppress(RuntimeError):  # no threads here
                thread.start()
            yield
        finally:
            self.ended.set()
            signal.signal(signal.SIGINT, before)
            if thread.ident:
                thread.join()

    def _interrupt(self, *_):
        """Raise, in the call, what ends it: our own exception, or the one of Ctrl-C."""
        if self.ending and self.running:
            raise Interruption
        if not self.ending:
            raise KeyboardInterrupt

    def _watch(self):
        """Measure until the call has ended; send the signal where a limit is reached."""
        main, since = threading.main_thread().ident, 0
        while not self.ended.wait(POLL):
            self._measure()
            if self.ending and since % AGAIN == 0 and self.running:
                send(main)
            since += bool(self.ending)

    def _measure(self):
        """Set what the call has taken so far, and the first limit that it has reached."""
        worked, waited = self.begin
        self.worked = time.process_time() - worked
        if self.ending:
            return
        if self.worked > self.seconds:
            self.ending = Ending.TOO_LONG
        elif time.monotonic() - waited > max(PATIENCE * self.seconds, AT_HOME):
            self.ending = Ending.WAITED
        elif self.held and resident() - self.held > self.memory:
            self.ending = Ending.TOO_MUCH


def send(thread: int) -> None:
    """Send the main thread the signal of Ctrl-C, which wakes it where the system can do so."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(thread, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)


def resident() -> int:
    """Return the bytes that this process uses; 0 without psutil, which Jupyter brings."""
    try:
        import psutil
    except ImportError:
        return 0
    return psutil.Process(os.getpid()).memory_info().rss


def bytes_of(came: dict | None) -> int:
    """Return the bytes of the arrays in what `observe` returned."""
    parts = (came or {}).get("parts") or []
    return sum(p["values"].nbytes for p in parts if p["values"] is not None)

"""Call a student's function in the student's own process, under the limits of grading.

A thread measures the time and memory of a call, and interrupts the call with the signal that
Ctrl-C sends. This works on every system, whether the call sleeps or runs Python code, and the
notebook doesn't lose its variables. A long NumPy operation must end first. If signals or
threads aren't available, we can't interrupt a call, but we judge it as in grading.
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
AGAIN = 8  # measurements until we interrupt a call again if it caught the interruption


class Interruption(BaseException):
    """Raised inside a call that has reached a limit."""


class Limited:
    """Calls a function as the grader does: within limits, until two calls have reached a limit.

    :param data: A packed problem. ``limits`` contains the limits of the assignment, and
        ``graded`` is the number of calls in grading, for which `total_seconds` is the limit.
    :param run: ``run(args)`` calls the function and returns what `observe` returns.
    """

    def __init__(self, data: dict, run: Callable):
        self.run, self.limits = run, Limits(**data.get("limits", {}))
        self.all = self.limits.total_seconds
        share = min(1.0, len(data["cases"]) / data.get("graded", len(data["cases"])))
        self.here = dataclasses.replace(self.limits, total_seconds=round(self.all * share, 1))
        self.cap = answer_cap(data, self.limits.output_kb)
        self.spent, self.ends, self.cause = 0.0, 0, None

    def __call__(self, args: dict) -> dict:
        """Call the function; return the description from `observe`, or why the call was ended.

        :raises KeyboardInterrupt: If the student interrupts the call.
        """
        if self.ends < MOST_DEATHS:
            left = self.here.total_seconds - self.spent
            bound = "call_seconds" if self.limits.call_seconds <= left else "total_seconds"
            watch = Watch(max(0.0, min(left, self.limits.call_seconds)), self.limits.memory_mb)
            result = watch.call(self.run, args)
            self.spent += watch.worked
            large = Ending.TOO_LARGE if bytes_of(result) > self.cap else None
            ending = watch.ending or large
            if ending is None:
                return result
            self.ends += 1
            self.cause = of_death(ending, self.here, bound, AT_HOME)
            if bound == "total_seconds" and self.here.total_seconds < self.all:
                stopped = self.cause.stopped | {"graded": self.all}
                self.cause = self.cause._replace(stopped=stopped)
        return {"error": [[self.cause.kind], ""], "stopped": self.cause.stopped}


class Watch:
    """Measures one call, and interrupts it if it takes too long or uses too much memory.

    :param seconds: Processor time that the call may take. The limit on wall time is `PATIENCE`
        times as long, but at least `AT_HOME` seconds.
    :param memory_mb: Resident memory that it may add to this process.
    :ivar ending: (Ending or None) The limit that the call has reached; None if it reached none.
    :ivar worked: The processor time of the call in seconds.
    """

    def __init__(self, seconds: float, memory_mb: int):
        self.seconds, self.memory = seconds, memory_mb << 20
        self.ending, self.worked = None, 0.0
        self.running, self.ended = False, threading.Event()

    def call(self, run: Callable, args: dict):
        """Return ``run(args)``, or None if it doesn't catch the interruption."""
        self.held = resident()
        self.begin = time.process_time(), time.monotonic()
        result = None
        with contextlib.suppress(Interruption), self._signals():
            try:
                self.running = True
                result = run(args)
            finally:
                self.running = False
        self._measure()
        return result

    @contextlib.contextmanager
    def _signals(self):
        """Watch the call from a thread, with our own handler for Ctrl-C."""
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
        """Raise the exception that ends the call: our own exception, or KeyboardInterrupt."""
        if self.ending and self.running:
            raise Interruption
        if not self.ending:
            raise KeyboardInterrupt

    def _watch(self):
        """Measure until the call has ended; send the signal if it reaches a limit."""
        main, since = threading.main_thread().ident, 0
        while not self.ended.wait(POLL):
            self._measure()
            if self.ending and since % AGAIN == 0 and self.running:
                send(main)
            since += bool(self.ending)

    def _measure(self):
        """Set the processor time so far, and the first limit that the call has reached."""
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
    """Send the main thread the Ctrl-C signal, which wakes it if the system allows that."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(thread, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)


def resident() -> int:
    """Return this process's memory in bytes; 0 without psutil, which Jupyter installs."""
    try:
        import psutil
    except ImportError:
        return 0
    return psutil.Process(os.getpid()).memory_info().rss


def bytes_of(result: dict | None) -> int:
    """Return the number of bytes of the arrays in a description from `observe`."""
    parts = (result or {}).get("parts") or []
    return sum(p["values"].nbytes for p in parts if p["values"] is not None)

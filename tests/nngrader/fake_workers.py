"""Fake workers of the sandbox, which return prepared answers and start no process."""

import os
from types import SimpleNamespace

from nngrader.sandbox.supervisor import Worker
from nngrader.settings import Limits


class FakeWorker:
    """A worker that gives prepared answers in turn, again from the first after the last.

    Parameters
    ----------
    answers : list
        Dicts to return and exceptions to raise.
    """

    usable, spent, waited = True, 0.001, 0.001

    def __init__(self, answers):
        self.answers, self.asked = answers, 0

    def fresh(self):
        """Do nothing, as no state is kept between questions."""

    def ask(self, question, seconds, cap, longest):
        """Return or raise the next answer."""
        self.asked += 1
        answer = self.answers[self.asked % len(self.answers)]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        """Do nothing, as nothing is open."""


class FakeSandbox:
    """A sandbox whose workers give prepared answers."""

    def __init__(self, answers):
        self.answers, self.limits = answers, Limits()

    def worker(self, slot):
        """Return a fake worker."""
        return FakeWorker(self.answers)


class ScriptedWorker(Worker):
    """A worker whose process is replaced by prepared bytes on a pipe.

    Parameters
    ----------
    written : bytes
        At most as much as a pipe holds.
    """

    def __init__(self, written):
        self.written = written
        super().__init__([], 1 << 30, counted=False)

    def _start(self, command, filter):
        """Return pipes that hold the bytes, and a stand-in for a process that has ended."""
        (self.taken, questions), (answers, sink) = os.pipe(), os.pipe()
        os.write(sink, self.written)
        os.close(sink)
        ended = {"pid": 0, "poll": lambda: 0, "wait": lambda *_: 0, "kill": lambda: None}
        pipes = {"stdin": open(questions, "wb", 0), "stdout": open(answers, "rb", 0)}
        return SimpleNamespace(**ended, **pipes)

    def close(self):
        """Close the worker and the end of the pipe that only this class uses."""
        super().close()
        os.close(self.taken)

"""Workers that are none: what they say is known beforehand, and no process is started."""

import os
from types import SimpleNamespace

from nngrader.sandbox.supervisor import Worker
from nngrader.settings import Limits


class Said:
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
        """Nothing is kept."""

    def ask(self, question, seconds, cap, longest):
        """The next answer."""
        self.asked += 1
        answer = self.answers[self.asked % len(self.answers)]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        """Nothing is open."""


class Saying:
    """A sandbox whose workers say what was prepared."""

    def __init__(self, answers):
        self.answers, self.limits = answers, Limits()

    def worker(self, slot):
        """One of them."""
        return Said(self.answers)


class Played(Worker):
    """A worker whose first process says given bytes and ends.

    Parameters
    ----------
    said : bytes
        At most as much as a pipe holds.
    """

    def __init__(self, said):
        self.said = said
        super().__init__([], 1 << 30, counted=False)

    def _start(self, command, filter):
        """Two pipes, and something that has ended in place of a process."""
        (self.taken, questions), (answers, told) = os.pipe(), os.pipe()
        os.write(told, self.said)
        os.close(told)
        ended = {"pid": 0, "poll": lambda: 0, "wait": lambda *_: 0, "kill": lambda: None}
        pipes = {"stdin": open(questions, "wb", 0), "stdout": open(answers, "rb", 0)}
        return SimpleNamespace(**ended, **pipes)

    def close(self):
        """Close the third end, too."""
        super().close()
        os.close(self.taken)

"""Judge a notebook's functions on the visible cases as grading judges them on hidden ones.

The cells and functions run in a `Process`. The main process, which compares the answers, runs
none of the student's code.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from ..engine import Verdict, judge_own, observed, with_file
from ..engine.observation.call_result import checked
from ..engine.observation.driver import answer_cap
from ..engine.observation.reading import words_near
from ..limits import AT_HOME, TIMED, Died, of_death, reached
from ..records.flag import FlagCode
from ..records.rendering import ended
from ..sandbox.runner import Runner
from ..settings import Limits
from ..wording import MOST_SAID, cut
from .corrections import CHECK
from .process import Process

WITH_CLOCK = """
import time
_end = time.monotonic() + {}
def {}():
    if time.monotonic() > _end:
        raise TimeoutError
"""
IMPORTED = re.compile(r"(?:No module named|import of) '?(\w+)")
LATE = "takes longer than the {:g} s that grading allows. Is one of its loops infinite?"


class Trial(Runner):
    """Runs the cells of a notebook, and remembers which of them failed, and why.

    :param cells: As `Runner` takes them.
    :param uses, missing: (iterable of str) Packages that the cells may import, and packages
        that are missing in grading.
    :ivar failed: By the name of a cell: why it failed, in words that follow "The cell".
    :ivar undefined: (set) The functions that the cells do not define.
    """

    least = AT_HOME

    def __init__(self, cells: list, limits: Limits, uses=(), missing=()):
        self.whole, self.process = limits, Process(limits, uses, missing)
        self.failed, self.undefined = {}, set()
        super().__init__(cells, self.process, 0)

    def judge(self, data: dict, names: list[str], files: dict) -> Verdict:
        """Return the verdict on a function.

        :param files: The bytes of a challenge's file by name.
        """
        data = with_file(data, files)
        words = words_near([source for _, source, _ in self.cells], data["name"])
        return judge_own(data, self.calling(data), words, names)

    def calling(self, data: dict, counted: bool = True):
        """Return ``run(args)`` for `judge`, which calls the function of a problem.

        Its calls get a fraction of `total_seconds`: the number of visible cases divided by the
        number of cases in grading.

        :param counted: Whether to count executed lines, which slows Python down.
        """
        calls = len(data["cases"])
        share = min(1.0, calls / data.get("graded", calls))
        asked = observed(data), answer_cap(data, self.limits.output_kb), data.get("driver")

        def run(args):
            total = round(self.whole.total_seconds * share, 1)
            self.limits = replace(self.whole, total_seconds=total)
            return self.call(data["name"], args, *asked, counted=counted)

        return run

    def changed(self, data: dict):
        """Return ``load`` for `line_to_change`, which replaces the function in the process."""

        def load(tree, seconds):
            source = WITH_CLOCK.format(seconds, CHECK) + ast.unparse(tree)
            question = {"do": "load", "source": source, "name": data["name"]}
            if self.function != data["name"]:
                self._load_all(data["name"])
                self.function = data["name"]
            if self._put(question, self.limits.total_seconds).get("error") is not None:
                raise ValueError("the changed function can't be defined")
            return self.calling(data, counted=False)

        return load

    def call(
        self, name: str, args: dict, parts: int, cap: int, driver=None, counted: bool = True
    ) -> dict:
        """Call a function as `Runner.call` does, with the texts of exceptions."""
        question = {"do": "call", "name": name, "args": args, "parts": parts, "driver": driver}
        question["counted"] = counted
        try:
            answer = self._ask(name, question, cap)
        except Died:
            cause = self.stopped[name]
            return {"error": [[cause.kind], ""], "stopped": cause.stopped}
        if answer.get("missing") is True:
            self.undefined.add(name)
        return answer | {"stopped": reached(answer.get("limit"), self.limits) or None}

    def _load_all(self, function):
        """Load all cells within the limits of grading."""
        here, self.limits = self.limits, self.whole
        try:
            super()._load_all(function)
        finally:
            self.limits = here

    def _load(self, name, source, left):
        """Load a cell; remember why it failed."""
        bound = self._allowed(left)[1]
        try:
            answer = self._put({"do": "load", "source": source, "name": name}, left)
        except Died as e:
            late = e.ending in TIMED and bound == "call_seconds"
            cause = of_death(e.ending, self.limits, bound, self.least)
            words = LATE.format(self.limits.call_seconds) if late else ended(cause.stopped)
            self.failed[name] = words
            self._lose(FlagCode.CELL_STOPPED, name, **cause.data)
            return False
        if answer.get("error") is not None:
            reached_limit = reached(answer.get("limit"), self.limits)
            o = checked({"error": answer["error"]})
            kind, text = (*o.raised, "an exception")[0], f": {o.message}" if o.message else ""
            if kind == "SystemExit":
                reached_limit = {"limit": "ended"}
            raised = cut(f"failed: {kind}{text}", MOST_SAID)
            package = IMPORTED.search(o.message)
            if package and package[1] in self.process.missing:
                raised = f"imports {package[1]}, which isn't available in grading"
            self.failed[name] = ended(reached_limit) if reached_limit else raised
        return True

    def _stop(self, name, ending, bound):
        """Record why a function gave no answer, and the limit in grading."""
        super()._stop(name, ending, bound)
        cause, most = self.stopped[name], self.whole.total_seconds
        if bound == "total_seconds" and self.limits.total_seconds < most:
            self.stopped[name] = cause._replace(stopped=cause.stopped | {"graded": most})

    def close(self) -> None:
        """End the process."""
        super().close()
        self.process.close()

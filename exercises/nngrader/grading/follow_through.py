"""Judge a function again, with correct functions instead of the wrong ones that it calls.

A wrong `affine_backward` spoils every function that calls it, and has already cost points. The
student's function runs in the sandbox as before. When it calls a function of another problem,
the sandbox requests the result of a correct function. The instructor's own cells compute this
result in a separate sandbox with the same limits, out of reach of the student's code.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable

import numpy as np

from ..engine import Verdict, report
from ..engine.judgement.ledger import HARMLESS, PASSIVE
from ..engine.observation.call_result import checked
from ..limits import DEATHS, Ending
from ..records.codes import Code
from ..records.finding import Finding
from ..sandbox.launch import Sandbox
from ..sandbox.runner import Raised, Runner
from ..sandbox.supervisor import Died
from ..storage.scratch import slot

SHARE = 0.1  # fraction of the restored points that is still lost
NO_FILE = (Code.FILE_MISSING, Code.FILE_TOO_LARGE, Code.FILE_UNREADABLE)


class RightFunctions:
    """Calls the instructor's functions in a separate sandbox, which the first call starts.

    It is a context manager and ends with its block.

    :param solved: The cells that define them, in a runner's format.
    """

    def __init__(self, solved: list, sandbox: Sandbox):
        self.solved, self.sandbox = solved, sandbox
        self.runner, self.asked, self.open = None, set(), contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.open.close()

    def called(self, name: str) -> Callable:
        """Return a callable that takes a list and a dict of arguments of the function `name`.

        It returns plain data, and raises `Raised` if the function raises or gives no answer.
        """
        return functools.partial(self._call, name)

    def _call(self, name, args, kwargs):
        if self.runner is None:
            runner = Runner(self.solved, self.sandbox, self.open.enter_context(slot()))
            self.open.callback(runner.close)
            self.runner = runner
        self.asked.add(name)
        try:
            return self.runner.value(name, tuple(args), kwargs)
        except Died:
            raise Raised("TimeoutError") from None

    def solves(self, name: str, data: dict, *asked) -> bool:
        """Return whether the correct function `name` also gives the answer to another problem.

        :param data: The hidden cases of the other problem. `asked` is the rest of what
            `Runner.call` needs.
        """
        case = next(c for c in data["cases"] if c["aspect"] == "value")
        parts = checked(self.runner.call(name, case["args"], *asked)).parts or []
        values = [part["values"] for part in parts]
        if len(values) != len(case["want"]):
            return False
        return all(
            value is not None and np.shape(value) == np.shape(want) and np.allclose(value, want)
            for value, want, aspect in zip(
                values, case["want"], data["returns"].values(), strict=True
            )
            if aspect not in PASSIVE
        )


def wrong_before(name: str, reports: dict, hidden: dict, cells: list) -> list[str]:
    """Return the problems that are wrong and whose functions this function may call.

    :param reports: The reports so far, by problem.
    :param cells: The submission's cells: name, source, whether the student added it.
    :return: Empty if neither the function's cell nor the student's added cells mention any of
        these functions; otherwise all of them, because one may call another.
    """
    wrong = [
        n
        for n, r in reports.items()
        if n != name and n in hidden and _is_wrong(r) and not hidden[n].get("file")
    ]
    return wrong if _named(wrong, name, cells) else []


def _named(others, name, cells):
    """Return the functions that a function's cell or the student's added cells mention."""
    text = "\n".join(source for cell, source, own in cells if own or cell == name)
    return [other for other in others if re.search(rf"\b{re.escape(other)}\b", text)]


def naming_wrong(name: str, alone: dict, reports: dict, hidden: dict, cells: list) -> dict:
    """Return the report on a challenge, with a finding about wrong functions that it calls.

    We don't replace these functions. The report is unchanged if the file was measured, because
    then the functions compute the scores of the network in the file correctly.
    """
    wrong = wrong_before(name, reports, hidden, cells)
    called = [n for n in _named(wrong, name, cells) if _misleads_callers(reports[n])]
    findings = alone["findings"]
    if not called or alone["challenge"]["measured"] is not None:
        return alone
    if not findings or findings[0]["code"] in NO_FILE:
        return alone
    finding = Finding(Code.CALLS_WRONG, findings[0]["aspect"], data={"called": called})
    return alone | {"findings": [finding.to_json(), *findings]}


def _misleads_callers(report):
    """Return whether a wrong function may give its callers wrong results."""
    return any(n < most for a, (n, most) in report["aspects"].items() if a not in HARMLESS)


def _is_wrong(report):
    """Return whether a function lost points, or would have if it had not been dropped."""
    graded = report.get("graded", report)
    return graded["score"] < graded["max"]


def naming_unwritten(alone: dict, called: list[str]) -> dict:
    """Return a report whose findings name the unwritten functions that a function calls."""
    findings = [
        f | {"data": f["data"] | {"called": called}} if f["code"] == Code.NOT_WRITTEN else f
        for f in alone["findings"]
    ]
    return alone | {"findings": findings}


def followed(data: dict, alone: dict, corrected: Verdict, called: list[str]) -> dict:
    """Return the report on a function that calls wrong ones, with most points restored.

    :param alone: The report on the submitted function.
    :param corrected: The verdict on it with correct functions instead of the wrong ones.
    :param called: The functions that were replaced and called.
    :return: A report; `alone` if the correct functions restore no points.
    """
    restored = report(data, corrected, alone["max"])
    gained = {a: n - alone["aspects"][a][0] for a, (n, _) in restored["aspects"].items()}
    if not called or restored["score"] <= alone["score"]:
        return alone
    for aspect, (points, most) in restored["aspects"].items():
        restored["aspects"][aspect] = [
            round(points - SHARE * max(0.0, gained[aspect]), 6),
            most,
        ]
    score = round(sum(points for points, _ in restored["aspects"].values()), 6)
    back = score - alone["score"]
    about = {"called": called, "back": float(f"{back:.3g}")}
    finding = Finding(Code.CALLS_WRONG, max(gained, key=gained.get), data=about)
    findings = [finding.to_json(), *_of_its_own(restored, alone)]
    return restored | {"score": score, "findings": findings}


def _of_its_own(restored: dict, alone: dict) -> list:
    """Return a corrected report's findings; use the original ones where a transfer failed.

    A correct function's result passes through two sandboxes, and may be too large for that.
    The student cannot know this, so the aspect gets its original findings.
    """
    crossing = DEATHS[Ending.TOO_LARGE][1]
    failed = {
        f["aspect"]
        for f in restored["findings"]
        if f["data"].get("stopped", {}).get("limit") == crossing
    }
    kept = [f for f in restored["findings"] if f["aspect"] not in failed]
    return [*kept, *(f for f in alone["findings"] if f["aspect"] in failed)]

"""Reasons why a student's function or process was stopped, for `check` and for grading."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from .settings import OPEN_FILES, Limits

PATIENCE = 4  # wall time allowed to a call, as a multiple of its limit on processor time
AT_HOME = (
    30.0  # minimum wall time in seconds that `check` allows, because the computer may be busy
)
LASTING = 2  # wall time allowed to a submission, as a multiple of `submission_seconds`
MOST_DEATHS = 2  # after this many calls without an answer, a function is not called again


class Ending(StrEnum):
    """The reason why a process gave no answer."""

    TOO_LONG = "too-long"  # it used more processor time than the limit
    WAITED = "waited"  # it took more wall time than the limit; perhaps the machine was busy
    TOO_MUCH = "too-much-memory"  # it was killed because it used too much memory
    TOO_MANY = "too-many-processes"  # it started too many processes
    TOO_LARGE = "too-large"  # its answer is larger than we accept
    ENDED = "ended"  # it ended itself
    CRASHED = "crashed"  # Python crashed
    FORGED = "forged"  # its answer has a form that our code doesn't produce
    BROKEN = "broken"  # the connection to it broke, or its answer could not be decoded
    NOT_AGAIN = "not-again"  # the function was stopped so often that we don't call it again


TIMED = (Ending.TOO_LONG, Ending.WAITED)
WHERE = {
    "call_seconds": "in one call",
    "total_seconds": "over all its calls",
    "submission_seconds": "for everything that was run",
}
NO_ANSWER = "no-answer"  # replaces the limit if an ending has none


class Died(Exception):
    """Raised when a student's process was killed or ended; `ending` is the reason."""

    def __init__(self, ending: Ending):
        super().__init__(ending.value)
        self.ending = ending


class Cause(NamedTuple):
    """Why a process ended without an answer, as plain data.

    ``kind`` names the most similar exception. ``stopped`` is for findings: the ``limit``, its
    value (``most``), and ``where`` it applies. ``data`` is for flags: the ``ending``, and the
    name and value of the limit, if one was reached.
    """

    kind: str
    stopped: dict
    data: dict


def of_death(ending: Ending, limits: Limits, bound: str, least: float = 0.0) -> Cause:
    """Return the reason why a process was killed or ended itself.

    :param bound: Name of the time limit that would be reached first.
    :param least: Minimum wall time, in seconds, that a call was allowed.
    :return: Contains the numbers from the settings, and no data from the student.
    """
    if ending in TIMED:
        return _of_time(ending, limits, bound, least)
    kind, limit = DEATHS.get(ending, ("Exception", NO_ANSWER))
    reached_limit = reached(limit, limits)
    return Cause(
        kind, {"limit": limit} | reached_limit, {"ending": ending.value} | reached_limit
    )


def _of_time(ending, limits, bound, least):
    """Return the cause if time ran out, with the limit that was reached."""
    seconds, limit = getattr(limits, bound), "time"
    if ending == Ending.WAITED:
        whole = bound == "submission_seconds"
        seconds = LASTING * seconds if whole else max(PATIENCE * seconds, least)
        limit = "clock"
    limit = "submission" if bound == "submission_seconds" else limit
    stopped = {"limit": limit, "most": seconds, "where": WHERE[bound]}
    data = {"ending": ending.value, "limit": bound, "seconds": seconds}
    return Cause("TimeoutError", stopped, data)


def reached(word: object, limits: Limits) -> dict:
    """Return the limit that caused an exception and its value, or {} if none did.

    :param word: The worker's name for the limit. A hostile worker may send anything.
    """
    if not (isinstance(word, str) and word in LIMITS):
        return {}
    setting = LIMITS[word]
    most = getattr(limits, setting) if isinstance(setting, str) else setting
    return {"limit": word, "most": most}


LIMITS = {  # the setting, or the number
    "memory": "memory_mb",
    "processes": "processes",
    "file": "file_mb",
    "space": "space_mb",
    "open files": OPEN_FILES,
}
DEATHS = {  # the most similar exception, and the limit
    Ending.TOO_MUCH: ("MemoryError", "memory"),
    Ending.TOO_MANY: ("OSError", "processes"),
    Ending.ENDED: ("SystemExit", "ended"),
    Ending.CRASHED: ("SystemExit", "crashed"),
    Ending.TOO_LARGE: ("Exception", "too-large"),
}

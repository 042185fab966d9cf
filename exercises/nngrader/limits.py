"""What a function is told that reached a limit, by `check` and when it is graded."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from .settings import OPEN_FILES, Limits

PATIENCE = 4  # wall time allowed to a call, as a multiple of its processor time
AT_HOME = (
    30.0  # seconds of wall time that `check` allows at least: a busy computer is no mistake
)
LASTING = 2  # wall time allowed to a submission, as a multiple of `submission_seconds`
MOST_DEATHS = 2  # calls of one function that a limit ended; then it is not called again


class Ending(StrEnum):
    """Why a process gave no answer."""

    TOO_LONG = "too-long"  # it used more processor time than it may
    WAITED = "waited"  # it took more wall time than it may; perhaps the machine was busy
    TOO_MUCH = "too-much-memory"  # it was killed as it used more memory than it may
    TOO_MANY = "too-many-processes"  # it started more processes than it may
    TOO_LARGE = "too-large"  # its answer is larger than what is read
    ENDED = "ended"  # it ended itself
    CRASHED = "crashed"  # Python crashed
    FORGED = "forged"  # its answer has a form that our code doesn't produce
    BROKEN = "broken"  # the connection to it broke
    NOT_AGAIN = "not-again"  # the function was stopped so often that it isn't called any more


TIMED = (Ending.TOO_LONG, Ending.WAITED)
WHERE = {
    "call_seconds": "in one call",
    "total_seconds": "in all calls of it",
    "submission_seconds": "in all that was run",
}
NO_ANSWER = "no-answer"  # the limit of an ending without one


class Died(Exception):
    """Raised when a student's process was killed or ended; `ending` is the reason."""

    def __init__(self, ending: Ending):
        super().__init__(ending.value)
        self.ending = ending


class Cause(NamedTuple):
    """Why a process ended without an answer, as plain data.

    ``kind`` names the exception that is most like it. ``stopped`` is for findings: the
    ``limit``, how much is allowed (``most``) and ``where`` it counts. ``data`` is for flags:
    the ``ending``, and for a limit on time or memory its name and number.
    """

    kind: str
    stopped: dict
    data: dict


def of_death(ending: Ending, limits: Limits, bound: str, least: float = 0.0) -> Cause:
    """Return why a process had to be killed, or ended itself.

    Parameters
    ----------
    bound : str
        The name of the limit on seconds that would be reached first.
    least : float, optional
        Wall time in seconds that a call was allowed at least.

    Returns
    -------
    Cause
        It contains the numbers from the settings, and nothing of the student's.
    """
    if ending in TIMED:
        return _of_time(ending, limits, bound, least)
    kind, limit = DEATHS.get(ending, ("Exception", NO_ANSWER))
    found = reached(limit, limits)
    return Cause(kind, {"limit": limit} | found, {"ending": ending.value} | found)


def _of_time(ending, limits, bound, least):
    """Return the cause if time was up, with the limit that was reached."""
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
    """Return which limit caused an exception and how much it allows, {} if none did.

    Parameters
    ----------
    word : object
        The worker's word for the limit; it may be anything if the worker is hostile.
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
DEATHS = {  # the exception that is most like it, and the limit
    Ending.TOO_MUCH: ("MemoryError", "memory"),
    Ending.TOO_MANY: ("OSError", "processes"),
    Ending.ENDED: ("SystemExit", "ended"),
    Ending.CRASHED: ("SystemExit", "crashed"),
    Ending.TOO_LARGE: ("Exception", "too-large"),
}

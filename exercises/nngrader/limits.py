"""What a function is told that reached a limit, by `check` and when it is graded."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from .settings import OPEN_FILES, Limits

PATIENCE = 4  # wall time allowed to a call, as a multiple of its processor time
LASTING = 2  # wall time allowed to a submission, as a multiple of `submission_seconds`
MOST_DEATHS = 2  # calls of one function that a limit ended; then it is not called again


class Ending(StrEnum):
    """Why a process gave no answer."""

    TOO_LONG = "too-long"  # it used more processor time than it may
    WAITED = "waited"  # it took more wall time than it may; perhaps the machine was busy
    TOO_MUCH = "too-much-memory"  # it was killed as it used more memory than it may
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


class Cause(NamedTuple):
    """Why a process ended without an answer.

    ``kind`` names the exception that is most like it; ``words`` are for a finding, to follow
    the name of the function; ``data`` is what a flag contains: ``ending``, and for a limit on
    time or memory its name and number.
    """

    kind: str
    words: str
    data: dict


def of_death(ending: Ending, limits: Limits, bound: str) -> Cause:
    """Return why a process had to be killed, or ended itself.

    Parameters
    ----------
    bound : str
        The name of the limit on seconds that would be reached first.

    Returns
    -------
    Cause
        It contains the numbers from the settings, and nothing of the student's.
    """
    if ending in TIMED:
        return _of_time(ending, limits, bound)
    kind, words = DEATHS.get(ending, ("Exception", "ends without an answer"))
    memory = reached("memory", limits) if ending == Ending.TOO_MUCH else {}
    return Cause(kind, words.format(most=limits.memory_mb), {"ending": ending.value} | memory)


def _of_time(ending, limits, bound):
    """Return the cause if time was up, with the limit that was reached."""
    seconds, how, where = getattr(limits, bound), "of computing time", WHERE[bound]
    extra = ""
    if ending == Ending.WAITED:
        whole = bound == "submission_seconds"
        seconds *= LASTING if whole else PATIENCE
        how = "by the clock"
        extra = ", mostly waiting"
    limit = f"more than {seconds:g} seconds {how} {where}"
    words = f"took longer than it may{extra} ({limit})"
    if bound == "submission_seconds":
        words = f"was not run to its end: time was up ({limit})"
    data = {"ending": ending.value, "limit": bound, "seconds": seconds}
    return Cause("TimeoutError", words, data)


def reached(word: object, limits: Limits) -> dict:
    """Return which limit caused an exception and its number, {} if none did.

    Parameters
    ----------
    word : object
        The worker's word for the limit; it may be anything if the worker is hostile.
    """
    if not (isinstance(word, str) and word in LIMITS):
        return {}
    setting = LIMITS[word][0]
    most = getattr(limits, setting) if isinstance(setting, str) else setting
    return {"limit": word, "most": most}


def of_limit(word: object, limits: Limits) -> str:
    """Return the words for an exception that a limit caused, or "".

    Parameters
    ----------
    word : object
        As for `reached`.

    Returns
    -------
    str
        Words with the number from the settings, to follow the function's name.
    """
    found = reached(word, limits)
    return LIMITS[word][1].format(**found) if found else ""


LIMITS = {  # the setting or the number, and the words of a finding
    "memory": ("memory_mb", "ran out of memory ({most} MB are allowed)"),
    "processes": ("processes", "starts too many processes or threads ({most} are allowed)"),
    "file": ("file_mb", "writes a file that is too large ({most} MB are allowed)"),
    "space": ("space_mb", "fills the space for files ({most} MB are allowed)"),
    "open files": (OPEN_FILES, "holds too many files open ({most} are allowed)"),
}
DEATHS = {  # the exception that is most like it, and the words of a finding
    Ending.TOO_MUCH: ("MemoryError", LIMITS["memory"][1]),
    Ending.ENDED: ("SystemExit", "ends the whole program (SystemExit)"),
    Ending.CRASHED: ("SystemExit", "makes Python itself crash"),
    Ending.TOO_LARGE: ("Exception", "returns far more than is asked for"),
}

"""Why a call failed or was not made, in words for the student and for the instructor."""

from __future__ import annotations

from typing import NamedTuple

from . import process
from .limits import Limits

OPEN_FILES = 64  # files and pipes that a process may hold open
WHERE = {
    "call_seconds": "in one call",
    "total_seconds": "in all calls of it",
    "submission_seconds": "in all that was run",
}


class Cause(NamedTuple):
    """What happened.

    ``kind`` names the exception that comes nearest; ``words`` follow the name of the function
    in a sentence to the student; ``note`` is what the instructor reads.
    """

    kind: str
    words: str
    note: str


def of_death(reason: str, limits: Limits, bound: str) -> Cause:
    """Why a process had to be ended, or ended itself.

    Parameters
    ----------
    reason : str
        The text of `Died`.
    limits : Limits
        What it was allowed.
    bound : str
        The limit on seconds that was the nearest.

    Returns
    -------
    Cause
        In words of ours, with the numbers of the settings.
    """
    if reason in (process.TOO_LONG, process.WAITED):
        return _of_time(reason, limits, bound)
    kind, words = DEATHS.get(reason, ("Exception", "ends without an answer"))
    words = words.format(limits)
    number = words.partition("(")[2]
    return Cause(kind, words, f"{reason} ({number}" if number[:1].isdigit() else reason)


def _of_time(reason, limits, bound):
    """What is said where time was up: the limit on it, and where that holds."""
    seconds, how, where = getattr(limits, bound), "of computing time", WHERE[bound]
    extra = ""
    if reason == process.WAITED:
        whole = bound == "submission_seconds"
        seconds *= process.LASTING if whole else process.PATIENCE
        how = "by the clock"
        extra = ", mostly waiting"
    limit = f"more than {seconds:g} seconds {how} {where}"
    words = f"took longer than it may{extra} ({limit})"
    if bound == "submission_seconds":
        words = f"was not run to its end: time was up ({limit})"
    return Cause("TimeoutError", words, f"{reason} ({limit})")


def of_limit(word: object, limits: Limits) -> str:
    """What is said where a limit made a function fail with an exception.

    Parameters
    ----------
    word : object
        What the worker calls the limit.
    limits : Limits
        What was allowed.

    Returns
    -------
    str
        Words of ours with the number from the settings, which follow the function's name;
        empty where there is no such limit.
    """
    return LIMITS[word].format(limits) if isinstance(word, str) and word in LIMITS else ""


LIMITS = {
    "memory": "ran out of memory ({0.memory_mb} MB are allowed)",
    "processes": "starts too many processes or threads ({0.processes} are allowed)",
    "file": "writes a file that is too large ({0.file_mb} MB are allowed)",
    "space": "fills the space for files ({0.space_mb} MB are allowed)",
    "open files": f"holds too many files open ({OPEN_FILES} are allowed)",
}
DEATHS = {  # reason: the exception that comes nearest, and words
    process.TOO_MUCH: ("MemoryError", LIMITS["memory"]),
    process.ENDED: ("SystemExit", "ends the whole program (SystemExit)"),
    process.CRASHED: ("SystemExit", "makes Python itself crash"),
    process.TOO_LARGE: ("Exception", "returns far more than is asked for"),
}

"""What is said of a function that reached a limit, by `check` and when it is graded."""

from __future__ import annotations

from typing import NamedTuple

from .settings import OPEN_FILES, Limits

PATIENCE = 4  # wall time allowed to a call, as a multiple of its processor time
LASTING = 2  # wall time allowed to a submission, as a multiple of `submission_seconds`
MOST_DEATHS = 2  # calls of one function that a limit ended; then it is not called again
TOO_LONG, WAITED = "took too long", "waited too long"
TOO_MUCH, TOO_LARGE = "used too much memory", "gave an answer that is far too large"
ENDED, CRASHED = "ended the process", "crashed Python itself"
TOO_MANY = "started too many processes"
FORGED, BROKEN = "forged an answer", "broke the connection"
WHERE = {
    "call_seconds": "in one call",
    "total_seconds": "in all calls of it",
    "submission_seconds": "in all that was run",
}


class Died(Exception):
    """Raised where a student's process was killed or ended; its text is a constant."""


class Cause(NamedTuple):
    """Why a process ended without an answer.

    ``kind`` names the exception that is most like it; ``words`` are for the student, to follow
    the name of the function; ``note`` is for the instructor.
    """

    kind: str
    words: str
    note: str


def of_death(reason: str, limits: Limits, bound: str) -> Cause:
    """Return why a process had to be killed, or ended itself.

    Parameters
    ----------
    bound : str
        The name of the limit on seconds that would be reached first.

    Returns
    -------
    Cause
        Its words contain the numbers from the settings, and nothing of the student's.
    """
    if reason in (TOO_LONG, WAITED):
        return _of_time(reason, limits, bound)
    kind, words = DEATHS.get(reason, ("Exception", "ends without an answer"))
    words = words.format(limits)
    number = words.partition("(")[2]
    return Cause(kind, words, f"{reason} ({number}" if number[:1].isdigit() else reason)


def _of_time(reason, limits, bound):
    """Return the cause if time was up, with the limit that was reached."""
    seconds, how, where = getattr(limits, bound), "of computing time", WHERE[bound]
    extra = ""
    if reason == WAITED:
        whole = bound == "submission_seconds"
        seconds *= LASTING if whole else PATIENCE
        how = "by the clock"
        extra = ", mostly waiting"
    limit = f"more than {seconds:g} seconds {how} {where}"
    words = f"took longer than it may{extra} ({limit})"
    if bound == "submission_seconds":
        words = f"was not run to its end: time was up ({limit})"
    return Cause("TimeoutError", words, f"{reason} ({limit})")


def of_limit(word: object, limits: Limits) -> str:
    """Return the words for an exception that a limit caused, or "".

    Parameters
    ----------
    word : object
        The worker's word for the limit; it may be anything if the worker is hostile.

    Returns
    -------
    str
        Words with the number from the settings, to follow the function's name; empty if there
        is no such limit.
    """
    return LIMITS[word].format(limits) if isinstance(word, str) and word in LIMITS else ""


LIMITS = {
    "memory": "ran out of memory ({0.memory_mb} MB are allowed)",
    "processes": "starts too many processes or threads ({0.processes} are allowed)",
    "file": "writes a file that is too large ({0.file_mb} MB are allowed)",
    "space": "fills the space for files ({0.space_mb} MB are allowed)",
    "open files": f"holds too many files open ({OPEN_FILES} are allowed)",
}
DEATHS = {  # reason: the exception that is most like it, and the words
    TOO_MUCH: ("MemoryError", LIMITS["memory"]),
    TOO_MANY: ("OSError", LIMITS["processes"]),
    ENDED: ("SystemExit", "ends the whole program (SystemExit)"),
    CRASHED: ("SystemExit", "makes Python itself crash"),
    TOO_LARGE: ("Exception", "returns far more than is asked for"),
}

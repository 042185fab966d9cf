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
WHERE = {
    "call_seconds": "in one call",
    "total_seconds": "in all calls of it",
    "submission_seconds": "in all that was run",
}
NO_ANSWER = "no-answer"


class Cause(NamedTuple):
    """Why a process ended without an answer.

    ``kind`` names the exception that is most like it; ``stopped`` is plain data for findings:
    the ``limit``, how much is allowed (``most``) and ``where`` it counts; ``note`` is for the
    instructor.
    """

    kind: str
    stopped: dict
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
        It contains numbers from the settings, and nothing of the student's.
    """
    if reason in (TOO_LONG, WAITED):
        return _of_time(reason, limits, bound)
    kind, limit = DEATHS.get(reason, ("Exception", NO_ANSWER))
    note = f"{reason} ({limits.memory_mb} MB are allowed)" if limit == "memory" else reason
    return Cause(kind, stopped(limit, limits), note)


def stopped(limit: str, limits: Limits) -> dict:
    """Return plain data about a limit that was reached: its name and how much is allowed."""
    if limit not in SETTINGS:
        return {"limit": limit}
    return {"limit": limit, "most": SETTINGS[limit](limits)}


def _of_time(reason, limits, bound):
    """Return the cause if time was up, with the limit that was reached."""
    seconds, how, where = getattr(limits, bound), "of computing time", WHERE[bound]
    limit = "time"
    if reason == WAITED:
        seconds *= LASTING if bound == "submission_seconds" else PATIENCE
        how, limit = "by the clock", "clock"
    limit = "submission" if bound == "submission_seconds" else limit
    note = f"{reason} (more than {seconds:g} seconds {how} {where})"
    return Cause("TimeoutError", {"limit": limit, "most": seconds, "where": where}, note)


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
SETTINGS = {
    "memory": lambda limits: limits.memory_mb,
    "processes": lambda limits: limits.processes,
    "file": lambda limits: limits.file_mb,
    "space": lambda limits: limits.space_mb,
    "open files": lambda limits: OPEN_FILES,
}
DEATHS = {  # reason: the exception that is most like it, and the limit
    TOO_MUCH: ("MemoryError", "memory"),
    ENDED: ("SystemExit", "ended"),
    CRASHED: ("SystemExit", "crashed"),
    TOO_LARGE: ("Exception", "too-large"),
}

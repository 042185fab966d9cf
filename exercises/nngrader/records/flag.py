"""A flag: something about a submission that its student or the instructor should know.

A flag is a code with plain data, which `flag_rendering` turns into text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

WORDED = ("file", "files", "folder", "name", "reason", "text")  # text that isn't ours


class FlagCode(StrEnum):
    """The meaning of a flag; the comments name the entries of its `data`."""

    # the submitted files
    FOLDER_IS_LINK = "folder-is-link"  # folder: a symbolic link, which isn't followed; file?
    FILE_IS_LINK = "file-is-link"  # file: a symbolic link, which isn't followed
    NO_FOLDER = "no-folder"  # folder: not a folder
    NOT_A_REGULAR_FILE = "not-a-regular-file"  # file: a pipe or a device, for example
    READ_ERROR = "read-error"  # file?, reason: the operating system refused
    FILE_TOO_LARGE = "file-too-large"  # file, most_bytes
    NOTEBOOK_TOO_LARGE = "notebook-too-large"  # most_bytes: even without its outputs
    NOTEBOOK_TOO_COMPLEX = "notebook-too-complex"  # most: strings and brackets
    NO_NOTEBOOK = "no-notebook"  # files?: those whose names look like a notebook's
    NOTEBOOK_MISSING = "notebook-missing"  # expected: one of the assignment's several
    EMPTY_FILE = "empty-file"  # file, bytes: none, or all are blanks
    CUT_OFF = "cut-off"  # file: a notebook whose end is missing
    NOT_A_NOTEBOOK = "not-a-notebook"  # file?, what (a key of `flag_rendering.WHAT`), line?
    NO_CELLS = "no-cells"  # file: JSON without a list of cells
    NOTEBOOK_RENAMED = "notebook-renamed"  # expected, file: the notebook used instead
    SEVERAL_NOTEBOOKS = "several-notebooks"  # file: the fullest, which is used; files: others
    HARD_LINK = "hard-link"  # the notebook has a second name
    OLD_FORMAT = "old-format"  # a notebook of format 3
    TOO_MANY_CELLS = "too-many-cells"  # count, read: only the first cells are read
    CELLS_LEFT_OUT = "cells-left-out"  # count: malformed or too large
    FILE_UNREADABLE = "file-unreadable"  # file, what: a challenge's file can't be opened
    # the cells of the notebook; `cells` and `more` instead of `cell` where many are alike
    CELL_MISSING = "cell-missing"  # a cell that students write
    CELL_FOUND_BY_NAME = "cell-found-by-name"  # its label is lost; another cell was used
    SEVERAL_CELLS = "several-cells"  # count: cells with the same label; all are used
    CELL_TYPE_CHANGED = "cell-type-changed"  # from code to text, or the reverse
    LOCKED_CELL_CHANGED = "locked-cell-changed"  # changed, deleted or copied; ours is used
    METADATA_LOST = "metadata-lost"  # count, by_name: every cell has lost its label
    ANSWER_ELSEWHERE = "answer-elsewhere"  # a written answer outside its cell
    OWN_IMAGE_NOT_SHOWN = "own-image-not-shown"  # an image in a text cell of the student's
    IMAGE_NOT_SHOWN = "image-not-shown"  # an image in a written answer
    # imports and names
    FORBIDDEN_NAME = "forbidden-name"  # name, problems, points: what its use costs there
    UNUSUAL_IMPORT = "unusual-import"  # name, usual?: many honest notebooks have it
    UNUSUAL_NAME = "unusual-name"  # name: reaches for files or the interpreter
    TOO_MANY_NAMES = "too-many-names"  # most: not all could be checked
    MORE_UNUSUAL = "more-unusual"  # more: imports and names that are not listed
    # running the cells; `added` is the number of a cell that the student added
    SYNTAX_ERROR = "syntax-error"  # exception, and an obstacle: Python can't run the cell
    NAME_MISSING = "name-missing"  # name?: a NameError while the cell ran
    CELL_RAISED = "cell-raised"  # exception, name?: of a missing module
    CELL_LIMIT = "cell-limit"  # limit, most: a limit that made the cell fail
    CELL_STOPPED = "cell-stopped"  # ending, limit?, seconds? or most?: ended while it ran
    CELL_UNREADABLE = "cell-unreadable"  # ending: ended while the cell was parsed
    CELLS_UNREADABLE = "cells-unreadable"  # ending: ended while all were parsed together
    LINES_SKIPPED = "lines-skipped"  # obstacle?: lines for IPython: %, ! and await
    ADDED_CELLS_LEFT_OUT = "added-cells-left-out"  # several of them ended the process
    MORE_NOTES = "more-notes"  # more: added cells whose flags are not listed
    # calling the functions; `cell` is the problem
    FUNCTION_MISSING = "function-missing"  # nothing has its name; points?, an obstacle?
    FUNCTION_LIMIT = "function-limit"  # limit, most: a limit that made a call fail
    FUNCTION_STOPPED = "function-stopped"  # ending, limit?, seconds? or most?
    ODD_POINTS = "odd-points"  # given, most: a test cell's last line isn't from 0 to `most`
    NOT_MEASURED = "not-measured"  # ending: the result couldn't be measured
    # the grader and the gradebook
    NO_SANDBOX = "no-sandbox"  # the submission ran without a sandbox
    TEST_FAILED = "test-failed"  # exception: our fault, in one test cell
    GRADER_FAILED = "grader-failed"  # exception, reason: our fault, nothing was graded
    HIDDEN_CHARACTERS = "hidden-characters"  # in the folder's name
    SIMILAR_FOLDER = "similar-folder"  # another folder's name looks the same
    BAD_STUDENT_ID = "bad-student-id"  # the gradebook can't store the folder's name
    NOT_RECORDED = "not-recorded"  # reason
    LATE = "late"  # seconds, points: what that costs
    MARKED_LATE = "marked-late"  # by the platform, which doesn't say by how much
    LATE_REPLACED = "late-replaced"  # time?, now, earlier?: points of a version on time
    OWN_TIME = "own-time"  # source: "timestamp.txt" or "dates", which the student can write
    TIME_NOT_USED = "time-not-used"  # the student's own timestamp.txt; the time is unknown
    NO_TIME_ZONE = "no-time-zone"  # zone: the one that we assumed
    FUTURE_TIME = "future-time"  # the time of submission hasn't come yet
    UNREADABLE_TIME = "unreadable-time"  # text: of timestamp.txt; counts as on time


class Rank(IntEnum):
    """What a flag means for the instructor, the most important first."""

    COSTS = 1  # points, which the flag states
    LOOK = 2  # a person should look at it
    INFORMATION = 3  # nothing to do


INFORMATION = (  # an ordinary notebook from Jupyter or Colab has such flags
    FlagCode.NOTEBOOK_RENAMED,
    FlagCode.OLD_FORMAT,
    FlagCode.LINES_SKIPPED,
)
DOUBTS = {  # reasons to doubt a submission's time (`intake.deposit.SubmissionFiles`)
    "own": (FlagCode.OWN_TIME, "source"),
    "unused": (FlagCode.TIME_NOT_USED, "file"),
    "zone": (FlagCode.NO_TIME_ZONE, "zone"),
}
ABSENT = ("ImportError", "ModuleNotFoundError", "NameError")  # ordinary outside Colab
FIX_FIRST = (FlagCode.SYNTAX_ERROR, FlagCode.NAME_MISSING, FlagCode.FUNCTION_MISSING)


@dataclass(frozen=True)
class Flag:
    """One flag of a submission.

    :param cell: The id of the cell or the name of the problem, "" if it isn't about one.
    :param data: Plain JSON data, whose entries the code determines.
    """

    code: FlagCode
    cell: str = ""
    data: dict = field(default_factory=dict)

    def as_json(self) -> dict:
        """Return the flag as plain data, as a result stores it."""
        return {"code": self.code.value, "cell": self.cell, "data": self.data}

    @classmethod
    def from_json(cls, value: dict) -> Flag:
        """Return the flag that `as_json` has made plain.

        :raises ValueError: If the value isn't a flag.

        >>> Flag.from_json({"code": "unusual-import", "cell": "", "data": {"name": "os"}}).code
        <FlagCode.UNUSUAL_IMPORT: 'unusual-import'>
        """
        kinds = {"code": str, "cell": str, "data": dict}
        if not isinstance(value, dict) or any(
            not isinstance(value.get(key), kind) for key, kind in kinds.items()
        ):
            raise ValueError(f"expected a flag with code, cell and data, got {value!r}")
        return cls(FlagCode(value["code"]), value["cell"], value["data"])

    def with_text(self, text: Callable[[str, str], str]) -> Flag:
        """Return the flag with ``text(key, value)`` for every text that isn't ours."""

        def in_words(key, value):
            if isinstance(value, list):
                return [in_words(key, one) for one in value]
            return text(key, value)

        data = {key: in_words(key, v) if key in WORDED else v for key, v in self.data.items()}
        return replace(self, data=data)


def flags_of(result: dict) -> list[Flag]:
    """Return the flags of a result."""
    return [Flag.from_json(value) for value in result["flags"]]


def rank(flag: Flag) -> Rank:
    """Return the rank of a flag.

    >>> rank(Flag(FlagCode.LATE, data={"seconds": 9.0, "points": 1.0})).name
    'COSTS'
    """
    if flag.data.get("points"):
        return Rank.COSTS
    failed = flag.code == FlagCode.NAME_MISSING or flag.data.get("exception") in ABSENT
    own = failed and "added" in flag.data
    usual = own or flag.code in INFORMATION or flag.data.get("usual")
    return Rank.INFORMATION if usual else Rank.LOOK


def status_with(flags: list[Flag]) -> str:
    """Return the status of a graded submission: "flagged" if a flag is not just information."""
    return "flagged" if any(rank(f) < Rank.INFORMATION for f in flags) else "graded"


def add_flag(result: dict, flag: Flag) -> None:
    """Add a flag to a result, and update its status if it was "graded"."""
    result["flags"].append(flag.as_json())
    if result["status"] == "graded":
        result["status"] = status_with([flag])

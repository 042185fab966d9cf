"""Why a notebook doesn't define a function, although a cell was meant to: in words.

An obstacle is plain data, as `reading.obstacle` and `reading.left_out` return it: `cause`, and
where they are known `line` and `sign`, the name of a character or the beginning of a line.
"""

from __future__ import annotations

WORDS = {  # because of what, and what the student does about it
    "syntax": (
        "its cell has a syntax error{in_line}",
        "Run the cell: Python shows where.",
    ),
    "merge": (
        "its cell contains merge markers of git{in_line}",
        "Which of the two versions do you want to keep? Delete the other one and the markers.",
    ),
    "invisible": (
        "its cell contains an invisible character{in_line} ({sign})",
        "Delete this line, and type it again.",
    ),
    "character": (
        "its cell contains a character that Python doesn't accept{in_line} ({sign})",
        "Type it again on your keyboard.",
    ),
    "magic": (
        "a cell that begins with `{sign}` isn't run in grading",
        "Delete this line.",
    ),
    "line": (
        "its cell contains no definition, and `{sign}`{in_line} isn't run in grading",
        "Write the function into the cell itself.",
    ),
    "text": (
        "its cell is a text cell",
        "Change the type of the cell to Code.",
    ),
}


def because(obstacle: dict) -> tuple[str, str]:
    """Return the reason and the advice for an obstacle.

    >>> because({"cause": "merge", "line": 2})[0]
    'its cell contains merge markers of git on line 2'
    """
    in_line = f" on line {obstacle['line']}" if obstacle.get("line") else ""
    reason, advice = WORDS[obstacle["cause"]]
    return reason.format(in_line=in_line, sign=obstacle.get("sign", "")), advice

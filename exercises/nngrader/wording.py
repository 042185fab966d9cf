"""Wording that all messages share: a number with its noun, a suggestion, a shortened text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

MOST_SAID = 300  # characters of a reason that comes from other software
TIME_FORMS = (
    "a time such as 2026-11-21 17:30:00 UTC, with Europe/Berlin or +01:00 instead of UTC if "
    "the time is in another zone"
)
MOST = 3  # names to suggest; if more names are equally close, a guess would not help


def counted(n: float, word: str) -> str:
    """Return a number with its noun, in the plural if necessary.

    >>> counted(1, "pair"), counted(2, "pair"), counted(1.0, "point"), counted(0.5, "point")
    ('1 pair', '2 pairs', '1 point', '0.5 points')

    """
    number = f"{n:g}" if isinstance(n, float) else f"{n}"
    return f"{number} {word}" if n == 1 else f"{number} {word}s"


def with_article(noun: str) -> str:
    """Return a noun with "a" or "an".

    >>> [with_article(e) for e in ("ValueError", "IndexError", "UnicodeError")]
    ['a ValueError', 'an IndexError', 'a UnicodeError']
    """
    return f"{'an' if re.match('[AEIO]|U(?!ni|se)', noun, re.I) else 'a'} {noun}"


def span(seconds: float) -> str:
    """Return a duration in everyday words, in at most two units.

    >>> [span(s) for s in (59, 3700, 93600, 172800)]
    ['1 min', '1 h 1 min', '1 day 2 h', '2 days']
    """
    minutes = max(1, int(seconds // 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min")]
    first = next(i for i, (n, _) in enumerate(parts) if n)
    return " ".join(f"{n} {unit}" for n, unit in parts[first : first + 2] if n)


def cut(text: str, most: int) -> str:
    """Return a text shortened to at most `most` characters; "…" replaces the missing end.

    >>> cut("a cell that is not to be changed", 30), cut("all of it", 9), cut("x" * 9, 5)
    ('a cell that is not to be …', 'all of it', 'xxxx…')
    """
    if len(text) <= most:
        return text
    words, space, _ = text[: most - 1].rpartition(" ")
    return f"{words} …" if space else f"{text[: most - 1]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question that suggests the correct spelling of a name, or "" if none is close.

    It is appended to a message. It suggests the closest known name, or up to three equally
    close ones.

    >>> did_you_mean("deu", ["due", "late", "points"])
    "; did you mean 'due'?"
    >>> did_you_mean("s99", [f"s{n:02}" for n in range(50)])
    ''
    """
    names = {k.casefold(): k for k in known}
    wanted = name.casefold()
    near = get_close_matches(wanted, names, n=MOST + 1)
    ratios = [SequenceMatcher(None, k, wanted).ratio() for k in near]
    best = [names[k] for k, ratio in zip(near, ratios, strict=True) if ratio == ratios[0]]
    if not 0 < len(best) <= MOST:
        return ""
    return f"; did you mean {' or '.join(map(repr, sorted(best)))}?"


def unfit_name(assignment: str) -> str:
    """Return why an assignment can't have this name, or "".

    nbgrader refuses some characters, and takes others for patterns of file names.

    >>> unfit_name("ps1"), unfit_name("week 1.ipynb")
    ('', '')
    >>> unfit_name("hw [1]")[:46]
    "'hw [1]' can't be the name of an assignment, b"
    """
    wrong = dict.fromkeys(c for c in assignment if c in "+*?[]/\\" or ord(c) < 32)
    if assignment.endswith(".ipynb"):  # a file to grade
        return ""
    if not wrong and assignment and assignment.strip(". ") == assignment:
        return ""
    why = "it begins or ends with a dot or a space"
    if wrong or not assignment:
        why = f"it contains {' and '.join(map(repr, wrong))}" if wrong else "it is empty"
    return (
        f"{assignment!r} can't be the name of an assignment, because {why}. Rename its folder "
        "in source/, for example with letters, digits, '_' and '-' only"
    )

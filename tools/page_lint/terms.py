"""Rule on terms: each is defined before it is used, on this page or one it builds on."""

import re
from functools import cache

from . import book
from .core import LESSON, Page, rule
from .source import Line


@cache
def glossary() -> tuple[tuple[str, str, re.Pattern], ...]:
    """Return term, its page, and a pattern of its forms; longer terms come first."""
    found = [
        (entry["term"], entry["page"], pattern(entry["term"], *entry.get("also", ())))
        for entry in book.table("glossary")
    ]
    return tuple(sorted(found, key=lambda row: -len(row[0])))


def pattern(*forms: str) -> re.Pattern:
    """Return a pattern of the forms of a term; a form without capitals may begin a sentence."""
    options = sorted(map(re.escape, forms), key=len, reverse=True)
    free = [f"(?i:{o})" if f == f.lower() else o for o in options for f in (o,)]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(free)})(?![\w-])")


def _first_uses(page: Page, rows) -> dict[str, Line]:
    """Return the first line on which each term stands; a longer term hides a shorter one."""
    found = {}
    for line in page.source.lesson:
        promise = line.text.startswith(("#", "After this page"))  # what will be learned here
        text = "" if promise else line.plain
        for term, _, words in rows:
            if words.search(text):
                found.setdefault(term, line)
                text = words.sub(" ", text)
    return found


def _defined(page: Page, words: re.Pattern, until: int) -> bool:
    """Say whether the page sets a form of a term in italics, up to a line."""
    lines = [line for line in page.source.lesson if line.number <= until]
    return any(
        words.search(match)
        for line in lines
        for match in re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", line.text)
    )


@rule("term", LESSON, "a term of the glossary is defined here, in italics, or on a page before")
def term(page: Page):
    """Find terms that are used before they are defined."""
    rows = glossary()
    known, uses = page.builds_on, _first_uses(page, rows)
    for name, home, words in rows:
        line = uses.get(name)
        if line is None or home in known or _defined(page, words, line.number):
            continue
        where = "here" if home == page.name else f"on {home}, on which this page does not build"
        text = f"“{name}” is used before it is defined (the glossary defines it {where})"
        yield line.number, f"{text}: set it in italics and define it in its sentence"

"""Rule on terms: each is defined before it is used, on this page or one it builds on."""

import re
from functools import cache

from . import book
from .core import LESSON, Page, rule
from .source import Line

CURE = "define it here, in italics, link to that page, or let this one build on it"


@cache
def glossary() -> tuple[tuple[str, str, re.Pattern, list[str]], ...]:
    """Return each term, its page, and its forms, as a pattern and in lower case.

    Longer terms come first.

    Everyday words (``link: false``, ``quiet``) and names, such as PyTorch, may stand anywhere.
    """
    found = [
        (entry["term"], entry["page"], pattern(*forms), [form.lower() for form in forms])
        for entry in book.table("glossary")
        if entry.get("link", True) and entry["term"][0].islower() and (forms := _heard(entry))
    ]
    return tuple(sorted(found, key=lambda row: -len(row[0])))


def _heard(entry: dict) -> list[str]:
    """Return the forms of a term that are not everyday words."""
    forms = [entry["term"], *entry.get("also", ())]
    return [form for form in forms if form not in entry.get("quiet", ())]


def pattern(*forms: str) -> re.Pattern:
    """Return a pattern of the forms; one in lower case also matches in capitals."""
    options = sorted(map(re.escape, forms), key=len, reverse=True)
    free = [f"(?i:{o})" if f == f.lower() else o for o in options for f in (o,)]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(free)})(?![\w-])")


def _first_uses(page: Page, rows) -> dict[str, Line]:
    """Return the first line that uses each term, not counting use inside a longer term."""
    found, goals = {}, page.source.goals
    rows = [row for row in rows if any(form in page.source.small for form in row[3])]
    sources = next((ln.number for ln in page.source.headings if ln.text == "Sources"), 10**9)
    for line in (line for line in page.source.lesson if line.number < sources):
        promise = line.text.startswith("#") or line.number in goals  # what is learned here
        text = "" if promise else line.plain
        for term, _, words, _ in rows:
            if words.search(text):
                found.setdefault(term, line)
                text = words.sub(" ", text)
    return found


def _defined(page: Page, words: re.Pattern, until: float) -> bool:
    """Return whether the page sets a form of a term in italics, up to a line."""
    return any(
        words.search(match)
        for line in page.source.lesson
        if line.number <= until
        for match in re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", line.text)
    )


def _linked(line: Line, home: str) -> bool:
    """Return whether a line links to the page that defines a term."""
    return (
        re.search(rf"{{doc}}`(?:[^`]*[/<])?{home.rpartition('/')[2]}>?`", line.text) is not None
    )


@rule("term", LESSON, "a term is defined here, in italics, on a page before, or one linked")
def term(page: Page):
    """Yield terms that are used before they are defined."""
    rows = glossary()
    known, uses = page.builds_on, _first_uses(page, rows)
    for name, home, words, _ in rows:
        line = uses.get(name)
        if line is None or home in known:
            continue
        if home == page.name:
            if not _defined(page, words, float("inf")):
                yield line.number, f"“{name}” is to be defined on this page: set it in italics"
        elif not _linked(line, home) and not _defined(page, words, line.number):
            where = f"the glossary has it on {home}, on which this page does not build"
            yield line.number, f"“{name}” is used before it is defined ({where}): {CURE}"

"""The book's order: its parts and pages with their titles, from `_toc.yml`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml


@dataclass
class Entry:
    """An entry of the contents: a part, a page or a heading, with the entries below it."""

    title: str
    address: str = ""  # docname, with the id of a heading after a hash; empty for a part
    below: list["Entry"] = field(default_factory=list)

    def walk(self) -> Iterator["Entry"]:
        """Yield this entry and those below it, in order."""
        yield self
        for entry in self.below:
            yield from entry.walk()


def order(root: Path) -> list[tuple[str, list[str]]]:
    """Return parts as pairs of caption and documents; the first has only the root page.

    Parameters
    ----------
    root : Path
        The folder of `_toc.yml`.
    """
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    parts = [("", [toc["root"]])]
    groups = toc.get("parts") or [{"caption": "", "chapters": toc.get("chapters", [])}]
    for part in groups:
        parts.append((part.get("caption", ""), list(_documents(part["chapters"]))))
    return parts


def _documents(chapters: list[dict]) -> Iterator[str]:
    """Yield the documents of some chapters, each before its sections."""
    for chapter in chapters:
        yield chapter["file"].removesuffix(".md")
        yield from _documents(chapter.get("sections", []))


def outline(root: Path, headings: dict[str, list[tuple[int, str, str]]]) -> list[Entry]:
    """Return the contents of the book as nested entries.

    Parameters
    ----------
    root : Path
        The folder of `_toc.yml`.
    headings : dict
        For each document its headings as (level, id, text), the title first.
    """
    entries = []
    for caption, documents in order(root):
        pages = [_page(name, headings[name]) for name in documents if name in headings]
        entries += [Entry(caption, "", pages)] if caption and pages else pages
    return entries


def _page(name: str, headings: list[tuple[int, str, str]]) -> Entry:
    """Return the entry of a page, with its sections below it."""
    sections = [
        Entry(text, f"{name}#{anchor}")
        for level, anchor, text in headings
        if level == 2 and len(text) > 1  # not the letters of the glossary
    ]
    return Entry(headings[0][2] if headings else name, name, sections)

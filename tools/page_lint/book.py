"""The book's files as the lint needs them: its pages, their order, and what each builds on."""

import sys
from functools import cache
from pathlib import Path

from .source import PageSource

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"
REFERENCE = CHAPTERS / "reference"
sys.path.append(str(CHAPTERS / "_ext"))

from begin.course import Course, read_yaml  # noqa: E402  (the extension's own reader)

COURSE = Course(REFERENCE / "pages.yml", REFERENCE / "syllabus")
EXEMPT = ("start/home", "start/welcome", "start/setup", "reference/")  # from the sizes


def listed(toc: Path = ROOT / "_toc.yml") -> tuple[list[str], list[str]]:
    """Return the pages of the table of contents in order, and those below another page."""
    tree = read_yaml(toc)
    chapters = [chapter for part in tree.get("parts", [tree]) for chapter in part["chapters"]]
    below = [section["file"] for chapter in chapters for section in chapter.get("sections", ())]
    files = [tree["root"], *(chapter["file"] for chapter in chapters)]
    return tuple([f.removeprefix("chapters/") for f in found] for found in (files, below))


def entries(pages: Path = REFERENCE / "pages.yml") -> dict[str, dict]:
    """Return the entries of pages.yml by page name."""
    parts = read_yaml(pages)
    return {entry["page"]: entry | {"part": part} for part in parts for entry in parts[part]}


_ours = cache(entries)


@cache
def needed(page: str) -> frozenset[str]:
    """Return all pages that a page builds on, followed through the `after` of pages.yml."""
    before = _ours().get(page, {}).get("after", ())
    return frozenset(before).union(*map(needed, before))


def source(page: str) -> PageSource:
    """Return the parsed source of a page."""
    return PageSource(CHAPTERS / f"{page}.md")


@cache
def table(name: str) -> list[dict]:
    """Return the rows of a table in chapters/reference, or an empty list without its file."""
    path = REFERENCE / f"{name}.yml"
    return (read_yaml(path) or []) if path.exists() else []


PAGES, BELOW = listed()
API = [page for page in BELOW if page.startswith("reference/nnlib/")]
LESSONS = [page for page in PAGES if not page.startswith(EXEMPT)]
WRITTEN = [page for page in PAGES if not page.startswith("reference/")]

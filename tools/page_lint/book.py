"""The book's pages in the order of the table of contents."""

import sys
from pathlib import Path

from .source import PageSource

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"
REFERENCE = CHAPTERS / "reference"
sys.path.append(str(CHAPTERS / "_ext"))

from begin.course import Course, read_yaml  # noqa: E402  (the extension's own reader)

COURSE = Course(REFERENCE / "pages.yml", REFERENCE / "syllabus")
NO_LESSONS = ("start/home", "start/welcome", "start/setup", "reference/")


def listed(toc: Path = ROOT / "_toc.yml") -> tuple[list[str], list[str]]:
    """Return the pages of the table of contents in order, and those below another page."""
    tree = read_yaml(toc)
    chapters = [chapter for part in tree.get("parts", [tree]) for chapter in part["chapters"]]
    below = [section["file"] for chapter in chapters for section in chapter.get("sections", ())]
    files = [tree["root"], *(chapter["file"] for chapter in chapters)]
    return tuple([f.removeprefix("chapters/") for f in names] for names in (files, below))


def source(page: str) -> PageSource:
    """Return the parsed source of a page."""
    return PageSource(CHAPTERS / f"{page}.md")


PAGES, BELOW = listed()
API = [page for page in BELOW if page.startswith("reference/nnlib/")]

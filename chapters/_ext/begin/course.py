"""The course as data: the topics and errata of the notes, and their pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

NOTES = {
    "ee147": "EE147: Neural Networks and Deep Learning (Thilan Tran)",
    "dlg": "The Deep Learning Guide (Amelia N., Liesa L.)",
    "nnn": "Neural Network Notes (Maurits Lam)",
    "dlai": "Deep Learning (Shanmugha Balan S V)",
    "ml-steps": "Machine learning, step by step (untitled notes)",
}


@dataclass(frozen=True)
class Page:
    """A page of the book, written or planned: its question, and the pages to read first."""

    page: str
    title: str
    part: str
    question: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Topic:
    """A topic of the lecture notes, which one page must teach."""

    notes: str
    id: str
    topic: str
    section: str
    kind: str
    detail: str
    page: str


@dataclass(frozen=True)
class Erratum:
    """An error in the lecture notes, which one page must correct, with a check in Python."""

    notes: str
    id: str
    section: str
    page: str
    topics: list[str]
    claim: str
    correct: str
    check: str
    severity: str


class Course:
    """Pages, topics and errata by their ids, read from YAML.

    Parameters
    ----------
    pages : Path
        ``pages.yml``; an optional ``parts.yml`` next to it contains the titles of its parts.
    syllabus : Path
        The folder of ``<notes>.yml`` and ``<notes>-errata.yml``.
    """

    def __init__(self, pages: Path, syllabus: Path):
        self.files = [pages, *sorted(syllabus.glob("*.yml"))]

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Return the pages in reading order, by name."""
        parts = read_yaml(self.files[0])
        return {
            page["page"]: Page(
                page["page"], page["title"], part, _question(page), tuple(page.get("after", ()))
            )
            for part, pages in parts.items()
            for page in pages
        }

    @cached_property
    def parts(self) -> dict[str, str]:
        """Return the title of each part that has a page, in reading order."""
        file = self.files[0].with_name("parts.yml")
        titles = {e["part"]: e["title"] for e in read_yaml(file)} if file.is_file() else {}
        parts = dict.fromkeys(page.part for page in self.pages.values())
        return {part: titles.get(part, part.capitalize()) for part in parts}

    @cached_property
    def topics(self) -> dict[str, Topic]:
        """Return the topics in the order of the notes, by id."""
        return {e["id"]: Topic(**e) for e in self._entries(errata=False)}

    @cached_property
    def errata(self) -> dict[str, Erratum]:
        """Return the errata in the order of the notes, by id."""
        return {e["id"]: Erratum(**e) for e in self._entries(errata=True)}

    def _entries(self, *, errata: bool) -> Iterator[dict]:
        """Yield the entries of all topic files, or of all errata files."""
        for file in self.files[1:]:
            if file.stem.endswith("-errata") == errata:
                notes = file.stem.removesuffix("-errata")
                yield from ({"notes": notes, **entry} for entry in read_yaml(file))

    def topics_of(self, page: str) -> set[str]:
        """Return the ids of the topics that a page must cover."""
        return {topic.id for topic in self.topics.values() if topic.page == page}

    def errata_of(self, page: str) -> set[str]:
        """Return the ids of the errata that a page must correct: all but typos."""
        return {
            erratum.id
            for erratum in self.errata.values()
            if erratum.page == page and erratum.severity != "typo"
        }


def _question(page: dict) -> str:
    """Return a page's question with a mark at its end, or "" if the page has no question."""
    question = page.get("question", "")
    return question if not question or question.endswith(("?", ".", "!")) else f"{question}?"


def load(app) -> None:
    """Read pages, topics and errata into `app.nn_course`."""
    root = Path(app.confdir)
    app.nn_course = Course(root / app.config.nn_pages, root / app.config.nn_syllabus)


def page_of(docname: str) -> str:
    """Return the name that pages.yml gives to a Sphinx document."""
    return docname.removeprefix("chapters/")


def read_yaml(path: Path):
    """Return the content of a YAML file, parsed with the C library if it is installed."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)

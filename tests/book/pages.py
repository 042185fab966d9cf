"""Read a page's source: its cells, its words, its figures, its ids."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

import yaml
from course import Course

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"
REFERENCE = CHAPTERS / "reference"
COURSE = Course(REFERENCE / "pages.yml", REFERENCE / "syllabus")
EXEMPT = ("start/welcome", "start/setup", "reference/")  # from the sizes

FENCE = re.compile(r"^(?P<ticks>`{3,}|:{3,})\{(?P<name>[\w-]+)\}(?P<rest>.*)$")
UNSEEN = {"remove-cell", "remove-input", "hide-input", "hide-cell"}
PROSE = {"admonition", "note", "tip", "important", "figure", "list-table", "table"}


@dataclass(frozen=True)
class Cell:
    """A code cell of a page."""

    tags: frozenset[str]
    options: str
    lines: tuple[str, ...]
    in_exercises: bool

    @property
    def shown(self) -> bool:
        """Whether the reader sees the code without opening anything."""
        return not self.tags & UNSEEN

    @property
    def code(self) -> str:
        """The code, options left out."""
        return "\n".join(self.lines)


class PageSource:
    """A page of the book as text.

    Cells before the heading *Exercises* belong to the lesson, those after it to solutions.
    """

    def __init__(self, path: Path):
        self.path = path
        self.text = path.read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> list[tuple[str, str, bool]]:
        """Directives in order: name, content, and whether they stand after *Exercises*."""
        found, late, lines = [], False, self.text.splitlines()
        k = 0
        while k < len(lines):
            late = late or lines[k].strip() == "## Exercises"
            match = FENCE.match(lines[k])
            if match:
                end = _close(lines, k, match["ticks"])
                body = [match["rest"].strip(), *lines[k + 1 : end]]
                found.append((match["name"], "\n".join(body), late))
                k = end
            k += 1
        return found

    @cached_property
    def cells(self) -> list[Cell]:
        """All code cells."""
        return [_cell(body, late) for name, body, late in self.blocks if name == "code-cell"]

    @property
    def lesson_cells(self) -> list[Cell]:
        """The cells that a reader sees before the exercises."""
        return [cell for cell in self.cells if cell.shown and not cell.in_exercises]

    @property
    def solution_cells(self) -> list[Cell]:
        """The cells that a reader sees in the solutions."""
        return [cell for cell in self.cells if cell.shown and cell.in_exercises]

    def ids(self, directive: str) -> list[list[str]]:
        """Return the ids of each ``covers`` or ``erratum``."""
        return [body.split() for name, body, _ in self.blocks if name == directive]

    @cached_property
    def prose(self) -> str:
        """The words of the lesson: no code, questions, exercises, fold-outs, front matter."""
        text = re.sub(r"\A---\n.*?\n---\n", "", self.text, flags=re.DOTALL)
        text = re.sub(r"^## Exercises$.*?(?=^## )", "", text, flags=re.DOTALL | re.MULTILINE)
        lines, kept, k = text.splitlines(), [], 0
        while k < len(lines):
            match = FENCE.match(lines[k])
            if match and match["name"] not in PROSE:
                k = _close(lines, k, match["ticks"])
            elif not match:
                kept.append(lines[k])
            k += 1
        return "\n".join(kept)

    @property
    def words(self) -> int:
        """How many words the lesson has; a formula counts as one."""
        text = re.sub(r"\$\$.*?\$\$", " x ", self.prose, flags=re.DOTALL)
        text = re.sub(r"\$[^$\n]*\$", " x ", text)
        text = re.sub(r"\{[\w:]+\}`[^`]*`", " x ", text)
        return len(re.findall(r"[^\W_][\w'’.,:-]*", text))

    @property
    def figures(self) -> int:
        """How many figures there are before the exercises, moving ones included."""
        cells = [cell for cell in self.cells if not cell.in_exercises]
        static = sum("figure:" in cell.options for cell in cells)
        moving = [c for c in cells if "figure:" not in c.options and "play(" in c.code]
        return static + len(moving)

    @property
    def median_lines(self) -> float:
        """The usual length of a cell that is seen, blank lines left out."""
        return median(sum(map(bool, map(str.strip, c.lines))) for c in self.lesson_cells)


def _close(lines: list[str], start: int, ticks: str) -> int:
    """Return the index of the line that closes the fence opened at ``start``."""
    for k in range(start + 1, len(lines)):
        line = lines[k].rstrip()
        if line.startswith(ticks) and set(line) == {ticks[0]}:
            return k
    return len(lines) - 1


def _cell(body: str, late: bool) -> Cell:
    """Split a cell into options and code."""
    lines = body.splitlines()[1:]
    options = [line for line in lines if line.startswith(":")]
    code = "\n".join(lines[len(options) :]).strip("\n").splitlines()
    tags = re.findall(r"[\w-]+", next((o for o in options if o.startswith(":tags:")), "")[6:])
    return Cell(frozenset(tags), "\n".join(options), tuple(code), late)


def _listed() -> tuple[list[str], list[str]]:
    """Return the pages of the table of contents in order, and those of the API below one."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    below = [section["file"] for chapter in chapters for section in chapter.get("sections", ())]
    files = [toc["root"], *(chapter["file"] for chapter in chapters)]
    return tuple([f.removeprefix("chapters/") for f in found] for found in (files, below))


def source(page: str) -> PageSource:
    """Return a page by its name."""
    return PageSource(CHAPTERS / f"{page}.md")


PAGES, API = _listed()
LESSONS = [page for page in PAGES if not page.startswith(EXEMPT)]
WRITTEN = [page for page in PAGES if not page.startswith("reference/")]

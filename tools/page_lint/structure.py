"""Rules on a page's structure: sections, opening, length, cells, leftovers of the skeleton."""

import re
from itertools import pairwise, takewhile
from textwrap import shorten

from . import book
from .core import LESSON, PAGE, Page, rule

SPINE = (
    "Picture",
    "Mathematics",
    "Code",
    "Experiment",
    "Common mistakes",
    "Check yourself",
    "Exercises",
    "Summary",
    "Sources",
)
PARTS = SPINE[:4]
ALWAYS = ("Check yourself", "Exercises", "Summary", "Sources")
MOST_WORDS = 4500
FEWEST_CELLS, MOST_CELLS = 8, 16
MEDIAN_LINES, MOST_LINES = 12, 20
PLAN = re.compile(r"% (?:[a-z0-9-]+-\d+ \(\w+\):|The notes:|Right:)")
TOLD_BY_STRIP = re.compile(r"\bAfter this page you\b|\bAllow (?:\S+ ){1,3}minutes\b")
FOLDED = {"hide-input", "hide-cell"}
FOLD_TITLE = re.compile(r"code_prompt_show: *[\"']?([^\"'\n]+)")
NOTE = re.compile(r"^\s*(?:%|#) WRITE: ?(.*)$")


@rule("spine", LESSON, "sections in the order of the spine; questions, exercises, summary")
def spine(page: Page):
    """Yield sections that are out of order or missing."""
    headings = page.source.headings
    known = [ln for ln in headings if ln.text in SPINE]
    for before, after in pairwise(known):
        if SPINE.index(before.text) >= SPINE.index(after.text):
            yield after.number, f"“{after.text}” must stand before “{before.text}”"
    for line in headings[-len(ALWAYS) :]:
        if line.text not in ALWAYS:
            yield line.number, f"“{line.text}” must stand before “{ALWAYS[0]}”"
    for name in ALWAYS:
        if name not in [line.text for line in headings]:
            yield page.top, f"the section “{name}” is missing"


@rule("section-title", LESSON, "the title of a section says what the section shows")
def section_title(page: Page):
    """Yield sections that are called by the name of their part of the spine."""
    for line in page.source.headings:
        if line.text in PARTS:
            yield line.number, f"“{line.text}” names a part: say what this section shows"


@rule("spoiler", LESSON, "no result stands above the first heading")
def spoiler(page: Page):
    """Yield glued numbers of the opening, which the reader is to find out."""
    first = min((line.number for line in page.source.headings), default=0)
    for line in page.source.body:
        if line.number < first and "{glue:text}" in line.text:
            yield line.number, "the opening gives a result away: leave it to the experiment"


@rule("opening", LESSON, "a puzzle, and under it one strip: what the page needs, goals")
def opening(page: Page):
    """Yield a finding if the opening has no strip, or none under its puzzle, or two."""
    first = min((line.number for line in page.source.headings), default=10**9)
    strips = page.source.named("strip")
    if not strips:
        yield page.top, "the opening has no strip (```{strip}): minutes, needs, goals"
    for block in strips[:1]:
        above = (line for line in page.source.body if page.top < line.number < block.line)
        if not any(line.plain.strip() for line in above):
            yield block.line, "the strip stands above the puzzle: put it under it"
        if block.line > first:
            yield block.line, "the strip stands below the first heading: put it above"
        yield from ((block.line, text) for text in _unnamed(page, block.body))
    for block in strips[1:]:
        yield block.line, "a second strip: a page has one"
    for line in page.source.lesson:
        if match := TOLD_BY_STRIP.search(line.text):
            yield line.number, f"“{match[0]}” is what the strip tells: leave it out"


def _unnamed(page: Page, strip: str):
    """Yield a finding for each page of `after` that is missing where a strip says its needs."""
    needs = strip.strip().partition("- ")[0]
    for name in book.COURSE.pages[page.name].after if needs else ():
        if not re.search(rf"\b{name.rpartition('/')[2]}>?`", needs):
            yield f"the strip does not name {name}, which pages.yml has as this page's `after`"


@rule("length", LESSON, f"at most {MOST_WORDS:,} words: a longer page is two")
def length(page: Page):
    """Yield a finding if the lesson is too long."""
    if (words := page.source.words) > MOST_WORDS:
        yield page.top, f"{words:,} words; at most {MOST_WORDS:,}: make two pages of it"


@rule(
    "cell-count", LESSON, f"{FEWEST_CELLS} to {MOST_CELLS} visible cells before the exercises"
)
def cell_count(page: Page):
    """Yield a finding if the page has too few or too many visible cells."""
    count = len(page.source.lesson_cells)
    if not FEWEST_CELLS <= count <= MOST_CELLS:
        expected = f"expected {FEWEST_CELLS} to {MOST_CELLS}"
        yield page.top, f"{count} visible cells before the exercises; {expected}"


@rule(
    "cell-length",
    LESSON,
    f"visible cells: {MEDIAN_LINES} lines in the median, {MOST_LINES} at most",
)
def cell_length(page: Page):
    """Yield cells that are too long."""
    if (usual := page.source.median_lines) > MEDIAN_LINES:
        text = f"the median visible cell has {usual:g} lines; at most {MEDIAN_LINES}"
        yield page.top, f"{text}: split some"
    for cell in page.source.lesson_cells:
        if (lines := len(cell.lines)) > MOST_LINES:
            yield cell.line, f"a visible cell of {lines} lines; at most {MOST_LINES}: split it"


@rule("cell-width", LESSON, "74 columns in visible cells, 68 in solutions")
def cell_width(page: Page):
    """Yield lines of code that are too wide for a phone or a fold-out."""
    wide = [(cell, 74) for cell in page.source.lesson_cells]
    for cell, most in wide + [(cell, 68) for cell in page.source.solution_cells]:
        for number, line in enumerate(cell.lines, cell.start):
            if len(line) > most:
                yield number, f"{len(line)} columns of code; at most {most}"


@rule("fold-title", PAGE, "a fold of code that draws no figure says what is in it")
def fold_title(page: Page):
    """Yield folds of code without a title of their own, or with an order as title."""
    for cell in page.source.cells:
        title = FOLD_TITLE.search(cell.options)
        if title and title[1].startswith(("Show", "Hide", "Click")):
            yield cell.line, f"“{title[1]}” is an order: name what is in the fold"
        if cell.tags & FOLDED and not title and "figure:" not in cell.options:
            yield cell.line, "the fold has no title: add `code_prompt_show:` to its cell"


@rule("skeleton", PAGE, "no note of the skeleton is left (`% WRITE: …`, `# WRITE: …`)")
def skeleton(page: Page):
    """Yield the notes that new_page.py left for the writer."""
    before = ""
    for number, line in enumerate(page.source.lines, 1):
        if match := NOTE.match(line):
            yield number, f"still to be written: {_whole(match[1], page.source.lines[number:])}"
        elif PLAN.match(line) and not before.startswith("%"):
            yield number, "what the skeleton said of the notes: delete it when it is taught"
        before = line


def _whole(first: str, after: list[str]) -> str:
    """Return a note joined with its continuation lines, at most 200 characters."""
    goes_on = takewhile(
        lambda ln: ln.startswith("% ") and not (NOTE.match(ln) or PLAN.match(ln)), after
    )
    return shorten(" ".join([first, *(line[2:] for line in goes_on)]), 200, placeholder=" …")

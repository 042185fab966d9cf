"""Rules on the lecture notes: topics taught, errata corrected, no sentence copied."""

from collections import Counter
from itertools import chain

from . import book
from .core import PAGE, WRITTEN, Page, rule
from .runs import RUN, key, load, paragraphs, runs

AT_ONCE = 3
RUNS = book.REFERENCE / "syllabus" / "runs.bin"


def _counted(page: Page, directive: str, wanted: set[str], adjective: str, entries: dict):
    """Yield ids that are missing, twice on the page, or not of this page."""
    counts = Counter(chain(*page.source.ids(directive)))
    for name in sorted(wanted - set(counts)):
        yield page.top, f"{name} is not {adjective}: {_about(entries[name])}"
    for block in page.source.named(directive):
        for name in block.body.split():
            if name not in wanted:
                yield block.line, f"{name} is not an id of this page"
            elif counts[name] > 1:
                yield block.line, f"{name} stands {counts[name]} times"


def _about(entry) -> str:
    """Return an entry of the syllabus shortened to at most 58 characters."""
    text = getattr(entry, "topic", None) or entry.claim
    return text if len(text) <= 60 else f"{text[:57].rstrip()}…"


def _shown(line: str) -> bool:
    """Return whether a line is neither blank nor a waiver."""
    return bool(line.strip()) and not line.startswith("% lint-allow")


@rule("covers", WRITTEN, "every id of the page's key once, at most three at a time")
def covers(page: Page):
    """Yield topics that the page does not teach, and directives with more than three ids."""
    yield from _counted(page, "covers", page.topics, "covered", book.COURSE.topics)
    for block in page.source.named("covers"):
        if not 1 <= (count := len(block.body.split())) <= AT_ONCE:
            yield block.line, f"{count} ids at once; 1 to {AT_ONCE} are allowed"
        after = next(filter(_shown, page.source.lines[block.last :]), "#")
        if after.startswith(("#", "% WRITE", "```{erratum}")):
            yield (
                block.line,
                "nothing is taught here: `covers` stands right before what teaches",
            )


@rule("erratum", WRITTEN, "every erratum of the page's key is put right once")
def erratum(page: Page):
    """Yield errata of the notes that the page does not correct."""
    yield from _counted(page, "erratum", page.errata, "put right", book.COURSE.errata)


@rule("erratum-fold", WRITTEN, "the errata stand in one fold, between Summary and Sources")
def erratum_fold(page: Page):
    """Yield folds of errata beyond the first, and one that stands elsewhere."""
    place = {line.text: line.number for line in page.source.headings}
    for k, block in enumerate(page.source.named("erratum")):
        if k:
            yield block.line, "a second fold of errata: put all ids of the page into one"
        elif not place.get("Summary", 0) < block.line < place.get("Sources", 10**9):
            yield block.line, "the fold of errata stands between Summary and Sources"


@rule("own-words", PAGE, f"no {RUN} words in a row as they stand in the notes")
def own_words(page: Page):
    """Yield passages of eight or more words that the notes have too."""
    known = load(RUNS)
    for words in paragraphs(page.source):
        reported = 0
        for line, text in runs(words):
            if line > reported and key(text) in known:
                reported = line
                yield line, f"“{text}” stands in the notes: say it in words of your own"

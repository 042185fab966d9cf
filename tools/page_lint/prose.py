"""Rules on wording: words to strike out, one sentence a line, punctuation."""

import re
from collections.abc import Iterator

from .core import LESSON, PAGE, WRITTEN, Page, rule
from .source import Line

STRUCK = {
    "an announcement": (
        r"in this (?:section|chapter|page),? (?:we|you) (?:will|shall|are going to)",
        r"(?:we|you) (?:will|shall) (?:now )?(?:see|look at|learn|discuss|explore|cover) ",
        r"let us (?:now )?(?:see|look|begin|start|turn|explore)",
        r"let['’]s",
        r"as (?:we|you) (?:saw|have seen) (?:above|before|earlier)",
    ),
    "applause": (
        *("powerful", "elegant(?:ly)?", "crucial(?:ly)?", "remarkabl[ey]", "beautiful(?:ly)?"),
        *(
            "amazing(?:ly)?",
            "fascinating",
            "magic(?:al|ally)?",
            "revolutionary",
            "seamless(?:ly)?",
        ),
    ),
    "filler": (
        r"it is (?:important|worth|interesting) (?:to note|noting)",
        r"(?:please )?note that",
        r"(?:needless|suffice it) to say",
        *("simply", "basically", "obviously", "of course", "in order to", "dive in(?:to)?"),
        *("easy to see", "trivial(?:ly)?"),
    ),
    "a closing moral": ("in conclusion", "in summary", "to sum up", "all in all"),
}
JUST = re.compile(
    r"\bjust (?!as\b|below\b|above\b|under\b|before\b|after\b|in case\b"
    r"|(?:saw|seen|did|done|made|found|met|shown|drawn|\w+ed)\b)",  # a moment ago
    re.I,
)
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\ufe0f]")
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|Fig|Eq|Dr|vs|cf|approx|No|pp?|[A-Z])\.$")
LEAD = re.compile(r"^\s*(?:[*-]|\d+\.)?\s*\*\*[^*]+\*\*\s*")


def _texts(page: Page) -> Iterator[Line]:
    """Yield the lines of text of the whole page, tables and headings included."""
    yield from page.source.body


@rule("struck-word", WRITTEN, "no announcement, applause, filler, closing moral")
def struck_word(page: Page):
    """Yield words that a reviewer would strike out."""
    for line in _texts(page):
        for kind, patterns in STRUCK.items():
            for match in re.finditer(rf"(?i)\b(?:{'|'.join(patterns)})(?!\w)", line.plain):
                yield line.number, f"“{match[0].strip()}” is {kind}: leave it out"
        if JUST.search(line.plain):
            yield line.number, "“just” is filler: leave it out"


@rule("mark", WRITTEN, "no exclamation mark, emoji, or dash as a link")
def mark(page: Page):
    """Yield exclamation marks, emoji and dashes between clauses."""
    for line in _texts(page):
        text = line.plain.replace("![", "[")
        if "!" in text:
            yield line.number, "an exclamation mark: end with a full stop"
        if EMOJI.search(text):
            yield line.number, f"“{EMOJI.search(text)[0]}” is an emoji: leave it out"
        if " — " in text or " – " in text:
            yield line.number, "a dash as a link: use a comma, a colon or two sentences"


@rule("one-sentence", PAGE, "one sentence to a line")
def one_sentence(page: Page):
    """Yield lines with a second sentence; tables and list items may hold several."""
    for line in page.source.body:
        if re.match(r"\s*(\||[*-] |\d+\. |#|: |>)|\s{2,}", line.text):
            continue
        text = LEAD.sub("", re.sub(r"`[^`]*`", "x", re.sub(r"\$[^$]*\$", "x", line.text)))
        for match in re.finditer(r"[.?](?:[)”*]*) (?=[A-Z“*(])", text):
            if not ABBREVIATION.search(text[: match.start() + 1]):
                rest = " ".join(text[match.end() :].split()[:3])
                yield line.number, f"“{rest} …” is a second sentence: give it a line of its own"
                break


@rule("minus", LESSON, "a negative number in prose has a minus, no hyphen")
def minus(page: Page):
    """Yield hyphens used as minus signs."""
    for line in page.source.lesson:
        if line.number in page.source.displayed:
            continue
        if match := re.search(r"(?<![\w.\-])-\d[\d.,]*", line.plain):
            yield line.number, f"“{match[0]}” is written with a hyphen: use the minus sign −"

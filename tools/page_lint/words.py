"""Rule on house words: one quantity has one name, the field's, wherever a reader meets it.

A reader meets words in the prose, in captions, alternative texts and questions, in comments of
code, in the labels of the figures that move, and as heads of the glossary.
"""

import re
import tokenize
from collections.abc import Iterator

from . import book
from .core import WRITTEN, Page, rule
from .source import Cell, Line

SPEAKER = r"(?:unit|neuron|network|net|layer|model|classifier|function)s?|sigmoids?|tanh|relu"
CLASSIFIED = r"(?:clothes|(?:garment|penguin|picture|digit|object|sample|bird)s?)"
HOUSE = {  # what the house said: what the field says
    r"bends?|bent|kinks?": "activation function, or corner",
    r"blam(?:e[ds]?|ing)": "gradient",
    r"(?<!bias[ -])corrections?(?! to the (?:lecture )?notes)": "gradient",
    rf"(?:{SPEAKER}) (?:that )?(?:answer|say|said|hear)(?:s|ed)?": "outputs",
    r"it (?:answers|hears)": "outputs",
    r"(?:the|each|every|its|their|squared|mean) miss(?:es)?|an? miss": "error",
    r"misses (?:of|are|in|by|on)": "errors",
    r"(?:slope|derivative)s? by (?!hand|means|the (?:chain|product|quotient)|finite"
    r"|automatic|numerical)": "with respect to",
    r"kept (?:for choosing|to choose|aside)": "validation set",
    r"new pictures": "test set",
    r"drawn (?:label|name)s?": "random labels",
    r"part(?:s|ed|ing)? (?:the|them|both|two|three|all)(?: \w+)? (?:classes|kinds|species)": (
        "separate the classes"
    ),
    rf"(?:two|three|four|five|ten|both|all|other|many) (?:kinds|names)(?: of {CLASSIFIED}"
    r"|(?! of \w))": "classes",
    rf"kinds? of {CLASSIFIED}": "class",
    r"(?:right|wrong|true|correct|its|their|false) (?:name|kind)s?": "label",
    rf"name[ds]? (?:(?:the|a|every|most|all|some) )?{CLASSIFIED}": "classify",
    r"named? (?:rightly|wrongly)|rightly named": "classified correctly",
}
FOUND = {
    re.compile(rf"\b(?:{pattern})(?!\w)", re.IGNORECASE): better
    for pattern, better in HOUSE.items()
}
LITERAL = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`")
PLAYED = re.compile(r"""\bplay\(\s*["']([\w-]+)["']""")


@rule("house-word", WRITTEN, "the field's words, of the list in `tools/page_lint/words.py`")
def house_word(page: Page):
    """Yield words of the house where the field has one of its own."""
    for line in _met(page):
        for words, better in FOUND.items():
            for match in words.finditer(line.text):
                yield line.number, f"“{match[0]}” is a house word: say “{better}”"


def _met(page: Page) -> Iterator[Line]:
    """Yield the words that a reader of the page meets, each with its line."""
    yield from (Line(line.number, line.plain) for line in page.source.body)
    for cell in page.source.cells:
        yield from _of_cell(cell)
    for entry in book.table("glossary"):
        if entry.get("page") == page.name:
            yield Line(page.top, entry["term"])


def _of_cell(cell: Cell) -> Iterator[Line]:
    """Yield a cell's caption, strings and comments, and the labels of the figure it plays."""
    yield Line(cell.line, cell.options)
    for token in cell.tokens:
        if token.type in (tokenize.STRING, tokenize.COMMENT):
            yield Line(cell.start + token.start[0] - 1, token.string)
    for name in PLAYED.findall(cell.code):
        script = book.CHAPTERS / "_extra" / "_play" / f"{name}.js"
        code = re.sub(r"(?m)^\s*//.*$", "", script.read_text(encoding="utf-8"))
        labels = " · ".join(LITERAL.findall(code))
        yield Line(cell.line, f"{name}.js: {labels}")

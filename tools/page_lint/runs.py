"""Sequences of eight words (runs), and the hashes of those in the lecture notes.

We cannot publish the notes, so we store only hashes: five bytes per run, sorted. A run of a
page that is not in the notes has a matching hash with probability (number of hashes) / 2⁴⁰,
about 3 in 100 million; for the whole book, the probability is less than one in fifty.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from .source import FORMULA, ROLE, PageSource

RUN, BYTES = 8, 5
END = "|"  # of a sentence or clause, which a run does not cross
WORD = re.compile(r"[a-zà-öø-ÿ]+(?:['’][a-z]+)?|[|]")
Words = list[tuple[int, str]]


def normal(text: str) -> list[str]:
    """Return a text's words in lower case, without formulas, with `END` between sentences."""
    text = re.sub(r"<[^>]+>|`[^`]*`|https?://\S+", " ", FORMULA.sub(" ", ROLE.sub(" ", text)))
    text = re.sub(r"[.;:?!](?=\W|$)", f" {END} ", text.replace(END, " "))
    return [word.replace("’", "'") for word in WORD.findall(text.lower())]


def runs(words: Words) -> Iterator[tuple[int, str]]:
    """Yield each run of eight words with the line of its first word."""
    for k in range(len(words) - RUN + 1):
        run = [word for _, word in words[k : k + RUN]]
        if END not in run:
            yield words[k][0], " ".join(run)


def key(text: str) -> bytes:
    """Return the hash of a run's text."""
    return blake2b(text.encode(), digest_size=BYTES).digest()


def of_notes(text: str) -> set[bytes]:
    """Return the hashes of all runs of a text; a run does not cross an empty line."""
    hashes = set()
    for block in re.split(r"\n\s*\n", text):
        words = [(0, word) for word in normal(block)]
        hashes |= {key(run) for _, run in runs(words)}
    return hashes


@cache
def load(path: Path) -> frozenset[bytes]:
    """Return the hashes stored in a file."""
    data = path.read_bytes()
    if len(data) % BYTES:
        raise ValueError(
            f"load: expected a multiple of {BYTES} bytes in {path.name}, got {len(data)}"
        )
    return frozenset(data[k : k + BYTES] for k in range(0, len(data), BYTES))


def stored(hashes: Iterable[bytes]) -> bytes:
    """Return the content of a file of hashes: each once, sorted."""
    return b"".join(sorted(set(hashes)))


def paragraphs(source: PageSource) -> Iterator[Words]:
    """Yield the words of each paragraph of a page, and of each string in its cells."""
    words, before = [], 0
    for line in source.body:
        if not line.text.strip() or line.number != before + 1:
            yield words
            words = []
        words += [(line.number, word) for word in normal(line.text)]
        before = line.number
    yield words
    for cell in source.cells:
        yield from _texts(cell)
        options = " ".join(re.findall(r"caption: *(.+)", cell.options))
        yield [(cell.line, word) for word in normal(options)]


def _texts(cell) -> Iterator[Words]:
    """Yield the words of each string in a cell."""
    for node in cell.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield [(cell.start + node.lineno - 1, word) for word in normal(node.value)]

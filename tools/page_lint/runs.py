"""Sequences of eight words (runs), and the hashes of those in the lecture notes.

The notes are not ours to publish, so only hashes are kept: five bytes a run, sorted. One run of
a page that is not in the notes passes for one with probability (number of hashes) / 2⁴⁰, about
3 in 100 million; over the whole book that is less than one in fifty.
"""

import ast
import re
from bisect import bisect_left
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
    found = set()
    for block in re.split(r"\n\s*\n", text):
        words = [(0, word) for word in normal(block)]
        found |= {key(run) for _, run in runs(words)}
    return found


class Hashes:
    """A sorted list of hashes, stored as one string of bytes."""

    def __init__(self, data: bytes):
        if len(data) % BYTES:
            raise ValueError(f"Hashes: expected a multiple of {BYTES} bytes, got {len(data)}")
        self.data = data

    @classmethod
    @cache
    def load(cls, path: Path) -> "Hashes":
        """Return the hashes stored in a file."""
        return cls(path.read_bytes())

    @classmethod
    def made(cls, hashes: Iterable[bytes]) -> "Hashes":
        """Return the given hashes, sorted and without duplicates."""
        return cls(b"".join(sorted(set(hashes))))

    def __len__(self) -> int:
        return len(self.data) // BYTES

    def __getitem__(self, k: int) -> bytes:
        return self.data[k * BYTES : (k + 1) * BYTES]

    def __contains__(self, run: str) -> bool:
        wanted = key(run)
        k = bisect_left(range(len(self)), wanted, key=self.__getitem__)
        return k < len(self) and self[k] == wanted


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
    try:
        tree = ast.parse(cell.code)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield [(cell.start + node.lineno - 1, word) for word in normal(node.value)]

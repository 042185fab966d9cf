"""The terms and symbols of the course as data, and the search for terms in running text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from .course import read_yaml

logger = logging.getLogger(__name__)

WORD = re.compile(r"[^\W_]+")
GAP = re.compile(r"[-‑\s]+|[’'] ")  # in mini-batch, mini batch, Bayes' rule and Bayes’ rule
MARKS = re.compile(r"\$(?P<math>[^$]+)\$|\*(?P<em>[^*]+)\*|`(?P<code>[^`]+)`")


@dataclass(frozen=True)
class Term:
    """A term of the course: its forms, the page that defines it, and its definition."""

    term: str
    page: str
    definition: str
    also: tuple[str, ...] = ()
    symbol: str = ""
    link: bool = True
    quiet: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return the id of the anchor of the term, on its page and in the glossary."""
        return "term-" + "-".join(WORD.findall(self.term.lower()))

    @property
    def part(self) -> str:
        """Return the part of the book that defines the term."""
        return self.page.split("/")[0]

    @property
    def forms(self) -> list[str]:
        """Return all forms and their regular plurals, including plurals that nobody uses."""
        return _with_plurals([self.term, *self.also])

    def links(self, words: str) -> bool:
        """Return whether pages link these words, which are a form of the term."""
        return self.link and _plain(words) not in map(_plain, _with_plurals(self.quiet))


@dataclass(frozen=True)
class Symbol:
    """A symbol of the course: TeX, shape, name in code, meaning, first page."""

    symbol: str
    shape: str
    meaning: str
    page: str
    code: str = ""


def _with_plurals(forms: Sequence[str]) -> list[str]:
    """Return forms and their regular plurals without duplicates."""
    return list(dict.fromkeys([*forms, *map(_plural, forms)]))


def _plain(words: str) -> str:
    """Return words in lower case, with hyphens and line breaks as spaces."""
    return " ".join(WORD.findall(words.lower()))


def _plural(form: str) -> str:
    """Return the regular plural of a form."""
    if re.search(r"[^aeiou]y$", form):
        return form[:-1] + "ies"
    return form + ("es" if re.search(r"(?:s|x|sh|[^o]ch)$", form) else "s")


class Glossary:
    """A search for terms in text, longer ones first, in one pass over the words.

    >>> terms = Term("loss", "a/b", "A number."), Term("loss surface", "a/b", "A graph.")
    >>> glossary = Glossary(list(terms))
    >>> [(text, term.term) for _, text, term in glossary.find("Loss surfaces, lossy, a loss.")]
    [('Loss surfaces', 'loss surface'), ('loss', 'loss')]
    """

    def __init__(self, terms: list[Term]):
        self.terms = {term.id: term for term in terms}

    @cached_property
    def _starts(self) -> dict[str, list[tuple[list[str], Term]]]:
        """Return each form's words with its term, by first word, longer forms first."""
        starts: dict[str, list[tuple[list[str], Term]]] = {}
        for term in self.terms.values():
            for form in term.forms:
                words = WORD.findall(form)
                starts.setdefault(words[0].lower(), []).append((words, term))
        for entries in starts.values():
            entries.sort(key=lambda entry: -len(entry[0]))
        return starts

    def find(self, text: str) -> Iterator[tuple[int, str, Term]]:
        """Yield position, matched words and term of each occurrence, in text order."""
        words, k = list(WORD.finditer(text)), 0
        while k < len(words):
            match = self._at(text, words, k)
            if match:
                start, end = words[k].start(), words[k + match[0] - 1].end()
                yield start, text[start:end], match[1]
            k += match[0] if match else 1

    def named(self, text: str) -> Term | None:
        """Return the term if the whole text is a form of one, or None."""
        return next((term for _, words, term in self.find(text) if words == text), None)

    def _at(self, text: str, words: list, k: int) -> tuple[int, Term] | None:
        """Return the longest term that starts at word k, with its number of words, or None."""
        for form, term in self._starts.get(words[k][0].lower(), ()):
            last = k + len(form) - 1
            if last < len(words) and _same(form, words[k : last + 1]):
                gaps = (
                    text[a.end() : b.start()]
                    for a, b in zip(words[k:last], words[k + 1 : last + 1], strict=True)
                )
                alone = not _glued(text, words[k].start(), words[last].end())
                if alone and all(map(GAP.fullmatch, gaps)):
                    return len(form), term
        return None


def _same(form: list[str], matched: list) -> bool:
    """Return whether words match the words of a form, which may start with a capital letter."""
    first = matched[0][0] in (form[0], form[0].capitalize() if form[0].islower() else form[0])
    return first and all(a == b[0] for a, b in zip(form[1:], matched[1:], strict=True))


def _glued(text: str, start: int, end: int) -> bool:
    """Return whether a piece of text is part of a longer name, such as `f(`, `a.b` or `a-b`."""
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    joined = re.search(r"\w[-_.‑]$|_$", before) or re.match(r"[-_‑]\w|\.\w|_|\(", after)
    return bool(joined)


def read_terms(path: Path) -> list[Term]:
    """Return the terms of a glossary file, or an empty list without the file."""
    rows = _rows(path, ("term", "page", "definition"))
    lists = ({key: tuple(row.get(key, ())) for key in ("also", "quiet")} for row in rows)
    return [Term(**{**row, **forms}) for row, forms in zip(rows, lists, strict=True)]


def read_symbols(path: Path) -> list[Symbol]:
    """Return the symbols of a notation file, or an empty list without the file."""
    return [Symbol(**row) for row in _rows(path, ("symbol", "shape", "meaning", "page"))]


def _rows(path: Path, needed: tuple[str, ...]) -> list[dict]:
    """Return the entries of a YAML list; raise an error if one lacks a required key."""
    rows = read_yaml(path) if path.is_file() else []
    for row in rows:
        missing = [key for key in needed if not row.get(key)]
        if missing:
            raise ValueError(f"{path.name}: expected {', '.join(missing)} in the entry {row}")
    return rows


def load(app) -> None:
    """Read terms and symbols into `app`; warn about entries that name an unknown page."""
    root = Path(app.confdir)
    app.nn_glossary = Glossary(read_terms(root / app.config.nn_glossary))
    app.nn_symbols = read_symbols(root / app.config.nn_notation)
    for entry in (*app.nn_glossary.terms.values(), *app.nn_symbols):
        if entry.page not in app.nn_course.pages:
            name = getattr(entry, "term", None) or entry.symbol
            logger.warning(
                "%s names the page %s, which pages.yml doesn't list", name, entry.page
            )


def inline(text: str) -> list[nodes.Node]:
    """Return a sentence with $formulas$, *emphasis* and `code` as nodes."""
    out: list[nodes.Node] = []
    end = 0
    for mark in MARKS.finditer(text):
        out.append(nodes.Text(text[end : mark.start()]))
        kind, value = mark.lastgroup, mark[mark.lastgroup]
        node = {"math": nodes.math, "em": nodes.emphasis, "code": nodes.literal}[kind]
        out.append(node("", value))
        end = mark.end()
    return [node for node in [*out, nodes.Text(text[end:])] if node.astext()]

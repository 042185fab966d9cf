"""Write the book's search index: pages, sections, terms, symbols, code names, topics.

Sphinx's index contains only words: it drops ``∇`` and ``p(t|x)``, can't show text without
loading each page (which browsers refuse from file://), and can't put the page about a topic
first. Ours has a table for each kind of record; a record is a page or a section, a term, a
symbol, an object of the API, a topic of the notes or a source. It consists of two classic
scripts, which a page loads when its search field is first used: one with everything that the
first keystroke needs, and then a larger one with the texts of the sections.
``chapters/reference/search.yml`` lists what readers type if they don't know the term yet.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from begin.course import page_of, read_yaml
from begin.glossary import MARKS
from docutils import nodes
from link.terms import definition_of, glossary_page
from read import strip
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx_exercise.nodes import solution_node
from write.curtain import Behind

from .plain_tex import LETTERS, plain

DATA, TEXT = "search-data.js", "search-text.js"
NOTATION, SYLLABUS, BIBLIOGRAPHY = (
    f"chapters/reference/{name}" for name in ("notation", "syllabus", "bibliography")
)
NAME = re.compile(r"\\([A-Za-z]+)")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+|\w+_\w+")
SKIP = (
    nodes.raw,
    nodes.citation,
    nodes.comment,
    nodes.image,
    addnodes.toctree,
    nodes.substitution_definition,
    solution_node,  # a search for a word should find the exercise first
)
PASSED_OVER = {"Sources"}  # each work has its own record
UNSOUGHT = {"cell_output", "nn-check"}  # classes; the checks of all errata repeat one sentence
PROGRAMS = {"python", "ipython", "ipython3", "js", "javascript"}
FUNCTIONAL = "nnlib.nn.functional."  # known as F, as in torch
LONGEST = 6000  # characters of one section's text
HEAD = 4  # fields of a record before its text and its names in code


def _text_of(node: nodes.Node) -> str:
    """Return the text below a node, with formulas as a reader would type them."""
    if isinstance(node, (nodes.math, nodes.math_block)):
        return plain(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    if strip.is_strip(node):  # its links to other pages would match words of those pages
        return _text_of(strip.goals_of(node))
    if isinstance(node, SKIP) or _is_program(node) or UNSOUGHT & set(node.get("classes", ())):
        return ""
    inline = isinstance(node, nodes.TextElement) and not isinstance(node, nodes.literal_block)
    return ("" if inline else " ").join(map(_text_of, node.children))


def _titled(node: nodes.Node) -> bool:
    """Return whether a node is a section with a title, unlike the boxes of exercises."""
    return isinstance(node, nodes.section) and isinstance(node.next_node(), nodes.title)


def sections(doctree: nodes.document) -> list[list[str]]:
    """Return the words of each section, without its subsections.

    Returns
    -------
    list of list
        Anchor, title, text, names in code, and text behind a curtain. A reader finds the
        section by this text too, but a result must not show it.
    """
    rows = []
    for section in filter(_titled, doctree.findall(nodes.section)):
        title, *rest = section.children
        if _text_of(title) in PASSED_OVER:
            continue
        own = [node for node in rest if not _titled(node)]
        behind = [node for node in own if isinstance(node, Behind)]
        text = _short([node for node in own if node not in behind])
        anchor = section["ids"][-1] if rows else ""
        rows.append([anchor, _text_of(title), text, _names_in_code(own), _short(behind)])
    return rows


def _short(parts: list[nodes.Node]) -> str:
    """Return the text of some nodes, at most `LONGEST` characters."""
    return " ".join(" ".join(map(_text_of, parts)).split())[:LONGEST]


def _head(doctree: nodes.document) -> list[list[str]]:
    """Return the title and opening paragraphs of a page whose entries have separate records."""
    [[anchor, title, *_]] = sections(doctree)[:1]
    body = next(filter(_titled, doctree.findall(nodes.section))).children
    text = " ".join(_text_of(node) for node in body if isinstance(node, nodes.paragraph))
    return [[anchor, title, " ".join(text.split()), "", ""]]


def _names_in_code(rest: list[nodes.Node]) -> str:
    """Return the names with a dot or an underscore in the code below some nodes."""
    programs = [p for node in rest for p in node.findall(_is_program)]
    return " ".join(sorted({name for p in programs for name in DOTTED.findall(p.astext())}))


def _is_program(node: nodes.Node) -> bool:
    """Return whether a node is code, of which only the names are indexed."""
    return isinstance(node, nodes.literal_block) and node.get("language") in PROGRAMS


def objects(doctree: nodes.document) -> list[list[str]]:
    """Return each API object's full name, which is also its anchor, and first sentence."""
    rows = []
    for node in doctree.findall(addnodes.desc):
        names = [s for s in node.findall(addnodes.desc_signature) if s["ids"]]
        content = node.next_node(addnodes.desc_content)
        first = content.next_node(nodes.paragraph) if content else None
        if names:
            text = " ".join(_text_of(first).split()) if first else ""
            rows.append([names[0]["ids"][0], text])
    return rows


def _file(app, docname: str) -> Path:
    """Return the file that stores the records of a page between builds."""
    return Path(app.doctreedir) / f"{docname}.search.json"


def collect(app, doctree, docname) -> None:
    """Store the records of one page in its file."""
    if app.builder.name != "html":
        return
    api = objects(doctree)
    generated = api or "nn-generated" in app.env.metadata[docname]
    rows = {"sections": _head(doctree) if generated else sections(doctree), "objects": api}
    path = _file(app, docname)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


class _Pages:
    """The pages of the book in reading order; records refer to a page by its index."""

    def __init__(self, app):
        self.app = app
        self.records = {}
        for docname in _in_order(app):
            path = _file(app, docname)
            if docname in app.env.titles and path.is_file():
                self.records[docname] = json.loads(path.read_text(encoding="utf-8"))
        self.number = {docname: k for k, docname in enumerate(self.records)}

    def table(self) -> list[list[str]]:
        """Return the address, title and opening question of each page."""
        uri, known = self.app.builder.get_target_uri, self.app.nn_course.pages
        rows = []
        for docname, stored in self.records.items():
            page = known.get(page_of(docname))
            title = stored["sections"][0][1] if stored["sections"] else docname
            rows.append([uri(docname), title, page.question if page else ""])
        return rows


def _in_order(app) -> list[str]:
    """Return the documents in reading order, then those that are in no table of contents."""
    order = [app.config.root_doc]
    for docname in order:
        order += [n for n in app.env.toctree_includes.get(docname, []) if n not in order]
    return [*order, *sorted(app.env.found_docs - set(order))]


# The records of each kind: title, number of the page, anchor, other forms, text, names in code,
# text behind a curtain.


def _pages(pages: _Pages, asked: dict[str, list[str]]) -> Iterator[list]:
    """Yield a record for each page, with other words that readers might type."""
    for docname, k in pages.number.items():
        for _, title, *texts in pages.records[docname]["sections"][:1]:
            yield [title, k, "", "\n".join(asked.get(page_of(docname), ())), *texts]


def _sections(pages: _Pages) -> Iterator[list]:
    """Yield a record for each section below a page's title."""
    for docname, k in pages.number.items():
        for anchor, title, *texts in pages.records[docname]["sections"][1:]:
            yield [title, k, anchor, "", *texts]


def _terms(pages: _Pages) -> Iterator[list]:
    """Yield a record for each term, linked to its anchor on its page or in the glossary."""
    app, glossary = pages.app, glossary_page(pages.app)
    for term in app.nn_glossary.terms.values():
        taught = f"chapters/{term.page}"
        defined = definition_of(app, taught, term)[1].endswith(f"#{term.id}")
        place = taught if defined else glossary
        if place in pages.number:
            forms = "\n".join(term.also)
            row = [term.term, pages.number[place], term.id, forms, _typed(term.definition)]
            yield row


def _symbols(pages: _Pages) -> Iterator[list]:
    """Yield a record for each symbol: its letter, TeX name, name in code, meaning and shape."""
    for s in pages.app.nn_symbols if NOTATION in pages.number else ():
        anchor = f"notation-{s.page.split('/')[0]}"
        forms = "\n".join([*NAME.findall(s.symbol)[:1], s.code])
        text = f"{_typed(s.meaning)} ({_typed(s.shape)})"
        yield [plain(s.symbol), pages.number[NOTATION], anchor, forms, text]


def _objects(pages: _Pages) -> Iterator[list]:
    """Yield a record for each object of the API."""
    for docname, k in pages.number.items():
        for name, text in pages.records[docname]["objects"]:
            short = name.replace(FUNCTIONAL, "F.") if FUNCTIONAL in name else ""
            yield [name, k, "=", short, text]


def _topics(pages: _Pages) -> Iterator[list]:
    """Yield a record for each topic of the notes, linked to the place that teaches it."""
    for topic in pages.app.nn_course.topics.values():
        taught = f"chapters/{topic.page}"
        place, anchor = taught, topic.id
        if taught not in pages.number:
            place, anchor = SYLLABUS, f"topic-{topic.id}"
        if place in pages.number:
            yield [topic.topic, pages.number[place], anchor, topic.id, topic.section]


def _sources(pages: _Pages) -> Iterator[list]:
    """Yield a record for each source of the bibliography, with its authors."""
    domain = pages.app.env.get_domain("cite")
    for citation in domain.citations if BIBLIOGRAPHY in pages.number else ():
        if citation.bibliography_key.docname == BIBLIOGRAPHY:
            entry = domain.bibdata.data.entries[citation.key]
            names = [" ".join(p.last_names) for p in entry.persons.get("author", [])]
            title = re.sub(r"[{}]|\\(?=%)", "", _typed(entry.fields.get("title", "")))
            text = f"{', '.join(names)}, {entry.fields.get('year', '')}"
            k = pages.number[BIBLIOGRAPHY]
            yield [title, k, citation.citation_id, "\n".join(names), text]


def _typed(sentence: str) -> str:
    """Return a definition as plain text, without markup."""
    return MARKS.sub(lambda m: plain(m[0][1:-1]) if m["math"] else m[0][1:-1], sentence)


def _phrases(app, pages: _Pages) -> tuple[list[list[str]], dict[str, list[str]]]:
    """Return the groups of synonyms, and the words that readers type to find each page."""
    path = Path(app.confdir) / app.config.nn_search
    search = read_yaml(path) if path.is_file() else {}
    pages_of_it = search.get("pages", {})
    chapters = Path(app.confdir) / "chapters"
    unknown = [page for page in pages_of_it if not (chapters / f"{page}.md").is_file()]
    if unknown:
        raise ExtensionError(
            f"{path.name}: expected pages of the book, got {', '.join(unknown)}"
        )
    built = {p: words for p, words in pages_of_it.items() if f"chapters/{p}" in pages.number}
    return search.get("same", []), built  # a build may consist of one page


def index(app) -> dict:
    """Return the index: letters of TeX, synonyms, pages, and records by kind."""
    pages = _Pages(app)
    same, asked = _phrases(app, pages)
    records = {
        "page": _pages(pages, asked),
        "section": _sections(pages),
        "term": _terms(pages),
        "symbol": _symbols(pages),
        "api": _objects(pages),
        "source": _sources(pages),
        "topic": _topics(pages),
    }
    return {
        "letters": LETTERS,
        "same": same,
        "pages": pages.table(),
        "records": {kind: list(rows) for kind, rows in records.items()},
    }


def write_index(app, exception) -> None:
    """Write the index as two scripts: the texts of the sections, and all the rest."""
    if exception is None and app.builder.name == "html":
        data = index(app)
        sections = data["records"]["section"]
        data["records"]["section"] = [row[:HEAD] for row in sections]
        _write(app, DATA, "nnSearch", data)
        _write(app, TEXT, "nnSearchText", [row[HEAD:] for row in sections])


def _write(app, file: str, name: str, data) -> None:
    """Write data as a script that sets a global variable."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("</", "<\\/").replace("\u2028", " ").replace("\u2029", " ")
    (Path(app.outdir) / file).write_text(f"window.{name}={text};\n", encoding="utf-8")


def disable_sphinx_index(app) -> None:
    """Disable Sphinx's own index and search page."""
    if app.builder.name == "html":
        app.builder.search = False


def add_page(app) -> list:
    """Return the search page for Sphinx to write, or no page in a printed book."""
    return (
        [("search", {"title": "Search"}, "nn-search.html")]
        if app.builder.name == "html"
        else []
    )

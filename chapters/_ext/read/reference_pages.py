"""Glossary, notation and bibliography: directives for pages that are generated from data."""

import html
import json
from itertools import groupby

from begin.course import page_of
from begin.glossary import Symbol, Term, inline
from docutils import nodes
from link.terms import definition_of
from sphinx.util.docutils import SphinxDirective

BIBLIOGRAPHY = "reference/bibliography"


class Defined(nodes.Inline, nodes.TextElement):
    """A placeholder for the title of the page that defines a term; `resolve` replaces it."""


def filter_of(rows: str, noun: str, fields: list[dict]) -> nodes.raw:
    """Return the HTML element whose script filters the rows of a page.

    Parameters
    ----------
    rows : str
        CSS selector of the rows; a row has a class ``nn-<field>-<value>`` for each field.
    noun : str
        What a row is called, in the plural.
    fields : list of dict
        Name, label and options (pairs of value and text) of each menu.
    """
    data = json.dumps({"rows": rows, "noun": noun, "fields": fields})
    text = (
        f'<nn-filter><script type="application/json">{data}</script>{_room(fields)}</nn-filter>'
    )
    return nodes.raw("", text, format="html")


def _room(fields: list[dict]) -> str:
    """Return the filter's menus as hidden HTML, which reserves room until the script runs."""
    menus = ""
    for field in fields:
        options = "".join(
            f"<option>{html.escape(text)}</option>" for _, text in field["options"]
        )
        menus += f"<div><label>{field['label']}</label> <select>{options}</select></div>"
    words = '<div><label>Words</label> <input type="search"></div>'
    rows = f'<div class="nn-bar">{menus}{words}</div><p class="nn-note">&nbsp;</p>'
    return f"<div hidden>{rows}</div>"


def parts_of(course, used: set[str]) -> dict:
    """Return a menu of the parts of the book that have rows."""
    options = [(part, title) for part, title in course.parts.items() if part in used]
    return {"name": "part", "label": "Part", "options": options}


def table(
    head: list[str], rows: list[list[list[nodes.Node]]], classes: list[str]
) -> nodes.table:
    """Return a table with one header row."""
    group = nodes.tgroup("", *(nodes.colspec("", colwidth=1) for _ in head), cols=len(head))
    titles = [nodes.entry("", nodes.paragraph("", text)) for text in head]
    body = [
        nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in row))
        for row in rows
    ]
    group += [nodes.thead("", nodes.row("", *titles)), nodes.tbody("", *body)]
    return nodes.table("", group, classes=["table", *classes])


class GlossaryList(SphinxDirective):
    """The directive that lists all terms by letter, with a filter and links to the letters."""

    def run(self) -> list[nodes.Node]:
        """Return the filter, the links to the letters and a section for each letter."""
        self.env.metadata[self.env.docname] |= {"nn-generated": True, "nn-glossary": True}
        app = self.env.app
        terms = sorted(app.nn_glossary.terms.values(), key=lambda term: term.term.lower())
        letters = [(k.upper(), list(g)) for k, g in groupby(terms, lambda t: t.term[0].lower())]
        jump = nodes.paragraph("", "", classes=["nn-letters"])
        for letter, _ in letters:
            jump += [
                nodes.reference("", letter, refid=f"letter-{letter.lower()}"),
                nodes.Text(" "),
            ]
        fields = [parts_of(app.nn_course, {term.part for term in terms})]
        return [
            filter_of(".nn-gloss", "terms", fields),
            jump,
            *(self._section(letter, group) for letter, group in letters),
        ]

    def _section(self, letter: str, terms: list[Term]) -> nodes.section:
        """Return a section with the terms of one letter."""
        section = nodes.section("", nodes.title("", letter), ids=[f"letter-{letter.lower()}"])
        section += [_entry(term) for term in terms]
        return section


def _entry(term: Term) -> nodes.container:
    """Return a container with a term, its other forms, symbol, definition and page."""
    head = nodes.paragraph("", "", nodes.strong("", term.term), classes=["nn-head"])
    if term.symbol:
        head += [nodes.Text(" "), nodes.math("", term.symbol)]
    if term.also:
        head += nodes.inline("", " also " + ", ".join(term.also), classes=["nn-also"])
    text = nodes.paragraph("", "", *inline(term.definition), nodes.Text(" "))
    text += Defined("", term=term.id)
    return nodes.container(
        "", head, text, ids=[term.id], classes=["nn-gloss", f"nn-part-{term.part}"]
    )


class NotationTable(SphinxDirective):
    """The directive that lists all symbols: first those with several meanings, then by part."""

    def run(self) -> list[nodes.Node]:
        """Return a section for the symbols with several meanings and for each part."""
        self.env.metadata[self.env.docname]["nn-generated"] = True
        course, symbols = self.env.app.nn_course, self.env.app.nn_symbols
        out = [_section("Symbols with more than one meaning", "twice", self._twice(symbols))]
        for part, title in course.parts.items():
            of_part = [s for s in symbols if s.page.split("/")[0] == part]
            if of_part:
                out.append(_section(title, part, self._table(of_part)))
        return out

    def _table(self, symbols: list[Symbol]) -> list[nodes.Node]:
        """Return a table of symbols with shape, name in code, meaning and page."""
        rows = [
            [
                [nodes.math("", s.symbol)],
                inline(s.shape),
                [nodes.literal("", s.code)] if s.code else [],
                [*inline(s.meaning), nodes.Text(". "), Defined("", page=s.page)],
            ]
            for s in symbols
        ]
        head = ["Symbol", "Shape", "In code", "Meaning and page"]
        return [table(head, rows, ["nn-notation"])]

    def _twice(self, symbols: list[Symbol]) -> list[nodes.Node]:
        """Return a list of the symbols with several meanings, each with its pages."""
        by_symbol: dict[str, list[Symbol]] = {}
        for symbol in symbols:
            by_symbol.setdefault(symbol.symbol, []).append(symbol)
        items = nodes.bullet_list("")
        for name, meanings in by_symbol.items():
            if len(meanings) > 1:
                line = nodes.paragraph("", "", nodes.math("", name))
                for k, s in enumerate(meanings):
                    line += [nodes.Text(": " if k == 0 else "; "), *inline(s.meaning)]
                    line += [nodes.Text(", on "), Defined("", page=s.page)]
                items += nodes.list_item("", line)
        return [items] if items.children else []


def _section(title: str, name: str, content: list[nodes.Node]) -> nodes.section:
    """Return a section of the notation page with its anchor."""
    return nodes.section("", nodes.title("", title), *content, ids=[f"notation-{name}"])


def resolve(app, doctree, docname) -> None:
    """Link each term to the page that defines it, and each source to the pages that cite it."""
    for node in list(doctree.findall(Defined)):
        term = app.nn_glossary.terms.get(node.get("term", ""))
        title, address = definition_of(app, docname, term or Term("", node.get("page", ""), ""))
        link = nodes.reference("", title, refuri=address, internal=True)
        node.replace_self(link if address else nodes.Text(f"{title} (planned)"))
    if page_of(docname) == BIBLIOGRAPHY:
        _cited(app, doctree, docname)


def _cited(app, doctree, docname) -> None:
    """Append to each source links to the pages that cite it."""
    domain = app.env.get_domain("cite")
    keys = {
        c.citation_id: c.key for c in domain.citations if c.bibliography_key.docname == docname
    }
    for node in doctree.findall(nodes.citation):
        key = next((keys[name] for name in node["ids"] if name in keys), "")
        pages = sorted(
            {
                ref.docname
                for ref in domain.citation_refs
                if any(t.key == key for t in ref.targets)
            }
        )
        line = nodes.inline("", " Cited in ", classes=["nn-cited"])
        for k, page in enumerate(pages):
            title = app.env.titles[page].astext()
            address = app.builder.get_relative_uri(docname, page)
            line += [nodes.Text(", " if k else ""), nodes.reference("", title, refuri=address)]
        node[-1] += line if pages else nodes.inline("", " Not cited yet.", classes=["nn-cited"])

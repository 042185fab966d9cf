"""Make the index of our own search: symbols, terms, names in code, topics, text.

Sphinx's index knows words only: it drops ``∇`` and ``p(t|x)``, has no text to show without
asking for each page (which file:// refuses), and cannot rank a definition first. Ours is a list
of records in one classic script that the search page alone loads: a record is a section of a
page, a term, a symbol, an object of the API, a topic of the notes or a source.
"""

import json
import re
from pathlib import Path

from begin.course import page_of
from begin.glossary import MARKS
from docutils import nodes
from link.terms import glossary_page
from sphinx import addnodes

DATA = "search-data.js"
# What TeX writes as a name and readers type as a letter or a word.
LETTERS = dict(
    zip(
        "alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho "
        "sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega "
        "nabla partial sum prod int infty top mid odot cdot times leq le geq ge neq approx in "
        "lVert rVert lvert rvert Vert propto leftarrow to rightarrow mapsto ln log exp max "
        "min ell otimes circ sqrt".split(),
        "α β γ δ ε ε ζ η θ κ λ μ ν ξ π ρ σ τ φ φ χ ψ ω Γ Δ Θ Λ Ξ Π Σ Φ Ψ Ω "
        "∇ ∂ ∑ ∏ ∫ ∞ T | ⊙ · × ≤ ≤ ≥ ≥ ≠ ≈ ∈ ‖ ‖ | | ‖ ∝ ← → → ↦ ln log exp max min "
        "ℓ ⊗ ∘ √".split(),
        strict=True,
    )
)
NAME = re.compile(r"\\([A-Za-z]+)")
ACCENT = re.compile(r"\\(?:hat|bar|tilde|vec)\s*\{?(\w)\}?")
FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}")
DRESS = re.compile(
    r"\\(?:mathrm|mathbf|mathcal|mathbb|text|operatorname|boldsymbol|bigl?|bigr?|Bigl?|Bigr?"
    r"|left|right|quad|qquad|begin|end|displaystyle|limits|label)\b\*?(?:\{(?:aligned|cases"
    r"|pmatrix|bmatrix|array)\})?|\\[,;:!> ]|[{}&]|\\\\"
)
SKIP = (
    nodes.raw,
    nodes.citation,
    nodes.comment,
    nodes.image,
    addnodes.toctree,
    nodes.substitution_definition,
)
FUNCTIONAL = "nnlib.nn.functional."  # known as F, as in torch
LONGEST = 6000  # characters of one section's text


def plain(tex: str) -> str:
    r"""Return a formula as a reader would type it.

    >>> plain(r"\nabla_\theta L"), plain(r"W^\top x"), plain(r"p(t_n \mid x_n)")
    ('∇_θ L', 'W^T x', 'p(t_n|x_n)')
    """
    text = DRESS.sub("", FRACTION.sub(r"\1/\2", ACCENT.sub(r"\1", tex)))
    text = NAME.sub(lambda name: LETTERS.get(name[1], name[1]), text)
    return re.sub(r"\s*([|=,()])\s*", r"\1", " ".join(text.split()))


def _text_of(node: nodes.Node) -> str:
    """Return the text under a node, formulas as one would type them."""
    if isinstance(node, (nodes.math, nodes.math_block)):
        return plain(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, SKIP) or "cell_output" in node.get("classes", ()):
        return ""
    inline = isinstance(node, nodes.TextElement) and not isinstance(node, nodes.literal_block)
    return ("" if inline else " ").join(map(_text_of, node.children))


def _titled(node: nodes.Node) -> bool:
    """Return whether a node is a section with a title; the text of exercises has none."""
    return isinstance(node, nodes.section) and isinstance(node.next_node(), nodes.title)


def sections(doctree: nodes.document) -> list[list[str]]:
    """Return anchor, title and text of each section, without the sections below it."""
    found = []
    for section in filter(_titled, doctree.findall(nodes.section)):
        title, *rest = section.children
        own = " ".join(_text_of(node) for node in rest if not _titled(node))
        anchor = section["ids"][-1] if found else ""
        found.append([anchor, _text_of(title), " ".join(own.split())[:LONGEST]])
    return found


def objects(doctree: nodes.document) -> list[list[str]]:
    """Return anchor, full name and first sentence of each object of the API."""
    found = []
    for node in doctree.findall(addnodes.desc):
        names = [s for s in node.findall(addnodes.desc_signature) if s["ids"]]
        content = node.next_node(addnodes.desc_content)
        first = content.next_node(nodes.paragraph) if content else None
        if names:
            text = " ".join(_text_of(first).split()) if first else ""
            found.append([names[0]["ids"][0], names[0]["ids"][0], text])
    return found


def _file(app, docname: str) -> Path:
    """Return where the records of a page are kept between builds."""
    return Path(app.doctreedir) / f"{docname}.search.json"


def collect(app, doctree, docname) -> None:
    """Keep the records of one page."""
    if app.builder.name != "html" or "nn-generated" in app.env.metadata[docname]:
        return
    api = objects(doctree)
    rows = {"sections": sections(doctree)[: 1 if api else None], "objects": api}
    path = _file(app, docname)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def _records(app) -> list[list[str]]:
    """Return all records: kind, title, where, address, other forms, text."""
    uri = app.builder.get_target_uri
    rows = [*_terms(app, uri), *_symbols(app, uri), *_topics(app, uri), *_sources(app, uri)]
    for docname in sorted(app.env.found_docs):
        path = _file(app, docname)
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        page = app.env.titles[docname].astext() if docname in app.env.titles else docname
        for k, (anchor, title, text) in enumerate(kept.get("sections", [])):
            kind, where = ("page", page_of(docname)) if k == 0 else ("section", page)
            address = uri(docname) + (f"#{anchor}" if anchor else "")
            rows.append([kind, title, where, address, "", text])
        for anchor, name, text in kept.get("objects", []):
            short = name.replace(FUNCTIONAL, "F.") if FUNCTIONAL in name else ""
            rows.append(["api", name, page, f"{uri(docname)}#{anchor}", short, text])
    return rows


def _typed(sentence: str) -> str:
    """Return a sentence of the glossary without its marks."""
    return MARKS.sub(lambda m: plain(m[0][1:-1]) if m["math"] else m[0][1:-1], sentence)


def _terms(app, uri) -> list[list[str]]:
    """Return the terms, all their forms with them."""
    page = glossary_page(app)
    return [
        [
            "term",
            t.term,
            "Glossary",
            f"{uri(page)}#{t.id}",
            "\n".join(t.also),
            _typed(t.definition),
        ]
        for t in app.nn_glossary.terms.values()
        if page
    ]


def _symbols(app, uri) -> list[list[str]]:
    """Return the symbols, as letter, as TeX and by the names of their letters."""
    page = "chapters/reference/notation"
    return [
        [
            "symbol",
            plain(s.symbol),
            "Notation",
            f"{uri(page)}#notation-{s.page.split('/')[0]}",
            "\n".join([*NAME.findall(s.symbol)[:1], s.code]),
            f"{_typed(s.meaning)} ({s.shape})",
        ]
        for s in app.nn_symbols
        if page in app.env.found_docs
    ]


def _topics(app, uri) -> list[list[str]]:
    """Return the topics of the notes with the place that teaches them."""
    page, found = "chapters/reference/syllabus", app.env.found_docs
    rows = []
    for topic in app.nn_course.topics.values():
        taught = f"chapters/{topic.page}"
        address = f"{uri(taught)}#{topic.id}" if taught in found else ""
        if address or page in found:
            address = address or f"{uri(page)}#topic-{topic.id}"
            rows.append(["topic", topic.topic, topic.section, address, topic.id, ""])
    return rows


def _sources(app, uri) -> list[list[str]]:
    """Return the sources of the bibliography."""
    page, domain = "chapters/reference/bibliography", app.env.get_domain("cite")
    rows = []
    for citation in domain.citations:
        if citation.bibliography_key.docname == page:
            entry = domain.bibdata.data.entries[citation.key]
            names = [" ".join(p.last_names) for p in entry.persons.get("author", [])]
            title = re.sub(r"[{}]", "", entry.fields.get("title", ""))
            address = f"{uri(page)}#{citation.citation_id}"
            text = f"{', '.join(names)}, {entry.fields.get('year', '')}"
            rows.append(["source", title, "Bibliography", address, "\n".join(names), text])
    return rows


def write_index(app, exception) -> None:
    """Write the records where the search page finds them."""
    if exception is None and app.builder.name == "html":
        data = {"letters": LETTERS, "records": _records(app)}
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        text = text.replace("</", "<\\/").replace("\u2028", " ").replace("\u2029", " ")
        (Path(app.outdir) / DATA).write_text(f"window.nnSearch={text};\n", encoding="utf-8")


def disable_sphinx_index(app) -> None:
    """Switch off Sphinx's own index and search page."""
    if app.builder.name == "html":
        app.builder.search = False


def add_page(app) -> list:
    """Add the page of the search; a printed book has none."""
    return [("search", {}, "nn-search.html")] if app.builder.name == "html" else []

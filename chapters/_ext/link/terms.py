"""Link the first use of each term on each page to the glossary, with a card to preview it.

A writer needs to do nothing. A term in italics on the page that defines it gets the anchor
``term-…``, and the glossary links to it. The role ``nolink`` switches off a wrong match;
``nolink: [batch, kernel]`` (or ``nolink: all``) in the front matter does so on the whole page.
"""

import json
from html import escape

from begin.course import page_of
from begin.glossary import Glossary, Term, inline
from docutils import nodes
from read.syllabus import Fold
from sphinx.application import Sphinx

# The parents in which a word is not plain prose, and classes of such parents.
QUIET = (
    nodes.title,
    nodes.rubric,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.reference,
    nodes.citation,
    nodes.thead,
    nodes.field_list,
    nodes.sidebar,
    nodes.strong,
    Fold,
)
QUIET_CLASSES = {"nolink", "cell_output", "cell", "solution", "dropdown", "sd-tab-label"}
PROSE = (nodes.paragraph, nodes.caption, nodes.entry)
API = "chapters/reference/nnlib"


def nolink(name, rawtext, text, lineno, inliner, options=None, content=()):
    """Show words without a link to the glossary."""
    return [nodes.inline(rawtext, text, classes=["nolink"])], []


def _switched_off(app: Sphinx, docname: str) -> set[str]:
    """Return the forms that a page's front matter excludes; ``all`` excludes every form."""
    unlinked = app.env.metadata[docname].get("nolink", "")
    if isinstance(unlinked, str) and unlinked.startswith("["):
        unlinked = json.loads(unlinked)
    return {unlinked} if isinstance(unlinked, str) else set(unlinked)


def _quiet(node: nodes.Node, titles: set[str] = frozenset()) -> bool:
    """Return whether a text is in a place without links, such as the title of a page."""
    prose = False
    while node.parent is not None:
        node = node.parent
        if isinstance(node, QUIET) or QUIET_CLASSES & set(node.get("classes", ())):
            return True
        if isinstance(node, nodes.emphasis) and node.astext() in titles:  # the title of a page
            return True
        prose = prose or isinstance(node, PROSE)
    return not prose


def define(app: Sphinx, doctree: nodes.document) -> None:
    """Add an anchor where a page first sets one of its own terms in italics."""
    page, anchored = page_of(app.env.docname), {}
    for node in doctree.findall(nodes.emphasis):
        term = app.nn_glossary.named(node.astext())
        if (
            term
            and term.page == page
            and term.id not in anchored
            and not _quiet(node.children[0])
        ):
            node["ids"].append(term.id)
            anchored[term.id] = True
    if not hasattr(app.env, "nn_defined"):
        app.env.nn_defined = {}
    app.env.nn_defined[app.env.docname] = list(anchored)


def forget_anchors(app, env, docname) -> None:
    """Forget the anchors of a document before it is read again."""
    getattr(env, "nn_defined", {}).pop(docname, None)


def merge_anchors(app, env, docnames, other) -> None:
    """Merge the anchors that another reading process has set."""
    env.nn_defined = getattr(env, "nn_defined", {}) | {
        name: other.nn_defined[name] for name in docnames if name in other.nn_defined
    }


def glossary_page(app: Sphinx) -> str:
    """Return the document with the glossary, or an empty string if the book has none."""
    documents = (n for n, data in app.env.metadata.items() if "nn-glossary" in data)
    return next((name for name in sorted(documents) if name in app.env.found_docs), "")


def link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link the first use of each term of one page."""
    target, off = glossary_page(app), _switched_off(app, docname)
    generated = "nn-generated" in app.env.metadata[docname]
    if not target or generated or docname.startswith(API) or "all" in off:
        return
    address = app.builder.get_relative_uri(docname, target)
    done = set(app.env.nn_defined.get(docname, ()))
    done |= {term.id for form in off if (term := app.nn_glossary.named(form))}
    titles = {page.title for page in app.nn_course.pages.values()}
    used = [
        term
        for text in list(doctree.findall(nodes.Text))
        if not _quiet(text, titles)
        for term in _replace(app.nn_glossary, text, done, address)
    ]
    doctree["nn_terms"] = [term.id for term in used]


def _replace(glossary: Glossary, text: nodes.Text, done: set[str], address: str) -> list[Term]:
    """Turn the terms of one text that are not linked yet into links; return those terms."""
    whole, end, out, used = text.astext(), 0, [], []
    for start, words, term in glossary.find(whole):
        if term.id in done or not term.links(words):
            continue
        done.add(term.id)
        used.append(term)
        link = nodes.reference("", words, refuri=f"{address}#{term.id}", internal=True)
        link["classes"] = ["nn-term"]
        out += [nodes.Text(whole[end:start]), link]
        end = start + len(words)
    if used:
        pieces = [node for node in [*out, nodes.Text(whole[end:])] if node.astext()]
        text.parent.replace(text, pieces)
    return used


def html_of(text: str) -> str:
    """Return a sentence with its formulas as TeX, which ``write/typeset.py`` sets."""
    tags = {nodes.emphasis: "<em>{}</em>", nodes.literal: "<code>{}</code>"}
    tags[nodes.math] = '<span class="math notranslate nohighlight">\\({}\\)</span>'
    return "".join(
        tags.get(type(node), "{}").format(escape(node.astext(), quote=False))
        for node in inline(text)
    )


def definition_of(app: Sphinx, docname: str, term: Term) -> tuple[str, str]:
    """Return a term's page, as title and address; the address is empty if it isn't built."""
    known = app.nn_course.pages.get(term.page)
    title = known.title if known else term.page
    target = next(
        (n for n in (f"chapters/{term.page}", term.page) if n in app.env.found_docs), ""
    )
    if not target:
        return title, ""
    address = app.builder.get_relative_uri(docname, target)
    anchored = term.id in app.env.nn_defined.get(target, ())
    return title, f"{address}#{term.id}" if anchored else address


def _card(app: Sphinx, docname: str, term: Term) -> list[str]:
    """Return the content of a card: term, definition, title and address of the page."""
    if term.page == page_of(docname):
        return [term.term, html_of(term.definition), "", ""]
    return [term.term, html_of(term.definition), *definition_of(app, docname, term)]


def add_cards(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Put the cards' texts into a page that needs them, and their script."""
    names = doctree.get("nn_terms", ()) if doctree else ()
    used = [app.nn_glossary.terms[name] for name in names]
    body = context.get("body", "")
    if app.builder.name != "html":  # a printed book has only the links
        return
    if used:
        cards = {term.id: _card(app, pagename, term) for term in used}
        data = json.dumps(cards, ensure_ascii=False, separators=(",", ":")).replace(
            "</", "<\\/"
        )
        context["body"] = f'{body}<script type="application/json" id="nn-cards">{data}</script>'
    if used or 'class="reference internal" href="#' in body:
        app.add_js_file("../_play/cards.js", defer="defer")

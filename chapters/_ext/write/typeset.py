r"""Typeset the formulas while the book is built, so that no reader waits for them.

They come from two sources: nodes of a page's text, which Sphinx passes to the renderer
registered by ``add_renderer``, and the HTML of cells, questions and cards, written as
``\(…\)`` or ``\[…\]``. A formula that KaTeX rejects causes a warning with page and line, which
fails a strict build.

A page of the site gets the font faces that its formulas use, each embedded in a separate style
sheet, because fonts from another folder do not load from ``file://`` in every browser. An ePub
contains only MathML.
"""

import html
import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from .katex import KATEX, VENDORED, RefusedError, Typesetter

logger = logging.getLogger(__name__)

RENDERER = "katex"
COPY = f"{VENDORED}/copy-tex.min.js"  # copies a formula to the clipboard as TeX
SHEETS = "_formulas"
MARK = 'class="math notranslate nohighlight"'
BEFORE, BEHIND = "([“‘", ".,;:?!)]”’…"
INLINE = re.compile(
    r'([(\[“‘]*)(<span class="math[^"]*"[^>]*>)\\\((.*?)\\\)</span>([.,;:?!)\]”’…]*)',
    re.DOTALL,
)
DISPLAY = re.compile(r'(<div class="math[^"]*"[^>]*>)\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)
DATA = re.compile(r'(<script type="application/json"[^>]*>)(.*?)(</script>)', re.DOTALL)


def add_renderer(app) -> None:
    """Make KaTeX one of the renderers of formulas that ``html_math_renderer`` may name."""
    app.add_html_math_renderer(RENDERER, (_visit_inline, None), (_visit_display, None))


def _visit_inline(self, node: nodes.math) -> None:
    """Write an inline formula."""
    self.body.append(f"<span {MARK}>{_of_node(self, node, display=False)}</span>")
    raise nodes.SkipNode


def _visit_display(self, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number if it has one."""
    self.body.append(self.starttag(node, "div", "", CLASS="math notranslate nohighlight"))
    if node.get("number"):
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(f"{_of_node(self, node, display=True)}</div>\n")
    raise nodes.SkipNode


def _of_node(self, node: nodes.Element, *, display: bool) -> str:
    """Return the HTML of a node's formula; warn if KaTeX rejects the formula."""
    app, tex = self.builder.app, node.astext()
    try:
        return app.nn_formulas.formula(tex, display=display, visible=_for_site(app))
    except RefusedError as error:
        place = next((one for one in _upwards(node) if one.line), node)
        logger.warning("KaTeX rejects the formula %r: %s", tex, error, location=place)
        return f"<code>{html.escape(tex)}</code>"


def _upwards(node: nodes.Node):
    """Yield a node and its parents."""
    while node is not None:
        yield node
        node = node.parent


def _for_site(app) -> bool:
    """Return whether the build writes the pages of the site, not those of a printed book."""
    return app.builder.name == "html"


def load(app) -> None:
    """Prepare KaTeX, and write its style sheet and font faces into the built book."""
    app.nn_formulas = Typesetter(Path(app.confdir, KATEX))
    if _for_site(app):
        folder = Path(app.outdir, SHEETS)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "katex.css").write_text(app.nn_formulas.rules, encoding="utf-8")
        for file in app.nn_formulas.faces.values():
            (folder / f"{file}.css").write_text(app.nn_formulas.face(file), encoding="utf-8")


def glue(app, doctree, docname) -> None:
    """Keep punctuation next to a formula, such as a full stop, on the formula's line.

    A browser may break a line next to KaTeX's elements, even before a full stop.
    """
    for node in list(doctree.findall(nodes.math)):
        row = node.parent
        place = row.index(node)
        before = row[place - 1] if place else None
        behind = row[place + 1] if place + 1 < len(row) else None
        first = _ending(before.astext()) if isinstance(before, nodes.Text) else ""
        last = _beginning(behind.astext()) if isinstance(behind, nodes.Text) else ""
        if not first and not last:
            continue
        parts = [nodes.Text(first)] if first else []
        parts += [node.deepcopy(), *([nodes.Text(last)] if last else [])]
        row[place] = nodes.inline("", "", *parts, classes=["nn-glued"])
        if last:  # by position, because the same text may occur earlier
            row[place + 1] = nodes.Text(behind.astext()[len(last) :])
        if first:
            row[place - 1] = nodes.Text(before.astext()[: -len(first)])


def _ending(text: str) -> str:
    """Return the opening brackets and quotation marks at the end of a text."""
    return text[len(text.rstrip(BEFORE)) :]


def _beginning(text: str) -> str:
    """Return the punctuation and closing brackets at the beginning of a text."""
    return text[: len(text) - len(text.lstrip(BEHIND))]


def typeset_page(app, pagename, templatename, context, doctree) -> None:
    """Typeset the formulas of cells, questions and cards; link the font faces of a page."""
    body = context.get("body")
    if not body:
        return
    setter = _OfPage(app, pagename)
    context["body"] = body = setter.page(body)
    if _for_site(app):
        root = "../" * pagename.count("/")
        files = app.nn_formulas.used(body)
        names = ["katex", *files] if files else []
        links = "".join(
            f'<link rel="stylesheet" href="{root}{SHEETS}/{name}.css">' for name in names
        )
        script = f'<script defer src="{root}{COPY}"></script>' if files else ""
        context["metatags"] = context.get("metatags", "") + links + _early(app, files) + script


def _early(app, files: list[str]) -> str:
    """Return the script that loads the font faces before the first formula needs them."""
    if not files:
        return ""
    shorthand = [
        f"{style} {weight} 1em {family}"
        for (family, weight, style), file in app.nn_formulas.faces.items()
        if file in files
    ]
    return f"<script>{json.dumps(shorthand)}.forEach(f => document.fonts.load(f));</script>"


class _OfPage:
    """Typesets the formulas in a page's HTML that didn't come from nodes."""

    def __init__(self, app, pagename: str):
        self.app, self.pagename = app, pagename

    def page(self, body: str) -> str:
        """Return the HTML of a page with its formulas typeset, even those in its scripts."""
        return self.markup(DATA.sub(self._data, body))

    def markup(self, text: str) -> str:
        """Return HTML with its formulas typeset."""
        return DISPLAY.sub(self._display, INLINE.sub(self._inline, text))

    def _data(self, match: re.Match) -> str:
        """Return a script's data, with the formulas in its texts typeset."""
        if "math" not in match[2]:
            return match[0]
        data = self._walk(json.loads(match[2]))
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return match[1] + text.replace("</", "<\\/") + match[3]

    def _walk(self, value):
        """Return data with the formulas in its texts typeset."""
        if isinstance(value, dict):
            return {key: self._walk(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._walk(one) for one in value]
        return self.markup(value) if isinstance(value, str) and "\\" in value else value

    def _inline(self, match: re.Match) -> str:
        """Return an inline formula with the punctuation next to it."""
        before, tag, tex, behind = match.groups()
        formula = f"{tag}{self._formula(tex, display=False)}</span>"
        glued = f'<span class="nn-glued">{before}{formula}{behind}</span>'
        return glued if before or behind else formula

    def _display(self, match: re.Match) -> str:
        """Return a displayed formula."""
        return f"{match[1]}{self._formula(match[2], display=True)}</div>"

    def _formula(self, escaped: str, *, display: bool) -> str:
        """Return a formula; warn where KaTeX rejects it."""
        tex = html.unescape(escaped)
        visible = _for_site(self.app)
        try:
            return self.app.nn_formulas.formula(tex, display=display, visible=visible)
        except RefusedError as error:
            place = self.pagename, _line(self.app, self.pagename, tex)
            logger.warning("KaTeX rejects the formula %r: %s", tex, error, location=place)
            return f"<code>{escaped}</code>"


def _line(app, pagename: str, tex: str) -> int | None:
    """Return the line of a page on which a formula begins, if it appears there unchanged."""
    file = Path(app.env.doc2path(pagename))
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    before, formula, _ = text.partition(tex)
    return before.count("\n") + 1 if formula else None

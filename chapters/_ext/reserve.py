"""Keep the room of each formula, so that nothing moves when MathJax sets it.

Each formula of a page is told its width and height (``texsize.py``) in ex, MathJax's own
measure of the text around it; ``math.css`` gives it that room until it is set. A formula that
needs more or less than was kept moves its line, and no more.
"""

import html
import re

from texsize import size

FORMULA = r'<span class="math notranslate nohighlight">\\\((.*?)\\\)</span>'
INLINE = re.compile(rf"([(\[“‘]*){FORMULA}([.,;:?!)\]”’…]*)", re.S)
DISPLAY = re.compile(r'<div class="math([^"]*)"([^>]*)>(.*?)</div>', re.S)
LINE = 3.6  # ex: what is higher makes its line of text higher
BRACKETS = re.compile(r"\\\[(.*)\\\]", re.S)  # a number may stand before them


def _inline(found: re.Match) -> str:
    """Return a formula in a line with its width and, where it is high, its height.

    What stands right before and behind it stays on its line: a browser may break a line at
    what MathJax makes, even before a full stop.
    """
    before, tex, behind = found.groups()
    width, height = size(html.unescape(tex), display=False)
    high = f";--h:{height}" if height > LINE else ""
    formula = found[0][len(before) : len(found[0]) - len(behind)]
    formula = formula.replace(">", f' style="--w:{width}{high}">', 1)
    glued = f'<span class="nn-glued">{before}{formula}{behind}</span>'
    return glued if before or behind else formula


def _display(found: re.Match) -> str:
    """Return a formula on lines of its own with its height."""
    tex = BRACKETS.search(found[3])
    if not tex:
        return found[0]
    _, height = size(html.unescape(tex[1]).strip(), display=True)
    if 'style="' in found[2]:
        return found[0].replace('style="', f'style="--h:{height};', 1)
    return found[0].replace(">", f' style="--h:{height}">', 1)


def reserved(body: str) -> str:
    """Return the text of a page in which each formula has its measures."""
    return DISPLAY.sub(_display, INLINE.sub(_inline, body))


def _page(app, pagename, templatename, context, doctree) -> None:
    """Reserve the room of the formulas of a page."""
    if app.builder.name == "html" and context.get("body"):
        context["body"] = reserved(context["body"])


def setup(app):
    """Connect to Sphinx."""
    app.connect("html-page-context", _page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

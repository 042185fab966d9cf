"""Formulas on nbgrader's pages, formgrader's and its feedback, without the network.

nbconvert's template loads MathJax from a server outside. Where that cannot be reached, formulas
stay source text, and formgrader's own script stops at the first use of MathJax. The course's
configuration puts a template of ours before it: KaTeX, which the book carries, stands in the
page itself with its fonts, so that a page that is sent or kept needs nothing either.
"""

from __future__ import annotations

import base64
import functools
import importlib.util
import re
from pathlib import Path

TEMPLATES = Path(__file__).with_name("templates")
KATEX = Path(__file__).resolve().parents[3] / "chapters" / "_extra" / "_vendor" / "katex"
FONT = re.compile(
    r"url\(fonts/(\w[\w-]*\.woff2)\) format\(\"woff2\"\)(?:,url\([^)]*\) format\(\"\w+\"\))*"
)


def without_network(config) -> None:
    """Let nbgrader's pages bring their formulas' program along; `nbgrader_config.py` calls it.

    Nothing is changed where the book that carries KaTeX is not there, outside a checkout.
    """
    found = importlib.util.find_spec("nbgrader")
    if not KATEX.is_dir() or found is None:
        return
    theirs = Path(found.origin).parent / "server_extensions" / "formgrader" / "templates"
    config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES), str(theirs)]
    config.HTMLExporter.filters = {"formulas_head": f"{__name__}.formulas_head"}


@functools.cache
def formulas_head(_url: str = "") -> str:
    """Return what stands in a page's head in place of MathJax: KaTeX, its fonts, our script."""
    style = FONT.sub(_with_font, (KATEX / "katex.min.css").read_text(encoding="utf-8"))
    scripts = (KATEX / "katex.min.js", TEMPLATES / "formulas.js")
    parts = [f"<style>{style}</style>"]
    parts += [f"<script>{f.read_text(encoding='utf-8')}</script>" for f in scripts]
    return "\n".join(parts)


def _with_font(found):
    """Return a font of the sheet as an address that holds the font itself."""
    data = base64.b64encode((KATEX / "fonts" / found[1]).read_bytes()).decode()
    return f'url(data:font/woff2;base64,{data}) format("woff2")'

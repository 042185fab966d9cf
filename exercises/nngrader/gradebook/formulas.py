"""Formulas on the pages of nbgrader, its formgrader and its feedback, without network access.

nbconvert's template loads MathJax from an external server. Without the network, formulas remain
source text, and formgrader's own script stops at its first use of MathJax. The course's
configuration therefore uses our own template. It puts KaTeX, which is part of the book, into
the page together with its fonts, so that a page that you send or save needs nothing else.
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
    """Embed KaTeX in nbgrader's pages; `nbgrader_config.py` calls this function.

    Without a checkout, which contains the book's copy of KaTeX, it changes nothing.
    """
    spec = importlib.util.find_spec("nbgrader")
    if not KATEX.is_dir() or spec is None:
        return
    theirs = Path(spec.origin).parent / "server_extensions" / "formgrader" / "templates"
    config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES), str(theirs)]
    config.HTMLExporter.filters = {"formulas_head": f"{__name__}.formulas_head"}


@functools.cache
def formulas_head(_url: str = "") -> str:
    """Return the HTML that replaces MathJax in a page's head: KaTeX, its fonts, our script."""
    style = FONT.sub(_with_font, (KATEX / "katex.min.css").read_text(encoding="utf-8"))
    scripts = (KATEX / "katex.min.js", TEMPLATES / "formulas.js")
    parts = [f"<style>{style}</style>"]
    parts += [f"<script>{f.read_text(encoding='utf-8')}</script>" for f in scripts]
    return "\n".join(parts)


def _with_font(match):
    """Return a font of the style sheet as a data URL."""
    data = base64.b64encode((KATEX / "fonts" / match[1]).read_bytes()).decode()
    return f'url(data:font/woff2;base64,{data}) format("woff2")'

"""Load the script of an element of ours on the pages that use it, and on no other.

One small script, ``page.js``, is on every page: folds that open, print in light. Formulas that
a cell printed, such as those of ``Steps``, get MathJax as those of the text do.
"""

import re
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)

ELEMENT = re.compile(r"<nn-([a-z-]+)[\s>]")
NEEDS: dict[str, tuple[str, ...]] = {}  # scripts that an element's script builds on, by name
SHEETS = ("nn.css", "play.css", "questions.css", "print.css")
FORMULA = '<div class="math"'  # what a cell prints; Sphinx notes those of the text by itself


def _page(app, pagename, templatename, context, doctree) -> None:
    """Add the script of every page and those that this one uses, the shared parts first."""
    body = context.get("body", "")
    if FORMULA in body:
        app.env.get_domain("math").data["has_equations"][pagename] = True
    used = sorted(set(ELEMENT.findall(body)))
    for name in ["page", *_scripts(used)]:
        if not _exists(app, name):
            logger.warning("no script _play/%s.js for <nn-%s>", name, name, location=pagename)
        app.add_js_file(f"../_play/{name}.js", defer="defer")


def _scripts(used: list[str]) -> list[str]:
    """Return the scripts that elements need, each once, after those that it builds on."""
    if not used:
        return []
    needed = ["parts", *(name for element in used for name in NEEDS.get(element, ())), *used]
    return list(dict.fromkeys(needed))


def _exists(app, name: str) -> bool:
    """Say whether a script stands in one of the folders that are copied beside the pages."""
    folders = (Path(app.confdir) / folder for folder in app.config.html_extra_path)
    return any((folder / "_play" / f"{name}.js").is_file() for folder in folders)


def setup(app):
    """Connect to Sphinx."""
    app.connect("html-page-context", _page, priority=400)  # before Sphinx looks for formulas
    for sheet in SHEETS:
        app.add_css_file(sheet)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

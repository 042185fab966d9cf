"""Leave out of a page what nobody sees: marks of code that have no ink, hundredths of a point.

Pygments wraps every name and comma of a cell in an element of its own, and Matplotlib writes
six decimals for each point of a curve. Both are most of the weight of a page that has many.
"""

import re

INKLESS = re.compile(
    r'<span class="(?:n|p|o|w|nn|fm|vm|bp|na|ne|nd|nv|nl|no|err)">([^<]*)</span>'
)
PATH = re.compile(r'(?<= d=")[MLHVCSQTAZmlhvcsqtaz\d\s.,-]+(?=")')
DECIMALS = re.compile(r"(\.\d\d)\d+")


def lean(body: str) -> str:
    """Return the text of a page without marks that have no ink and digits nobody sees."""
    return PATH.sub(lambda path: DECIMALS.sub(r"\1", path[0]), INKLESS.sub(r"\1", body))


def _page(app, pagename, templatename, context, doctree) -> None:
    """Make one page lean."""
    if app.builder.name == "html" and context.get("body"):
        context["body"] = lean(context["body"])


def setup(app):
    """Connect to Sphinx."""
    app.connect("html-page-context", _page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

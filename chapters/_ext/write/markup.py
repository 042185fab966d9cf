"""Clean the HTML of a page: fewer bytes, no third-party hosts, nothing that axe rejects.

Pygments wraps every name and comma of a cell in an element, and Matplotlib writes
six decimals for each point of a curve. On a page with many cells and figures, these are most of
the bytes.
"""

import re

COLOURLESS = re.compile(
    r'<span class="(?:n|p|o|w|nn|fm|vm|bp|na|ne|nd|nv|nl|no|err)">([^<]*)</span>'
)
PATH = re.compile(r'(?<= d=")[MLHVCSQTAZmlhvcsqtaz\d\s.,-]+(?=")')
DECIMALS = re.compile(r"(\.\d\d)\d+")
FOREIGN = "thebe"  # sphinx-thebe contacts another host, and declares a constant twice
REPLACED = (
    # A list whose items are not list items, and a role that no longer exists.
    ('role="list" class="citation-list"', 'class="citation-list"'),
    (' role="doc-biblioentry"', ""),
    # sphinx-exercise gives these to every exercise, but an id must be unique on a page.
    (' id="exercise-content"', ""),
    (' id="solution-content"', ""),
    # A label that hides the visible text from screen readers.
    ('<summary aria-label="Toggle hidden content">', "<summary>"),
)


def minified(body: str) -> str:
    """Return HTML without uncoloured `span`s and without invisible digits in SVG paths."""
    return PATH.sub(lambda path: DECIMALS.sub(r"\1", path[0]), COLOURLESS.sub(r"\1", body))


def minify(app, pagename, templatename, context, doctree) -> None:
    """Replace the HTML of one page with a smaller equivalent."""
    if app.builder.name == "html" and context.get("body"):
        context["body"] = minified(context["body"])


def _wanted(asset) -> bool:
    """Return whether a script or style sheet stays on the page."""
    attributes = getattr(asset, "attributes", {})
    names = f"{getattr(asset, 'filename', asset)} {attributes.get('body') or ''}"
    return FOREIGN not in names.lower()


def mend(app, pagename, templatename, context, doctree) -> None:
    """Remove unwanted scripts and style sheets of one page, and correct its markup."""
    for key in ("script_files", "css_files"):
        context[key] = [asset for asset in context[key] if _wanted(asset)]
    for old, new in REPLACED:
        context["body"] = context.get("body", "").replace(old, new)

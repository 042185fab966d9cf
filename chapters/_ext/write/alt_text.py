"""Warn of pictures without alternative text; give glued numbers a minus sign for a hyphen."""

import re
from html.parser import HTMLParser

from sphinx.util import logging

logger = logging.getLogger(__name__)

GLUED_HYPHEN = re.compile(r'(<span class="pasted-text">)-(?=[\d.])')
VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "wbr",
}


class Pictures(HTMLParser):
    """Collects the pictures of a page that neither they nor a parent describe."""

    def __init__(self):
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.undescribed: list[str] = []

    def handle_starttag(self, tag, attrs):
        """Note whether this element, or one around it, tells what is seen."""
        attributes = dict(attrs)
        described = bool(self.open and self.open[-1][1]) or _describes(tag, attributes)
        if tag in ("img", "svg") and not described:
            self.undescribed.append(attributes.get("src", tag)[:60])
        if tag not in VOID:
            self.open.append((tag, described))

    def handle_startendtag(self, tag, attrs):
        """Treat ``<img />`` and an empty SVG element as opened and closed."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        """Close the innermost element of this name and what was left open in it."""
        for k in range(len(self.open) - 1, -1, -1):
            if self.open[k][0] == tag:
                del self.open[k:]
                return


def _describes(tag: str, attributes: dict) -> bool:
    """Return whether an element names what it shows, or is declared an ornament."""
    label = (attributes.get("alt") if tag == "img" else attributes.get("aria-label")) or ""
    if "katex-html" in (attributes.get("class") or "").split():
        return True  # the MathML beside it says what is seen
    if tag in ("img", "svg"):
        return bool(label.strip()) or attributes.get("aria-hidden") == "true"
    return attributes.get("role") == "img" and bool(label.strip())


def undescribed_pictures(body: str) -> list[str]:
    """Return the pictures in a piece of HTML that lack an alternative text."""
    parser = Pictures()
    parser.feed(body)
    return parser.undescribed


def check_pictures(app, pagename, templatename, context, doctree) -> None:
    """Mend the minus signs of a page and warn of each picture without a text."""
    body = GLUED_HYPHEN.sub(r"\1−", context.get("body", ""))
    context["body"] = body
    for source in undescribed_pictures(body):
        logger.warning("picture without alternative text: %s", source, location=pagename)

"""Warn of pictures without alternative text; give glued numbers a minus sign for a hyphen."""

import re
from collections.abc import Iterator
from html import unescape

from sphinx.util import logging

logger = logging.getLogger(__name__)

GLUED_HYPHEN = re.compile(r'(<span class="pasted-text">)-(?=[\d.])')
UNREAD = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>", re.DOTALL)
TAG = re.compile(r"""<(/?)([a-zA-Z][\w:-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
ATTRIBUTE = re.compile(r"""([\w:-]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
LABEL = re.compile("alt=|aria-|katex-html")  # without one of these no tag describes anything
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


def undescribed_pictures(body: str) -> list[str]:
    """Return the pictures in a piece of HTML that neither they nor a parent describe."""
    found, stack = [], []  # of each open element: its name, and whether it tells what is seen
    for end, name, written in TAG.findall(UNREAD.sub("", body)):
        tag = name.lower()
        if end:
            _close(tag, stack)
            continue
        described = bool(stack and stack[-1][1])
        if not described and LABEL.search(written):
            described = _describes(tag, dict(_attributes(written)))
        if tag in ("img", "svg") and not described:
            found.append(dict(_attributes(written)).get("src", tag)[:60])
        if tag not in VOID and not written.endswith("/"):
            stack.append((tag, described))
    return found


def _close(tag: str, stack: list[tuple[str, bool]]) -> None:
    """Close the innermost element of a name and what was left open in it."""
    for k in range(len(stack) - 1, -1, -1):
        if stack[k][0] == tag:
            del stack[k:]
            return


def _attributes(written: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of the attributes of a tag."""
    for name, double, single, bare in ATTRIBUTE.findall(written):
        yield name, unescape(double or single or bare)


def _describes(tag: str, attributes: dict) -> bool:
    """Return whether an element names what it shows, or is declared an ornament."""
    label = (attributes.get("alt") if tag == "img" else attributes.get("aria-label")) or ""
    if "katex-html" in (attributes.get("class") or "").split():
        return True  # the MathML beside it says what is seen
    if tag in ("img", "svg"):
        return bool(label.strip()) or attributes.get("aria-hidden") == "true"
    return attributes.get("role") == "img" and bool(label.strip())


def check_pictures(app, pagename, templatename, context, doctree) -> None:
    """Mend the minus signs of a page and warn of each picture without a text."""
    body = GLUED_HYPHEN.sub(r"\1−", context.get("body", ""))
    context["body"] = body
    for source in undescribed_pictures(body):
        logger.warning("picture without alternative text: %s", source, location=pagename)

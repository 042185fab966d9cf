"""Convert a page that Sphinx wrote for an ePub, so that e-readers without scripts can show it.

Our elements become images and text, folds become plain text with a heading, and the theme's
colour variables become colours. Parts that need a script or a pointer are removed. Formulas are
already MathML.
"""

import base64
import hashlib
import re
from collections.abc import Callable

from bs4 import BeautifulSoup, Comment, Doctype, Tag

INK = re.compile(r"var\(--nn-([a-z-]+)(?:,[^()]*)?\)")
UNUSABLE = (
    "script, noscript, body style, button, input, select, textarea, a.headerlink, nn-filter,"
    ".nn-live, .nn-screen, .nn-check,"  # .nn-check: programs for errata, only on the site
    ".nn-trace .nn-right"  # a graph has two drawings; keep the one for narrow pages
)
BLOCKS = ("ul", "ol", "dl", "div", "pre", "table", "figure", "p")
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg", "image/gif": "gif"}
# The HTML parser turns names into lower case, but in XML the case of SVG's names matters.
CAPITALS = (
    "viewBox preserveAspectRatio gradientUnits gradientTransform patternUnits textLength "
    "patternContentUnits patternTransform clipPathUnits maskUnits markerWidth markerHeight "
    "markerUnits refX refY startOffset lengthAdjust spreadMethod stdDeviation tabIndex "
    "clipPath linearGradient radialGradient textPath foreignObject"
).split()
WITH_CAPITALS = {name.lower(): name for name in CAPITALS}
# Attributes that HTML tolerates and XHTML forbids.
FORBIDDEN = {"align", "valign", "border", "width", "height", "nowrap"}
SIZED = {
    "mspace",
    "img",
    "svg",
    "image",
    "rect",
    "pattern",
    "mask",
    "use",
    "marker",
    "filter",
    "symbol",
}


def page(text: str, inks: dict[str, str], store: Callable[[str, bytes], str]) -> str:
    """Return a page as XHTML.

    Parameters
    ----------
    text : str
        The page as Sphinx wrote it.
    inks : dict
        Colours by the name that follows ``--nn-``.
    store : callable
        Stores an image under a file name; returns its address as seen from the page.
    """
    soup = BeautifulSoup(INK.sub(lambda ink: inks.get(ink[1], "#000"), text), "html.parser")
    for node in soup(string=lambda s: isinstance(s, Comment | Doctype)):
        node.extract()
    _drop_scripts(soup)
    _unfold(soup)
    for box in soup.select("div.math"):  # numbered equations keep their numbers next to them
        box.attrs.pop("style", None)
    _pictures(soup, store)
    _make_valid_xml(soup)
    return f"<!DOCTYPE html>\n{_root(soup)}\n"


def _root(soup: BeautifulSoup) -> str:
    """Return the page as valid XML."""
    root = soup.find("html")
    root["xmlns"] = "http://www.w3.org/1999/xhtml"
    return root.decode(formatter="minimal").replace("\xa0", "&#160;")


def _drop_scripts(soup: BeautifulSoup) -> None:
    """Reduce our elements to the parts that need no script."""
    for element in soup.find_all(lambda tag: tag.name.startswith("nn-")):
        still = element.find(class_="nn-fallback")
        if still is not None:
            element.replace_with(still.extract())
    for element in soup.select(UNUSABLE):
        element.decompose()
    for element in soup.find_all(lambda tag: tag.name.startswith("nn-")):
        element.name = "div"


def _unfold(soup: BeautifulSoup) -> None:
    """Turn folds into plain text under a heading, because some e-readers can't open a fold."""
    for fold in soup.find_all("details"):
        fold.name = "div"
        fold["class"] = [*fold.get("class", []), "fold"]
        fold.attrs.pop("open", None)
    for summary in soup.find_all("summary"):
        if not summary.get_text(strip=True) or "hide" in summary.parent.get("class", []):
            summary.decompose()
        else:
            summary.name, summary["class"] = "p", ["fold-title"]


def _pictures(soup: BeautifulSoup, store: Callable[[str, bytes], str]) -> None:
    """Store images that the page contains as data, because every e-reader can show a file."""
    for image in soup.find_all(["img", "image"]):
        key = next((k for k in ("src", "xlink:href", "href") if k in image.attrs), None)
        match = key and re.match(r"data:([\w/+.-]+);base64,(.*)", image[key], re.DOTALL)
        if match:
            content = base64.b64decode(match[2])
            name = hashlib.sha256(content).hexdigest()[:16]
            image[key] = store(f"{name}.{SUFFIXES[match[1]]}", content)
        if image.name == "img":
            image["alt"] = image.get("alt", "")


def _make_valid_xml(soup: BeautifulSoup) -> None:
    """Repair HTML that browsers accept but XML doesn't."""
    ids = set()
    for tag in soup.find_all(True):
        if tag.get("id") in ids:
            del tag["id"]
        ids.add(tag.get("id"))
        if tag.name == "p" and tag.find(BLOCKS):
            tag.name = "div"
        if tag.name not in SIZED and not tag.find_parent("svg"):
            for name in FORBIDDEN & set(tag.attrs):
                del tag[name]
    for svg in soup.find_all("svg"):
        svg["xmlns"] = "http://www.w3.org/2000/svg"
        svg["xmlns:xlink"] = "http://www.w3.org/1999/xlink"
        for tag in [svg, *svg.find_all(True)]:
            _restore_capitals(tag)


def _restore_capitals(tag: Tag) -> None:
    """Restore the capital letters of an SVG element and its attributes."""
    tag.name = WITH_CAPITALS.get(tag.name, tag.name)
    tag.attrs = {WITH_CAPITALS.get(k, k): v for k, v in tag.attrs.items()}
    if "paint-order" in tag.attrs:  # valid as a CSS property, but not as an attribute
        tag["style"] = f"paint-order:{tag.attrs.pop('paint-order')};{tag.get('style', '')}"
    if tag.name == "path" and "d" not in tag.attrs:
        tag["d"] = ""

"""Find the dead links of the built book, without using the network.

A link is reported if its file or anchor doesn't exist, if it leaves the book's folder, if it
doesn't work when the page is opened from ``file://``, or if it is a malformed external address.
An id that a page uses twice is reported too.
"""

import posixpath
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

HOST = re.compile(r"localhost|127\.0\.0\.1|([a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
EXTERNAL = {"http", "https"}
UNCHECKED = {"mailto", "data", "javascript", "blob"}
URL = re.compile(r"url\(['\"]?(#[^)'\"]+)['\"]?\)")
NOT_OURS = ("_static/", "_vendor/")  # pages that the theme and extensions add
CITED = re.compile(r"\{cite[\w:]*\}`([^`]*)`")
ENTRY = re.compile(
    r"^@(?!comment|string|preamble)\w+\{([^,\s]+),", re.MULTILINE | re.IGNORECASE
)


@dataclass
class Links(HTMLParser):
    """The links and anchors of a page, each with its line."""

    targets: list[tuple[str, int]] = field(default_factory=list)
    ids: Counter = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)

    def __post_init__(self):
        super().__init__()

    def handle_starttag(self, tag, attrs):
        """Record the links and the anchors of an element."""
        for name, value in attrs:
            if name == "id" and value:
                self.ids[value] += 1
            elif name == "name" and tag == "a" and value:
                self.names.add(value)
            elif name in ("href", "xlink:href", "src", "data", "poster"):
                self._add(value or "")
            elif name == "srcset":
                for one in (value or "").split(","):
                    self._add(one.split()[0] if one.split() else "")
            elif value and "url(#" in value:
                for one in URL.findall(value):
                    self._add(one)

    def has(self, anchor: str) -> bool:
        """Return whether the page has an anchor."""
        return anchor in self.ids or anchor in self.names

    def _add(self, link: str) -> None:
        self.targets.append((link, self.getpos()[0]))


def check(folder: Path) -> list[str]:
    """Return a line for each problem of the built book whose ``index.html`` is in `folder`."""
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    pages = {}
    for name in sorted(n for n in files if n.endswith(".html") and not n.startswith(NOT_OURS)):
        pages[name] = Links()
        pages[name].feed((folder / name).read_text(encoding="utf-8"))
    findings = []
    for page, links in pages.items():
        for name, count in links.ids.items():
            if count > 1:
                findings.append(f"{page}: the id {name!r} appears {count} times")
        for link, line in dict.fromkeys(links.targets):
            if problem := _problem(page, link, files, pages):
                findings.append(f"{page}:{line}: link to {link!r}: {problem}")
    return findings


def _problem(page: str, link: str, files: set[str], pages: dict[str, Links]) -> str:
    """Return the problem with a link on a page, or ""."""
    try:
        parts = urlsplit(link)
    except ValueError as error:
        return str(error)
    if parts.scheme in UNCHECKED:
        return ""
    if parts.scheme or parts.netloc:
        return _bad_address(link, parts)
    if parts.path.startswith("/"):
        return "begins with a slash, so it doesn't work when opened from file://"
    path, anchor = unquote(parts.path), unquote(parts.fragment)
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    target = target if path else page
    if target.startswith(".."):
        return "leads out of the book's folder"
    if target not in files:
        return "no such file"
    linked = pages.get(target)
    missing = linked and anchor and not linked.has(anchor)
    return f"no such anchor in {target}" if missing else ""


def _bad_address(link: str, parts) -> str:
    """Return why an external address is malformed, or ""."""
    if parts.scheme not in EXTERNAL:
        return f"expected http or https, got {parts.scheme or 'no scheme'}"
    if re.search(r"\s", link):
        return "contains a space"
    if not HOST.fullmatch(parts.hostname or ""):
        return f"{parts.hostname!r} is not a valid host name"
    return ""


def unused(chapters: Path) -> list[str]:
    """Return the keys of the bibliography that no page cites."""
    bibliography = chapters / "references.bib"
    if not bibliography.exists():
        return []
    text = "\n".join(p.read_text(encoding="utf-8") for p in sorted(chapters.rglob("*.md")))
    cited = {key.strip() for keys in CITED.findall(text) for key in keys.split(",")}
    return [
        k for k in ENTRY.findall(bibliography.read_text(encoding="utf-8")) if k not in cited
    ]

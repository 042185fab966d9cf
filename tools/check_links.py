"""Check every link of the built book, without using the network.

Usage: python tools/check_links.py [--external] [FOLDER]

FOLDER is a built book, by default `_build/html`. The program prints a line for each link to a
file or anchor that doesn't exist, that leaves the book's folder, or that doesn't work when the
page is opened from `file://`, for each malformed external address, and for each id that a page
uses twice. `--external` lists the external addresses, each once, with the first page that
contains it.
"""

import argparse
import posixpath
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
HOST = re.compile(r"localhost|127\.0\.0\.1|([a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
LEAVING = {"http", "https"}
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

    found: list[tuple[str, int]] = field(default_factory=list)
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

    def _add(self, link: str) -> None:
        self.found.append((link, self.getpos()[0]))


class Book:
    """The pages of a built book.

    Parameters
    ----------
    folder : Path
        Contains ``index.html``.
    """

    def __init__(self, folder: Path):
        files = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
        self.files = {path.as_posix() for path in files}
        names = (n for n in self.files if n.endswith(".html") and not n.startswith(NOT_OURS))
        self.pages = {name: _read(folder / name) for name in sorted(names)}

    def findings(self) -> Iterator[str]:
        """Yield a line for each problem."""
        for page, links in self.pages.items():
            for name, count in links.ids.items():
                if count > 1:
                    yield f"{page}: the id {name!r} appears {count} times"
            for link, line in dict.fromkeys(links.found):
                fault = self._fault(page, link)
                if fault:
                    yield f"{page}:{line}: link to {link!r}: {fault}"

    def external(self) -> dict[str, str]:
        """Return the external addresses, each with the first page that contains it."""
        return {
            link: page
            for page, links in reversed(self.pages.items())
            for link, _ in links.found
            if _scheme(link) in LEAVING
        }

    def _fault(self, page: str, link: str) -> str | None:
        """Return the problem with a link, or None."""
        try:
            parts = urlsplit(link)
        except ValueError as error:
            return str(error)
        if parts.scheme in UNCHECKED:
            return None
        if parts.scheme or parts.netloc:
            return _bad_address(link, parts)
        if parts.path.startswith("/"):
            return "begins with a slash, so it doesn't work when opened from file://"
        return self._missing(page, unquote(parts.path), unquote(parts.fragment))

    def _missing(self, page: str, path: str, anchor: str) -> str | None:
        """Return the problem if a file or an anchor of the book is missing, or None."""
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
        target = page if not path else target
        if target.startswith(".."):
            return "leads out of the book's folder"
        if target not in self.files:
            return "no such file"
        if anchor and target in self.pages and not self._has(target, anchor):
            return f"no such anchor in {target}"
        return None

    def _has(self, page: str, anchor: str) -> bool:
        """Return whether a page has an anchor."""
        return anchor in self.pages[page].ids or anchor in self.pages[page].names


def _read(path: Path) -> Links:
    """Parse a page."""
    links = Links()
    links.feed(path.read_text(encoding="utf-8"))
    return links


def _scheme(link: str) -> str:
    return link.partition(":")[0].lower() if ":" in link else ""


def _bad_address(link: str, parts) -> str | None:
    """Return the reason if an external address is malformed."""
    if parts.scheme not in LEAVING:
        return f"expected http or https, got {parts.scheme or 'no scheme'}"
    if re.search(r"\s", link):
        return "contains a space"
    if not HOST.fullmatch(parts.hostname or ""):
        return f"{parts.hostname!r} is not a valid host name"
    return None


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


def check(folder: Path) -> list[str]:
    """Return the findings of a built book."""
    return list(Book(folder).findings())


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "_build" / "html")
    parser.add_argument("--external", action="store_true", help="list the external addresses")
    options = parser.parse_args()
    if not (options.folder / "index.html").is_file():
        parser.error(f"expected a built book, got {options.folder}; run `make book`")
    book = Book(options.folder)
    if options.external:
        print(
            *(f"{link}  ({page})" for link, page in sorted(book.external().items())), sep="\n"
        )
        return 0
    findings = [
        *book.findings(),
        *(f"references.bib: no page cites {k}" for k in unused(ROOT / "chapters")),
    ]
    print(*findings, sep="\n")
    print(f"{len(findings)} findings on {len(book.pages)} pages")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

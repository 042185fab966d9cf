"""The book as one PDF: title page, contents with page numbers, every built page, bookmarks.

Pages are printed in order, so the number of each page's first sheet is known. Links between
pages become links within the book.
"""

import io
import os.path
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import unquote, urlsplit

import yaml
from begin import first_paint
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NullObject,
    TextStringObject,
)

from . import contents
from .browser import Printer, quoted
from .epub import RIGHTS, release_date

JUMP = "https://book.invalid/"  # the contents link to this, followed by a sheet number
MARGIN = 57.0  # points; Chromium measures positions from the edge of the text
HREF = re.compile(r'href="([^"#?]*)#([^"]+)"')
FRONT = Path(__file__).with_name("front.html")


@dataclass
class Bound:
    """The sheets so far, and the sheet and height of each document and anchor in them."""

    writer: PdfWriter = field(default_factory=PdfWriter)
    destinations: dict[tuple[str, str], tuple[int, float | None]] = field(default_factory=dict)
    owner: list[str] = field(default_factory=list)

    def add(self, name: str, content: bytes) -> None:
        """Append the sheets of one document, and store the positions of its anchors."""
        reader, first = PdfReader(io.BytesIO(content)), len(self.writer.pages)
        numbers = {p.indirect_reference.idnum: k for k, p in enumerate(reader.pages)}
        self.destinations[name, ""] = (first, None)
        for title, destination in reader.named_destinations.items():
            sheet = first + numbers[destination.raw_get("/Page").idnum]
            top = float(destination.top) - MARGIN if destination.top is not None else None
            self.destinations[name, title.removeprefix("/")] = (sheet, top)
        for page in reader.pages:
            self.writer.add_page(page)
            self.owner.append(name)


def make(root: Path, target: Path, printer: Printer, only: list[str] | None = None) -> int:
    """Print the built pages into one book; return its number of sheets.

    Parameters
    ----------
    root : Path
        The folder of the built book.
    target : Path
        The file to write.
    printer : Printer
        An open browser.
    only : list of str, optional
        Print only these documents.

    Raises
    ------
    FileNotFoundError
        If there is no built book.
    """
    html = root / "_build/html"
    names = [n for _, group in contents.order(root) for n in group if not only or n in only]
    for name in names:
        if not (html / f"{name}.html").is_file():
            raise FileNotFoundError(f"{html / name}.html is missing: run `make book` first")
    pointed, headings = _linked_places(html, names), {}
    bound, parts = Bound(), _parts(root)
    for name in names:
        places = pointed.get(name, set())
        headings[name] = printer.open(html / f"{name}.html", sorted(places))
        printer.page.evaluate(
            "ids => ids.forEach(id => { const a = document.createElement('a');"
            "a.href = '#' + id; a.hidden = true; document.body.append(a); })",
            [anchor for _, anchor, _ in headings[name] if anchor],
        )
        style = running(len(bound.writer.pages) + 1, parts[name], headings[name][0][2])
        bound.add(name, printer.print(style))
    _finish(root, html, bound, contents.outline(root, headings), printer, target)
    return len(bound.writer.pages)


def running(first: int, left: str, right: str) -> str:
    """Return the CSS that numbers the sheets of one page and prints the running titles."""
    font = 'font: 8.5pt "NN Text", Georgia, "Liberation Serif", serif; color: #444;'
    return (
        f"@page {{ @top-left {{ content: {quoted(left)}; {font} }}"
        f" @top-right {{ content: {quoted(right)}; {font} }} }}"
        f" @page :first {{ counter-set: page {first};"
        " @top-left { content: none; } @top-right { content: none; } }"
    )


def _parts(root: Path) -> dict[str, str]:
    """Return the title of the part that each document belongs to."""
    title = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["title"]
    return {name: part or title for part, names in contents.order(root) for name in names}


def _linked_places(html: Path, names: list[str]) -> dict[str, set[str]]:
    """Return, for each document, the anchors in it that other pages link to."""
    places: dict[str, set[str]] = {}
    for name in names:
        page = html / f"{name}.html"
        for address, href in HREF.findall(page.read_text(encoding="utf-8")):
            target = _document((page.parent / unquote(address)).as_posix(), html)
            if address and target in names:
                places.setdefault(target, set()).add(unquote(href))
    return places


def _document(path: str, html: Path) -> str:
    """Return the document that an HTML path belongs to, or "" if it is outside the book."""
    path = os.path.normpath(path)
    root = html.as_posix() + "/"
    inside = path.startswith(root) and path.endswith(".html")
    return path.removeprefix(root).removesuffix(".html") if inside else ""


def _finish(root, html, bound: Bound, entries, printer: Printer, target: Path) -> None:
    """Insert the front matter, make the links internal, add bookmarks, and write the PDF."""
    front = PdfReader(io.BytesIO(_front(root, bound, entries, printer)))
    before = len(front.pages)
    for k, page in enumerate(front.pages):
        bound.writer.insert_page(page, k)
    bound.destinations = {
        key: (sheet + before, top) for key, (sheet, top) in bound.destinations.items()
    }
    bound.owner[:0] = [""] * before
    for page, name in zip(bound.writer.pages, bound.owner, strict=True):
        _links(bound, page, name, html, before)
    _bookmarks(bound, entries)
    bound.writer.set_page_label(0, before - 1, style="/r")
    bound.writer.set_page_label(before, len(bound.writer.pages) - 1, style="/D", start=1)
    write(root, bound.writer, target)


def write(root: Path, writer: PdfWriter, target: Path, title: str = "") -> None:
    """Write a PDF whose bytes depend only on its content, not on the time."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    day = release_date(root).replace("-", "")
    writer.metadata = {
        "/Title": title or config["title"],
        "/Author": config["author"],
        "/Subject": RIGHTS,
        "/CreationDate": f"D:{day}000000Z",
        "/ModDate": f"D:{day}000000Z",
    }
    writer.root_object[NameObject("/Lang")] = TextStringObject("en-GB")
    writer.compress_identical_objects(remove_duplicates=True, remove_unreferenced=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    writer.write(target)


def _front(root: Path, bound: Bound, entries, printer: Printer) -> bytes:
    """Return the title page and the table of contents as PDF bytes."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    printer.show(
        Template(FRONT.read_text(encoding="utf-8")).substitute(
            title=escape(config["title"]),
            author=escape(config["author"]),
            date=release_date(root),
            rights=RIGHTS,
            fonts=first_paint.sheet(root / first_paint.FONTS),
            list=_list(bound, entries, 0),
        )
    )
    return printer.print()


def _list(bound: Bound, entries: list[contents.Entry], depth: int) -> str:
    """Return the contents as a nested HTML list with sheet numbers."""
    items = []
    for entry in entries:
        text = escape(entry.title)
        if entry.address:
            sheet = _page_and_height(bound, entry.address)[0] + 1
            text = f'<a href="{JUMP}{sheet}">{text}<i></i>{sheet}</a>'
        deep = "#" in entry.address
        kind = ' class="part"' if not entry.address else ' class="deep"' if deep else ""
        below = _list(bound, entry.below, depth + 1) if entry.below else ""
        items.append(f"<li><div{kind}>{text}</div>{below}</li>")
    return f"<ol>{''.join(items)}</ol>"


def _page_and_height(bound: Bound, address: str) -> tuple[int, float | None]:
    """Return the sheet and height of an address; for an unknown anchor, those of its page."""
    name, _, anchor = address.partition("#")
    return bound.destinations.get((name, anchor), bound.destinations[name, ""])


def _bookmarks(bound: Bound, entries: list[contents.Entry], parent=None) -> None:
    """Add the entries to the PDF's outline, below a parent."""
    for entry in entries:
        first = next(e for e in entry.walk() if e.address)
        sheet = _page_and_height(bound, first.address)[0]
        item = bound.writer.add_outline_item(
            title=entry.title, page_number=sheet, parent=parent, is_open=False
        )
        _bookmarks(bound, entry.below, item)


def _links(bound: Bound, page, name: str, html: Path, before: int) -> None:
    """Redirect the links of one sheet to the book's own sheets, and drop broken links."""
    kept = ArrayObject()
    for reference in page.get("/Annots", ArrayObject()):
        link = reference.get_object()
        goal = _link_target(bound, link, name, html, before)
        if goal is not None:
            link.pop("/A", None)
            link.pop("/Dest", None)
            link[NameObject("/Dest")] = _destination(bound.writer, *goal)
        if goal is not None or _outside(link):
            kept.append(reference)
    page[NameObject("/Annots")] = kept


def _uri(link: DictionaryObject) -> str:
    """Return the address of a link, or an empty string for one within its document."""
    return str(link.get("/A", {}).get("/URI", ""))


def _outside(link: DictionaryObject) -> bool:
    """Return whether a link leads to the web."""
    return _uri(link).startswith(("http:", "https:", "mailto:"))


def _link_target(bound: Bound, link, name: str, html: Path, before: int):
    """Return the sheet and height that a link leads to, or None if it leaves the book."""
    if "/Dest" in link:
        return bound.destinations.get((name, str(link["/Dest"]).removeprefix("/")))
    uri = _uri(link)
    if uri.startswith(JUMP):
        return int(uri.removeprefix(JUMP)) - 1 + before, None
    parts = urlsplit(uri)
    target = _document(unquote(parts.path), html) if parts.scheme == "file" else ""
    if (target, "") not in bound.destinations:
        return None
    return _page_and_height(bound, f"{target}#{unquote(parts.fragment)}")


def _destination(writer: PdfWriter, sheet: int, top: float | None) -> ArrayObject:
    """Return a PDF destination: a sheet, and the height on it."""
    height = FloatObject(top) if top is not None else NullObject()
    page = writer.pages[sheet].indirect_reference
    return ArrayObject([page, NameObject("/XYZ"), NullObject(), height, NullObject()])


def sheet(root: Path, target: Path, printer: Printer) -> int:
    """Write only the formula sheet as PDF; return its number of sheets."""
    path = root / "_build/html/chapters/reference/formula-sheet.html"
    printer.open(path, [])
    bound = Bound()
    bound.add("sheet", printer.print())
    for page in bound.writer.pages:
        page.pop("/Annots", None)
    write(root, bound.writer, target, "Formula sheet")
    return len(bound.writer.pages)

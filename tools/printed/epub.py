"""The book as ePub: Sphinx writes the pages, and this module cleans, lists and packs them.

pandoc could write the formulas and the package, but it loses the links between pages.

Two builds produce the same bytes, because the only date is the release date, and the identifier
is computed from the title.
"""

import io
import posixpath
import re
import uuid
import zipfile
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup

from . import contents, cover, xhtml

HERE = Path(__file__).parent
BUILD = "_build/epub-pages"
DATE = (2000, 1, 1, 0, 0, 0)  # of the files in the archive, the same for every build
TYPES = {
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
}
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>
"""
PAGE = """<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
 lang="en" xml:lang="en">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="epub.css"/></head>
<body>{body}</body>
</html>
"""
PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" xml:lang="en"
 unique-identifier="book-id">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:identifier id="book-id">{identifier}</dc:identifier>
    <dc:title>{title}</dc:title>
    <dc:language>en</dc:language>
    <dc:creator>{author}</dc:creator>
    <dc:publisher>{author}</dc:publisher>
    <dc:rights>{rights}</dc:rights>
    <dc:date>{date}</dc:date>
    <meta property="dcterms:modified">{date}T00:00:00Z</meta>
    <meta property="schema:accessMode">textual</meta>
    <meta property="schema:accessMode">visual</meta>
    <meta property="schema:accessibilityFeature">MathML</meta>
    <meta property="schema:accessibilityFeature">alternativeText</meta>
    <meta property="schema:accessibilityFeature">tableOfContents</meta>
    <meta property="schema:accessibilityHazard">none</meta>
    <meta name="cover" content="cover-image"/>
  </metadata>
  <manifest>
{manifest}
  </manifest>
  <spine>
{spine}
  </spine>
</package>
"""
PAGE_OF_SITE = re.compile(r"^(?![a-z]+:)([^#?]*)\.html(?=[#?]|$)")
RIGHTS = "Text: CC BY 4.0. Code: MIT licence."


class EpubError(RuntimeError):
    """The ePub could not be built; each line of the message is a reason."""


@dataclass
class Book:
    """The content of the ePub: files by name, pages in order."""

    title: str
    author: str
    date: str
    files: dict[str, bytes] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)

    def add_picture(self, name: str, content: bytes) -> str:
        """Store an image; return its name in the book."""
        self.files[f"pictures/{name}"] = content
        return f"pictures/{name}"

    @property
    def identifier(self) -> str:
        """Return a name that stays the same from version to version."""
        return uuid.uuid5(uuid.NAMESPACE_OID, self.title).urn


def make(root: Path, target: Path) -> int:
    """Build the pages of a book and pack them; return the number of bytes.

    Parameters
    ----------
    root : Path
        The folder of `_config.yml`.
    target : Path
        The file to write.

    Raises
    ------
    EpubError
        If Sphinx gives a warning, for example about a formula that KaTeX cannot read.
    """
    _sphinx(root)
    book = gather(root, root / BUILD)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pack(book))
    return target.stat().st_size


def _sphinx(root: Path) -> None:
    """Write the pages with Sphinx, from the stored outputs of `make book`."""
    from jupyter_book.sphinx import build_sphinx

    settings = {
        "latex_individualpages": False,  # jupyter-book requires it
        "epub_show_urls": "no",
        "epub_tocscope": "includehidden",
        "html_copy_source": False,
    }
    status = build_sphinx(
        root,
        root / BUILD,
        confdir=None,
        noconfig=True,
        path_config=root / "_config.yml",
        confoverrides=settings,
        doctreedir=root / "_build/.doctrees-epub",
        builder="epub",
        quiet=True,
        warningiserror=True,
        keep_going=True,
    )
    if status:
        raise EpubError("Sphinx could not write the pages of the ePub: see above")


def gather(root: Path, pages: Path) -> Book:
    """Tidy the pages that Sphinx wrote and collect the files that they show."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    book = Book(config["title"], config["author"], release_date(root))
    inks = _inks(root)
    documents = [name for _, names in contents.order(root) for name in names]
    headings = {}
    for name in documents:
        source = pages / f"{name}.xhtml"
        text = _page(book, source, name, inks)
        headings[name] = _headings(text)
        book.pages.append(f"{name}.xhtml")
        book.files[f"{name}.xhtml"] = text.encode()
    _images(book, pages)
    _front(book, contents.outline(root, headings))
    return book


def release_date(root: Path) -> str:
    """Return the date of the release, or a fixed one."""
    file = root / "CITATION.cff"
    match = re.search(r"date-released: (\S+)", file.read_text()) if file.exists() else None
    return match[1] if match else "2026-01-01"


def _inks(root: Path) -> dict[str, str]:
    """Return the light theme's colours by name."""
    sheet = (root / "chapters/_static/nn.css").read_text(encoding="utf-8")
    inks = {}
    for name, value in re.findall(r"--nn-([a-z-]+):\s*(#[0-9a-fA-F]+)", sheet):
        inks.setdefault(name, value)
    return inks


def _page(book: Book, source: Path, name: str, inks: dict) -> str:
    """Return one page in the form that goes into the book."""
    up = "../" * name.count("/")
    body = BeautifulSoup(source.read_text(encoding="utf-8"), "html.parser")
    main = body.select_one("div.body") or body.body
    title = escape(body.title.get_text() if body.title else name)
    text = PAGE.format(title=title, body=f"<main>{main.decode_contents()}</main>")
    text = text.replace('href="epub.css"', f'href="{up}epub.css"')
    return xhtml.page(text, inks, lambda file, content: up + book.add_picture(file, content))


def _headings(text: str) -> list[tuple[int, str, str]]:
    """Return the headings of a page as (level, id, text)."""
    headings = []
    for heading in BeautifulSoup(text, "html.parser").select("h1, h2"):
        anchor = heading.get("id") or heading.parent.get("id", "")
        for formula in heading.select("math"):
            formula.replace_with(formula.get("alttext", ""))
        headings.append((int(heading.name[1]), anchor, heading.get_text(" ", strip=True)))
    return headings


def _images(book: Book, pages: Path) -> None:
    """Add the image files of the pages, and repair links to files outside the book."""
    for name in book.pages:
        soup = BeautifulSoup(book.files[name], "html.parser")
        for image in soup.select("img[src]"):
            path = _resolved(name, image["src"])
            if path not in book.files and (pages / path).is_file():
                book.files[path] = (pages / path).read_bytes()
        book.files[name] = _links(book, name)


def _resolved(page: str, address: str) -> str:
    """Return the file that an address on a page names."""
    path = unquote(urlsplit(address).path)
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page


def _links(book: Book, name: str) -> bytes:
    """Return a page on which links to files outside the book are plain text."""

    def mended(match: re.Match) -> str:
        # Outputs of cells contain links to the site.
        address = PAGE_OF_SITE.sub(r"\1.xhtml", match[2])
        if urlsplit(address).scheme or _resolved(name, address) in book.pages:
            return f'<a{match[1]} href="{address}"{match[3]}>{match[4]}</a>'
        return f"<span{match[1]}{match[3]}>{match[4]}</span>"

    text = book.files[name].decode()
    link = re.compile(r'<a\b([^>]*?) href="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
    return link.sub(mended, text).encode()


def _front(book: Book, entries: list[contents.Entry]) -> None:
    """Add the cover, the title page, the contents and the style."""
    book.files["cover.png"] = cover.picture(book.title)
    picture = f'<p class="cover"><img src="cover.png" alt="{escape(book.title)}"/></p>'
    book.files["cover.xhtml"] = PAGE.format(title="Cover", body=picture).encode()
    title = (
        f'<div class="title-page"><h1>{escape(book.title)}</h1><p>{RIGHTS}</p>'
        "<p>Figures that move in the browser don't move here. Answers and solutions, which the "
        "browser folds away, follow their questions. The programs that check the errata of "
        "the notes are only on the site.</p></div>"
    )
    book.files["title.xhtml"] = PAGE.format(title=escape(book.title), body=title).encode()
    nav = f'<nav epub:type="toc" id="toc"><h1>Contents</h1>{_list(entries)}</nav>'
    book.files["nav.xhtml"] = PAGE.format(title="Contents", body=nav).encode()
    book.files["epub.css"] = (HERE / "epub.css").read_bytes()


def _list(entries: list[contents.Entry]) -> str:
    """Return contents as a nested list."""
    items = []
    for entry in entries:
        document, _, anchor = entry.address.partition("#")
        address = f"{document}.xhtml" + (f"#{anchor}" if anchor else "")
        text = escape(entry.title)
        head = f'<a href="{address}">{text}</a>' if document else f"<span>{text}</span>"
        items.append(f"<li>{head}{_list(entry.below) if entry.below else ''}</li>")
    return f"<ol>{''.join(items)}</ol>"


def package(book: Book) -> str:
    """Return the list of all files and the reading order."""
    files = sorted(book.files)
    ids = {name: f"f{k}" for k, name in enumerate(files)} | {"cover.png": "cover-image"}
    items = [
        f'    <item id="{ids[name]}" href="{name}" '
        f'media-type="{TYPES[Path(name).suffix]}"{_properties(name, book.files[name])}/>'
        for name in files
    ]
    spine = ["cover.xhtml", "title.xhtml", "nav.xhtml", *book.pages]
    return PACKAGE.format(
        identifier=book.identifier,
        title=escape(book.title),
        author=escape(book.author),
        rights=RIGHTS,
        date=book.date,
        manifest="\n".join(items),
        spine="\n".join(f'    <itemref idref="{ids[name]}"/>' for name in spine),
    )


def _properties(name: str, content: bytes) -> str:
    """Return the attribute `properties` of a file: cover, navigation, formulas or drawings."""
    properties = {"cover.png": ["cover-image"], "nav.xhtml": ["nav"]}.get(name, [])
    if name.endswith(".xhtml"):
        properties = properties + [
            tag for tag in ("math", "svg") if f"<{tag} ".encode() in content
        ]
    words = " ".join(properties).replace("math", "mathml")
    return f' properties="{words}"' if words else ""


def pack(book: Book) -> bytes:
    """Return the archive; the same book always gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        kind = zipfile.ZipInfo("mimetype", DATE)
        archive.writestr(kind, "application/epub+zip", zipfile.ZIP_STORED)
        files = {f"book/{name}": content for name, content in book.files.items()}
        files |= {
            "META-INF/container.xml": CONTAINER.encode(),
            "book/content.opf": package(book).encode(),
        }
        for name in sorted(files):
            info = zipfile.ZipInfo(name, DATE)
            archive.writestr(info, files[name], zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()

"""Check that an ePub is well-formed, complete, and free of scripts and broken links."""

import posixpath
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

OPF = "{http://www.idpf.org/2007/opf}"
XHTML = "{http://www.w3.org/1999/xhtml}"
LINKS = {"a": "href", "link": "href", "img": "src", "image": "href"}
XLINK = "{http://www.w3.org/1999/xlink}href"


def faults(path: Path) -> list[str]:
    """Return what is wrong with an ePub, one line for each problem."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
        first = archive.infolist()[0]
    lines = []
    if first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED:
        lines.append("mimetype is not the first entry, or is compressed")
    trees, broken = _trees(files)
    if "book/content.opf" not in trees:
        return [*lines, *broken, "book/content.opf is missing or broken"]
    return [
        *lines,
        *broken,
        *_manifest(files, trees["book/content.opf"]),
        *_links(files, trees),
    ]


def _trees(files: dict[str, bytes]) -> tuple[dict[str, ET.Element], list[str]]:
    """Return the parsed XML files by name, and a line for each that is not well-formed."""
    trees, broken = {}, []
    for name, content in files.items():
        if name.endswith((".xhtml", ".opf", ".xml", ".svg")):
            try:
                trees[name] = ET.fromstring(content)
            except ET.ParseError as error:
                broken.append(f"{name} is not well-formed: {error}")
    return trees, broken


def _manifest(files: dict[str, bytes], package: ET.Element) -> list[str]:
    """Return files missing from the manifest or the archive, and unknown items of the spine."""
    items = {i.get("id"): f"book/{i.get('href')}" for i in package.iter(f"{OPF}item")}
    inside = {n for n in files if n.startswith("book/") and n != "book/content.opf"}
    spine = [i.get("idref") for i in package.iter(f"{OPF}itemref")]
    return [
        *(f"{name} is not in the manifest" for name in sorted(inside - set(items.values()))),
        *(f"{name} is missing" for name in sorted(set(items.values()) - inside)),
        *(f"the spine names an unknown item {name}" for name in spine if name not in items),
    ]


def _links(files: dict[str, bytes], trees: dict[str, ET.Element]) -> list[str]:
    """Return a line for each script, remote resource and broken link."""
    ids = {name: {e.get("id") for e in tree.iter()} for name, tree in trees.items()}
    lines = []
    for name, tree in trees.items():
        if not name.endswith(".xhtml"):
            continue
        for element in tree.iter():
            tag = element.tag.rpartition("}")[2]
            if tag == "script" or any(key.startswith("on") for key in element.attrib):
                lines.append(f"{name} contains a script")
            address = element.get(LINKS.get(tag, "")) or element.get(XLINK)
            if address is not None:
                lines += _link(name, tag, address, files, ids)
    return lines


def _link(name: str, tag: str, address: str, files: dict, ids: dict) -> list[str]:
    """Return what is wrong with one link, one line for each problem."""
    parts = urlsplit(address)
    if parts.scheme:
        return [f"{name} loads {address[:80]} instead of a book file"] if tag != "a" else []
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
    target = path if parts.path else name
    if target not in files:
        return [f"{name} links to {address}, which is not in the book"]
    if parts.fragment and unquote(parts.fragment) not in ids.get(target, ()):
        return [f"{name} links to {address}, which has no such id"]
    return []

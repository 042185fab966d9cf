"""Say where two builds of the book differ, outside what cells tagged `timing` show.

Usage: python tools/compare_builds.py [FOLDER FOLDER]

FOLDER is a built book (`_build/html`). Without folders, the book is built twice from nothing,
in two temporary copies at different places, which takes minutes.

What is masked: in a page, each element of the class `tag_timing` (a cell and its outputs); in
an executed notebook, the outputs of a cell with that tag. Bytes decide about all other files.
"""

import argparse
import difflib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tools"))

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "_build", "__pycache__", "runs.txt", ".*_cache", ".hypothesis"
)
TAG = "timing"
SHOWN = 3  # differing places of a file
WIDTH = 160
SEPARATE = "<>,{}\n"  # a built page holds long lines; a difference is shown by its piece


def differences(one: Path, other: Path) -> Iterator[str]:
    """Yield a line for each file that only one build has, and for each other difference."""
    files = [{p.relative_to(f) for p in f.rglob("*") if p.is_file()} for f in (one, other)]
    for k, folder in enumerate((one, other)):
        yield from (f"{name}: only in {folder}" for name in sorted(files[k] - files[1 - k]))
    for name in sorted(files[0] & files[1]):
        contents = [masked(folder / name) for folder in (one, other)]
        if contents[0] != contents[1]:
            yield from (f"{name}: {difference}" for difference in _differences(*contents))


def masked(path: Path) -> bytes:
    """Return a file's bytes without what cells tagged `timing` show."""
    content = path.read_bytes()
    if path.suffix == ".html" and f"tag_{TAG}".encode() in content:
        return _masked_page(content)
    if path.suffix == ".ipynb" and f'"{TAG}"'.encode() in content:
        return _masked_notebook(content)
    return content


def _masked_page(content: bytes) -> bytes:
    """Return a page's HTML with its cells tagged `timing` emptied."""
    page = BeautifulSoup(content, "html.parser")
    for cell in page.select(f".tag_{TAG}"):
        cell.clear()
    return page.encode()


def _masked_notebook(content: bytes) -> bytes:
    """Return a notebook's JSON with the outputs of its cells tagged `timing` removed."""
    notebook = json.loads(content)
    for cell in notebook["cells"]:
        if TAG in cell["metadata"].get("tags", []):
            cell["outputs"] = []
    return json.dumps(notebook).encode()


def _differences(one: bytes, other: bytes) -> Iterator[str]:
    """Yield the first differences of two files, each with the text of both builds."""
    try:
        texts = [_pieces(content.decode()) for content in (one, other)]
    except UnicodeDecodeError:
        yield f"{len(one)} and {len(other)} bytes differ"
        return
    changes = list(_changes(*texts))
    for pair in changes[:SHOWN]:
        yield " | ".join(repr(piece[:WIDTH]) for piece in pair)
    if len(changes) > SHOWN:
        yield f"and {len(changes) - SHOWN} places more"


def _changes(one: list[str], other: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each pair of different pieces; difflib pairs them if the counts differ."""
    if len(one) == len(other):
        yield from ((a, b) for a, b in zip(one, other, strict=True) if a != b)
        return
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, other).get_opcodes():
        if kind != "equal":
            yield "".join(one[a:b]), "".join(other[c:d])


def _pieces(text: str) -> list[str]:
    """Return the pieces of a text that is cut after each separator, such as a line's end."""
    for mark in SEPARATE:
        text = text.replace(mark, f"{mark}\0")
    return text.split("\0")


def build_twice(folder: Path) -> list[Path]:
    """Build the book from nothing in two folders; return the folders of the built pages."""
    import build_book

    books = [folder / "one" / "book", folder / "another place" / "the book"]
    for book in books:
        shutil.copytree(ROOT, book, ignore=LEFT_OUT)
        if build_book.build(book):
            raise SystemExit("compare_builds: the book does not build")
    return [book / "_build" / "html" for book in books]


def main() -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    folders = parser.parse_args().folders
    if len(folders) not in (0, 2) or not all(folder.is_dir() for folder in folders):
        parser.error(f"expected no folder or two built books, got {list(map(str, folders))}")
    with tempfile.TemporaryDirectory() as scratch:
        lines = list(differences(*(folders or build_twice(Path(scratch)))))
    print(*lines, sep="\n")
    print(f"{len(lines)} differences" if lines else "The two builds are the same.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())

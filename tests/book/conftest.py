"""The real book and a small one, each built once; the book's own modules importable."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
for folder in (ROOT / "chapters" / "_ext", ROOT / "tools", HERE):
    sys.path.append(str(folder))


@pytest.fixture(scope="session")
def book():
    """The folder of the built book; built again only where something changed."""
    command = [sys.executable, str(ROOT / "tools" / "build_book.py")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A small book that has been built without a fault."""
    from minibook import MiniBook

    book = MiniBook.create(tmp_path_factory.mktemp("built"))
    done = book.build()
    assert done.returncode == 0, done.stdout
    return book


@pytest.fixture
def mini(built, tmp_path):
    """A copy of the small book, to be changed."""
    return built.copy(tmp_path / "book")


@pytest.fixture(scope="module")
def browser():
    """The machine's own Chromium."""
    from browser import chromium

    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def address(book):
    """The address of the built book on a server."""
    from browser import served

    with served(book) as address:
        yield address

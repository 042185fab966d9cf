"""The real book and a small one, each built once; the book's own modules importable."""

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
for folder in (ROOT / "chapters" / "_ext", ROOT / "tools", HERE):
    sys.path.append(str(folder))


@pytest.fixture(scope="session")
def gate():
    """What came of building the book for this run; the first who asks waits for it."""
    import gate_book

    return gate_book.result()


@pytest.fixture(scope="session")
def book(gate):
    """The folder of the built book."""
    import gate_book

    if not gate.built:
        pytest.fail("no book: test_the_book_builds says why", pytrace=False)
    return gate_book.html()


@pytest.fixture(scope="session")
def built():
    """A small book that has been built without a fault; nobody changes it."""
    from minibook import MiniBook, make
    from once import once

    return MiniBook(once("built", make))


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


@pytest.fixture(scope="session")
def playbook():
    """The folder of the book that holds the moving figures of each page, and little else."""
    import playbook
    from once import once

    return once("figures", playbook.make, playbook.sources()) / "_build" / "html"


@pytest.fixture(scope="module")
def alone(playbook):
    """The address of the moving figures of each page on a server."""
    from browser import served

    with served(playbook) as address:
        yield address


@pytest.fixture
def figure(request, browser, alone):
    """The figure ELEMENT of a module's PAGE; nothing went wrong while it was open."""
    from stage import fresh

    page, element = request.module.PAGE, request.module.ELEMENT
    with fresh(browser, alone, page, has_touch=True) as seen:
        yield seen.page.locator(element)


@pytest.fixture
def open_at(request, browser):
    """Opens the ELEMENT of a module at a size, with what its `data` gives for the changes."""
    from browser import DESKTOP
    from stage import placed

    with ExitStack() as stack:

        def opened(size=DESKTOP, touch=False, **changes):
            page = placed(browser, request.module.ELEMENT, size=size, has_touch=touch)
            return stack.enter_context(page)(request.module.data(**changes))

        yield opened

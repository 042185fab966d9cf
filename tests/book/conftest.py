"""The real book and a small one, each built once; the book's own modules importable."""

import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
for folder in (ROOT / "chapters" / "_ext", ROOT / "tools", HERE):
    sys.path.append(str(folder))


def pytest_itemcollected(item):
    """Mark what waits for the real book, so that a topic can leave it out."""
    if "gate" in getattr(item, "fixturenames", ()):
        item.add_marker("built_book")


@pytest.fixture(scope="session")
def gate():
    """Return what came of building the book for this run; the first who asks waits for it."""
    import gate_book

    return gate_book.result()


@pytest.fixture(scope="session")
def book(gate):
    """Return the folder of the built book."""
    import gate_book

    if not gate.built:
        pytest.fail("no book: test_the_book_builds says why", pytrace=False)
    return gate_book.html()


@pytest.fixture(scope="session")
def built():
    """Return a small book that was built without a fault; nobody changes it."""
    from made_once import made_once
    from minibook import MiniBook, make

    return MiniBook(made_once("built", make))


@pytest.fixture
def mini(built, tmp_path):
    """Return a copy of the small book, to be changed."""
    return built.copy(tmp_path / "book")


@pytest.fixture(scope="session")
def running_browser():
    """Return the machine's own Chromium, and the event loop that playwright leaves running."""
    from browser import chromium

    with chromium() as program:
        loop = asyncio.get_running_loop()
        yield program, loop
        asyncio._set_running_loop(loop)


@pytest.fixture(scope="module")
def browser(running_browser):
    """Return the machine's own Chromium; between modules other event loops may run."""
    program, loop = running_browser
    asyncio._set_running_loop(loop)
    yield program
    asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def address(book):
    """Return the address of the built book on a server."""
    from browser import served

    with served(book) as address:
        yield address


@pytest.fixture(scope="session")
def figure_pages():
    """Return the folder of the pages that hold the moving figures of each page alone."""
    import figure_pages
    from made_once import made_once

    return made_once("figures", figure_pages.make, figure_pages.sources())


@pytest.fixture
def open_visit(browser):
    """Return what opens a page as at a first visit, until the test has ended."""
    from browser import visit

    with ExitStack() as stack:
        yield lambda *where, **how: stack.enter_context(visit(browser, *where, **how))


@pytest.fixture
def reopen(browser):
    """Return what opens a page that other tests have used, with its figures as new."""
    from open_pages import reopened

    with ExitStack() as stack:
        yield lambda *where, **how: stack.enter_context(reopened(browser, *where, **how))


@pytest.fixture
def open_page(request, reopen, figure_pages):
    """Return what opens a page of figures, by default the module's PAGE, as new."""
    folder = figure_pages.relative_to(ROOT).as_posix()

    def opened(page="", base="", **how):
        base = base or f"{ROOT.as_uri()}/"
        path = f"{folder}/{page or request.module.PAGE}.html"
        return reopen(base, path, has_touch=True, **how)

    return opened


@pytest.fixture
def figure(request, open_page):
    """Return the figure ELEMENT of a module's PAGE, in a window of its SIZE."""
    from browser import DESKTOP
    from figure import Figure

    size = getattr(request.module, "SIZE", DESKTOP)
    return Figure(open_page(size=size).page.locator(request.module.ELEMENT))


@pytest.fixture
def open_figure(request, browser):
    """Return what opens the module's ELEMENT at a size, with its `data` for some changes."""
    from browser import DESKTOP
    from figure import Figure
    from open_pages import element_with_data

    element = request.module.ELEMENT
    with ExitStack() as stack:

        def opened(size=DESKTOP, touch=False, **changes):
            put = element_with_data(browser, element, size=size, has_touch=touch)
            page = stack.enter_context(put)(request.module.data(**changes))
            return Figure(page.locator(f"nn-{element}"))

        yield opened

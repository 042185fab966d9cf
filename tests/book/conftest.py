"""Fixtures for tests of the real book and of a small one, each built once."""

import asyncio
import os
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
for folder in (ROOT / "chapters" / "_ext", ROOT / "tools", HERE):
    sys.path.append(str(folder))


def pytest_itemcollected(item):
    """Mark each test that uses the real book, so that a topic can leave it out."""
    if "gate" in getattr(item, "fixturenames", ()):
        item.add_marker("built_book")


def pytest_collection_modifyitems(config, items):
    """Leave the tests of moving figures to other runs that are not in turn."""
    from shares import edited
    from turns import waiting

    if not config.getoption("deep"):
        named = {Path(arg.split("::")[0]).resolve() for arg in config.args}
        share, files = int(os.environ["TEST_SHARE"]), edited(ROOT)
        if rest := set(waiting(items, share, ROOT, files, named)):
            config.hook.pytest_deselected(items=[*rest])
            items[:] = [item for item in items if item not in rest]


@pytest.fixture(scope="session")
def gate():
    """Return the result of building the book for this run; the first test waits for it."""
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
    """Return a small book, built without a warning, that no test may change."""
    from made_once import made_once
    from minibook import MiniBook, make

    return MiniBook(made_once("built", make))


@pytest.fixture
def mini(built, tmp_path):
    """Return a copy of the small book that the test may change."""
    return built.copy(tmp_path / "book")


@pytest.fixture(scope="session")
def running_browser():
    """Yield Chromium, and the event loop that playwright leaves running."""
    from browser import chromium

    with chromium() as program:
        loop = asyncio.get_running_loop()
        yield program, loop
        asyncio._set_running_loop(loop)


@pytest.fixture(scope="module")
def browser(running_browser):
    """Yield Chromium, with its event loop set only while a module runs."""
    program, loop = running_browser
    asyncio._set_running_loop(loop)
    yield program
    asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def address(book):
    """Yield the address at which a server offers the built book."""
    from browser import served

    with served(book) as address:
        yield address


@pytest.fixture(scope="session")
def figure_pages():
    """Return a folder of pages that each hold only the moving figures of one page."""
    import figure_pages
    import gate_book
    from made_once import made_once

    gate_book.wait()  # for the figures that it keeps
    return made_once("figures", figure_pages.make, figure_pages.sources())


@pytest.fixture
def open_visit(browser):
    """Yield a function that opens a page as at a first visit, until the test has ended."""
    from browser import visit

    with ExitStack() as stack:
        yield lambda *where, **how: stack.enter_context(visit(browser, *where, **how))


@pytest.fixture
def reopen(browser):
    """Return a function that opens a page used by other tests, with its figures reset."""
    from open_pages import reopened

    with ExitStack() as stack:
        yield lambda *where, **how: stack.enter_context(reopened(browser, *where, **how))


@pytest.fixture
def open_page(request, reopen, figure_pages):
    """Return a function that opens a page of figures, by default the module's PAGE."""
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
    """Return a function that opens the module's ELEMENT at a size with changed data."""
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

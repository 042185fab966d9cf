"""Fixtures: the real book, a small one, and a browser."""

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
for folder in (ROOT / "chapters" / "_ext", ROOT / "tools", HERE):
    sys.path.append(str(folder))


def pytest_itemcollected(item):
    """Mark each test that uses the real book, so that it runs after the book is built."""
    if "gate" in getattr(item, "fixturenames", ()):
        item.add_marker("built_book")


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
def built(tmp_path_factory):
    """Return a small book, built without a warning, that no test may change."""
    from minibook import MiniBook

    return MiniBook.create(tmp_path_factory.mktemp("built") / "book").made()


@pytest.fixture(scope="session")
def live_book(tmp_path_factory):
    """Return a small book that contains nnlib, and whose second page can be run."""
    import live_book

    return live_book.write(
        tmp_path_factory.mktemp("live") / "book", **live_book.ADDRESSES
    ).made()


@pytest.fixture
def mini(built, tmp_path):
    """Return a copy of the small book that the test may change."""
    return built.copy(tmp_path / "book")


@pytest.fixture(scope="module")
def browser():
    """Yield Chromium; its event loop ends with the module, since other tests need theirs."""
    from browser import chromium

    with chromium() as program:
        yield program


@pytest.fixture(scope="session")
def address(book):
    """Yield the address at which a server offers the built book."""
    from browser import served

    with served(book) as address:
        yield address


@pytest.fixture
def open_visit(browser):
    """Yield a function that opens a page as at a first visit, until the test has ended."""
    from browser import visit

    with ExitStack() as stack:
        yield lambda *where, **how: stack.enter_context(visit(browser, *where, **how))


@pytest.fixture
def open_bare(open_visit, tmp_path):
    """Return a function that opens HTML of the book's elements in a page without Sphinx."""
    from figure import bare

    def opened(body, name="part/page", **how):
        path = f"chapters/{name}.html"
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(bare(body, name), encoding="utf-8")
        return open_visit(f"{tmp_path.as_uri()}/", path, **how)

    return opened


@pytest.fixture
def book_figure(open_visit, address):
    """Return a function that opens a figure of the built book."""
    from figure import PAGES, Figure

    def opened(name, **how):
        page = open_visit(address, f"chapters/{PAGES[name]}.html", has_touch=True, **how).page
        return Figure(page.locator(f"nn-{name}").first, None)

    return opened


@pytest.fixture
def open_figure(open_bare):
    """Return a function that opens a figure with given data."""
    from figure import Figure

    from nnlib import book

    def opened(name, data, **how):
        shown = book.play(name, data, caption="A figure.", alt="It moves.")
        page = open_bare(shown._repr_html_(), has_touch=True, **how).page
        return Figure(page.locator(f"nn-{name}").first, data)

    return opened

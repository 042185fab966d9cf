"""The browser for tests of figures."""

import pytest


@pytest.fixture(scope="module")
def browser():
    """Start the machine's Chromium."""
    from ..book.browser import chromium

    with chromium() as program:
        yield program

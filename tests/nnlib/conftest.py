"""The browser in which figures are tested."""

import pytest


@pytest.fixture(scope="module")
def browser():
    """Return the machine's own Chromium."""
    from ..book.browser import chromium

    with chromium() as program:
        yield program

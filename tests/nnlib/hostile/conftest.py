"""A fixture around each test of a hostile file."""

import pytest

from tests.nnlib.hostile.files import armed, happened


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path, monkeypatch):
    """Assert that a test executes, imports and opens nothing, and leaves no file."""
    monkeypatch.chdir(tmp_path)
    happened.clear()
    yield
    armed.clear()
    assert happened == []
    assert list(tmp_path.iterdir()) == []

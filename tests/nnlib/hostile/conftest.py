"""What holds around each test of a hostile file."""

import pytest

from tests.nnlib.hostile.files import armed, happened


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path, monkeypatch):
    """Within a test nothing is executed, imported or opened, and no file appears."""
    monkeypatch.chdir(tmp_path)
    happened.clear()
    yield
    armed.clear()
    assert happened == []
    assert list(tmp_path.iterdir()) == []

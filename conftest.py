"""Two tiers of tests: those marked `slow` run with `--slow` only, as in `make test-all`."""

import pytest


def pytest_addoption(parser):
    """Add the option `--slow`."""
    parser.addoption("--slow", action="store_true", help="run the slow tests too")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave out the slow tests, unless they are asked for."""
    if config.getoption("slow"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if not item.get_closest_marker("slow")]

"""Two tiers of tests: tests marked `slow` run only with `--slow`, as in `make test-all`."""

import pytest


def pytest_addoption(parser):
    """Add the option `--slow`."""
    parser.addoption("--slow", action="store_true", help="run the slow tests too")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Deselect the slow tests unless `--slow` is given."""
    if config.getoption("slow"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if not item.get_closest_marker("slow")]

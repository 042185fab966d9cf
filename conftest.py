"""Rules for every test: none is skipped; each commit runs a share of a deep test's cases.

`@pytest.mark.deep(k)` keeps one case in k of a parametrized test, at least one for each
function. Which one follows from the number of commits, so k commits in a row see every case,
and a run can be repeated: ``TEST_SHARE=959 make test``. ``pytest --deep`` keeps all.
"""

import gc
import os
import subprocess
import zlib

import pytest

ALLOWED = "needs a GPU"


def pytest_addoption(parser):
    """Add the option `--deep`, which keeps every case."""
    parser.addoption("--deep", action="store_true", help="run every case of the deep tests")


def pytest_configure(config):
    """Set TEST_SHARE once, so that all workers of pytest-xdist use the same."""
    os.environ.setdefault("TEST_SHARE", str(_commits(config.rootpath)))


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Collect tests without garbage collection, and exempt them from later collections."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _commits(root):
    """Return the number of commits up to this one, or 0 if there is no history."""
    count = ["git", "-C", str(root), "rev-list", "--count", "HEAD"]
    done = subprocess.run(count, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else 0


def pytest_report_header(config):
    """Return the line of pytest's header that names this run's share."""
    if config.getoption("deep"):
        return "deep tests: every case"
    return f"deep tests: share {os.environ['TEST_SHARE']}; --deep runs every case"


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc):
    """Keep this commit's share of a deep test's cases, before they become test items."""
    result = yield
    mark = metafunc.definition.get_closest_marker("deep")
    if mark and not metafunc.config.getoption("deep"):
        share, (k,) = int(os.environ["TEST_SHARE"]), mark.args
        calls, name = metafunc._calls, metafunc.definition.nodeid
        kept = [c for c in calls if (zlib.crc32(f"{name}[{c.id}]".encode()) + share) % k == 0]
        calls[:] = kept or calls[share % max(len(calls), 1) :][:1]
    return result


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip for any reason but a missing GPU into a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and ALLOWED not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure here: {report.longrepr}"

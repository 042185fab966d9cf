"""Rules for every test: none is skipped; each commit runs a share of a deep test's cases.

`@pytest.mark.deep(k)` keeps one case in k of a parametrized test, at least one for each
function. Which one follows from the number of commits, so k commits in a row see every case,
and a run can be repeated: ``TEST_SHARE=959 make test``. ``pytest --deep`` keeps all.

A run of all tests keeps a third of the cases of each long table in tests/nnlib, in
tests/exercises a third of the problems and all whose file was changed; the next commits keep
the others. Where the last commit changed the library or the grader, or these tests, it is half.
`@pytest.mark.turn(0)` leaves a dear test to every second commit, `turn(1)` to the others. A run
that names files, such as that of a topic, keeps all of these.
"""

import functools
import gc
import os
import re
import zlib
from pathlib import Path

import pytest

from tools.shares import DEAR, edited, share

ALLOWED = "needs a GPU"
TURNS = 2
ROOT = Path(__file__).resolve().parent
TABLES = {  # tests of which a run takes a part, and after a change of which files more
    "tests/nnlib/": re.compile(r"(?:tests/)?nnlib/.*"),
    "tests/exercises/": re.compile(
        r"(?:exercises/nngrader|tests/exercises)/.*|exercises/problems/\w+/common\.py"
    ),
}
MANY = 10  # cases: what has fewer is kept whole
PROBLEM = re.compile(r"exercises/problems/\w+/(\w+)\.py")


def pytest_addoption(parser):
    """Add the option `--deep`, which keeps every case."""
    parser.addoption("--deep", action="store_true", help="run every case of the deep tests")


def pytest_configure(config):
    """Set TEST_SHARE once, so that all workers of pytest-xdist use the same."""
    os.environ["TEST_SHARE"] = str(share())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave the tests that are not in turn to the next commit, if all tests are to run."""
    if not _all_run(config):
        return
    now = share()

    def waits(item):
        mark = item.get_closest_marker("turn")
        return mark is not None and (now - mark.args[0]) % TURNS != 0

    if waiting := {item for item in items if waits(item)}:
        config.hook.pytest_deselected(items=[*waiting])
        items[:] = [item for item in items if item not in waiting]


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Collect tests without garbage collection, and exempt them from later collections."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_report_header(config):
    """Return the line of pytest's header that names this run's share."""
    if config.getoption("deep"):
        return "deep tests: every case"
    return f"deep tests: share {os.environ['TEST_SHARE']}; --deep runs every case"


def _all_run(config):
    """Return whether the run is one of all tests: it alone halves tables and keeps turns."""
    return not config.getoption("deep") and not config.getoption("file_or_dir")


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc):
    """Keep this commit's share of a deep test's cases, before they become test items."""
    result = yield
    mark = metafunc.definition.get_closest_marker("deep")
    if mark is None and _all_run(metafunc.config):
        _part(metafunc._calls, metafunc.definition.nodeid)
    if mark and not metafunc.config.getoption("deep"):
        now, (k,) = share(), mark.args
        if metafunc.definition.get_closest_marker("turn"):
            now //= TURNS  # of its own runs
        calls, name = metafunc._calls, metafunc.definition.nodeid
        k = max(1, min(k, len(calls)))
        mixed = sorted((zlib.crc32(f"{name}[{c.id}]".encode()), i) for i, c in enumerate(calls))
        calls[:] = [calls[i] for i in sorted(i for _, i in mixed[now % k :: k])]
    return result


def _part(calls, nodeid):
    """Keep a part of the calls of a long table, or those of a part of the problems."""
    folder = next((name for name in TABLES if nodeid.startswith(name)), None)
    if folder is None or len(calls) < MANY:
        return
    parts, changed = _parts(folder)
    names = [call.params.get("name") for call in calls]
    keys = [n if isinstance(n, str) else c.id for n, c in zip(names, calls, strict=True)]
    kept = [
        c
        for c, key in zip(calls, keys, strict=True)
        if (_place(key) + share()) % parts == 0 or _plain(key) in changed
    ]
    calls[:] = kept or calls


def _place(key):
    """Return the number by which a case is dealt, dear problems one by one."""
    return DEAR.index(key) if key in DEAR else zlib.crc32(key.encode())


@functools.cache
def _parts(folder):
    """Return in how many runs all cases are seen, and the problems whose files were changed."""
    files = edited(ROOT)
    problems = frozenset(_plain(m[1]) for m in map(PROBLEM.fullmatch, files) if m)
    return (2 if any(map(TABLES[folder].fullmatch, files)) else 3), problems


def _plain(name):
    """Return a name as it is compared: the class ResidualMLP stands in residual_mlp.py."""
    return name.replace("_", "").lower()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip for any reason but a missing GPU into a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and ALLOWED not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure here: {report.longrepr}"

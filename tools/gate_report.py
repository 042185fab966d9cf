"""A pytest plugin for `make test`: whole files to each worker, and a report of one screen.

A worker takes a file, or a group of files that share slow fixtures
(``tests/groups.py``), the long ones first and those that open the built book last. While the
tests run there is a line every half minute, and one for each new failure, with the test's name;
at the end failures that say the same stand together, and whole in a file.
"""

import re
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from _pytest.runner import runtestprotocol
from groups import GROUPS, LONG

SECONDS_BETWEEN_LINES = 30  # between two lines of progress
SLOW_SECONDS = 1  # a setup or teardown that takes longer is reported
SHOWN = 8  # different failures that are shown
LINES = 24  # of a failure's traceback that are shown
NUMBER = re.compile(r"\d+")
WORKER = re.compile(r"^\[gw\d+\] .*\n", re.MULTILINE)  # line of the worker's name
BOOK = {"gate", "figure_pages"}  # the fixtures that wait for the built book


def group_of(nodeid: str) -> str:
    """Return the group that a test belongs to: that of its file, or the file itself."""
    file = nodeid.partition("::")[0]
    return GROUPS.get(file, file)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put long groups first and those that wait for the book last, each group together."""
    waits = {group_of(i.nodeid) for i in items if BOOK & {*getattr(i, "fixturenames", ())}}
    rank = {name: k for k, name in enumerate(LONG)}
    first = {}
    for position, item in enumerate(items):
        first.setdefault(group_of(item.nodeid), position)

    def order(item):
        group = group_of(item.nodeid)
        return group in waits, rank.get(group, len(rank)), first[group]

    items.sort(key=order)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Return a scheduler that hands out whole groups."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        """A scheduler that hands out whole groups, and scans no finished one again."""

        def _split_scope(self, nodeid):
            return group_of(nodeid)

        def add_node_collection(self, node, collection):
            super().add_node_collection(node, IndexedTests(collection))

        def mark_test_complete(self, node, item_index, duration=0):
            assigned = self.assigned_work[node]
            for group in [name for name, tests in assigned.items() if all(tests.values())]:
                del assigned[group]
            super().mark_test_complete(node, item_index, duration)

    return ByGroup(config, log)


class IndexedTests(list):
    """A list of tests with a fast `index`, which xdist calls for every test."""

    def __init__(self, tests):
        super().__init__(tests)
        self.positions = {test: position for position, test in enumerate(tests)}

    def index(self, test):
        """Return the index of a test."""
        return self.positions[test]


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    """Register the reporter that the process needs: a worker's or the console's."""
    worker = hasattr(config, "workerinput")
    config.pluginmanager.register(WorkerReporter() if worker else ConsoleReporter(config))


class WorkerReporter:
    """Sends the console only the reports that it needs: one in three of pytest's."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        """Run a test; report its call, and setup or teardown if it fails or takes long."""
        for report in runtestprotocol(item, log=False, nextitem=nextitem):
            if report.when == "call" or not report.passed or report.duration > SLOW_SECONDS:
                item.ihook.pytest_runtest_logreport(report=report)
        return True


class ConsoleReporter:
    """Counts what has run, and reports progress and failures on the console."""

    def __init__(self, config):
        self.folder = config.rootpath / "_build" / "tests"
        self.began = self.last_line = time.monotonic()
        self.total = self.done = self.bad = 0
        self.named = set()  # the keys of the failures whose test has been named

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids):
        """Store how many tests there are, as the workers have collected them."""
        self.total = len(ids)

    def pytest_sessionstart(self, session):
        """Keep pytest from printing failures itself; the summary below prints them grouped."""
        reporter = session.config.pluginmanager.getplugin("terminalreporter")
        reporter.summary_failures = reporter.summary_errors = lambda: None

    def pytest_collection_finish(self, session):
        """Store how many tests there are if no worker runs."""
        self.total = self.total or len(session.items)

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self, report):
        """Return a test's category without the letter that pytest would print."""
        category, _, _ = yield
        return category, "", ""

    def pytest_runtest_logreport(self, report):
        """Count a test, name one that fails in a new way, and show progress at times."""
        self.done += report.when == "call" or (report.when == "setup" and not report.passed)
        self.bad += report.failed
        now = time.monotonic()
        if report.failed and (key := failure_key(report)) not in self.named:
            self.named.add(key)
            print(f"[{now - self.began:4.0f} s] failed: {title(report)}", flush=True)
        if now - self.last_line >= SECONDS_BETWEEN_LINES:
            self.last_line = now
            share = f"{self.done / self.total:4.0%}" if self.total else f"{self.done}"
            bad = f", {self.bad} failed" if self.bad else ""
            print(f"[{now - self.began:4.0f} s] {share}{bad}", flush=True)

    def pytest_terminal_summary(self, terminalreporter):
        """Print the failures grouped by what was raised, and write all in full to a file."""
        reports = [
            report
            for kind in ("failed", "error")
            for report in terminalreporter.stats.get(kind, [])
        ]
        if not reports:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "failures.txt"
        whole = [f"{'=' * 90}\n{title(r)}\n{r.longreprtext}\n" for r in reports]
        log.write_text("\n".join(whole), encoding="utf-8")
        write = terminalreporter.write_line
        groups = group_failures(reports)
        for same in groups[:SHOWN]:
            terminalreporter.write_sep("_", title(same[0]), red=True)
            text = WORKER.sub("", same[0].longreprtext).rstrip().splitlines()
            if len(text) > LINES:
                write(f"… {len(text) - LINES} lines above")
            for line in text[-LINES:]:
                write(line)
            if same[1:]:
                names = ", ".join(title(r).rpartition("::")[2] for r in same[1:4])
                write(f"… and {len(same) - 1} more that say the same: {names}")
        for same in groups[SHOWN : 4 * SHOWN]:
            write(f"FAILED {title(same[0])}" + f" and {len(same) - 1} more" * (len(same) > 1))
        write(f"All {len(reports)} failures, whole: {log}")


def title(report) -> str:
    """Return the id of a test, and whether it failed in setup or teardown."""
    return report.nodeid if report.when == "call" else f"{report.nodeid} ({report.when})"


def group_failures(reports) -> list[list]:
    """Return the reports in groups that raise the same; those without a traceback come last."""
    groups = defaultdict(list)
    for report in reports:
        groups[failure_key(report)].append(report)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0] == "")]


def failure_key(report) -> tuple[str, str]:
    """Return the file and the first line of what was raised, with numbers replaced by `#`.

    A failure without a traceback (a fixture's refusal) says the same in every file.
    """
    lines = report.longreprtext.rstrip().splitlines() or [""]
    raised = [line for line in lines if line.startswith("E ")]
    file = report.nodeid.partition("::")[0] if raised else ""
    return file, NUMBER.sub("#", raised[0] if raised else lines[-1])

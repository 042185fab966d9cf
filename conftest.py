"""A skipped test is a failure: what is not tested is not known to work."""

import pytest

ALLOWED = "needs a GPU"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip for any reason but a missing GPU into a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and ALLOWED not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure here: {report.longrepr}"

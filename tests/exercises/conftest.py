"""What a run of these tests sees: some seeds and problems, others at each commit.

`@pytest.mark.rotate("seed", 1)` keeps one value of a parameter; `always=` names values that
are kept besides. The fixture `share` keeps one in k of what a test goes through by itself.
`pytest --deep` keeps all; ``TEST_SHARE=N`` repeats a run (conftest.py of the repository).
"""

import math
import os

import pytest


@pytest.fixture(scope="session")
def share(pytestconfig):
    """Return a function that keeps one in k of some cases at this commit, and at least one."""
    return lambda cases, k: list(cases) if pytestconfig.getoption("deep") else _share(cases, k)


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc):
    """Keep this commit's values of the parameters that rotate, before there are test items."""
    result = yield
    for mark in metafunc.definition.iter_markers("rotate"):
        if not metafunc.config.getoption("deep"):
            _rotate(metafunc._calls, *mark.args, **mark.kwargs)
    return result


def _rotate(calls, parameter, n, always=()):
    """Keep the calls with ``n`` values of a parameter, and those with values named besides."""
    values = list(dict.fromkeys(call.params[parameter] for call in calls))
    others = [v for v in values if v not in always]
    kept = [*always, *_share(others, math.ceil(len(others) / n))]
    calls[:] = [call for call in calls if call.params[parameter] in kept]


def _share(cases, k):
    """Keep every k-th case, from another one on at each commit; k runs see all."""
    cases = list(cases)
    k = max(1, min(k, len(cases)))
    return cases[int(os.environ["TEST_SHARE"]) % k :: k]

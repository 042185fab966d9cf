"""Each run tests some seeds and problems, another run others; a course to test on.

`@pytest.mark.rotate("seed", 1)` keeps one value of a parameter; `always=` names values that
are kept besides. `@pytest.mark.thin("mistake", 4, within="name")` keeps one value in four,
and at least one for each value of another parameter. The fixture `share` keeps one in k of what
a test goes through by itself. `pytest --deep` keeps all; ``TEST_SHARE=N`` repeats a run
(conftest.py of the repository).

Cases are packed once a run for all tests, so tests share `SEEDS`: where each problem is tried,
on one of them, which `one_seed` or the fixture `seed` gives.
"""

import math
import os

import pytest
from nngrader.course import Course
from nngrader.engine import pack

from tests.exercises.declared_problems import SEEDS, SHARED, load
from tests.exercises.one_challenge import DEFINITIONS, NAME, SOLVED, npz


@pytest.fixture(scope="session", autouse=True)
def packs_are_shared(request, tmp_path_factory):
    """Let the workers of a run share the packed cases, each made by whoever asks first."""
    if hasattr(request.config, "workerinput"):
        folder = tmp_path_factory.getbasetemp().parent / "packs"
        folder.mkdir(exist_ok=True)
        SHARED.append(folder)
    yield
    SHARED.clear()


@pytest.fixture(scope="session")
def share(pytestconfig):
    """Return a function that keeps one case in k, another one at each commit."""
    return lambda cases, k: list(cases) if pytestconfig.getoption("deep") else _share(cases, k)


@pytest.fixture(scope="session")
def seed():
    """Return the seed of `SEEDS` on which this commit tries problems; `one_seed` keeps it."""
    return _share(SEEDS, len(SEEDS))[0]


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc):
    """Keep this commit's values of the parameters marked, before tests are created."""
    result = yield
    for keep in (_rotate, _thin):
        for mark in metafunc.definition.iter_markers(keep.__name__.strip("_")):
            if not metafunc.config.getoption("deep"):
                keep(metafunc._calls, *mark.args, **mark.kwargs)
    return result


def _rotate(calls, parameter, n, always=()):
    """Keep the calls with `n` values of a parameter, and those with the values in `always`."""
    values = list(dict.fromkeys(call.params[parameter] for call in calls))
    others = [v for v in values if v not in always]
    kept = [*always, *_share(others, math.ceil(len(others) / n))]
    calls[:] = [call for call in calls if call.params[parameter] in kept]


def _thin(calls, parameter, k, within):
    """Keep the calls with one in `k` values of a parameter, for each value of another."""
    groups, now = {}, turn_now()
    for call in calls:
        groups.setdefault(call.params[within], {})[call.params[parameter]] = None
    for group, values in groups.items():
        values = list(values)
        groups[group] = values[now % k :: k] or [values[now // k % len(values)]]
    calls[:] = [c for c in calls if c.params[parameter] in groups[c.params[within]]]


def _share(cases, k):
    """Return every k-th case, beginning with another at every third commit: 3 k run all."""
    cases = list(cases)
    k = max(1, min(k, len(cases)))
    return cases[turn_now() % k :: k]


def turn_now():
    """Return the number that says whose turn it is: the same for three commits.

    Each of them takes a third of the problems (conftest.py of the repository), so that each
    problem meets all of what takes turns.
    """
    return int(os.environ["TEST_SHARE"]) // 3


@pytest.fixture
def course(tmp_path):
    """Return a course with one challenge, held-back pictures, and the solved file."""
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / f"{NAME}.py").write_text(DEFINITIONS)
    (tmp_path / ".seed").write_text("7\n")
    (tmp_path / "heldback" / NAME).mkdir(parents=True)
    (tmp_path / "heldback" / NAME / "weights.npz").write_bytes(SOLVED)
    pictures, labels = load(tmp_path / "problems" / f"{NAME}.py").blobs(5, 60)
    held = npz(pictures=pictures, labels=labels)
    (tmp_path / "heldback" / "pictures.npz").write_bytes(held)
    return Course(tmp_path)


@pytest.fixture
def hidden(course):
    return course.hidden(NAME)["classify"]


@pytest.fixture
def visible(course):
    return pack(course.problems(NAME)[0], 1, visible=True)

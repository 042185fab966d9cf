"""Each run tests some seeds and problems, and others at the next commit; a course to test on.

`@pytest.mark.rotate("seed", 1)` keeps one value of a parameter; `always=` names values that
are kept besides. The fixture `share` keeps one in k of what a test goes through by itself.
`pytest --deep` keeps all; ``TEST_SHARE=N`` repeats a run (conftest.py of the repository).
"""

import math
import os

import pytest
from nngrader.course import Course
from nngrader.engine import pack

from tests.exercises.declared_problems import SHARED, load
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


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc):
    """Keep this commit's values of the parameters marked `rotate`, before tests are created."""
    result = yield
    for mark in metafunc.definition.iter_markers("rotate"):
        if not metafunc.config.getoption("deep"):
            _rotate(metafunc._calls, *mark.args, **mark.kwargs)
    return result


def _rotate(calls, parameter, n, always=()):
    """Keep the calls with `n` values of a parameter, and those with the values in `always`."""
    values = list(dict.fromkeys(call.params[parameter] for call in calls))
    others = [v for v in values if v not in always]
    kept = [*always, *_share(others, math.ceil(len(others) / n))]
    calls[:] = [call for call in calls if call.params[parameter] in kept]


def _share(cases, k):
    """Return every k-th case, beginning with another at each commit, so k commits run all."""
    cases = list(cases)
    k = max(1, min(k, len(cases)))
    return cases[int(os.environ["TEST_SHARE"]) % k :: k]


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

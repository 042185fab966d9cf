"""A course with one challenge to test on."""

import pytest
from nngrader.course import Course
from nngrader.engine import pack

from tests.exercises.declared_problems import load
from tests.exercises.one_challenge import DEFINITIONS, NAME, SOLVED, npz


@pytest.fixture
def course(tmp_path):
    """Return a course with one challenge, held-back images, and the solution file."""
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

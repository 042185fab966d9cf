"""Courses, which are released once for all workers, and small helpers of many tests."""

import functools
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.engine.declaration.gate import seeds_needed
from nngrader.release.package import build_wheel
from nngrader.release.statements import code_forms
from nngrader.sandbox.launch import Sandbox
from nngrader.storage.results import Store

from tests.made_by_first import made_by_first

from .hand_marked_course import hand_marked_course
from .sample_course import NAME, ReleasedNotebook, make_course, run

FEW_SEEDS = 1  # on which a release is held to its declaration, as tests/exercises does on more


@pytest.fixture(scope="session", autouse=True)
def once():
    """Check each seed and sandbox, and build the package, only once in a process."""
    known, able, folder = {}, set(), tempfile.TemporaryDirectory()
    really = Assignment.seed_complaints

    def seed_complaints(self):
        if self.key not in known:
            known[self.key] = really(self)
        return known[self.key]

    class TriedOnce(Sandbox):
        def require(self):
            key = (self.limits, self.unsafe, *self.uses, os.environ["PATH"])
            if key not in able:
                super().require()
                able.add(key)

    @functools.cache
    def wheel():
        return build_wheel(Path(folder.name))

    def few(problem, n):
        return seeds_needed(problem, FEW_SEEDS)

    with pytest.MonkeyPatch.context() as patch, folder:
        patch.setattr(Assignment, "seed_complaints", seed_complaints)
        patch.setattr("nngrader.grading.command.Sandbox", TriedOnce)
        patch.setattr("nngrader.release.leaks.code_forms", functools.cache(code_forms))
        patch.setattr("nngrader.release.seeds.seeds_needed", few)
        patch.setattr(
            "nngrader.release.build.build_wheel", lambda to: Path(shutil.copy(wheel(), to))
        )
        yield


@pytest.fixture(scope="session")
def made_once(request, tmp_path_factory):
    """Return a function that returns a named path, which the first worker to call it makes."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        folder = folder.parent
    return lambda name, make: made_by_first(folder / name, make)


@pytest.fixture(scope="session")
def open_folder():
    """Yield a folder that other users may enter."""
    with tempfile.TemporaryDirectory(prefix="nngrader-tests-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def released(made_once):
    """Return a released course with a valid seed, made once for all workers."""

    def make(course):
        assert run(make_course(course), "release", NAME) == 0
        assignment = Assignment(Course(course), NAME)
        assert assignment.seed_complaints() == []
        Store(course / ".results").part(NAME).put(f"{assignment.key[:16]}-seed", [])

    return made_once("released", make)


@pytest.fixture(scope="session")
def hand_marked(made_once):
    """Return a released course with two answers to mark by hand, made once for all workers."""
    return made_once("hand-marked", hand_marked_course)


@pytest.fixture
def course(released, tmp_path):
    """Return a copy of the released course that the test may change."""
    return shutil.copytree(released, tmp_path / "course")


@pytest.fixture(scope="session")
def base(released):
    return ReleasedNotebook(released)

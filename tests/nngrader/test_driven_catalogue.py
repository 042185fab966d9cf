"""Hostile answers to problems with drivers and to challenges gain nothing, and are flagged."""

import pytest
from nngrader.course import Course
from nngrader.course.assignment import AssignmentSpec
from nngrader.engine import pack
from nngrader.grading.one_submission import Job, run
from nngrader.sandbox.launch import Sandbox
from nngrader.settings import Limits

from tests.exercises.declared_problems import load
from tests.exercises.driver_problems.catalogue import PROBLEMS
from tests.exercises.one_challenge import DEFINITIONS, NAME, SOLVED, npz

from .submissions.hostile_drivers import CHALLENGES, CLASSES, solution

pytestmark = pytest.mark.sandbox
LIMITS = Limits(call_seconds=1.0, total_seconds=2.5, memory_mb=500)


@pytest.fixture(scope="module")
def challenge(tmp_path_factory):
    """Return the challenge, packed for grading, and its function."""
    course = tmp_path_factory.mktemp("course")
    (course / "problems").mkdir()
    (course / "problems" / f"{NAME}.py").write_text(DEFINITIONS)
    (course / ".seed").write_text("7\n")
    (course / "heldback").mkdir()
    pictures, labels = load(course / "problems" / f"{NAME}.py").blobs(5, 60)
    held = npz(pictures=pictures, labels=labels)
    (course / "heldback" / "pictures.npz").write_bytes(held)
    return Course(course).hidden(NAME)["classify"]


@pytest.fixture(scope="module")
def sandboxes():
    """Yield a function that returns a sandbox with some packages, each started once."""
    made = {}

    def get(*uses):
        if uses not in made:
            made[uses] = Sandbox(LIMITS, uses=uses)
        return made[uses]

    yield get
    for box in made.values():
        box.__exit__()


def graded(data, total, cell, box, file=SOLVED):
    """Return the result of one submission."""
    name = data["name"]
    test = f'from nngrader import points\npoints("{name}", {name}, {total})'
    spec = AssignmentSpec(
        cells=[(test, f"test_{name}", total)],
        functions=[name],
        hidden={name: data},
        limits=LIMITS,
        uses=list(box.uses),
        most=total,
        unsafe=False,
        code="",
    )
    cells = [("setup", "import numpy as np", False), (name, cell, False)]
    return run(spec, Job(cells, files={"weights.npz": file}), box, 0)


def holds(entry, result):
    assert 0 <= result["score"] <= entry.most + 1e-6, result
    assert result["status"] == entry.status, result["flags"]
    assert any(entry.flag in f for f in result["flags"]) or not entry.flag, result["flags"]


def of_kind(kind):
    """Return the names of the hostile answers to drivers that begin with a word."""
    return [name for name in CLASSES if name.startswith(kind)]


@pytest.mark.deep(3)
@pytest.mark.parametrize("name", [*of_kind("looks"), *of_kind("forges")])
def test_who_looks_or_forges_with_a_driver_gains_nothing(sandboxes, name):
    gains_nothing(sandboxes, name)


@pytest.mark.deep(3)
@pytest.mark.parametrize("name", of_kind("tampers"))
def test_who_tampers_with_what_a_driver_uses_gains_nothing(sandboxes, name):
    gains_nothing(sandboxes, name)


@pytest.mark.deep(3)
@pytest.mark.parametrize("name", of_kind("breaks"))
def test_who_breaks_a_driver_or_a_measure_gains_nothing(sandboxes, name):
    gains_nothing(sandboxes, name)


def gains_nothing(sandboxes, name):
    """Assert that a hostile answer to a problem with a driver earns no more than it may."""
    entry = CLASSES[name]
    p = PROBLEMS[entry.problem]
    data = pack(p, 1, visible=False)
    holds(entry, graded(data, p.total, entry.cell, sandboxes(*p.uses)))


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_hostile_answer_to_a_challenge_gains_nothing(sandboxes, challenge, name):
    entry = CHALLENGES[name]
    holds(entry, graded(challenge, 7, entry.cell, sandboxes(), entry.file))


def test_right_answers_to_the_same_have_all_points(sandboxes, challenge):
    text = DEFINITIONS[
        DEFINITIONS.index("def classify") : DEFINITIONS.index("@best.on_visible")
    ]
    assert graded(challenge, 7, text, sandboxes())["score"] == 7
    p = PROBLEMS["stratified_folds"]
    cell = solution(p.solve, p.name)
    result = graded(pack(p, 1, visible=False), p.total, cell, sandboxes())
    assert (result["score"], result["flags"]) == (p.total, [])

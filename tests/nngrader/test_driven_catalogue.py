"""Hostile answers to problems with drivers and to challenges gain nothing, and are flagged."""

import pytest
from nngrader.course import Course
from nngrader.course.assignment import AssignmentSpec
from nngrader.engine import pack
from nngrader.grading.one_submission import Job, run
from nngrader.sandbox.launch import Sandbox
from nngrader.settings import Limits

from tests.exercises.declared_problems import load
from tests.exercises.one_challenge import DEFINITIONS, NAME, SOLVED, npz

from .driver_course import DRIVEN
from .submissions.hostile_drivers import CHALLENGES, CLASSES, solution
from .submissions.kinds import differing

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
LIMITS = Limits(call_seconds=1.0, total_seconds=2.5, memory_mb=500)


@pytest.fixture(scope="module")
def challenge(tmp_path_factory):
    """Return the challenge, packed for grading."""
    course = tmp_path_factory.mktemp("course")
    (course / "problems").mkdir()
    (course / "problems" / f"{NAME}.py").write_text(DEFINITIONS)
    (course / ".seed").write_text("7\n")
    (course / "heldback").mkdir()
    pictures, labels = load(course / "problems" / f"{NAME}.py").blobs(5, 60)
    held = npz(pictures=pictures, labels=labels)
    (course / "heldback" / "pictures.npz").write_bytes(held)
    return Course(course).hidden(NAME)["classify"]


def graded(data, total, cell, uses=(), file=SOLVED):
    """Return the result of one submission."""
    name = data["name"]
    spec = AssignmentSpec(
        tests=[(name, f"test_{name}", total)],
        hidden={name: data},
        limits=LIMITS,
        uses=list(uses),
        most=total,
        unsafe=False,
        code="",
    )
    cells = [("setup", "import numpy as np", False), (name, cell, False)]
    with Sandbox(LIMITS, uses=uses) as box:
        return run(spec, Job(cells, files={"weights.npz": file}), box, 0)


def test_hostile_answers_to_problems_with_drivers_gain_nothing():
    results = {}
    for name, entry in CLASSES.items():
        p = DRIVEN[entry.problem]
        data = pack(p, 1, visible=False)
        results[name] = graded(data, p.total, entry.cell, p.uses)
    assert differing(results, CLASSES) == {}


def test_hostile_answers_to_a_challenge_gain_nothing(challenge):
    results = {}
    for name, entry in CHALLENGES.items():
        file = entry.file() if callable(entry.file) else entry.file
        results[name] = graded(challenge, 7, entry.cell, file=file)
    assert differing(results, CHALLENGES) == {}


def test_correct_answers_to_the_same_get_full_points(challenge):
    text = DEFINITIONS[
        DEFINITIONS.index("def classify") : DEFINITIONS.index("@best.on_visible")
    ]
    assert graded(challenge, 7, text)["score"] == 7
    p = DRIVEN["stratified_folds"]
    result = graded(pack(p, 1, visible=False), p.total, solution(p.solve, p.name))
    assert (result["score"], result["flags"]) == (p.total, [])

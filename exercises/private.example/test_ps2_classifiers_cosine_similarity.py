"""Check the private problem cosine_similarity; run it with pytest."""

from pathlib import Path

import numpy as np
from nngrader.cli import HERE as COURSE
from nngrader.course import Course
from nngrader.engine import caller, judge, pack
from nngrader.engine.declaration.gate import over_seeds

PROBLEMS = Course(COURSE, problems=Path(__file__).parent).problems("ps2_classifiers")
(PROBLEM,) = [p for p in PROBLEMS if p.name == "cosine_similarity"]


def judged(answer, seed=1):
    """Return the points out of 100, and the findings on an answer."""
    data = pack(PROBLEM, seed, visible=True)
    verdict = judge(data, caller(data, answer))
    return verdict.score, verdict.findings


def test_it_matches_its_declaration():
    complaints = over_seeds(PROBLEM, 10)
    assert not complaints, "\n".join(complaints)


def test_a_mistake_that_is_not_registered_is_described():
    def cosine_similarity(X, Y):
        return np.abs(X @ Y.T) / np.outer(np.linalg.norm(X, axis=1), np.linalg.norm(Y, axis=1))

    score, findings = judged(cosine_similarity)
    assert score < 100
    assert [f.code for f in findings] == ["absolute"]

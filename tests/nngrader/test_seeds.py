"""The seed of hidden cases: who knows it, what follows from it, what a student can learn."""

import json

import numpy as np
import pytest
from nngrader.course import Course
from nngrader.engine import judge, pack, report
from nngrader.engine.observation.observe import observe
from nngrader.errors import CannotDo, NotThere
from nngrader.reports.feedback import page
from nngrader.screen import public

from .sample_course import NAME, grade, hand_in, problems, run

SEEDS = (11, 12)
every_problem = pytest.mark.parametrize("problem", problems(), ids=lambda p: p.name)


@pytest.mark.slow
@pytest.mark.sandbox
def test_two_seeds_give_an_honest_class_the_same_marks_and_pages(course, base):
    hand_in(course, "ada", base.solved().text())
    wrong = base.mistaken("pairwise_distances", "softmax_cross_entropy")
    hand_in(course, "ben", wrong.text())
    outcomes = []
    for seed in (*SEEDS, SEEDS[0]):
        (course / "a seed").write_text(f"{seed}\n")
        results = grade(course, "--seed", course / "a seed")
        assert run(course, "feedback", NAME) == 0
        pages = [
            (course / "feedback" / s / NAME / f"{NAME}.html").read_text()
            for s in ("ada", "ben")
        ]
        outcomes.append((results, pages))
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert outcomes[0][0]["ada"]["score"] == 100


@every_problem
def test_another_seed_gives_other_inputs_and_the_same_seed_the_same(course, problem):
    course = Course(course)
    drawn = []
    for seed in (*SEEDS, SEEDS[0]):
        (course / ".seed").write_text(f"{seed}\n")
        drawn.append(course.hidden(NAME)[problem.name]["cases"])
    inputs = [
        [tuple(np.asarray(v).tobytes() for v in c["args"].values()) for c in d] for d in drawn
    ]
    assert inputs[0] == inputs[2]
    assert not set(inputs[0]) & set(inputs[1])


# What an answer can carry out: nothing, where it takes the place of text or numbers


def bits(x):
    return int(np.asarray(x, float).flat[0] * 2**20) % 2**12


def raised(make):
    """Return an answer that raises the exception that `make` returns."""

    def answer(x):
        raise make(x)

    return answer


TELLING = {
    "words": raised(lambda x: ValueError(f"the input begins with {bits(x)}")),
    "a class of exceptions": raised(lambda x: type(f"E{bits(x)}", (Exception,), {})),
    "a subclass": raised(lambda x: type(f"E{bits(x)}", (KeyError,), {})(bits(x))),
    "an unusual one": raised(lambda x: (BufferError, LookupError, EOFError)[bits(x) % 3]),
    "a length": lambda x: np.zeros((bits(x) + 1000, 3)),
    "a number of axes": lambda x: np.zeros((2,) * (bits(x) % 9 + 4)),
    "a number of parts": lambda x: (0.0,) * (bits(x) + 1000),
    "a value": lambda x: np.full((4, 4), float(bits(x))),
    "a text": lambda x: str(bits(x)),
    "a name": lambda x: type(f"E{bits(x)}", (), {})(),
    "complex numbers": lambda x: np.full((4, 4), 1j * bits(x)),
    "a type": lambda x: np.zeros((4, 4), ("int8", "int16", "int32", "uint16")[bits(x) % 4]),
}


def findings_for(problem, data, f):
    """Return all that a student gets back for an answer that depends on the first argument."""
    verdict = judge(data, lambda args: observe(lambda x, *_: f(x), args, len(problem.returns)))
    result = {"student": "ada", "assignment": NAME, "status": "graded", "flags": []}
    result |= {"score": verdict.score, "max_score": 100, "cells": {}, "key": ""}
    result["problems"] = {problem.name: report(data, verdict, 100)}
    return page(result) + json.dumps(public(result))


@every_problem
def test_encoded_secrets_do_not_come_back(problem):
    packed = [pack(problem, seed, visible=False) for seed in range(4)]
    first = [next(iter(case["args"].values())) for data in packed for case in data["cases"]]
    assert len(set(map(bits, first))) > 4
    for name, f in TELLING.items():
        assert len({findings_for(problem, data, f) for data in packed}) == 1, name


# The file


def test_a_seed_that_is_not_an_integer_or_is_readable_by_others_is_reported(course):
    (course / ".seed").chmod(0o644)
    (warning,) = Course(course).warnings()
    assert "chmod 600" in warning
    for content in ("", "\n", "eleven", "1 2", "1.5", "\0", "0x1f", "\xff\xfe1"):
        (course / ".seed").write_bytes(content.encode("latin-1"))
        with pytest.raises(CannotDo, match="one whole number"):
            Course(course).seed()
    with pytest.raises(NotThere, match="mine"):
        Course(course, seed_file=course / "mine").seed()

"""The seed of hidden cases: who knows it, what follows from it, what a student can learn."""

import builtins
import copy
import functools
import json

import numpy as np
import pytest
from nngrader.course import Course
from nngrader.engine import judge, pack, report
from nngrader.engine.observation.call_result import ERRORS
from nngrader.engine.observation.observe import observe
from nngrader.errors import CannotDo, NotThere
from nngrader.reports.feedback import page
from nngrader.screen import public

from .sample_course import NAME, hand_in, problems, run

SEEDS = (11, 12)


@pytest.mark.sandbox
def test_two_seeds_give_an_honest_class_the_same_marks_and_pages(course, base):
    hand_in(course, "ada", base.solved().text())
    wrong = {"pairwise_distances": "squared", "softmax_cross_entropy": "no_shift"}
    hand_in(course, "ben", base.answering(wrong).text())
    seen = []
    for seed in (*SEEDS, SEEDS[0]):
        (course / "a seed").write_text(f"{seed}\n")
        arguments = ["--seed", course / "a seed", "--json", course / "out.json"]
        assert run(course, "grade", NAME, *arguments) == 0
        assert run(course, "feedback", NAME) == 0
        pages = [
            (course / "feedback" / s / NAME / f"{NAME}.html").read_text()
            for s in ("ada", "ben")
        ]
        seen.append(((course / "out.json").read_text(), pages))
    assert seen[0] == seen[1] == seen[2]
    assert json.loads(seen[0][0])[0]["score"] == 100


@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.name)
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


@functools.cache
def hidden(problem, seed=SEEDS[0]):
    return pack(problem, seed, visible=False)


def findings_for(problem, data, answer):
    """Return everything that a student gets back: the page and the texts of the JSON.

    ``answer(case)`` is what the student's function answers in that case.
    """
    cases = {id(next(iter(c["args"].values()))): c for c in data["cases"]}

    def run(args):
        case = cases[id(next(iter(args.values())))]
        return observe(lambda *_: answer(case), args, len(problem.returns))

    verdict = judge(data, run)
    result = {"student": "ada", "assignment": NAME, "status": "graded", "flags": []}
    result |= {"score": verdict.score, "max_score": 100, "cells": {}, "key": ""}
    result["problems"] = {problem.name: report(data, verdict, 100)}
    return page(result) + json.dumps(public(result))


def first(case):
    return next(iter(case["args"].values()))


every_problem = pytest.mark.parametrize("problem", problems(), ids=lambda p: p.name)


@every_problem
def test_what_an_answer_encodes_does_not_come_back(problem):
    encoded = [{bits(first(c)) for c in hidden(problem, seed)["cases"]} for seed in range(4)]
    assert len(set.union(*encoded)) > 4
    for name, f in TELLING.items():
        pages = {
            findings_for(problem, hidden(problem, n), lambda case, f=f: f(first(case)))
            for n in range(4)
        }
        assert len(pages) == 1, name


@every_problem
def test_no_number_of_a_hidden_case_stands_in_what_is_told(problem):
    data = hidden(problem)
    text = "".join(
        findings_for(
            problem, data, lambda case, m=m: m.solve(*copy.deepcopy(case["args"]).values())
        )
        for m in problem.mistakes.values()
    )
    numbers = {
        f"{v:.6g}"
        for c in data["cases"]
        for a in [*c["args"].values(), *(c["want"] or ())]
        if np.asarray(a).dtype.kind == "f"
        for v in np.ravel(a)
    }
    assert not [n for n in numbers if len(n.strip("-0.")) >= 6 and n in text]


# What it can, since a hint must depend on the answer: one of a few pages. A function that has
# seen the input can choose among them, so their number is what each kind of case can carry.


def changed(change):
    """Return the right answer with each part changed."""

    def answer(case):
        if case["error"]:
            raise ValueError
        parts = [change(np.array(want, float)) for want in case["want"]]
        return parts[0] if len(parts) == 1 else tuple(parts)

    return answer


def with_one(value, k):
    """Return a function that changes one entry."""

    def change(array):
        array.flat[k % array.size] = value
        return array

    return change


TYPES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 longdouble"
).split()
NEED_ARGUMENTS = {"BaseException", "BaseExceptionGroup", "ExceptionGroup", "KeyboardInterrupt"}
NEED_ARGUMENTS |= {n for n in ERRORS if n.startswith("Unicode")}
THINGS = (None, "text", {}, {1}, [], [[1], [2, 3]], (), iter(()), len, object(), 1j, 0, 0.5)
EXCEPTIONS = [vars(builtins)[name] for name in sorted(ERRORS - NEED_ARGUMENTS)]
FAMILIES = {
    "a wrong entry": (8, lambda p: [changed(with_one(9.5, k)) for k in range(40)]),
    "a nan": (1, lambda p: [changed(with_one(np.nan, k)) for k in range(40)]),
    "factors": (1, lambda p: [changed(lambda a, k=k: a * (1.37 + k)) for k in range(40)]),
    "amounts": (1, lambda p: [changed(lambda a, k=k: a + (1.37 + k)) for k in range(40)]),
    "digits": (10, lambda p: [changed(lambda a, k=k: np.round(a, k)) for k in range(20)]),
    "types": (8, lambda p: [changed(lambda a, t=t: a.astype(t)) for t in TYPES]),
    "numbers of parts": (5, lambda p: [lambda c, k=k: (0.0,) * k for k in range(20)]),
    "kinds": (12, lambda p: [lambda c, v=v: v for v in THINGS]),
    "exceptions": (24, lambda p: [raised(lambda _, e=e: e) for e in EXCEPTIONS]),
}


@pytest.mark.slow
@every_problem
def test_choosing_among_many_answers_gives_one_of_few_pages(problem):
    for family, (most, answers) in FAMILIES.items():
        tried = answers(problem)
        pages = {findings_for(problem, hidden(problem), answer) for answer in tried}
        assert len(tried) > most
        assert len(pages) <= most, (family, len(pages))


# The file


def test_a_seed_that_is_no_whole_number_or_open_to_others_is_told(course):
    (course / ".seed").chmod(0o644)
    (warning,) = Course(course).warnings()
    assert "chmod 600" in warning
    for content in ("", "\n", "eleven", "1 2", "1.5", "\0", "0x1f", "\xff\xfe1"):
        (course / ".seed").write_bytes(content.encode("latin-1"))
        with pytest.raises(CannotDo, match="should hold one whole number"):
            Course(course).seed()
    with pytest.raises(NotThere, match="mine"):
        Course(course, seed_file=course / "mine").seed()

"""The seed of hidden cases: who knows it, what follows from it, what a student can learn."""

import json
import os

import numpy as np
import pytest
from nngrader.assignment import Assignment
from nngrader.course import Course
from nngrader.engine import judge
from nngrader.engine.observe import observe
from nngrader.errors import CannotDo, NotThere
from nngrader.feedback import page
from nngrader.score import report
from nngrader.screen import public
from nngrader.session import require_seed
from nngrader.store import Store

from .making import NAME, hand_in, problems, run

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


# What an answer can carry out. Each takes bits of the first number of its input.


def bits(x):
    return int(np.asarray(x, float).flat[0] * 2**20) % 2**12


def in_words(x):
    raise ValueError(f"the input begins with {bits(x)}")


def in_a_class_of_exceptions(x):
    raise type(f"E{bits(x)}", (Exception,), {})


def in_a_subclass(x):
    raise type(f"E{bits(x)}", (KeyError,), {})(bits(x))


def in_a_shape(x):
    return np.zeros((bits(x) % 97 + 2, 3))


def in_the_number_of_axes(x):
    return np.zeros((2,) * (bits(x) % 9 + 3))


def in_the_number_of_parts(x):
    return (0.0,) * (bits(x) % 40 + 4)


def in_a_value(x):
    return np.full((4, 4), float(bits(x)))


def in_a_text(x):
    return str(bits(x))


def in_a_name(x):
    return type(f"E{bits(x)}", (), {})()


def in_steps(x):
    for _ in range(bits(x)):
        pass
    return 0.0


def in_complex_numbers(x):
    return np.full((4, 4), 1j * bits(x))


TELLING = [
    in_words,
    in_a_class_of_exceptions,
    in_a_subclass,
    in_a_value,
    in_a_text,
    in_a_name,
    in_complex_numbers,
]
IN_LETTERS = [in_a_shape, in_the_number_of_axes, in_the_number_of_parts, in_steps]


def told(problem, data, f):
    """All that comes back to a student: the page and the words of `--json`."""
    verdict = judge(data, lambda args: observe(f, args, len(problem.returns)))
    result = {"student": "ada", "assignment": NAME, "status": "graded", "flags": []}
    result |= {"score": verdict.score, "max_score": 100, "cells": {}, "key": ""}
    result["problems"] = {problem.name: report(data, verdict, 100)}
    return page(result) + json.dumps(public(result))


@pytest.mark.parametrize("f", TELLING, ids=lambda f: f.__name__)
@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.name)
def test_what_an_answer_encodes_does_not_come_back(course, problem, f):
    seen, course = set(), Course(course)
    for seed in range(4):
        (course / ".seed").write_text(f"{seed}\n")
        data = course.hidden(NAME)[problem.name]
        seen.add(told(problem, data, lambda *args: f(args[0])))
    assert len(seen) == 1


@pytest.mark.parametrize("f", IN_LETTERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.name)
def test_what_a_shape_or_steps_tell_holds_no_number(course, problem, f):
    data = Course(course).hidden(NAME)[problem.name]
    verdict = judge(data, lambda args: observe(lambda *a: f(a[0]), args, len(problem.returns)))
    said = " ".join(text for _, text, _ in verdict.findings).replace("float64", "")
    assert said
    assert not any(c.isdigit() for c in said.replace("is 0.", "")), said


@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.name)
def test_no_number_of_a_hidden_case_stands_in_what_is_told(course, problem):
    data = Course(course).hidden(NAME)[problem.name]
    text = "".join(told(problem, data, m.solve) for m in problem.mistakes.values())
    numbers = {
        f"{v:.6g}"
        for c in data["cases"]
        for a in [*c["args"].values(), *(c["want"] or ())]
        if np.asarray(a).dtype.kind == "f"
        for v in np.ravel(a)
    }
    assert not [n for n in numbers if len(n.strip("-0.")) >= 6 and n in text]


# The file


@pytest.mark.parametrize("content", ["", "\n", "eleven", "1 2", "1.5", "\0", "0x1f"])
def test_a_seed_that_is_no_whole_number_is_told(course, content, base, capsys):
    hand_in(course, "ada", base.solved().text())
    (course / ".seed").write_text(content)
    assert run(course, "grade", NAME) == 1
    assert f"{course / '.seed'} should hold one whole number, and holds none" in (
        capsys.readouterr().err
    )


def test_a_seed_of_other_bytes_is_told(course):
    (course / ".seed").write_bytes(b"\xff\xfe1")
    with pytest.raises(CannotDo, match="should hold one whole number"):
        Course(course).seed()


def test_a_seed_file_that_is_not_there_is_wrong_usage(course):
    with pytest.raises(NotThere, match=r"no seed: .*mine does not exist"):
        Course(course, seed_file=course / "mine").seed()


def test_a_folder_in_the_place_of_the_seed_is_told(course):
    with pytest.raises(CannotDo, match=r"the seed .* cannot be read: Is a directory"):
        Course(course, seed_file=course).seed()


def test_a_seed_that_others_may_read_is_told(course):
    (course / ".seed").chmod(0o644)
    (said,) = Course(course).warnings()
    assert "can be read by others: run `chmod 600` on it" in said


def test_the_first_use_makes_a_seed_that_nobody_else_reads(course):
    (course / ".seed").unlink()
    first = Course(course).seed()
    assert os.stat(course / ".seed").st_mode & 0o777 == 0o600
    assert Course(course).seed() == first > 2**32


def test_a_seed_at_which_a_mistake_scores_too_much_is_refused_before_grading(course):
    file = course / "problems" / f"{NAME}.py"
    old, new = "wraps_around(X, Y):\n", "wraps_around(X, Y):\n    X, Y = X * 1.0, Y * 1.0\n"
    file.write_text(file.read_text().replace(old, new))
    assignment = Assignment(Course(course), NAME)
    with pytest.raises(CannotDo, match=r"(?s)do not hold at this seed:.*wraps around"):
        require_seed(assignment, Store(course / ".results"))

"""The seed of hidden cases: who knows it, what follows from it, what a student can learn."""

import builtins
import copy
import functools
import itertools
import json
import os

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


def in_words(x):
    raise ValueError(f"the input begins with {bits(x)}")


def in_a_class_of_exceptions(x):
    raise type(f"E{bits(x)}", (Exception,), {})


def in_a_subclass(x):
    raise type(f"E{bits(x)}", (KeyError,), {})(bits(x))


def in_an_unusual_exception(x):
    raise (BufferError, LookupError, EOFError)[bits(x) % 3]


def in_a_length(x):
    return np.zeros((bits(x) + 1000, 3))


def in_the_number_of_axes(x):
    return np.zeros((2,) * (bits(x) % 9 + 4))


def in_the_number_of_parts(x):
    return (0.0,) * (bits(x) + 1000)


def in_a_value(x):
    return np.full((4, 4), float(bits(x)))


def in_a_text(x):
    return str(bits(x))


def in_a_name(x):
    return type(f"E{bits(x)}", (), {})()


def in_complex_numbers(x):
    return np.full((4, 4), 1j * bits(x))


def in_the_type(x):
    return np.zeros((4, 4), ("int8", "int16", "int32", "uint16", "uint32")[bits(x) % 5])


TELLING = [
    in_words,
    in_a_class_of_exceptions,
    in_a_subclass,
    in_an_unusual_exception,
    in_a_length,
    in_the_number_of_axes,
    in_the_number_of_parts,
    in_a_value,
    in_a_text,
    in_a_name,
    in_complex_numbers,
    in_the_type,
]


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


@pytest.mark.parametrize("f", TELLING, ids=lambda f: f.__name__)
@every_problem
def test_what_an_answer_encodes_does_not_come_back(problem, f):
    encoded = [{bits(first(c)) for c in hidden(problem, seed)["cases"]} for seed in range(4)]
    assert len(set.union(*encoded)) > 4
    pages = {
        findings_for(problem, hidden(problem, n), lambda case: f(first(case))) for n in range(4)
    }
    assert len(pages) == 1


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


def test_how_long_it_took_stands_neither_on_the_page_nor_in_the_file():
    result = {"student": "ada", "assignment": NAME, "status": "graded", "flags": []}
    result |= {"score": 0, "max_score": 1, "cells": {}, "key": "", "problems": {}}
    timed = result | {"seconds": {"hinge_loss": 1.2345}, "fingerprints": {"hinge_loss": [6789]}}
    assert page(timed) == page(result)
    assert public(timed) == public(result)


# What it can, since a hint must depend on the answer: one of a few pages. A function that has
# seen the input can choose among them, so their number is what each kind of case can carry.


def of_shape(letters):
    """Return an answer with the shape that letters and digits name."""
    return lambda case: np.zeros([case["sizes"].get(a, a) for a in letters])


def shapes(problem):
    """Return answers of many wrong shapes."""
    sizes = [*hidden(problem)["cases"][0]["sizes"], 1, 3]
    short = [s for k in range(4) for s in itertools.product(sizes, repeat=k)]
    long = list(itertools.product(sizes[:3], repeat=5))[::9]
    return [spread(problem, of_shape(s)) for s in short + long]


def spread(problem, answer):
    """Return an answer that is the same for each part."""
    n = len(problem.returns)
    return answer if n == 1 else lambda case: (answer(case),) * n


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


def raising(kind):
    """Return an answer that raises an exception."""

    def answer(case):
        raise kind

    return answer


def kinds_of_exceptions():
    """Return the exceptions of Python that need no arguments."""
    found = [vars(builtins)[name] for name in sorted(ERRORS)]
    needs = (UnicodeError, BaseExceptionGroup, KeyboardInterrupt)
    return [k for k in found if not issubclass(k, needs) and k is not BaseException]


def times_a_size(problem):
    """Return the right answer and each known mistake, multiplied by many factors."""
    sizes = sorted(hidden(problem)["cases"][0]["sizes"])
    of = [lambda case, k: case["want"][k]]
    of += [
        lambda case, k, n=n: case["mistaken"].get(n, case["want"])[k] for n in problem.mistakes
    ]
    return [scaled(problem, f, a, power) for f in of for a in sizes for power in (1, -1, 2)]


def scaled(problem, f, letter, power):
    """Return the parts that `f` returns, multiplied by a power of a size."""

    def answer(case):
        if case["error"]:
            raise ValueError
        factor = float(case["sizes"][letter]) ** power
        parts = [np.array(f(case, k), float) * factor for k in range(len(problem.returns))]
        return parts[0] if len(parts) == 1 else tuple(parts)

    return answer


TYPES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 longdouble"
).split()
THINGS = (None, "text", {}, {1}, [], [[1], [2, 3]], (), iter(()), len, object(), 1j, 0, 0.5)
FAMILIES = {
    "shapes": (40, shapes),
    "a wrong entry": (8, lambda p: [changed(with_one(9.5, k)) for k in range(40)]),
    "a nan": (1, lambda p: [changed(with_one(np.nan, k)) for k in range(40)]),
    "factors": (1, lambda p: [changed(lambda a, k=k: a * (1.37 + k)) for k in range(40)]),
    "amounts": (1, lambda p: [changed(lambda a, k=k: a + (1.37 + k)) for k in range(40)]),
    "digits": (10, lambda p: [changed(lambda a, k=k: np.round(a, k)) for k in range(20)]),
    "types": (8, lambda p: [changed(lambda a, t=t: a.astype(t)) for t in TYPES]),
    "numbers of parts": (5, lambda p: [lambda c, k=k: (0.0,) * k for k in range(20)]),
    "kinds": (12, lambda p: [lambda c, v=v: v for v in THINGS]),
    "exceptions": (24, lambda p: [raising(kind) for kind in kinds_of_exceptions()]),
    "a mistake and a size": (100, times_a_size),
}


@pytest.mark.deep(8)
@pytest.mark.parametrize("family", FAMILIES)
@every_problem
def test_choosing_among_many_answers_gives_one_of_few_pages(problem, family):
    most, answers = FAMILIES[family][0], FAMILIES[family][1](problem)
    pages = {findings_for(problem, hidden(problem), answer) for answer in answers}
    assert len(answers) > most
    assert len(pages) <= most, len(pages)


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
    (warning,) = Course(course).warnings()
    assert "can be read by others: run `chmod 600` on it" in warning


def test_the_first_use_makes_a_seed_that_nobody_else_reads(course):
    (course / ".seed").unlink()
    first = Course(course).seed()
    assert os.stat(course / ".seed").st_mode & 0o777 == 0o600
    assert Course(course).seed() == first > 2**32


def test_a_seed_at_which_a_mistake_scores_too_much_is_refused_before_grading(
    course, base, capsys
):
    hand_in(course, "ada", base.solved().text())
    file = course / "problems" / NAME / "pairwise_distances.py"
    old, new = "wraps_around(X, Y):\n", "wraps_around(X, Y):\n    X, Y = X * 1.0, Y * 1.0\n"
    file.write_text(file.read_text().replace(old, new))
    assert run(course, "grade", NAME) == 1
    assert "no draw of pictures in 1000 shows all of" in capsys.readouterr().err

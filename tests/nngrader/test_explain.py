"""`nngrader explain`: why a submission lost points, with all numbers, for the instructor."""

import json
import re
import shutil

import numpy as np
import pytest
from nngrader.course import Course
from nngrader.course.anonymous import Codes
from nngrader.course.assignment import Assignment
from nngrader.grading.explain import Lost, _one_part, explain, in_all
from nngrader.screen import shown

from .sample_course import NAME, hand_in, problems, run

pytestmark = pytest.mark.sandbox
MISTAKES = [(p.name, m) for p in problems() for m in p.mistakes]


@pytest.fixture(scope="module")
def mistaken(request, released, base, tmp_path_factory):
    """Return a course and its results: for each mistake tried a student who makes it."""
    folder = tmp_path_factory.mktemp("mistaken")
    course = shutil.copytree(released, folder / "course")
    tried = [i.callspec.params for i in request.session.items if "mistaken" in i.fixturenames]
    for p in tried:
        answer = {p["problem"]: p["mistake"].replace(" ", "_")}
        hand_in(course, student_of(p["problem"], p["mistake"]), base.answering(answer).text())
    assert run(course, "grade", NAME, "--json", folder / "r.json") == 0
    return course, {r["student"]: r for r in json.loads((folder / "r.json").read_text())}


def student_of(problem, mistake):
    """Return the student who makes a mistake."""
    return f"{problem} {mistake}".replace(" ", "-")


@pytest.mark.deep(20)
@pytest.mark.parametrize(("problem", "mistake"), MISTAKES)
def test_points_are_those_of_grading_and_every_loss_has_its_case(mistaken, problem, mistake):
    course, results = mistaken
    student = student_of(problem, mistake)
    graded = results[student]
    found = explain(Assignment(Course(course), NAME), student)
    assert [lost.problem for lost in found] == list(graded["problems"])
    for lost in found:
        one = graded["problems"][lost.problem]
        assert (lost.score, lost.most, lost.hints) == (
            one["score"],
            one["max"],
            one["mistakes"],
        )
        assert {a: list(p) for a, p in lost.aspects.items()} == one["aspects"]
        assert bool(lost.cases) == (lost.score < lost.most)
        assert all(case.inputs and case.wrong for case in lost.cases)


MEAN_LEFT_OUT = """
def hinge_loss(scores, targets, margin=1.0):
    if margin == 1.0:
        raise ValueError("<b>what the student says</b>")
    return scores.sum(), scores * 0
"""


def test_text_and_page_show_inputs_what_came_and_what_is_asked(course, base, tmp_path, capsys):
    hand_in(course, "ada", base.solved().write("hinge_loss", MEAN_LEFT_OUT).text())
    assert run(course, "explain", NAME, "ada", "hinge_loss") == 0
    text = capsys.readouterr().out
    assert text.startswith("ada, hinge_loss: ")
    assert "pairwise_distances" not in text
    assert re.search(r"ordinary input, with .*:\n    scores = \[\[", text)
    assert re.search(r"loss: came -?\d+\.\d+, asked \d+\.\d+", text)
    assert re.search(r"gradient: \d+ of \d+ entries differ, shape \(\d+, \d+\)", text)
    assert "raised ValueError" in text
    assert "what the student says" not in text
    file = tmp_path / "why.html"
    assert run(course, "explain", NAME, "ada", "--out", file) == 0
    page = file.read_text()
    assert "3 problems" not in page
    assert page.count("<h2>") == 3
    assert "entries differ" in page
    assert "keep it to yourself" in capsys.readouterr().out


def test_a_short_answer_is_one_line_and_one_too_large_is_called_so():
    want = np.arange(12.0).reshape(3, 4) / 7
    (line,) = _one_part("y", {"kind": "array", "values": want - 1}, want, 1e-6)
    assert line.startswith("y: came [[-1., -0.85714286, ")
    assert "], [-0.42857143, " in line
    assert shown(line) == line  # a line break would be a question mark
    (line,) = _one_part("y", {"kind": "large", "values": None}, want, 1e-6)
    assert line.startswith("y: came far too many entries, asked [[")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["zoe"], "nothing handed in for ps2_classifiers by zoe"),
        (["adda"], "nothing handed in for ps2_classifiers by adda; did you mean 'ada'?"),
        (["ada", "hing_loss"], "softmax_cross_entropy; did you mean 'hinge_loss'?"),
        (["ada", "softmax"], "has no problem 'softmax'; it has hinge_loss, pairwise_distances"),
        (
            ["bob"],
            "nothing of bob's ps2_classifiers can be read: 'ps2_classifiers.ipynb' is",
        ),
    ],
)
def test_what_is_not_there_is_named(course, base, capsys, arguments, message):
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", "{")
    assert run(course, "explain", NAME, *arguments) == 2
    assert message in capsys.readouterr().err


def test_what_cannot_be_read_of_a_code_names_nobody(course, capsys):
    folder = hand_in(course, "adalove", "{")
    (folder / f"{NAME}.ipynb").rename(folder / "adalove.ipynb")
    code = Codes(Course(course))("adalove")
    assert run(course, "explain", NAME, code, "--anonymous") == 2
    said = capsys.readouterr().err
    assert f"nothing of {code}'s {NAME} can be read: " in said
    assert "adalove" not in said


def test_a_function_that_was_never_written_has_one_line(course, base, capsys):
    hand_in(course, "ada", base.untouched().text())
    assert run(course, "explain", NAME, "ada", "hinge_loss") == 0
    text = capsys.readouterr().out
    assert text.count("NotImplementedError") == 1
    assert "ordinary input" not in text


def test_a_function_of_another_name_is_said_to_be_missing(course, base, capsys):
    hand_in(
        course, "ada", base.solved().write("hinge_loss", "def hinge(X):\n    return X").text()
    )
    assert run(course, "explain", NAME, "ada", "hinge_loss") == 0
    text = capsys.readouterr().out
    assert text.count("no function hinge_loss is defined after the cells have run") == 1
    assert "NameError" not in text


def test_what_the_last_line_adds_up_is_what_is_recorded(course, base, tmp_path, capsys):
    hand_in(course, "ada", base.solved().write("hinge_loss", MEAN_LEFT_OUT).text())
    assert run(course, "explain", NAME, "ada") == 0
    assert "in all" not in capsys.readouterr().out  # nothing is recorded yet
    assert run(course, "grade", NAME, "--json", tmp_path / "r.json") == 0
    (graded,) = json.loads((tmp_path / "r.json").read_text())
    capsys.readouterr()
    assert run(course, "explain", NAME, "ada") == 0
    *_, last = capsys.readouterr().out.splitlines()
    score = graded["score"]
    assert last == f"ada, in all: {score:g} by the grader: {score:g} of 100 points"


def test_points_by_hand_penalty_and_open_answers_are_told():
    found = [Lost("f", 20, 20, {}, []), Lost("g", 0, 30, {}, [])]
    by_hand = [("test_g", 9.0, 30, ""), ("why", 5.0, 10, ""), ("proof", None, 10, "")]
    mark = {"score": 24.0, "max_score": 70.0, "late_penalty": 10.0, "by_hand": by_hand}
    assert in_all(found, mark) == (
        "in all: 20 by the grader, 9 by hand for g, 5 by hand for why, nothing yet for proof, "
        "which waits for a mark, 10 less as it was late: 24 of 70 points"
    )
    other = in_all(found, mark | {"score": 20.0})
    assert other.endswith("24 of 70 points; but 20 are recorded: grade again")

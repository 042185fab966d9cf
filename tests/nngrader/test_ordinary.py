"""Ordinary assertions: an instructor's own nbgrader notebook gets nbgrader's marks here."""

import shutil

import pytest
from nngrader.course.notebooks import from_text, is_ordinary, is_solution
from nngrader.records.codes import Code
from nngrader.records.flag import Flag, FlagCode
from nngrader.records.flag_rendering import for_instructor
from nngrader.storage.results import latest_results

from .nbgrader_command import run_nbgrader
from .own_notebooks import PS, answered, marked, own_course, submit, write_source
from .recorded_gradebook import scores
from .sample_course import run

TEXT = """
(intro)=
# Squares

```{code-cell}
:name: square

SQUARE
```

```{test} test_square
:points: 3

assert square(2) == 4
limits = [5, 7]
### BEGIN HIDDEN TESTS
assert square(-3) == 9
### END HIDDEN TESTS
```

```{code-cell}
:name: middle

def middle(a, b):
    ### BEGIN SOLUTION
    return (a + b) / 2
    ### END SOLUTION
```

```{test} test_middle
:points: 2.5

score = 1 if middle(0, 2) == 1 else 0
score += 1.5 * (middle(*limits) == 6)
score
```

```{code-cell}
:name: later

limits = [0, 1]
```

```{test} test_later
:points: 4

assert len(limits) == 2
### BEGIN HIDDEN TESTS
limits == [0, 1] and middle(*limits) == 0.5
### END HIDDEN TESTS
```
"""
RIGHT = {
    "square": "def square(x):\n    return x * x",
    "middle": "def middle(a, b):\n    return (a + b) / 2",
}
STUDENTS = {
    "right": RIGHT,
    "hidden": RIGHT | {"square": "def square(x):\n    return x * abs(x)"},
    "visible": RIGHT | {"square": "def square(x):\n    return 2 ** x + 1"},
    "part": RIGHT | {"middle": "def middle(a, b):\n    return (b - a) / 2"},
    "raises": RIGHT | {"middle": "def middle(a, b):\n    return undefined"},
    "syntax": RIGHT | {"square": "def square(x)\n    return x * x"},
    "unchanged": {},
}


def with_solution(text):
    """Return the instructor's text with a solution of `square`."""
    return TEXT.replace("SQUARE", marked(text))


@pytest.fixture
def own(tmp_path):
    """Return a course whose only source is a notebook, with a submission of each student."""
    course = own_course(tmp_path / "course", {PS: with_solution(RIGHT["square"])})
    for student, cells in STUDENTS.items():
        submit(course, student, answered(course, cells))
    return course


@pytest.mark.sandbox
def test_own_notebook_is_graded_by_its_assertions(own, capsys):
    source = own / "source" / PS / f"{PS}.ipynb"
    before = source.read_bytes()
    ends = {"square": "import os\ndef square(x):\n    os._exit(0)"}
    submit(own, "ends", answered(own, RIGHT | ends))
    assert "HIDDEN" not in (own / "release" / PS / f"{PS}.ipynb").read_text()
    assert run(own, "grade", PS) == 0
    outcomes = scores(own, PS)
    # Where the first test cell fails, it doesn't define the limits that the second one uses.
    # The last one sets its own limits, and the value of its comparison is no number of points.
    nothing = {"visible": 4, "syntax": 4, "unchanged": 0}
    assert outcomes == nothing | {
        "right": 9.5,
        "hidden": 6.5,
        "part": 8,
        "raises": 3,
        "ends": 6.5,
    }
    assert source.read_bytes() == before
    results = {s: r["problems"]["test_square"] for s, r in latest_results(own, PS).items()}
    (visible,), (hidden,) = results["visible"]["findings"], results["hidden"]["findings"]
    assert visible["code"] == Code.TEST_FAILED
    assert visible["data"]["quoted"] == "assert square(2) == 4"
    assert hidden["code"] == Code.HIDDEN_TEST_FAILED
    (ended,) = results["ends"]["findings"]
    assert (ended["code"], ended["data"]["test"]) == (Code.STOPPED, "test_square")
    (prevented,) = latest_results(own, PS)["visible"]["problems"]["test_middle"]["findings"]
    assert (prevented["code"], prevented["data"]) == (
        Code.TEST_PREVENTED,
        {"after": "test_square"},
    )
    assert run(own, "feedback", PS) == 0
    page = (own / "feedback" / "hidden" / PS / f"{PS}.html").read_text()
    assert "square(-3)" not in page
    capsys.readouterr()
    assert run(own, "explain", PS, "hidden", "test_square") == 0
    why = capsys.readouterr().out
    assert "square(-3)" in why
    assert "AssertionError" in why


@pytest.mark.slow
@pytest.mark.sandbox
def test_points_of_own_notebook_can_change(own):
    assert run(own, "grade", PS) == 0
    assert run(own, "reweight", PS, "--points", "test_square=6", "--yes") == 0
    results = scores(own, PS)
    assert (results["right"], results["part"], results["hidden"]) == (12.5, 11, 6.5)


@pytest.mark.slow
@pytest.mark.sandbox
def test_own_notebook_gets_the_marks_of_nbgrader(own):
    assert run(own, "grade", PS) == 0
    ours = scores(own, PS)
    run_nbgrader(own, ("autograde", PS, "--force"))
    assert scores(own, PS) == ours


@pytest.mark.sandbox
def test_release_needs_a_solution_that_passes(own, capsys):
    shutil.rmtree(own / "submitted")
    write_source(own, PS, with_solution("def square(x):\n    return x"))
    assert run(own, "release", PS) == 1
    assert "test_square 0 of 3" in capsys.readouterr().err
    wrong = "def square(x):\n    return nowhere.f(x)\nimport nowhere"
    write_source(own, PS, with_solution(wrong))
    assert run(own, "release", PS) == 1
    said = capsys.readouterr().err
    assert "`nowhere`" in said
    assert "ModuleNotFoundError" in said
    assert for_instructor(Flag(FlagCode.LOCKED_CELL_CHANGED, "test_square")) not in said


def test_text_has_marks_for_solutions_and_ordinary_tests(tmp_path):
    (file := tmp_path / "text.md").write_text(with_solution(RIGHT["square"]))
    cells = {c["id"]: c for c in from_text(file, [], {})["cells"]}
    assert [i for i, c in cells.items() if is_solution(c)] == ["square", "middle"]
    assert [i for i, c in cells.items() if is_ordinary(c)] == [
        f"test_{name}" for name in ("square", "middle", "later")
    ]
    assert cells["test_middle"]["metadata"]["nbgrader"]["points"] == 2.5

"""Ordinary assertions: an instructor's own nbgrader notebook gets nbgrader's marks here."""

import copy
import json
import shutil

import pytest
from nngrader.course import Course
from nngrader.course.notebooks import from_text, is_ordinary, is_solution
from nngrader.gradebook import marks
from nngrader.records.codes import Code
from nngrader.records.flag import Flag, FlagCode
from nngrader.records.flag_rendering import for_instructor
from nngrader.storage.results import latest_results

from .nbgrader_command import run_nbgrader
from .sample_course import EXERCISES, run

WEEK = "week1"
TEXT = """
(intro)=
# Squares

```{{code-cell}}
:name: square

def square(x):
    {solution}
```

```{{test}} test_square
:points: 3

assert square(2) == 4
limits = [5, 7]
### BEGIN HIDDEN TESTS
assert square(-3) == 9
### END HIDDEN TESTS
```

```{{code-cell}}
:name: middle

def middle(a, b):
    ### BEGIN SOLUTION
    return (a + b) / 2
    ### END SOLUTION
```

```{{test}} test_middle
:points: 2.5

score = 1 if middle(0, 2) == 1 else 0
score += 1.5 * (middle(*limits) == 6)
score
```

```{{code-cell}}
:name: later

limits = [0, 1]
```

```{{test}} test_later
:points: 4

assert len(limits) == 2
### BEGIN HIDDEN TESTS
limits == [0, 1] and middle(*limits) == 0.5
### END HIDDEN TESTS
```
"""
SOLUTION = "### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION"
RIGHT = {
    "square": "def square(x):\n    return x * x",
    "middle": "def middle(a, b):\n    return (a + b) / 2",
}
STUDENTS = {
    "right": RIGHT,
    "hidden": RIGHT | {"square": "def square(x):\n    return x * abs(x)"},
    "seen": RIGHT | {"square": "def square(x):\n    return 2 ** x + 1"},
    "part": RIGHT | {"middle": "def middle(a, b):\n    return (b - a) / 2"},
    "raises": RIGHT | {"middle": "def middle(a, b):\n    return undefined"},
    "syntax": RIGHT | {"square": "def square(x)\n    return x * x"},
    "unchanged": {},
}


def notebook(tmp_path, solution=SOLUTION):
    file = tmp_path / f"{WEEK}.md"
    file.write_text(TEXT.format(solution=solution))
    return from_text(file, [], {})


@pytest.fixture
def own(tmp_path):
    """Return a course whose only source is a notebook, with a submission of each student."""
    course = tmp_path / "course"
    folder = course / "source" / WEEK
    folder.mkdir(parents=True)
    (folder / f"{WEEK}.ipynb").write_text(json.dumps(notebook(tmp_path)))
    shutil.copy(EXERCISES / "nbgrader_config.py", course)
    assert run(course, "release", WEEK) == 0
    released = json.loads((course / "release" / WEEK / f"{WEEK}.ipynb").read_text())
    for student, cells in STUDENTS.items():
        mine = copy.deepcopy(released)
        for cell in mine["cells"]:
            cell["source"] = cells.get(cell["id"], cell["source"])
        place = course / "submitted" / student / WEEK
        place.mkdir(parents=True)
        (place / f"{WEEK}.ipynb").write_text(json.dumps(mine))
    return course


@pytest.mark.sandbox
def test_own_notebook_is_graded_by_its_assertions(own, capsys):
    source = own / "source" / WEEK / f"{WEEK}.ipynb"
    before = source.read_bytes()
    ends = copy.deepcopy(
        json.loads((own / "submitted/right" / WEEK / f"{WEEK}.ipynb").read_text())
    )
    ends["cells"][1]["source"] = "import os\ndef square(x):\n    os._exit(0)"
    (place := own / "submitted" / "ends" / WEEK).mkdir(parents=True)
    (place / f"{WEEK}.ipynb").write_text(json.dumps(ends))
    assert "HIDDEN" not in (own / "release" / WEEK / f"{WEEK}.ipynb").read_text()
    assert run(own, "grade", WEEK) == 0
    outcomes = {s: m["score"] for s, m in marks(Course(own), WEEK).items()}
    # Where the first test cell fails, it doesn't define the limits that the second one uses.
    # The last one sets its own limits, and the value of its comparison is no number of points.
    nothing = {"seen": 4, "syntax": 4, "unchanged": 0}
    assert outcomes == nothing | {
        "right": 9.5,
        "hidden": 6.5,
        "part": 8,
        "raises": 3,
        "ends": 6.5,
    }
    assert source.read_bytes() == before
    results = {s: r["problems"]["test_square"] for s, r in latest_results(own, WEEK).items()}
    (seen,), (hidden,) = results["seen"]["findings"], results["hidden"]["findings"]
    assert seen["code"] == Code.TEST_FAILED
    assert seen["data"]["quoted"] == "assert square(2) == 4"
    assert hidden["code"] == Code.HIDDEN_TEST_FAILED
    (ended,) = results["ends"]["findings"]
    assert (ended["code"], ended["data"]["test"]) == (Code.STOPPED, "test_square")
    (prevented,) = latest_results(own, WEEK)["seen"]["problems"]["test_middle"]["findings"]
    assert (prevented["code"], prevented["data"]) == (
        Code.TEST_PREVENTED,
        {"after": "test_square"},
    )
    assert run(own, "feedback", WEEK) == 0
    page = (own / "feedback" / "hidden" / WEEK / f"{WEEK}.html").read_text()
    assert "square(-3)" not in page
    capsys.readouterr()
    assert run(own, "explain", WEEK, "hidden", "test_square") == 0
    why = capsys.readouterr().out
    assert "square(-3)" in why
    assert "AssertionError" in why


@pytest.mark.slow
@pytest.mark.sandbox
def test_points_of_own_notebook_can_change(own):
    assert run(own, "grade", WEEK) == 0
    assert run(own, "reweight", WEEK, "--points", "test_square=6", "--yes") == 0
    results = {s: m["score"] for s, m in marks(Course(own), WEEK).items()}
    assert (results["right"], results["part"], results["hidden"]) == (12.5, 11, 6.5)


@pytest.mark.slow
@pytest.mark.sandbox
def test_own_notebook_gets_the_marks_of_nbgrader(own):
    assert run(own, "grade", WEEK) == 0
    ours = {s: m["score"] for s, m in marks(Course(own), WEEK).items()}
    run_nbgrader(own, ("autograde", WEEK, "--force"))
    assert {s: m["score"] for s, m in marks(Course(own), WEEK).items()} == ours


@pytest.mark.sandbox
def test_release_needs_a_solution_that_passes(own, capsys):
    wrong = notebook(own, "### BEGIN SOLUTION\n    return x\n    ### END SOLUTION")
    shutil.rmtree(own / "submitted")
    (own / "source" / WEEK / f"{WEEK}.ipynb").write_text(json.dumps(wrong))
    assert run(own, "release", WEEK) == 1
    assert "test_square 0 of 3" in capsys.readouterr().err
    lines = ["    return nowhere.f(x)", "import nowhere"]
    needs = notebook(own, "\n".join(["### BEGIN SOLUTION", *lines, "### END SOLUTION"]))
    (own / "source" / WEEK / f"{WEEK}.ipynb").write_text(json.dumps(needs))
    assert run(own, "release", WEEK) == 1
    said = capsys.readouterr().err
    assert "`nowhere`" in said
    assert "ModuleNotFoundError" in said
    assert for_instructor(Flag(FlagCode.LOCKED_CELL_CHANGED, "test_square")) not in said


def test_text_has_marks_for_solutions_and_ordinary_tests(tmp_path):
    cells = {c["id"]: c for c in notebook(tmp_path)["cells"]}
    assert [i for i, c in cells.items() if is_solution(c)] == ["square", "middle"]
    assert [i for i, c in cells.items() if is_ordinary(c)] == [
        f"test_{name}" for name in ("square", "middle", "later")
    ]
    assert cells["test_middle"]["metadata"]["nbgrader"]["points"] == 2.5

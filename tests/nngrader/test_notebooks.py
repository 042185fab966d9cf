"""The notebook that is made of an assignment's text and its declared problems."""

import re
from types import SimpleNamespace

import pytest
from nngrader.course import Course
from nngrader.course.notebooks import from_text, is_picture, mark, with_links, with_tables
from nngrader.errors import CannotDo
from nngrader.settings import read_address, read_settings

from .sample_course import EXERCISES, NAME

EXAMPLE = re.search(
    r"````markdown\n(.*?)````", (EXERCISES.parent / "docs" / "problems.md").read_text(), re.S
)[1]


def softmax(z):
    """Probabilities of the scores z."""
    # the largest exponent is 0
    return z


class Value:
    """A number."""

    def __init__(self, data):
        self.data = data

    def twice(self):
        return 2 * self.data


class Stepped:
    """A number."""

    def __init__(self, data):
        """Keep data."""
        self.data = data

    def double(self):
        """Return twice the number."""
        return self.sum(self)

    def sum(self, other):
        return self.data + other.data


POINTS = {"shape": 1, "value": 5}
PROBLEMS = [
    SimpleNamespace(name="softmax", solve=softmax, points=POINTS, total=6, criteria={}),
    SimpleNamespace(
        name="Value", solve=Value, points=POINTS, total=6, criteria={"value": "it"}
    ),
]


def made(tmp_path, text, **worth):
    """Return the notebook of a text."""
    (tmp_path / "ps.md").write_text(text)
    return with_tables(from_text(tmp_path / "ps.md", PROBLEMS, worth), PROBLEMS, worth)


def test_the_example_of_the_guide_is_a_notebook(tmp_path):
    cells = {c["id"]: c for c in made(tmp_path, EXAMPLE, softmax=12)["cells"]}
    assert list(cells) == [
        "intro",
        "setup",
        "text_softmax",
        "softmax",
        "test_softmax",
        "text_why",
        "why",
        "text_outcome",
    ]
    table = "| points | aspect |\n|---|---|\n| 10 | value |\n| 2 | shape |"
    assert table in cells["text_softmax"]["source"]
    assert cells["softmax"]["source"] == (
        'def softmax(z):\n    """Probabilities of the scores z."""\n    ### BEGIN SOLUTION\n'
        "    # the largest exponent is 0\n    return z\n    ### END SOLUTION"
    )
    tests = cells["test_softmax"]["source"].splitlines()
    assert tests[0] == "check(softmax)"
    assert tests[-2] == 'points("softmax", softmax, 12)'
    about = {gid: mark(c) for gid, c in cells.items()}
    assert [g for g, m in about.items() if m["solution"]] == ["softmax", "why"]
    assert [g for g, m in about.items() if not m["locked"]] == ["softmax", "why"]
    graded = {g: m["points"] for g, m in about.items() if m["grade"]}
    assert graded == {"test_softmax": 12, "why": 4}
    assert cells["why"]["source"].startswith("### BEGIN SOLUTION\n")


def test_of_a_class_students_get_the_head_of_its_first_method(tmp_path):
    text, value, _ = made(tmp_path, "```{points}\n```\n\n```{problem} Value\n```\n")["cells"]
    stub, _, rest = value["source"].partition("        ### BEGIN SOLUTION\n")
    assert stub == 'class Value:\n    """A number."""\n\n    def __init__(self, data):\n'
    assert rest.endswith("return 2 * self.data\n        ### END SOLUTION")
    assert text["source"].splitlines()[2:] == ["| 5 | value | it |", "| 1 | shape |  |"]


def test_the_pictures_of_the_course_are_known():
    drawn = [
        c for c in Course(EXERCISES).instructor("ps2_classifiers")["cells"] if is_picture(c)
    ]
    assert [c["id"] for c in drawn][:2] == ["distances_map", "neighbours_map"]
    assert {mark(c)["solution"] or mark(c)["grade"] for c in drawn} == {False}
    theirs = {"cell_type": "code", "metadata": {"nbgrader": {"solution": True}}}
    assert not is_picture(theirs | {"source": "import matplotlib"})


def test_of_a_class_students_get_the_heads_of_methods_that_have_a_docstring(tmp_path):
    stepped = SimpleNamespace(name="S", solve=Stepped, points=POINTS, total=6, criteria={})
    (tmp_path / "ps.md").write_text("```{problem} S\n```\n")
    cell = from_text(tmp_path / "ps.md", [stepped], {})["cells"][0]["source"]
    given = re.sub(r" +### BEGIN SOLUTION\n.*?### END SOLUTION", "        …", cell, flags=re.S)
    assert given == (
        'class Stepped:\n    """A number."""\n\n    def __init__(self, data):\n'
        '        """Keep data."""\n        …\n\n    def double(self):\n'
        '        """Return twice the number."""\n        …'
    )
    here = {}
    exec(cell, here)
    assert here["Stepped"](2).double() == 4


def test_three_large_lines_of_points_are_seen_and_form_is_one_line(tmp_path):
    points = {"shape": 1, "zero": 2, "value": 5, "gradient": 4, "edge": 3, "loops": 1}
    asked = {"zero": "at 0", "shape": "a row", "loops": "no loop over N"}
    many = SimpleNamespace(name="many", solve=softmax, points=points, total=16, criteria=asked)
    (tmp_path / "ps.md").write_text("```{points}\n```\n\n```{problem} many\n```\n")
    notebook = with_tables(from_text(tmp_path / "ps.md", [many], {}), [many], {})
    seen, _, folded = notebook["cells"][0]["source"].partition("<details>")
    rows = [part.strip().splitlines()[-3:] for part in (seen, folded.partition("\n\n</d")[0])]
    assert rows[0] == ["| 5 | value |  |", "| 4 | gradient |  |", "| 3 | edge |  |"]
    assert rows[1][1:] == [
        "| 2 | zero | at 0 |",
        "| 2 | form | *shape*: a row; *loops*: no loop over N |",
    ]
    assert "<summary>4 points in smaller lines</summary>" in folded


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```{problem} argmax\n```\n", "argmax is no problem of the assignment"),
        ("```{problem} Value\n```\n```{problem} Value\n```\n", "two cells are called Value"),
        ("```{code-cell} python\n1\n```\n", "a {code-cell} has no name"),
        ("```{answer} why\nmine\n```\n", "why needs a line `:points: NUMBER`"),
        ("```{answr} why\n```\n", "```{answr} why is no mark that is known"),
        ("```{problem} Value\n", "```{problem} Value is no mark that is known, or has no end"),
        ("(intro)=\n\nA.\n\n```{problem} Value\n```\n\nB.\n", "text without a name: 'B.'"),
        ("(intro)=\n\n```{points}\n```\n", "{points} stands in intro, the text of no problem"),
    ],
)
def test_a_mark_that_is_not_understood_is_named(tmp_path, text, message):
    with pytest.raises(CannotDo, match=re.escape(message)):
        made(tmp_path, text)


def test_points_for_what_is_no_problem_are_refused(tmp_path):
    with pytest.raises(CannotDo, match=re.escape("[points] names argmax")):
        made(tmp_path, EXAMPLE, argmax=3)


def test_the_notebooks_of_the_course_are_those_of_a_release():
    notebook = Course(EXERCISES).instructor(NAME)
    assert not any("{points}" in c["source"] for c in notebook["cells"])
    assert len({c["id"] for c in notebook["cells"]}) == len(notebook["cells"])


def test_links_to_the_book_follow_its_address():
    text = "**Read first:** [Softmax](book:classifiers/softmax) and [b](https://b.org)."
    for address, expected in (
        ("", "*Softmax*"),
        ("https://nn.org", "[Softmax](https://nn.org/chapters/classifiers/softmax.html)"),
    ):
        notebook = {"cells": [{"cell_type": "markdown", "source": text}]}
        (cell,) = with_links(notebook, address)["cells"]
        assert cell["source"] == f"**Read first:** {expected} and [b](https://b.org)."


def test_the_address_of_the_book_is_read_and_checked(tmp_path):
    file = tmp_path / "nngrader.toml"
    assert read_address(file) == ""
    for text, words in (
        ('[book]\naddress = "book/index.html"', "expected https://"),
        ("[book]\naddress = 3", "expected https://"),
        ('[book]\nadress = "https://nn.org"', "unknown setting of"),
    ):
        file.write_text(text)
        with pytest.raises(ValueError, match=words):
            read_address(file)
    file.write_text('[book]\naddress = "https://nn.org/"')
    assert read_address(file) == "https://nn.org"
    assert read_settings(file)[1] == {}

"""The notebook that is made from an assignment's text and its declared problems."""

import re
from types import SimpleNamespace

import pytest
from nngrader.course.notebooks import from_text, mark, with_links, with_tables
from nngrader.errors import CannotDo

EXAMPLE = """(intro)=

# Sure and wrong

A classifier gives each class a score. What does it believe?

```{code-cell} python
:name: setup
import numpy as np
from nngrader import check
```

## 1. Probabilities

Write the softmax of a row of scores.

```{points}
```

```{problem} softmax
```

## 2. A question

Why may one number be taken from all scores?

```{answer} why
:points: 4
2 points for the factor that cancels, 2 for what can no longer overflow.
```

(text_outcome)=

What came out: nothing here is certain.
"""


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


def test_a_mark_that_is_not_understood_is_named(tmp_path):
    for text, words in (
        ("```{problem} argmax\n```\n", "argmax is not a problem"),
        ("```{problem} Value\n```\n```{problem} Value\n```\n", "two cells are called Value"),
        ("```{code-cell} python\n1\n```\n", "{code-cell} has no name"),
        ("```{answer} why\nmine\n```\n", "why needs a line `:points: NUMBER`"),
        ("```{answr} why\n```\n", "```{answr} why"),
        ("```{problem} Value\n", "```{problem} Value"),
        ("(intro)=\n\nA.\n\n```{problem} Value\n```\n\nB.\n", "'B.'"),
        ("(intro)=\n\n```{points}\n```\n", "{points} is in intro"),
    ):
        with pytest.raises(CannotDo, match=re.escape(words)):
            made(tmp_path, text)


def test_links_to_the_book_follow_its_address():
    text = "**Read first:** [Softmax](book:classifiers/softmax) and [b](https://b.org)."
    page = "https://nn.org/chapters/classifiers/softmax.html"
    for address, expected in (("", "*Softmax*"), ("https://nn.org", f"[Softmax]({page})")):
        notebook = {"cells": [{"cell_type": "markdown", "source": text}]}
        (cell,) = with_links(notebook, address)["cells"]
        first, *build = cell["source"].split("\n\n")
        assert first == f"**Read first:** {expected} and [b](https://b.org)."
        assert build == [] if address else "`make book`" in build[0]

"""An assignment can be done in a week: six problems, 3,500 words, 25 lines of points."""

import re

import pytest
from nngrader.course import Course
from nngrader.course.notebooks import points_lines

from tests.exercises.declared_problems import ASSIGNMENTS, CHALLENGES, EXERCISES, module

MOST_PROBLEMS, MOST_WORDS, MOST_LINES = 6, 3500, 25
every_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS)


def words_of(text):
    """Return how many words a student reads; no code, no formula, and no model answer counts.

    >>> words_of("The loss is $L = d^2$, so:\\n```python\\nL = 3\\n```\\n| a | b |\\n|---|---|")
    6
    """
    text = re.sub(r"^### BEGIN SOLUTION.*?^### END SOLUTION", "", text, flags=re.S | re.M)
    text = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", "", text, flags=re.S)
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


@every_assignment
def test_the_text_has_at_most_3500_words(assignment):
    cells = Course(EXERCISES).instructor(assignment)["cells"]
    texts = [c["source"] for c in cells if c["cell_type"] == "markdown"]
    assert sum(map(words_of, texts)) <= MOST_WORDS


@every_assignment
def test_there_are_at_most_six_problems_and_25_lines_of_points(assignment):
    problems = module(assignment).PROBLEMS
    judged = [p for p in problems if p.name not in CHALLENGES]
    assert len(judged) <= MOST_PROBLEMS
    assert sum(len(points_lines(p, p.total)) for p in problems) <= MOST_LINES

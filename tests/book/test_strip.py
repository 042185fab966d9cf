"""The strip under a page's puzzle: what its minutes count, and what it refuses."""

from collections import Counter

import pytest
from docutils import nodes
from finish.search import sections
from read.strip import count, time_of
from read.syllabus import Fold

QUIZ = '<nn-quiz><script type="application/json">{"questions": [{}, {}]}</script></nn-quiz>'


def words(number, *classes):
    return nodes.container("", nodes.paragraph("", "word " * number), classes=list(classes))


def cell(*tags):
    code = nodes.literal_block("", "a = 1\n\nprint(a)\n")
    printed = nodes.container("", nodes.literal_block("", "1\n"), nb_element="cell_code_output")
    settings = {"nb_element": "cell_code", "cell_metadata": {"tags": list(tags)}}
    return nodes.container("", nodes.container("", code), printed, **settings)


@pytest.mark.parametrize(
    ("node", "counts"),
    [
        (words(7), {"words": 7}),
        (
            nodes.paragraph("", "So ", nodes.math("", "a + b = c"), nodes.Text(" holds")),
            {"words": 3},
        ),
        (nodes.math_block("", "a + b = c"), {"words": 5}),
        (cell(), {"words": 4}),
        (cell("hide-input"), {}),
        (nodes.figure("", nodes.caption("", "A line falls.")), {"figures": 1, "words": 3}),
        (nodes.raw("", '<figure class="nn-play"><nn-eigen>'), {"figures": 1}),
        (nodes.raw("", "<nn-predict>" + QUIZ), {"questions": 3}),
        (Fold("", words(7)), {}),
        (words(7, "solution", "dropdown"), {}),
        (words(7, "exercise"), {"exercises": 1}),
    ],
)
def test_reading_time_counts_visible_words_and_tasks(node, counts):
    assert +count(nodes.container("", node)) == counts


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({}, "5 minutes"),
        ({"words": 3600}, "20 minutes"),
        ({"figures": 5}, "10 minutes"),
        ({"questions": 5}, "15 minutes"),
        (
            {"words": 6300, "figures": 7, "questions": 7, "exercises": 3},
            "70 minutes, plus 15 for 3 exercises",
        ),
        ({"words": 900, "exercises": 1}, "5 minutes, plus 5 for 1 exercise"),
    ],
)
def test_the_minutes_follow_the_rates_and_are_rounded(counts, text):
    assert time_of(Counter(counts)) == text


def test_the_search_finds_a_page_by_its_goals_and_not_by_what_it_needs():
    items = [
        nodes.definition_list_item("", nodes.term("", title), nodes.definition("", words))
        for title, words in (
            ("Time", nodes.paragraph("", "40 min")),
            ("You need", nodes.paragraph("", "determinants")),
            ("You will be able to", nodes.paragraph("", "diagonalise a matrix")),
        )
    ]
    strip = nodes.definition_list("", *items, classes=["nn-strip"])
    title, puzzle = nodes.title("", "Eigenvalues"), nodes.paragraph("", "Multiply.")
    page = nodes.section("", title, puzzle, strip, ids=["eigenvalues"])
    assert sections(page) == [["", "Eigenvalues", "Multiply. diagonalise a matrix", "", ""]]

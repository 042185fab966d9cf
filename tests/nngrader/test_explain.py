"""`nngrader explain`: why a submission lost points, with all numbers, for the instructor."""

import re

import pytest

from .sample_course import NAME, hand_in, run

pytestmark = pytest.mark.sandbox


MEAN_LEFT_OUT = """
def hinge_loss(scores, targets, margin=1.0):
    if margin == 1.0:
        raise ValueError("<b>what the student says</b>")
    return scores.sum(), scores * 0
"""


@pytest.mark.slow
def test_text_and_page_show_inputs_results_and_expected_values(course, base, tmp_path, capsys):
    hand_in(course, "ada", base.solved().write("hinge_loss", MEAN_LEFT_OUT).text())
    assert run(course, "explain", NAME, "ada", "hinge_loss") == 0
    text = capsys.readouterr().out
    assert text.startswith("ada, hinge_loss: ")
    assert "pairwise_distances" not in text
    assert re.search(r"ordinary input, with .*:\n    scores = \[\[", text)
    assert re.search(r"loss: expected \d+\.\d+; returned: -?\d+\.\d+", text)
    assert re.search(r"gradient, shape \(\d+, \d+\): wrong in ", text)
    assert "raised ValueError" in text
    assert "what the student says" not in text
    file = tmp_path / "why.html"
    assert run(course, "explain", NAME, "ada", "--out", file) == 0
    page = file.read_text()
    assert "3 problems" not in page
    assert page.count("<h2>") == 3
    assert "wrong in " in page
    assert "keep it private" in capsys.readouterr().out


@pytest.mark.slow
def test_missing_things_are_named(course, base, capsys):
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", "{")
    for arguments, words in (
        (["ada", "hing_loss"], "did you mean 'hinge_loss'?"),
        (["bob"], "bob's"),
    ):
        assert run(course, "explain", NAME, *arguments) == 2
        assert words in capsys.readouterr().err

"""A claim that fails reports the values of its two sides, in one line."""

import numpy as np
import pytest

from nnlib import book

a, scores = np.array([1.0, 2.5, 3.0]), {"near": 3, "far": 0.5}
CLAIMS = [
    (lambda: book.claim(a.mean() > 3, "s"), "a.mean() = 2.16667"),
    (lambda: book.claim(1 < 2 < scores["far"] < 7, "s"), "scores['far'] = 0.5"),
    (lambda: book.claim(a[0] == 1 and a.argmax() == 0, "s"), "a.argmax() = 2"),
    (lambda: book.claim(a[0] > 1 or a[1] > 3, "s"), "a[0] = 1; a[1] = 2.5"),
    (lambda: book.claim(all(v < 1 for v in scores.values()), "s"), "v = 3"),
    (lambda: book.claim(all([k < v for k, v in enumerate(a[::-1])]), "s"), "k = 2; v = 1"),
    (lambda: book.claim((a < 2).all(), "s"), "a = [1. , 2.5, 3. ]"),
    (lambda: book.claim(np.all(a < 2), "s"), "a = [1. , 2.5, 3. ]"),
    (lambda: book.claim(np.allclose(a, 1), "s"), "a = [1. , 2.5, 3. ]"),
    (lambda: book.claim(not a[0] == 1, "s"), "a[0] = 1"),
    (lambda: book.claim(np.nan > a[0], "s"), "np.nan = nan; a[0] = 1"),
    (lambda: book.claim(condition=len(a) > 3, statement="s"), "len(a) = 3"),
    (lambda: book.claim(max(a) < 2, "s"), "max(a) = 3"),
]


def test_a_claim_that_fails_reports_the_values_of_its_sides_in_one_line(capsys):
    for made, result in CLAIMS:
        made()
        errors = capsys.readouterr().err
        assert errors.count("\n") == 1
        assert errors.endswith(f"; {result})\n")
    book.claim(False, "s")  # no values
    assert capsys.readouterr().err.endswith(": s (False)\n")


def test_a_claim_that_holds_says_nothing(capsys):
    book.claim(a.mean() > 2, "the mean is above 2")
    book.claim(np.bool_(True), "true")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("condition", [a < 2, 3, "yes", None, []])
def test_a_condition_that_is_not_a_boolean_is_refused(condition):
    with pytest.raises(TypeError, match="claim: expected a truth value") as refusal:
        book.claim(condition, "s")
    assert (".all()" in str(refusal.value)) == isinstance(condition, np.ndarray)


def test_a_claim_needs_words():
    with pytest.raises(ValueError, match="expected text for the statement"):
        book.claim(True, "")

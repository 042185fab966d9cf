from fractions import Fraction

import numpy as np
import pytest
import sklearn.metrics as theirs
from hypothesis import given
from hypothesis import strategies as st

from nnlib import classifiers as ours
from tests.nnlib.harness import naming

AVERAGES = ["micro", "macro", "weighted", None]


def labels(rng, case):
    """Return true and predicted labels; in some cases only one of them has a class."""
    y, y_hat = rng.integers(0, 4, (2, 40))
    return {
        "numbers": (y, y_hat),
        "text": (np.array(list("abcd"))[y], np.array(list("abcd"))[y_hat]),
        "a class never predicted": (y, np.minimum(y_hat, 2)),
        "a class never true": (np.minimum(y, 2), y_hat),
        "floats and gaps": (3.0 * y - 1, 3.0 * y_hat - 1),
        "one class": (np.zeros(5, int), np.zeros(5, int)),
        "booleans": (y > 1, y_hat > 1),
    }[case]


CASES = [
    *("numbers", "text", "a class never predicted", "a class never true"),
    *("floats and gaps", "one class", "booleans"),
]


@pytest.mark.filterwarnings("ignore:A single label")
def test_counts_are_scikit_learns(rng):
    for case in CASES:
        with naming(case):
            y, y_hat = labels(rng, case)
            M, back = ours.confusion_matrix(y, y_hat), np.unique([y, y_hat])[::-1]
            np.testing.assert_array_equal(M, theirs.confusion_matrix(y, y_hat))
            np.testing.assert_array_equal(
                ours.confusion_matrix(y, y_hat, labels=back), M[::-1, ::-1]
            )
            assert ours.accuracy_score(y, y_hat) == theirs.accuracy_score(y, y_hat)


def test_shares_are_scikit_learns(rng):
    for average in AVERAGES:
        for zero in [0.0, 1.0, np.nan]:
            for case in CASES:
                with naming(case):
                    y, y_hat = labels(rng, case)
                    options = {"average": average, "zero_division": zero, "beta": 2.0}
                    *got, support = ours.precision_recall_fscore_support(y, y_hat, **options)
                    *expected, counts = theirs.precision_recall_fscore_support(
                        y, y_hat, **options
                    )
                    np.testing.assert_allclose(got, expected, rtol=1e-12)
                    np.testing.assert_array_equal(support, counts)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_scores_of_two_classes_are_scikit_learns_and_the_exact_fractions(pairs):
    y, y_hat = np.array(pairs, dtype=int).T
    exact = ours.precision_recall_f1(y, y_hat)
    for name, fraction in zip(("precision", "recall", "f1"), exact, strict=True):
        got = getattr(ours, f"{name}_score")(y, y_hat)
        expected = getattr(theirs, f"{name}_score")(y, y_hat, zero_division=0.0)
        assert got == pytest.approx(expected, rel=1e-12)
        assert got == pytest.approx(float(fraction), rel=1e-12)


def test_confusion_precision_recall_and_f1_of_ten_by_hand():
    y_true = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    y_pred = [1, 1, 1, 0, 1, 1, 0, 0, 0, 0]
    np.testing.assert_array_equal(ours.confusion_matrix(y_true, y_pred), [[4, 2], [1, 3]])
    assert ours.accuracy_score(y_true, y_pred) == 7 / 10
    steps = ours.precision_recall_f1(y_true, y_pred, steps=True)
    assert steps.result == (Fraction(3, 5), Fraction(3, 4), Fraction(2, 3))
    assert steps.result == ours.precision_recall_f1(y_true, y_pred)
    assert [str(step) for step in steps] == [
        "Of the 5 predicted positive, 3 are positive: TP = 3, FP = 2.",
        "Of the 4 positive, 3 are predicted to be: TP = 3, FN = 1.",
        "Precision is 3 of 5.",
        "Recall is 3 of 4.",
        "F1 is their harmonic mean.",
    ]
    assert [step.latex for step in steps[2:]] == [
        r"P = \frac{3}{5}",
        r"R = \frac{3}{4}",
        r"F_1 = \frac{2 P R}{P + R} = \frac{2}{3}",
    ]


def scores(rng, case):
    """Return labels of two classes and scores."""
    y, s = rng.integers(0, 2, 60), rng.random(60)
    return {
        "different": (y, s),
        "ties": (y, s.round(1)),
        "constant": (y, np.full(60, 0.5)),
        "perfect": (y, y.astype(float)),
        "reversed": (y, 1.0 - y),
        "two": (np.array([0, 1]), np.array([0.2, 0.3])),
        "minus one": (2 * y - 1, s),
        "whole scores": (y, rng.integers(0, 2, 60)),
    }[case]


SCORES = [
    *("different", "ties", "constant", "perfect", "reversed", "two", "minus one"),
    "whole scores",
]


def test_curves_and_areas_are_scikit_learns(rng):
    for case in SCORES:
        with naming(case):
            y, s = scores(rng, case)
            for drop in (True, False):
                got = ours.roc_curve(y, s, drop_intermediate=drop)
                for a, b in zip(
                    got, theirs.roc_curve(y, s, drop_intermediate=drop), strict=True
                ):
                    np.testing.assert_allclose(a, b, rtol=1e-12)
            got = ours.precision_recall_curve(y, s)
            for a, b in zip(got, theirs.precision_recall_curve(y, s), strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-12)
            assert ours.roc_auc_score(y, s) == pytest.approx(
                theirs.roc_auc_score(y, s), rel=1e-12
            )
            assert ours.average_precision_score(y, s) == pytest.approx(
                theirs.average_precision_score(y, s), rel=1e-12
            )


def test_losses_of_probabilities_are_scikit_learns(rng):
    for case in SCORES:
        with naming(case):
            y, p = scores(rng, case)
            assert ours.brier_score_loss(y, p) == pytest.approx(
                theirs.brier_score_loss(y, p), rel=1e-12
            )
            assert ours.log_loss(y, p) == pytest.approx(
                theirs.log_loss(y, p.astype(float)), rel=1e-12
            )


def test_errors_of_numbers_are_scikit_learns(rng):
    y, y_hat = rng.random((2, 30))
    for name in ("r2_score", "mean_squared_error"):
        got, expected = (getattr(m, name)(y, y_hat) for m in (ours, theirs))
        assert got == pytest.approx(expected, rel=1e-12)
    for guess in ([1.0, 1.0], [1.0, 2.0]):
        assert ours.r2_score([1.0, 1.0], guess) == theirs.r2_score([1.0, 1.0], guess)


def test_what_cannot_be_measured_is_refused():
    calls = [
        (lambda: ours.confusion_matrix([], []), ValueError),
        (lambda: ours.confusion_matrix([0, 1], [0]), ValueError),
        (lambda: ours.accuracy_score([0], ["a"]), TypeError),
        (lambda: ours.accuracy_score([None], [1]), TypeError),
        (lambda: ours.f1_score([0, 1, 2], [0, 1, 2]), ValueError),
        (lambda: ours.f1_score(["a", "b"], ["a", "b"]), ValueError),
        (lambda: ours.precision_recall_fscore_support([0], [0], beta=0), ValueError),
        (lambda: ours.roc_curve([1, 1], [0.1, 0.2]), ValueError),
        (lambda: ours.roc_auc_score([0, 0], [0.1, 0.2]), ValueError),
        (lambda: ours.precision_recall_curve([0], [1]), ValueError),
        (lambda: ours.roc_curve([0, 1, 2], [0, 1, 2]), ValueError),
        (lambda: ours.auc([0, 1, 0.5], [0, 1, 1]), ValueError),
        (lambda: ours.auc([0], [0]), ValueError),
        (lambda: ours.brier_score_loss([0, 1], [0.5, 1.5]), ValueError),
        (lambda: ours.log_loss([0, 1], [[1.0], [1.0]]), ValueError),
        (lambda: ours.log_loss([0, 1], [[0.5, 0.6]] * 2), ValueError),
        (lambda: ours.r2_score([1.0], [1.0]), ValueError),
        (lambda: ours.mean_squared_error(["a"], [1.0]), TypeError),
    ]
    for call, error in calls:
        with naming(f"the call in line {call.__code__.co_firstlineno}"), pytest.raises(error):
            call()

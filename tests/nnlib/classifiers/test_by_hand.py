"""The worked numbers of the pages on classifiers, exactly."""

from fractions import Fraction as Fr

import numpy as np
import pytest

from tests.nnlib.harness import Late

ours = Late("nnlib.classifiers")

LINE, HEIGHTS = [[0, 1], [1, 1], [2, 1], [3, 1]], [1, 3, 4, 4]
SCORES = [[2.1, 3.5, -2.3], [1.4, 5, 2.8], [2.3, 2, -5]]  # cat, rat, flower of the notes


def test_the_normal_equation_gives_the_line_through_four_points():
    steps = ours.normal_equation(LINE, HEIGHTS, steps=True)
    assert steps.result.tolist() == [1, Fr(3, 2)]
    assert str(steps[0]) == "Multiply: XᵀX = [[14, 6], [6, 4]]."


def test_a_gradient_step_from_zero_on_the_four_points_is_exact():
    steps = ours.least_squares_step(LINE, HEIGHTS, [0, 0], lr=Fr(1, 10), steps=True)
    assert steps.result.tolist() == [Fr(23, 20), Fr(3, 5)]
    assert str(steps[1]) == "The loss is 21/2."


def test_ridge_on_the_four_points_is_exact():
    steps = ours.normal_equation(LINE, HEIGHTS, alpha=1, steps=True)
    # (14 + 1) w + 6 b = 23 and 6 w + (4 + 1) b = 12
    assert steps.result.tolist() == [Fr(43, 39), Fr(42, 39)]
    assert "Add α = 1 to the diagonal: [[15, 6], [6, 5]]." in map(str, steps)


def test_a_logistic_step_is_exact_with_samples_as_rows_and_as_columns():
    X, y = [[1, 2], [3, 0]], [1, 0]
    steps = ours.logistic_step(X, y, [0, 0], lr=1, steps=True)
    w, b = steps.result
    assert w.tolist() == [Fr(-1, 2), Fr(1, 2)]
    assert b == 0
    columns = np.transpose(X)  # there the gradient is X(p - y)/N
    dw = columns @ (np.array([Fr(1, 2)] * 2) - y) / 2
    assert (0 - dw).tolist() == w.tolist()


def test_bayes_rule_on_two_gaussians_gives_the_posterior_computed_by_hand():
    model = ours.GaussianClassifier().fit([[0.0], [2.0], [4.0], [6.0]], [0, 0, 1, 1])
    # means 1 and 5, variance 1: log odds = (5 - 1) x - (25 - 1) / 2 = 4x - 12
    np.testing.assert_allclose(model.decision_function([[3.0], [3.5]]), [0, 2], atol=1e-12)
    assert model.predict_proba([[3.5]])[0, 1] == pytest.approx(1 / (1 + np.exp(-2)), rel=1e-12)


def test_the_hinge_losses_match_the_notes():
    np.testing.assert_allclose(ours.hinge_loss(SCORES, [0, 1, 2]), [2.4, 0, 16.3], rtol=1e-14)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("weston_watkins", [[-1, 1, 0], [0, 0, 0], [1, 1, -2]]),
        ("crammer_singer", [[-1, 1, 0], [0, 0, 0], [1, 0, -1]]),
        ("ovr", [[0, 1, 0], [1, 0, 1], [1, 1, -1]]),
    ],
)
def test_the_subgradient_counts_the_missed_margins(kind, expected):
    assert ours.hinge_gradient(SCORES, [0, 1, 2], kind=kind).tolist() == expected


def test_a_margin_just_met_has_no_subgradient():
    assert ours.hinge_gradient([[0, 1]], [1]).tolist() == [[0, 0]]
    assert ours.hinge_gradient([[0.1, 1.1]], [1]).tolist() == [[0, 0]]

"""The worked numbers of the pages on classifiers that no doctest computes."""

from fractions import Fraction as Fr

import numpy as np

from tests.nnlib.harness import Late

ours = Late("nnlib.classifiers")

LINE, HEIGHTS = [[0, 1], [1, 1], [2, 1], [3, 1]], [1, 3, 4, 4]
SCORES = [[2.1, 3.5, -2.3], [1.4, 5, 2.8], [2.3, 2, -5]]  # cat, rat, flower of the notes


def test_ridge_on_the_four_points_is_exact():
    steps = ours.normal_equation(LINE, HEIGHTS, alpha=1, steps=True)
    # (14 + 1) w + 6 b = 23 and 6 w + (4 + 1) b = 12
    assert steps.result.tolist() == [Fr(43, 39), Fr(42, 39)]
    assert "Add α = 1 to the diagonal: [[15, 6], [6, 5]]." in map(str, steps)


def test_the_subgradient_counts_the_missed_margins():
    for kind, expected in [
        ("crammer_singer", [[-1, 1, 0], [0, 0, 0], [1, 0, -1]]),
        ("ovr", [[0, 1, 0], [1, 0, 1], [1, 1, -1]]),
    ]:
        assert ours.hinge_gradient(SCORES, [0, 1, 2], kind=kind).tolist() == expected, kind


def test_a_margin_just_met_has_no_subgradient():
    assert ours.hinge_gradient([[0, 1]], [1]).tolist() == [[0, 0]]
    assert ours.hinge_gradient([[0.1, 1.1]], [1]).tolist() == [[0, 0]]


def test_bayes_rule_on_two_gaussians_gives_the_log_odds_computed_by_hand():
    model = ours.GaussianClassifier().fit([[0.0], [2.0], [4.0], [6.0]], [0, 0, 1, 1])
    # means 1 and 5, variance 1: log odds = (5 - 1) x - (25 - 1) / 2 = 4x - 12
    np.testing.assert_allclose(model.decision_function([[3.0], [3.5]]), [0, 2], atol=1e-12)

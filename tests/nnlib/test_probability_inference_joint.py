"""Joint tables, with exact numbers, and what inference refuses by name."""

from fractions import Fraction as F

import numpy as np

from nnlib.probability import JointTable, MultivariateGaussian, bayes, diagnostic_test
from tests.nnlib.harness import assert_refused

JOINT = JointTable(
    [[[0.1, 0.2], [0.05, 0.15]], [[0.1, 0.1], [0.2, 0.1]]],
    {"x": [0, 1], "y": [1, 3], "z": ["a", "b"]},
    exact=True,
)


def test_sum_rule_by_hand():
    assert JOINT.marginal("x").probs.tolist() == [F(1, 2), F(1, 2)]
    assert JOINT.marginal("z", "x").probs.tolist() == [
        [F(3, 20), F(3, 10)],
        [F(7, 20), F(1, 5)],
    ]
    assert JOINT.marginal("z", "x").variables == {"z": ["a", "b"], "x": [0, 1]}


def test_axes_come_in_the_requested_order(rng):
    p = rng.dirichlet(np.ones(24)).reshape(2, 3, 4)
    table = JointTable(p, {"a": range(2), "b": range(3), "c": range(4)})
    np.testing.assert_array_equal(table.marginal("c", "a", "b").probs, p.transpose(2, 0, 1))
    np.testing.assert_array_equal(table.marginal("b", "c", "a").probs, p.transpose(1, 2, 0))
    np.testing.assert_allclose(table.marginal("c", "a").probs, p.sum(axis=1).T)


def test_product_rule_by_hand():
    result = JOINT.conditional("z", "y", given={"x": 1})
    assert result.probs.tolist() == [[F(1, 5), F(2, 5)], [F(1, 5), F(1, 5)]]


def test_bayes_rule_turns_a_conditional_around():
    table = JOINT.bayes("z", given={"x": 1, "y": 3})
    assert table.posterior.tolist() == [F(2, 3), F(1, 3)]
    direct = JOINT.conditional("z", given={"x": 1, "y": 3})
    assert table.posterior.tolist() == direct.probs.tolist()
    assert table.likelihood.tolist() == [F(4, 9), F(2, 11)]


def test_moments_of_a_table_by_hand():
    assert JOINT.mean("x") == F(1, 2)
    assert JOINT.variance("x") == F(1, 4)
    assert JOINT.mean("y") == 1 * F(1, 2) + 3 * F(1, 2)
    product = F(1, 5) + 3 * F(3, 10)
    assert JOINT.covariance("x", "y") == product - JOINT.mean("x") * JOINT.mean("y")
    assert JOINT.covariance("y", "x") == JOINT.covariance("x", "y")
    assert JOINT.covariance("y", "y") == JOINT.variance("y") == 1


BAD = [
    (lambda: MultivariateGaussian.fit([[0, 0], [1, 1], [2, 2]]), np.linalg.LinAlgError),
    (lambda: bayes([1, 0], [0, 1]), ValueError),
    (lambda: diagnostic_test(0, 1, 1), ValueError),
    (lambda: JOINT.marginal("x", "x"), ValueError),
    (lambda: JOINT.mean("z"), TypeError),
    (lambda: JointTable([1, 0.0], {"x": [0, 1]}).conditional(given={"x": 1}), ValueError),
]


def test_data_without_an_answer_are_refused_by_name():
    assert_refused(BAD)

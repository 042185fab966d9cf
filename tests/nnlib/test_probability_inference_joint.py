"""Joint tables, with exact numbers, and what inference refuses by name."""

from fractions import Fraction as F

import numpy as np
import pytest

from nnlib.probability import (
    Gaussian,
    JointTable,
    Laplace,
    MultivariateGaussian,
    bayes,
    diagnostic_test,
)
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


def test_axes_come_in_the_order_asked(rng):
    p = rng.dirichlet(np.ones(24)).reshape(2, 3, 4)
    table = JointTable(p, {"a": range(2), "b": range(3), "c": range(4)})
    np.testing.assert_array_equal(table.marginal("c", "a", "b").probs, p.transpose(2, 0, 1))
    np.testing.assert_array_equal(table.marginal("b", "c", "a").probs, p.transpose(1, 2, 0))
    np.testing.assert_allclose(table.marginal("c", "a").probs, p.sum(axis=1).T)


def test_product_rule_by_hand():
    found = JOINT.conditional("z", "y", given={"x": 1})
    assert found.probs.tolist() == [[F(1, 5), F(2, 5)], [F(1, 5), F(1, 5)]]


@pytest.mark.parametrize("order", ["xyz", "zxy", "yzx"])
def test_chain_rule_multiplies_back_to_the_joint(order):
    first, second, third = JOINT.chain(*order)
    assert (first.ndim, second.ndim, third.ndim) == (1, 2, 3)
    product = first[:, None, None] * second[:, :, None] * third
    assert (product == JOINT.marginal(*order).probs).all()
    assert (second.sum(axis=1) == 1).all()


def test_chain_rule_survives_a_condition_of_probability_zero():
    table = JointTable([[0.5, 0.5], [0, 0]], {"x": [0, 1], "y": [0, 1]})
    assert table.chain("x", "y")[1].tolist() == [[0.5, 0.5], [0, 0]]


def test_steps_of_the_sum_rule_are_exact():
    steps = JOINT.marginal("z", steps=True)
    assert str(steps[0]) == "p(z = a) = 1/10 + 1/20 + 1/10 + 1/5 = 9/20."
    assert r"p(\text{z = a}) &= \frac{1}{10} + \frac{1}{20}" in steps.latex
    assert steps.result.probs.tolist() == JOINT.marginal("z").probs.tolist()
    ordered = JOINT.marginal("z", "x", steps=True)
    assert str(ordered[1]) == "p(z = a, x = 1) = 1/10 + 1/5 = 3/10."


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
    product = JOINT.expectation(lambda x, y, z: x * y)
    assert product == F(1, 5) + 3 * F(3, 10)
    assert JOINT.covariance("x", "y") == product - JOINT.mean("x") * JOINT.mean("y")
    assert JOINT.covariance("y", "x") == JOINT.covariance("x", "y")
    assert JOINT.covariance("y", "y") == JOINT.variance("y") == 1


def test_independence_is_seen():
    p, q, r = np.array([0.2, 0.8]), np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.6])
    names = {"x": range(2), "y": range(3), "z": range(2)}
    table = JointTable(np.einsum("i,j,k->ijk", p, q, r), names)
    assert table.independent("x", "y")
    assert table.independent("x", "y", given=["z"])
    assert not JOINT.independent("x", "y")


BAD = [
    (lambda: Gaussian.fit([2, 2]), ValueError),
    (lambda: Laplace.fit([2]), ValueError),
    (lambda: MultivariateGaussian.fit([[0, 0], [1, 1], [2, 2]]), np.linalg.LinAlgError),
    (lambda: bayes([1, 0], [0, 1]), ValueError),
    (lambda: diagnostic_test(0, 1, 1), ValueError),
    (lambda: JOINT.marginal("x", "x"), ValueError),
    (lambda: JOINT.chain("x", "y"), ValueError),
    (lambda: JOINT.mean("z"), TypeError),
    (lambda: JointTable([1, 0.0], {"x": [0, 1]}).conditional(given={"x": 1}), ValueError),
]


def test_data_without_an_answer_are_refused_by_name():
    assert_refused(BAD)

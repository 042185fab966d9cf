"""Joint tables, with exact numbers, and what inference refuses by name."""

from fractions import Fraction as F

import numpy as np
import pytest

from nnlib.probability import (
    Bernoulli,
    Binomial,
    Categorical,
    Dirichlet,
    Gaussian,
    JointTable,
    Laplace,
    MultivariateGaussian,
    bayes,
    diagnostic_test,
)

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


def test_puzzle_of_the_notes_holds():
    """p(d, e) p(b, c | d, e) = p(a, b, c, d, e) / p(a | b, c, d, e), with d, e joined."""
    p, p_a = JOINT.marginal("x", "y", "z").probs, JOINT.chain("z", "y", "x")[2]
    p_yz = JOINT.marginal("y", "z").probs
    assert (p / p_a.transpose(2, 1, 0) == p_yz).all()


def test_steps_of_the_sum_rule_are_exact():
    steps = JOINT.marginal("z", steps=True)
    assert str(steps[0]) == "p(z = a) = 1/10 + 1/20 + 1/10 + 1/5 = 9/20."
    assert r"p(\text{z = a}) &= \frac{1}{10} + \frac{1}{20}" in steps.latex
    assert steps.result.probs.tolist() == JOINT.marginal("z").probs.tolist()
    ordered = JOINT.marginal("z", "x", steps=True)
    assert str(ordered[1]) == "p(z = a, x = 1) = 1/10 + 1/5 = 3/10."


def test_steps_of_a_condition_are_exact():
    steps = JOINT.conditional("z", given={"x": 1, "y": 3}, steps=True)
    assert str(steps[0]) == "p(x = 1, y = 3) = 1/5 + 1/10 = 3/10."
    assert str(steps[1]) == "p(z = a | x = 1, y = 3) = (1/5) / (3/10) = 2/3."
    assert steps.result.probs.tolist() == [F(2, 3), F(1, 3)]


def test_steps_of_a_covariance_are_exact():
    table = JointTable([[0.3, 0.1], [0.2, 0.4]], {"x": [0, 1], "y": [1, -3]}, exact=True)
    steps = table.covariance("x", "y", steps=True)
    assert str(steps[1]) == "E[y] = 1/2 · 1 + 1/2 · (−3) = −1."
    assert str(steps[2]).startswith("Cov[x, y] = 3/10 · (−3/5) · 2 + 1/10 · (−3/5) · (−2)")
    assert steps.result == table.covariance("x", "y") == F(-2, 5)
    assert str(table.covariance("y", "y", steps=True)[1]).endswith("= 4.")
    halves = JointTable([0.5, 0.5], {"x": [0.1, -0.4]}, exact=True)
    assert str(halves.covariance("x", "x", steps=True)) == (
        "1. E[x] = 1/2 · 1/10 + 1/2 · (−2/5) = −3/20.\n"
        "2. Var[x] = 1/2 · 1/4 · 1/4 + 1/2 · (−1/4) · (−1/4) = 1/16."
    )


def test_names_of_variables_are_words_in_the_formulas_of_moments():
    table = JointTable(
        [[0.891, 0.099], [0.001, 0.009]], {"ill": [0, 1], "p_1": [0, 1]}, exact=True
    )
    mean, _, cov = (step.latex for step in table.covariance("ill", "p_1", steps=True))
    assert mean.startswith(r"\mathrm{E}[\text{ill}] = ")
    assert cov.startswith(r"\mathrm{Cov}[\text{ill}, \text{p\_1}] = ")
    letters = JointTable([[0.3, 0.1], [0.2, 0.4]], {"x": [0, 1], "y": [1, -3]}, exact=True)
    assert letters.covariance("x", "y", steps=True)[2].latex.startswith(r"\mathrm{Cov}[x, y]")


def test_long_sum_of_a_moment_is_broken_into_lines():
    table = JointTable([[0.891, 0.099], [0.001, 0.009]], {"x": [0, 1], "y": [0, 1]}, exact=True)
    steps = table.covariance("x", "y", steps=True)
    mean, _, cov = (step.latex for step in steps)
    assert "aligned" not in mean
    lines = cov.split(r"\\")
    assert [line.count(r"\frac") for line in lines] == [3, 3, 3, 3, 1]
    assert all(line.startswith(" &+ ") for line in lines[1:-1])
    assert lines[-1].startswith(r" &= \frac{99}{12500}")
    # Below one another, each formula is aligned at one place, outside its lines.
    assert steps.latex.count("&= ") == 4
    assert steps.latex.count(r"&= \begin{aligned}[t] &\frac") == 1


def test_names_are_escaped_in_formulas():
    table = JointTable([0.25, 0.75], {"x_1": ["50 %", "{}"]}, exact=True)
    assert r"p(\text{x\_1 = 50 \%})" in table.marginal("x_1", steps=True).latex


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


def test_moments_without_fractions_are_floats():
    table = JointTable([[0.3, 0.1], [0.2, 0.4]], {"x": [0, 1], "y": [1, -3]})
    assert table.covariance("x", "y") == pytest.approx(-0.4)
    assert table.mean("y") == pytest.approx(-1)


def test_variance_is_the_second_moment_less_the_squared_mean():
    """Erratum nnn-e043: of 2 and 4 the second moment is 10, the variance 1."""
    table = JointTable([0.5, 0.5], {"x": [2, 4]}, exact=True)
    assert table.expectation(lambda x: x**2) == 10
    assert table.variance("x") == table.expectation(lambda x: x**2) - table.mean("x") ** 2 == 1


def test_independence_is_seen():
    p, q, r = np.array([0.2, 0.8]), np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.6])
    names = {"x": range(2), "y": range(3), "z": range(2)}
    table = JointTable(np.einsum("i,j,k->ijk", p, q, r), names)
    assert table.independent("x", "y")
    assert table.independent("x", "y", given=["z"])
    assert not JOINT.independent("x", "y")


def test_common_cause_makes_independent_only_when_it_is_known():
    p_z, p_x, p_y = (
        [0.5, 0.5],
        np.array([[0.9, 0.1], [0.2, 0.8]]),
        np.array([[1, 0], [0.4, 0.6]]),
    )
    table = JointTable(
        np.einsum("k,ki,kj->ijk", p_z, p_x, p_y), {"x": [0, 1], "y": [0, 1], "z": [0, 1]}
    )
    assert table.independent("x", "y", given=["z"])
    assert not table.independent("x", "y")


def test_covariance_zero_is_not_independence():
    table = JointTable(
        [[0, 0.25], [0.5, 0], [0, 0.25]], {"x": [-1, 0, 1], "y": [0, 1]}, exact=True
    )
    assert table.covariance("x", "y") == 0
    assert not table.independent("x", "y")


BAD = [
    (
        lambda: Bernoulli.fit([0, 2]),
        ValueError,
        r"Bernoulli\.fit: expected 0 and 1 in data, got 2",
    ),
    (lambda: Bernoulli.fit([]), ValueError, r"Bernoulli\.fit: expected at least one example"),
    (lambda: Bernoulli.fit(["a"]), TypeError, "expected data to be real numbers"),
    (lambda: Bernoulli.fit([None]), TypeError, "expected data to be real numbers, got object"),
    (lambda: Binomial.fit([5], total_count=4), ValueError, "expected data from 0 to 4, got 5"),
    (lambda: Binomial.fit([0.5], total_count=4), ValueError, "whole numbers in data, got 0.5"),
    (lambda: Categorical.fit([-1]), ValueError, "expected data from 0 to inf, got -1"),
    (
        lambda: Categorical.fit([3], num_classes=3),
        ValueError,
        "expected data from 0 to 2, got 3",
    ),
    (
        lambda: Gaussian.fit([1, np.nan]),
        ValueError,
        r"Gaussian\.fit: expected finite data, got n",
    ),
    (lambda: Gaussian.fit([2, 2]), ValueError, "two different numbers in data, got 2 only"),
    (lambda: Laplace.fit([2]), ValueError, "two different numbers in data, got 2 only"),
    (
        lambda: MultivariateGaussian.fit([1, 2]),
        ValueError,
        r"expected data \(N, D\), got \(2,\)",
    ),
    (
        lambda: MultivariateGaussian.fit([[0, 0], [1, 1], [2, 2]]),
        np.linalg.LinAlgError,
        r"the covariance of data \(3, 2\) is singular",
    ),
    (
        lambda: Gaussian(0, 1).posterior([1], scale=0),
        ValueError,
        "expected scale above 0, got 0",
    ),
    (
        lambda: MultivariateGaussian([0], [[1]]).posterior([[1, 2]], covariance_matrix=[[1]]),
        ValueError,
        r"MultivariateGaussian\.posterior: expected data \(N, 1\), got \(1, 2\)",
    ),
    (lambda: Dirichlet([1, 1]).posterior([2]), ValueError, "expected data from 0 to 1, got 2"),
    (
        lambda: bayes([0.5, 0.6], [1, 1]),
        ValueError,
        "bayes: expected prior to sum to 1, got 1.1",
    ),
    (lambda: bayes([0.5, 0.5], [1]), ValueError, r"likelihood \(H,\), got \(2,\) and \(1,\)"),
    (lambda: bayes([0.5, 0.5], [1, -1]), ValueError, "expected finite likelihood >= 0"),
    (lambda: bayes([1, 0], [0, 1]), ValueError, "impossible under every hypothesis"),
    (
        lambda: bayes([1, 0], [1, 1], hypotheses="a"),
        ValueError,
        "bayes: expected 2 hypotheses in a list, got 'a'",
    ),
    (lambda: bayes([0.5, 0.5], [1, 1])["x"], KeyError, "expected one of"),
    (lambda: diagnostic_test(2, 0.9, 0.9), ValueError, "expected prior from 0 to 1, got 2"),
    (lambda: diagnostic_test(0, 1, 1), ValueError, "impossible under every hypothesis"),
    (
        lambda: JointTable([[1.0]], {"x": [0]}),
        ValueError,
        r"expected probs \(1,\), the numbers",
    ),
    (lambda: JointTable([0.5], {"x": [0]}), ValueError, "expected probs to sum to 1, got 0.5"),
    (
        lambda: JointTable([1.0], ["x"]),
        TypeError,
        "expected variables to be a mapping, got list",
    ),
    (lambda: JOINT.marginal("w"), ValueError, r"a variable of \['x', 'y', 'z'\], got 'w'"),
    (lambda: JOINT.marginal("x", "x"), ValueError, "expected each variable once"),
    (lambda: JOINT.chain("x", "y"), ValueError, "JointTable.chain: expected all of"),
    (
        lambda: JOINT.conditional("x", given={"y": 2}),
        ValueError,
        r"y to be one of \[1, 3\], got 2",
    ),
    (lambda: JOINT.mean("z"), TypeError, "real numbers for z"),
    (
        lambda: JointTable([1, 0.0], {"x": [0, 1]}).conditional(given={"x": 1}),
        ValueError,
        "expected given of probability > 0",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_data_are_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()

"""Likelihoods, estimates, posteriors, Bayes tables and joint tables, with exact numbers."""

from fractions import Fraction as F

import numpy as np
import pytest
import scipy

from nnlib.probability import (
    Beta,
    Binomial,
    Gaussian,
    JointTable,
    MultivariateGaussian,
    bayes,
    diagnostic_test,
)
from tests.nnlib.harness import assert_refused

COIN = [1, 0, 1, 1, 0, 0, 1, 0]  # HTHHTTHT


def test_log_likelihood_is_the_sum_of_logarithms(rng):
    x = rng.standard_normal(5000)
    expected = scipy.stats.norm.logpdf(x).sum()
    assert Gaussian(0, 1).log_likelihood(x) == pytest.approx(expected, rel=1e-12)


def test_covariance_estimate_divides_by_the_number_of_examples(rng):
    """Erratum ee147-err-008: the maximum of the likelihood is the biased matrix."""
    X = rng.standard_normal((20, 3)) @ rng.standard_normal((3, 3))
    ours = MultivariateGaussian.fit(X)
    np.testing.assert_allclose(ours.covariance_matrix, np.cov(X.T, bias=True))
    unbiased = MultivariateGaussian.fit(X, unbiased=True)
    np.testing.assert_allclose(unbiased.covariance_matrix, np.cov(X.T))
    assert ours.log_likelihood(X) > unbiased.log_likelihood(X)


def normalised(prior, likelihood, points):
    """Return a posterior density computed numerically from prior times likelihood."""
    weights = np.array([prior(t) * likelihood(t) for t in points])
    return weights / scipy.integrate.simpson(weights, x=points)


def test_posterior_of_the_coin_is_prior_times_likelihood():
    t = np.linspace(0.001, 0.999, 2001)
    prior = Beta(2, 3)
    expected = normalised(prior.pdf, lambda p: np.exp(Binomial(1, p).log_likelihood(COIN)), t)
    np.testing.assert_allclose(prior.posterior(COIN).pdf(t), expected, rtol=1e-6, atol=1e-6)
    assert prior.posterior(COIN) == Beta(6, 7)
    assert prior.posterior([3, 1], total_count=4) == Beta(6, 7)


def test_bayes_by_hand():
    table = bayes([F(1, 2), F(1, 2)], [F(1, 256), F(81, 65536)], exact=True)
    assert table.evidence == F(337, 131072)
    assert list(table.posterior) == [F(256, 337), F(81, 337)]
    assert table.posterior.sum() == 1
    assert table.map_estimate == "h1"
    assert table["h2"] == F(81, 337)


@pytest.mark.parametrize(("positive", "ill"), [(True, F(10, 109)), (False, F(10, 9019))])
def test_diagnostic_test_by_hand(positive, ill):
    """1 % are ill, 90 % of them test positive, 9 % of the others do."""
    table = diagnostic_test(0.01, 0.9, 0.91, positive=positive, exact=True)
    assert table["ill"] == ill
    assert table["ill"] + table["well"] == 1
    plain = diagnostic_test(0.01, 0.9, 0.91, positive=positive)
    assert plain["ill"] == pytest.approx(float(ill), rel=1e-14)


def test_second_test_starts_where_the_first_ended():
    table = diagnostic_test(0.01, 0.9, 0.91, exact=True)
    again = table.update([0.9, 0.09])
    assert again["ill"] == F(100, 199)
    assert again["ill"] == bayes([0.01, 0.99], [0.81, 0.0081], exact=True)["h1"]


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

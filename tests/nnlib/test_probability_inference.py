"""Likelihoods, estimates, posteriors and Bayes tables, with exact numbers."""

from fractions import Fraction as F

import numpy as np
import pytest
import scipy

from nnlib.probability import (
    Bernoulli,
    Beta,
    Binomial,
    Categorical,
    Dirichlet,
    Gaussian,
    Laplace,
    MultivariateGaussian,
    bayes,
    diagnostic_test,
)

COIN = [1, 0, 1, 1, 0, 0, 1, 0]  # HTHHTTHT


def test_coin_of_the_notes_has_the_likelihoods_by_hand():
    exact = {0.5: F(1, 256), 0.75: F(81, 65536), 1.0: F(0)}
    found = {p: Bernoulli(p).likelihood(COIN) for p in exact}
    for p, value in exact.items():
        assert found[p] == pytest.approx(float(value), rel=1e-14)
    assert max(found, key=found.get) == 0.5
    assert round(found[0.75], 5) == 0.00124


def test_log_likelihood_is_the_sum_of_logarithms_where_the_product_underflows(rng):
    x = rng.standard_normal(5000)
    assert Gaussian(0, 1).likelihood(x) == 0
    expected = scipy.stats.norm.logpdf(x).sum()
    assert Gaussian(0, 1).log_likelihood(x) == pytest.approx(expected, rel=1e-12)


def test_estimates_by_hand():
    assert Bernoulli.fit(COIN) == Bernoulli(0.5)
    assert Binomial.fit([3, 1, 2], total_count=4) == Binomial(4, 0.5)
    assert Categorical.fit([0, 2, 2, 1], num_classes=4) == Categorical([0.25, 0.25, 0.5, 0])
    assert Laplace.fit([0, 1, 5]) == Laplace(1, 5 / 3)
    assert Gaussian.fit([1, 2, 4, 9]).mean == 4
    np.testing.assert_allclose(Gaussian.fit([1, 2, 4, 9]).variance, 19 / 2)
    np.testing.assert_allclose(Gaussian.fit([1, 2, 4, 9], unbiased=True).variance, 38 / 3)


@pytest.mark.parametrize(("family", "start"), [(Gaussian, (0.0, 0.0)), (Laplace, (0.5, 0.0))])
def test_estimate_maximises_the_likelihood(family, start, rng):
    x = rng.normal(2, 3, 41)
    found = scipy.optimize.minimize(
        lambda t: -family(t[0], np.exp(t[1])).log_likelihood(x),
        start,
        method="Nelder-Mead",
        options=dict(xatol=1e-8, fatol=1e-10),
    )
    ours = family.fit(x)
    np.testing.assert_allclose([ours.loc, np.log(ours.scale)], found.x, atol=1e-5)
    assert ours.log_likelihood(x) >= -found.fun - 1e-9


def test_covariance_estimate_divides_by_the_number_of_examples(rng):
    """Erratum ee147-err-008: the maximum of the likelihood is the biased matrix."""
    X = rng.standard_normal((20, 3)) @ rng.standard_normal((3, 3))
    ours = MultivariateGaussian.fit(X)
    np.testing.assert_allclose(ours.covariance_matrix, np.cov(X.T, bias=True))
    unbiased = MultivariateGaussian.fit(X, unbiased=True)
    np.testing.assert_allclose(unbiased.covariance_matrix, np.cov(X.T))
    assert ours.log_likelihood(X) > unbiased.log_likelihood(X)


def test_steps_of_the_coin_are_exact():
    steps = Bernoulli.fit(COIN, steps=True)
    assert steps.result == Bernoulli.fit(COIN)
    assert "4/8 = 1/2" in str(steps[3])
    assert "1/256" in str(steps[4])
    assert steps[0].latex == "L(p) = p^{4} (1-p)^{4}"


def normalised(prior, likelihood, points):
    """Return a posterior density computed numerically from prior times likelihood."""
    weights = np.array([prior(t) * likelihood(t) for t in points])
    return weights / scipy.integrate.simpson(weights, x=points)


def test_posterior_of_the_coin_is_prior_times_likelihood():
    t = np.linspace(0.001, 0.999, 2001)
    prior = Beta(2, 3)
    expected = normalised(prior.pdf, lambda p: Bernoulli(p).likelihood(COIN), t)
    np.testing.assert_allclose(prior.posterior(COIN).pdf(t), expected, rtol=1e-6, atol=1e-6)
    assert prior.posterior(COIN) == Beta(6, 7)
    assert prior.posterior([3, 1], total_count=4) == Beta(6, 7)


def test_posterior_may_be_found_toss_by_toss():
    belief = Beta(1, 1)
    for toss in COIN:
        belief = belief.posterior(toss)
    assert belief == Beta(1, 1).posterior(COIN) == Beta(5, 5)
    assert belief.mode == Bernoulli.fit(COIN).probs  # MAP under a uniform prior


def test_posterior_of_a_mean_is_prior_times_likelihood():
    t = np.linspace(-6, 10, 4001)
    prior, x = Gaussian(1, 2), [2.5, 3.5, 1.0]
    expected = normalised(prior.pdf, lambda m: Gaussian(m, 1.5).likelihood(x), t)
    np.testing.assert_allclose(prior.posterior(x, scale=1.5).pdf(t), expected, atol=1e-9)


def test_posterior_of_a_vector_s_mean_is_that_of_numbers_where_nothing_correlates():
    X = np.array([[1.0, 5], [2, 3], [4, 4]])
    prior = MultivariateGaussian([0, 1], np.diag([4.0, 9]))
    found = prior.posterior(X, covariance_matrix=np.diag([1.0, 2.25]))
    one = Gaussian(0, 2).posterior(X[:, 0], scale=1)
    two = Gaussian(1, 3).posterior(X[:, 1], scale=1.5)
    np.testing.assert_allclose(found.mean, [one.mean, two.mean])
    np.testing.assert_allclose(found.covariance_matrix, np.diag([one.variance, two.variance]))


def test_posterior_of_classes_counts_them():
    assert Dirichlet([1, 1, 2]).posterior([0, 2, 2, 2]) == Dirichlet([2, 1, 5])
    np.testing.assert_allclose(Dirichlet([2, 1.5, 5]).mode, np.array([1, 0.5, 4]) / 5.5)


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

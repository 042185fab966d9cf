"""Distributions against SciPy: densities, cdf, moments, samples, modes, quantiles."""

import functools

import numpy as np
import pytest
import scipy

from nnlib.probability import (
    Beta,
    Binomial,
    Gaussian,
    Laplace,
    MultivariateGaussian,
    kl_divergence,
)
from nnlib.probability.special import betainc
from tests.nnlib.harness import naming

CLOSE = dict(rtol=1e-10, atol=1e-13)
MU, SIGMA = np.array([1.0, -2.0, 0.5]), np.array([[2, 0.5, 0], [0.5, 1, -0.3], [0, -0.3, 0.7]])


@functools.cache
def discrete():
    return [
        (Binomial(1, 1.0), scipy.stats.binom(1, 1.0)),
        (Binomial(12, 0.37), scipy.stats.binom(12, 0.37)),
        (Binomial(0, 0.5), scipy.stats.binom(0, 0.5)),
        (Binomial(2000, 0.01), scipy.stats.binom(2000, 0.01)),
    ]


@functools.cache
def continuous():
    return [
        (Gaussian(1.5, 0.2), scipy.stats.norm(1.5, 0.2)),
        (Laplace(-1, 2.5), scipy.stats.laplace(-1, 2.5)),
        (Beta(2, 5), scipy.stats.beta(2, 5)),
        (Beta(0.5, 0.5), scipy.stats.beta(0.5, 0.5)),
        (Beta(1, 1), scipy.stats.beta(1, 1)),
        (Beta(300, 20), scipy.stats.beta(300, 20)),
    ]


def test_mass_and_cdf_match_scipy():
    x = np.array([-1.0, 0, 1, 2, 3, 4, 11, 12, 20, 2000, 2001, 0.5, np.inf, -np.inf])
    for ours, theirs in discrete():
        with naming(ours):
            mass = np.where(x == np.floor(x), theirs.pmf(x), 0)
            np.testing.assert_allclose(ours.pmf(x), mass, **CLOSE)
            np.testing.assert_allclose(ours.cdf(x), theirs.cdf(x), **CLOSE)


def test_density_and_cdf_match_scipy():
    for ours, theirs in continuous():
        x = np.array([*np.linspace(-3, 3, 31), np.inf, -np.inf])
        x = x[~np.isinf(theirs.pdf(x))]
        with naming(ours):
            np.testing.assert_allclose(ours.log_prob(x), theirs.logpdf(x), **CLOSE)
            np.testing.assert_allclose(ours.pdf(x), theirs.pdf(x), **CLOSE)
            np.testing.assert_allclose(ours.cdf(x), theirs.cdf(x), **CLOSE)


def test_moments_match_scipy(rng):
    for ours, theirs in discrete() + continuous():
        with naming(ours):
            one = ours.sample(rng=rng)
            assert isinstance(one, np.int64 if hasattr(ours, "pmf") else float)
            assert np.isnan(ours.log_prob(np.nan))
            assert np.isnan(ours.cdf([0.5, np.nan])).tolist() == [False, True]
            np.testing.assert_allclose(ours.mean, theirs.mean(), **CLOSE)
            np.testing.assert_allclose(ours.variance, theirs.var(), **CLOSE)


def test_samples_follow_their_distribution(rng):
    """Each has a false alarm in 1000 seeds."""
    for ours, theirs in continuous():
        x = ours.sample((20, 100), rng=rng)
        assert x.shape == (20, 100)
        assert scipy.stats.kstest(x.ravel(), theirs.cdf).pvalue > 1e-3, ours
    tosses = Binomial(5, 0.4)
    x = tosses.sample(2000, rng=rng)
    assert x.dtype == np.int64
    assert scipy.stats.chisquare(np.bincount(x), 2000 * tosses.pmf(np.arange(6))).pvalue > 1e-3


def test_samples_of_a_vector_have_its_mahalanobis_distances(rng):
    ours = MultivariateGaussian(MU, SIGMA)
    X = ours.sample((3, 700), rng=rng)
    assert X.shape == (3, 700, 3)
    squares = ours.mahalanobis(X).ravel() ** 2
    assert (
        scipy.stats.kstest(squares, scipy.stats.chi2(3).cdf).pvalue > 1e-3
    )  # false alarm: 1 in 1000
    for k in range(3):
        one = scipy.stats.norm(MU[k], SIGMA[k, k] ** 0.5)
        assert scipy.stats.kstest(X[..., k].ravel(), one.cdf).pvalue > 1e-3


def test_multivariate_gaussian_matches_scipy(rng):
    ours, theirs = MultivariateGaussian(MU, SIGMA), scipy.stats.multivariate_normal(MU, SIGMA)
    X = rng.standard_normal((4, 5, 3))
    np.testing.assert_allclose(ours.log_prob(X), theirs.logpdf(X), **CLOSE)
    np.testing.assert_allclose(ours.pdf(X[0, 0]), theirs.pdf(X[0, 0]), **CLOSE)
    np.testing.assert_allclose(ours.variance, [2, 1, 0.7])


def test_special_functions_match_scipy(rng):
    a, b, x = rng.uniform(0.1, 500, (3, 200))
    x = rng.random(200)
    np.testing.assert_allclose(
        betainc(a, b, x), scipy.special.betainc(a, b, x), rtol=1e-9, atol=1e-14
    )
    x = 1 / 3 + np.linspace(-0.001, 0.001, 5)
    for a, rtol in [(1e4, 1e-10), (1e6, 1e-8)]:
        result = betainc(a, 2 * a, x)
        np.testing.assert_allclose(result, scipy.special.betainc(a, 2 * a, x), rtol)
    x = np.linspace(0, 1e-5, 20)  # not all entries pass the stopping test in the same iteration
    result = betainc(2.5, 1e6, x)
    np.testing.assert_allclose(result, scipy.special.betainc(2.5, 1e6, x), rtol=1e-8)


MODES = [
    (Binomial(4, 0.5), 2),
    (Binomial(5, 1), 5),
    (Gaussian(3, 1), 3),
    (Laplace(3, 1), 3),
    (MultivariateGaussian([3.0], [[1.0]]), [3]),
    (Beta(3, 2), 2 / 3),
    (Beta(1, 2), 0),
    (Beta(0.5, 1), 0),
    (Beta(2, 0.5), 1),
]


def test_mode_is_the_likeliest_point():
    for ours, mode in MODES:
        assert ours.mode == pytest.approx(mode), ours


def test_far_tails_keep_their_digits():
    np.testing.assert_allclose(Gaussian(0, 1).cdf(-30), scipy.stats.norm.cdf(-30), rtol=1e-10)
    np.testing.assert_allclose(
        Laplace(0, 1).cdf(-600), scipy.stats.laplace.cdf(-600), rtol=1e-10
    )


@pytest.mark.parametrize("family", [Gaussian, Laplace])
def test_densities_beyond_all_numbers_are_zero(family):
    x = [-1e308, 1e308, np.inf]
    for d in (family(0, 1), family(2, 1e-200), family(1e6, 1e-3)):
        np.testing.assert_array_equal(d.pdf(x), [0, 0, 0])
        np.testing.assert_array_equal(d.cdf(x), [0, 1, 1])


def test_the_divergence_of_arrays_matches_scipy(rng):
    p, q = rng.dirichlet(np.ones(5), (2, 3))[0], rng.dirichlet(np.ones(5), 3)
    np.testing.assert_allclose(kl_divergence(p, q), scipy.stats.entropy(p, q, axis=-1), **CLOSE)
    assert kl_divergence(p, p).tolist() == [0, 0, 0]
    assert kl_divergence([0.5, 0.5], [1.0, 0.0]) == np.inf
    assert kl_divergence([1.0, 0.0], [0.5, 0.5]) == np.log(2)


def test_problems_without_a_solution_are_refused_by_name():
    with pytest.raises(ValueError, match="kl_divergence"):
        kl_divergence([1.0], [0.5, 0.5])
    for beta in (Beta(1, 1), Beta(0.5, 0.7)):
        with pytest.raises(ValueError, match="mode"):
            _ = beta.mode
    with pytest.raises(ArithmeticError, match="overflow"):  # no silent NaN
        Beta(1e300, 1e300).cdf(0.5)
    with pytest.raises(AttributeError):
        Gaussian(0, 1).scale = 2

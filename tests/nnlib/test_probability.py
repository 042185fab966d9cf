"""Distributions against SciPy: densities, cdf, moments, samples, modes, quantiles."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import special, stats

from nnlib.probability import (
    Bernoulli,
    Beta,
    Binomial,
    Categorical,
    Dirichlet,
    Gaussian,
    Laplace,
    MultivariateGaussian,
)
from nnlib.probability.special import betainc, digamma
from tests.nnlib.probability_parameters import CLOSE, MU, SIGMA, P

DISCRETE = [
    (Bernoulli(0.3), stats.bernoulli(0.3)),
    (Bernoulli(0), stats.bernoulli(0)),
    (Binomial(1, 1.0), stats.binom(1, 1.0)),
    (Binomial(12, 0.37), stats.binom(12, 0.37)),
    (Binomial(0, 0.5), stats.binom(0, 0.5)),
    (Binomial(2000, 0.01), stats.binom(2000, 0.01)),
    (Categorical(P), stats.rv_discrete(values=(np.arange(4), P))),
]
CONTINUOUS = [
    (Gaussian(1.5, 0.2), stats.norm(1.5, 0.2)),
    (Laplace(-1, 2.5), stats.laplace(-1, 2.5)),
    (Beta(2, 5), stats.beta(2, 5)),
    (Beta(0.5, 0.5), stats.beta(0.5, 0.5)),
    (Beta(1, 1), stats.beta(1, 1)),
    (Beta(300, 20), stats.beta(300, 20)),
]


def named(pairs):
    return [pytest.param(*pair, id=repr(pair[0]).replace(" ", "")) for pair in pairs]


@pytest.mark.parametrize(("ours", "theirs"), named(DISCRETE))
def test_mass_and_cdf_are_those_of_scipy(ours, theirs):
    x = np.array([-1.0, 0, 1, 2, 3, 4, 11, 12, 20, 2000, 2001, 0.5, np.inf, -np.inf])
    mass = np.where(x == np.floor(x), theirs.pmf(x), 0)  # rv_discrete says NaN of infinity
    np.testing.assert_allclose(ours.pmf(x), np.nan_to_num(mass), **CLOSE)
    np.testing.assert_allclose(ours.cdf(x), theirs.cdf(x), **CLOSE)


@pytest.mark.parametrize(("ours", "theirs"), named(CONTINUOUS))
def test_density_and_cdf_are_those_of_scipy(ours, theirs):
    x = np.array([*np.linspace(-3, 3, 31), np.inf, -np.inf])
    x = x[~np.isinf(theirs.pdf(x))]
    np.testing.assert_allclose(ours.log_prob(x), theirs.logpdf(x), **CLOSE)
    np.testing.assert_allclose(ours.pdf(x), theirs.pdf(x), **CLOSE)
    np.testing.assert_allclose(ours.cdf(x), theirs.cdf(x), **CLOSE)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    named([pair for pair in DISCRETE + CONTINUOUS if pair[0] != Categorical(P)]),
)
def test_moments_and_entropy_are_those_of_scipy(ours, theirs):
    np.testing.assert_allclose(ours.mean, theirs.mean(), **CLOSE)
    np.testing.assert_allclose(ours.variance, theirs.var(), **CLOSE)
    np.testing.assert_allclose(ours.stddev, theirs.std(), **CLOSE)
    np.testing.assert_allclose(ours.entropy(), theirs.entropy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("ours", "theirs"), named(DISCRETE + CONTINUOUS))
def test_nan_in_gives_nan_out(ours, theirs):
    assert np.isnan(ours.log_prob(np.nan))
    assert np.isnan(ours.cdf([0.5, np.nan])).tolist() == [False, True]


@pytest.mark.parametrize(("ours", "theirs"), named(CONTINUOUS))
def test_continuous_samples_pass_the_kolmogorov_test(ours, theirs, rng):
    x = ours.sample((20, 100), rng=rng)
    assert x.shape == (20, 100)
    assert stats.kstest(x.ravel(), theirs.cdf).pvalue > 1e-3  # false alarm: 1 in 1000


@pytest.mark.parametrize(
    "ours", [Bernoulli(0.3), Binomial(5, 0.4), Categorical([0.2, 0.5, 0.3])]
)
def test_discrete_samples_pass_the_chi_square_test(ours, rng):
    x = ours.sample(2000, rng=rng)
    assert x.dtype == np.int64
    expected = 2000 * ours.pmf(np.arange(x.max() + 1))
    found = np.bincount(x)
    assert stats.chisquare(found, expected).pvalue > 1e-3  # false alarm: 1 in 1000


@pytest.mark.parametrize("ours", [pair[0] for pair in DISCRETE + CONTINUOUS])
def test_one_sample_is_a_number(ours, rng):
    one = ours.sample(rng=rng)
    assert isinstance(one, np.int64 if hasattr(ours, "pmf") else float)


def test_import_needs_numpy_alone():
    program = (
        "import sys, numpy; before = set(sys.modules);"
        "import nnlib.probability, nnlib.calculus, nnlib.filters;"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before};"
        "print(*sorted(m for m in new if m not in sys.stdlib_module_names))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() in (["nnlib"], ["nnlib", "numpy"])


def test_impossible_class_is_never_drawn(rng):
    assert 2 not in Categorical(P).sample(5000, rng=rng)


def test_samples_of_a_vector_have_its_mahalanobis_distances(rng):
    ours = MultivariateGaussian(MU, SIGMA)
    X = ours.sample((3, 700), rng=rng)
    assert X.shape == (3, 700, 3)
    squares = ours.mahalanobis(X).ravel() ** 2
    assert stats.kstest(squares, stats.chi2(3).cdf).pvalue > 1e-3  # false alarm: 1 in 1000
    for k in range(3):
        one = stats.norm(MU[k], SIGMA[k, k] ** 0.5)
        assert stats.kstest(X[..., k].ravel(), one.cdf).pvalue > 1e-3


def test_samples_of_dirichlet_have_beta_marginals(rng):
    X = Dirichlet([1, 2, 3.5]).sample(2000, rng=rng)
    np.testing.assert_allclose(X.sum(axis=1), 1)
    assert stats.kstest(X[:, 1], stats.beta(2, 4.5).cdf).pvalue > 1e-3  # 1 in 1000


def test_multivariate_gaussian_is_that_of_scipy(rng):
    ours, theirs = MultivariateGaussian(MU, SIGMA), stats.multivariate_normal(MU, SIGMA)
    X = rng.standard_normal((4, 5, 3))
    np.testing.assert_allclose(ours.log_prob(X), theirs.logpdf(X), **CLOSE)
    np.testing.assert_allclose(ours.pdf(X[0, 0]), theirs.pdf(X[0, 0]), **CLOSE)
    np.testing.assert_allclose(ours.entropy(), theirs.entropy(), **CLOSE)
    np.testing.assert_allclose(ours.variance, [2, 1, 0.7])


def test_multivariate_gaussian_of_one_entry_is_the_gaussian():
    many, one = MultivariateGaussian([1.0], [[4.0]]), Gaussian(1, 2)
    np.testing.assert_allclose(many.log_prob([[3.0], [0.0]]), one.log_prob([3.0, 0.0]))
    np.testing.assert_allclose(many.entropy(), one.entropy())


def test_marginal_times_conditional_is_the_joint():
    joint = MultivariateGaussian(MU, SIGMA)
    x = np.array([0.3, -1.0, 2.0])
    marginal, rest = joint.marginal([2, 0]), joint.conditional([1], [2, 0], x[[2, 0]])
    np.testing.assert_allclose(
        marginal.log_prob(x[[2, 0]]) + rest.log_prob(x[[1]]), joint.log_prob(x)
    )


def test_affine_map_of_a_gaussian_has_mean_and_covariance_mapped():
    """Erratum ee147-err-105: N(b, A Aᵀ) holds only for a standard normal z."""
    A, v, L = np.array([[1.0, 2], [0, 1]]), np.array([1.0, 1]), np.diag([4.0, 1])
    x = MultivariateGaussian(v, L).affine(A, [10.0, 20])
    np.testing.assert_array_equal(x.mean, [13, 21])
    np.testing.assert_array_equal(x.covariance_matrix, [[8, 2], [2, 1]])
    assert not np.allclose(x.covariance_matrix, A @ A.T)


def test_dirichlet_is_that_of_scipy():
    a, x = [1.5, 2, 0.7], np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]])
    ours, theirs = Dirichlet(a), stats.dirichlet(a)
    np.testing.assert_allclose(ours.log_prob(x), [theirs.logpdf(row) for row in x], **CLOSE)
    np.testing.assert_allclose(ours.mean, theirs.mean())
    np.testing.assert_allclose(ours.variance, theirs.var())
    np.testing.assert_allclose(ours.covariance_matrix, theirs.cov())
    np.testing.assert_allclose(ours.entropy(), theirs.entropy(), **CLOSE)
    np.testing.assert_allclose(Dirichlet([2, 3]).pdf([0.4, 0.6]), Beta(2, 3).pdf(0.4))


def test_covariance_of_the_one_hot_vector_is_the_derivative_of_softmax():
    p = np.exp([0.2, 1, -0.5]) / np.exp([0.2, 1, -0.5]).sum()
    cov = Categorical(p).covariance_matrix
    np.testing.assert_allclose(cov, np.diag(p) - np.outer(p, p))
    np.testing.assert_allclose(Categorical(p).variance, np.diag(cov))
    np.testing.assert_array_equal(Categorical(p).mean, Categorical(p).probs)


def test_special_functions_are_those_of_scipy(rng):
    a, b, x = rng.uniform(0.1, 500, (3, 200))
    x = rng.random(200)
    np.testing.assert_allclose(
        betainc(a, b, x), special.betainc(a, b, x), rtol=1e-9, atol=1e-14
    )
    np.testing.assert_allclose(digamma(a), special.digamma(a), rtol=1e-13, atol=1e-13)
    x = 1 / 3 + np.linspace(-0.001, 0.001, 5)
    for a, rtol in [(1e4, 1e-10), (1e6, 1e-8)]:
        found = betainc(a, 2 * a, x)
        np.testing.assert_allclose(found, special.betainc(a, 2 * a, x), rtol)


def test_quantile_undoes_the_cdf():
    normal = Gaussian(1, 2)
    x = np.linspace(-8, 10, 19)
    np.testing.assert_allclose(normal.icdf(normal.cdf(x)), x, rtol=1e-9, atol=1e-12)
    assert normal.icdf(0) == -np.inf
    assert np.isnan(normal.icdf(1.5))


def test_far_tails_keep_their_digits():
    np.testing.assert_allclose(Gaussian(0, 1).cdf(-30), stats.norm.cdf(-30), rtol=1e-10)
    np.testing.assert_allclose(Laplace(0, 1).cdf(-600), stats.laplace.cdf(-600), rtol=1e-10)


def test_density_may_exceed_one():
    """Errata nnn-e042, ee147-err-131 and ee147-err-009: a density is no probability."""
    assert Gaussian(0, 0.1).pdf(0) == pytest.approx(1 / (0.1 * np.sqrt(2 * np.pi)))
    assert Gaussian(0, 0.1).likelihood([0]) > 1
    assert Beta(9, 9).pdf(0.5) > 1


MODES = [
    (Bernoulli(0.7), 1),
    (Binomial(4, 0.5), 2),
    (Binomial(5, 1), 5),
    (Categorical(P), 1),
    (Gaussian(3, 1), 3),
    (Laplace(3, 1), 3),
    (MultivariateGaussian([3.0], [[1.0]]), [3]),
    (Beta(3, 2), 2 / 3),
    (Beta(1, 2), 0),
    (Beta(0.5, 1), 0),
    (Beta(2, 0.5), 1),
]


@pytest.mark.parametrize(("ours", "mode"), MODES)
def test_mode_is_the_likeliest_point(ours, mode):
    assert ours.mode == pytest.approx(mode)


def test_samples_repeat_with_the_seed():
    ours = MultivariateGaussian(MU, SIGMA)
    first, again = (ours.sample(3, rng=np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("n", [10, 1000, 10_000])
def test_counts_of_many_tosses_keep_ten_digits(n):
    k = np.linspace(0, n, 11).astype(int)
    for p in (0.03, 0.5):
        ours, theirs = Binomial(n, p), stats.binom(n, p)
        for found, expected in [(ours.pmf(k), theirs.pmf(k)), (ours.cdf(k), theirs.cdf(k))]:
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-200)


def test_distributions_of_equal_parameters_are_equal():
    assert Gaussian(0, 1) == Gaussian(0.0, 1.0) != Gaussian(0, 2)
    assert Categorical([0.5, 0.5]) == Categorical([0.5, 0.5]) != Categorical([1, 0])
    assert MultivariateGaussian(MU, SIGMA) == MultivariateGaussian(MU, SIGMA)
    assert Dirichlet([1, 2]) == Dirichlet([1, 2]) != Dirichlet([2, 1])


def test_the_far_tails_of_a_gaussian():
    p = np.array([1e-300, 1e-100, 1e-20, 1e-10, 9e-4, 0.3, 0.5, 0.7, 1 - 1e-10, 0, 1, np.nan])
    np.testing.assert_allclose(Gaussian(0, 1).icdf(p), stats.norm.ppf(p), rtol=1e-10)
    assert isinstance(Gaussian(1, 2).icdf(0.5), float)
    with pytest.raises(TypeError, match="icdf: expected p to be real numbers"):
        Gaussian(0, 1).icdf("text")


@pytest.mark.parametrize("family", [Gaussian, Laplace])
def test_densities_beyond_all_numbers_are_zero(family):
    x = [-1e308, 1e308, np.inf]
    for d in (family(0, 1), family(2, 1e-200), family(1e6, 1e-3)):
        np.testing.assert_array_equal(d.pdf(x), [0, 0, 0])
        np.testing.assert_array_equal(d.cdf(x), [0, 1, 1])

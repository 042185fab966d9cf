"""Distributions against SciPy: densities, cdf, moments, samples, entropies, divergences."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, special, stats

from nnlib import probability
from nnlib.probability import (
    Bernoulli,
    Beta,
    Binomial,
    Categorical,
    Dirichlet,
    Gaussian,
    Laplace,
    MultivariateGaussian,
    cross_entropy,
    entropy,
    kl_divergence,
)
from nnlib.probability.special import betainc, digamma

CLOSE = dict(rtol=1e-10, atol=1e-13)
P = np.array([0.2, 0.5, 0.0, 0.3])
MU, SIGMA = np.array([1.0, -2.0, 0.5]), np.array([[2, 0.5, 0], [0.5, 1, -0.3], [0, -0.3, 0.7]])

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


FAMILIES = [
    (Gaussian(1, 0.5), Gaussian(0.3, 1.2)),
    (Laplace(1, 0.5), Laplace(0.3, 1.2)),
    (Beta(2, 3), Beta(4, 1.5)),
]


@pytest.mark.parametrize(("p", "q"), FAMILIES)
def test_closed_divergence_is_the_integral(p, q):
    def integrand(x):
        return p.pdf(x) * (p.log_prob(x) - q.log_prob(x))

    ends = (1e-12, 1 - 1e-12) if isinstance(p, Beta) else (-15, 15)
    found, _ = integrate.quad(integrand, *ends, points=[0.3, p.mean], limit=500, epsabs=1e-12)
    np.testing.assert_allclose(kl_divergence(p, q), found, rtol=1e-8)  # quad's own error
    assert kl_divergence(p, p) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("p", "q"), [(0.3, 0.6), (0, 0.5), (1, 0.25)])
def test_divergence_of_discrete_distributions_is_the_sum(p, q):
    by_hand = np.sum(special.rel_entr([p, 1 - p], [q, 1 - q]))
    np.testing.assert_allclose(kl_divergence(Bernoulli(p), Bernoulli(q)), by_hand)
    k = np.arange(6)
    counts = np.sum(special.rel_entr(Binomial(5, p).pmf(k), Binomial(5, q).pmf(k)))
    np.testing.assert_allclose(kl_divergence(Binomial(5, p), Binomial(5, q)), counts)
    classes = Categorical([p, 1 - p]), Categorical([q, 1 - q])
    np.testing.assert_allclose(kl_divergence(*classes), by_hand)


def test_divergence_of_vectors_adds_over_independent_entries():
    p, q = (
        MultivariateGaussian([0, 1], np.diag([1, 4])),
        MultivariateGaussian([1, 1], np.diag([2, 9])),
    )
    parts = [(Gaussian(0, 1), Gaussian(1, 2**0.5)), (Gaussian(1, 2), Gaussian(1, 3))]
    np.testing.assert_allclose(kl_divergence(p, q), sum(kl_divergence(*pair) for pair in parts))
    rotation = np.array([[0.6, -0.8], [0.8, 0.6]])
    turned = kl_divergence(p.affine(rotation), q.affine(rotation))
    np.testing.assert_allclose(turned, kl_divergence(p, q))  # of no rotation


def test_divergence_of_the_encoder_from_the_prior_is_that_of_the_vae_page():
    m, s = 1.2, 0.3
    np.testing.assert_allclose(
        kl_divergence(Gaussian(m, s), Gaussian(0, 1)), (m * m + s * s - 1 - np.log(s * s)) / 2
    )
    assert kl_divergence(Gaussian(0, 1), Gaussian(0, 1)) == 0


def test_cross_entropy_of_distributions_is_entropy_plus_divergence():
    p, q = Gaussian(1, 0.5), Gaussian(0.3, 1.2)
    found, _ = integrate.quad(lambda x: -p.pdf(x) * q.log_prob(x), -10, 10)
    np.testing.assert_allclose(cross_entropy(p, q), found, rtol=1e-8)


def test_entropies_of_arrays_are_those_of_scipy(rng):
    p, q = rng.dirichlet(np.ones(5), (2, 3))[0], rng.dirichlet(np.ones(5), 3)
    np.testing.assert_allclose(entropy(p), stats.entropy(p, axis=-1), **CLOSE)
    np.testing.assert_allclose(kl_divergence(p, q), stats.entropy(p, q, axis=-1), **CLOSE)
    np.testing.assert_allclose(cross_entropy(p, q), entropy(p) + kl_divergence(p, q))
    np.testing.assert_allclose(entropy(p, base=2), stats.entropy(p, axis=-1, base=2), **CLOSE)


PROBABILITIES = st.integers(2, 6).flatmap(
    lambda C: arrays(float, (2, C), elements=st.floats(0, 1)).filter(
        lambda p: (p.sum(axis=1) > 1e-3).all()
    )
)


@given(PROBABILITIES)
def test_laws_of_entropy_hold(weights):
    p, q = weights / weights.sum(axis=1, keepdims=True)
    assert -1e-12 <= entropy(p) <= np.log(len(p)) + 1e-12
    assert kl_divergence(p, q) >= -1e-12
    assert cross_entropy(p, q) >= entropy(p) - 1e-12
    assert kl_divergence(p, p) == 0


def test_entropy_at_the_edges():
    assert entropy([1.0, 0.0]) == 0
    assert entropy(Bernoulli(0.5), base=2) == 1
    assert entropy([0.5, 0.5], base=2) == 1
    assert kl_divergence([0.5, 0.5], [1.0, 0.0]) == np.inf
    assert kl_divergence([1.0, 0.0], [0.5, 0.5]) == np.log(2)
    assert cross_entropy([0.5, 0.5], [1.0, 0.0]) == np.inf
    assert kl_divergence(Bernoulli(0.5), Bernoulli(1)) == np.inf


@pytest.mark.parametrize("a", [0.1, 0.5, 0.9])
def test_evidence_is_lower_bound_plus_divergence_from_the_posterior(a):
    """Erratum ee147-err-109: the gap of the bound is the divergence from the posterior."""
    prior, likelihood, q = np.array([0.3, 0.7]), np.array([0.9, 0.2]), np.array([a, 1 - a])
    table = probability.bayes(prior, likelihood)
    bound = q @ np.log(likelihood) - kl_divergence(q, prior)
    assert np.log(table.evidence) == pytest.approx(bound + kl_divergence(q, table.posterior))


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


def test_fraction_that_does_not_settle_says_how_far_it_came():
    with pytest.raises(ArithmeticError, match=r"after 3 terms; the last changed it by \d"):
        betainc(500, 500, 0.5, iterations=3)


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


@pytest.mark.parametrize("beta", [Beta(1, 1), Beta(0.5, 0.7)])
def test_beta_without_one_highest_point_has_no_mode(beta):
    with pytest.raises(ValueError, match=r"Beta\.mode: expected a single point"):
        _ = beta.mode


def test_parameters_cannot_be_changed():
    classes = Categorical(P)
    with pytest.raises(ValueError, match="read-only"):
        classes.probs[0] = 1
    with pytest.raises(AttributeError, match="cannot assign"):
        classes.probs = P


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


RNG = np.random.default_rng(0)
BAD = [
    (lambda: Bernoulli(1.5), ValueError, "Bernoulli: expected probs from 0 to 1, got 1.5"),
    (lambda: Bernoulli(np.nan), ValueError, "expected probs from 0 to 1, got nan"),
    (lambda: Bernoulli("half"), TypeError, "Bernoulli: expected probs to be a number"),
    (lambda: Bernoulli(None), TypeError, "Bernoulli: expected probs to be a number"),
    (lambda: Bernoulli(0.5j), TypeError, "expected probs to be a number, got complex"),
    (lambda: Bernoulli([0.5, 0.5]), TypeError, "expected probs to be a number, got list"),
    (lambda: Binomial(2.5, 0.5), TypeError, "expected total_count to be an int, got float"),
    (lambda: Binomial(-1, 0.5), ValueError, "expected total_count >= 0, got -1"),
    (lambda: Categorical([0.5, 0.6]), ValueError, "Categorical: expected probs to sum to 1"),
    (lambda: Categorical([1.5, -0.5]), ValueError, "expected probs >= 0, got -0.5"),
    (lambda: Categorical([]), ValueError, r"expected probs \(..., C\), C > 0"),
    (lambda: Categorical([[1.0]]), ValueError, r"expected probs \(C,\), got \(1, 1\)"),
    (lambda: Gaussian(0, 0), ValueError, "Gaussian: expected scale above 0, got 0"),
    (lambda: Gaussian(np.inf, 1), ValueError, "Gaussian: expected loc finite, got inf"),
    (lambda: Laplace(0, -1), ValueError, "Laplace: expected scale above 0, got -1"),
    (lambda: Beta(0, 1), ValueError, "Beta: expected concentration1 above 0, got 0"),
    (lambda: Dirichlet([1.0]), ValueError, "Dirichlet: expected concentration > 0 of at least"),
    (lambda: Dirichlet([1, -1]), ValueError, "Dirichlet: expected concentration > 0"),
    (lambda: Dirichlet([1, 0.5]).mode, ValueError, r"Dirichlet\.mode: expected every"),
    (lambda: Dirichlet([1, 2]).pdf([1.0]), ValueError, r"expected x \(..., 2\), got \(1,\)"),
    (
        lambda: MultivariateGaussian(MU, np.eye(2)),
        ValueError,
        r"covariance_matrix \(3, 3\), got",
    ),
    (
        lambda: MultivariateGaussian([0, 0], [[1, 0.5], [0, 1]]),
        ValueError,
        "symmetric covariance_matrix, got one that differs from its transpose by 0.5",
    ),
    (
        lambda: MultivariateGaussian([0, 0], np.ones((2, 2))),
        np.linalg.LinAlgError,
        "expected a positive definite covariance_matrix, got one with the eigenvalue",
    ),
    (
        lambda: MultivariateGaussian(MU, SIGMA).pdf([1, 2]),
        ValueError,
        r"MultivariateGaussian: expected x \(..., 3\), got \(2,\)",
    ),
    (lambda: MultivariateGaussian(MU, SIGMA).affine(np.eye(2)), ValueError, r"A \(M, 3\), got"),
    (
        lambda: MultivariateGaussian(MU, SIGMA).affine(np.ones((1, 3)), [1, 2]),
        ValueError,
        r"affine: expected b \(1,\), got \(2,\)",
    ),
    (
        lambda: MultivariateGaussian([], np.eye(2)),
        ValueError,
        r"expected loc \(D,\), got \(0,\)",
    ),
    (lambda: MultivariateGaussian([np.inf], [[1]]), ValueError, "expected finite loc, got inf"),
    (lambda: MultivariateGaussian(MU, SIGMA).marginal([3]), ValueError, r"below 3, got \[3\]"),
    (
        lambda: MultivariateGaussian(MU, SIGMA).marginal(["x"]),
        TypeError,
        "an entry to be an int",
    ),
    (
        lambda: MultivariateGaussian(MU, SIGMA).conditional([0], [1, 2], [1.0]),
        ValueError,
        r"conditional: expected values \(2,\), got \(1,\)",
    ),
    (lambda: MultivariateGaussian(MU, SIGMA).cdf(MU), NotImplementedError, "no closed form"),
    (lambda: Gaussian(0, 1).pdf("a"), TypeError, r"Gaussian\.pdf: expected x to be real"),
    (lambda: Gaussian(0, 1).likelihood([np.nan]), ValueError, "expected data without NaN"),
    (lambda: kl_divergence([0.5, 0.5], [1.0]), ValueError, "as many classes in p and q"),
    (
        lambda: kl_divergence(Gaussian(0, 1), Laplace(0, 1)),
        TypeError,
        "got Gaussian and Laplace",
    ),
    (lambda: cross_entropy([1.0], Bernoulli(1)), TypeError, "got list and Bernoulli"),
    (lambda: kl_divergence(Binomial(2, 0.5), Binomial(3, 0.5)), ValueError, "got 2 and 3"),
    (
        lambda: kl_divergence(Categorical([1.0]), Categorical(P)),
        ValueError,
        "as many classes in both, got 1 and 4",
    ),
    (
        lambda: kl_divergence(Dirichlet([1, 1]), Dirichlet([1, 1, 1])),
        ValueError,
        "as many classes, got 2 and 3",
    ),
    (
        lambda: kl_divergence(
            MultivariateGaussian(MU, SIGMA), MultivariateGaussian([0], [[1]])
        ),
        ValueError,
        "vectors of one length, got 3 and 1",
    ),
    (lambda: Gaussian(0, 1).sample(3, rng=0), TypeError, r"numpy.random.Generator, got int"),
    (
        lambda: Gaussian(0, 1).sample(-1, rng=RNG),
        ValueError,
        "sample: expected shape >= 0, got -1",
    ),
    (
        lambda: Gaussian(0, 1).sample(1.5, rng=RNG),
        TypeError,
        "expected shape to be an int, got",
    ),
    (lambda: Categorical([[1], [1, 2]]), ValueError, "probs with rows of one length"),
    (lambda: entropy([0.5, np.nan]), ValueError, "entropy: expected p >= 0, got nan"),
    (lambda: entropy([0.5, 0.5], base=1), ValueError, "entropy: expected base above 1, got 1"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_parameters_are_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()


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


def test_a_fraction_that_overflows_is_no_silent_nan():
    with pytest.raises(ArithmeticError, match=r"exponents as large as 1e\+300 overflow"):
        Beta(1e300, 1e300).cdf(0.5)

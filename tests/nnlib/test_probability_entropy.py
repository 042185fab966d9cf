"""Entropies, cross-entropies and divergences against SciPy, sums, integrals and laws."""

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.probability import (
    Bernoulli,
    Beta,
    Binomial,
    Categorical,
    Gaussian,
    Laplace,
    MultivariateGaussian,
    cross_entropy,
    entropy,
    kl_divergence,
)
from tests.nnlib.probability_parameters import CLOSE

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
    found, _ = scipy.integrate.quad(
        integrand, *ends, points=[0.3, p.mean], limit=500, epsabs=1e-12
    )
    np.testing.assert_allclose(kl_divergence(p, q), found, rtol=1e-8)  # quad's own error
    assert kl_divergence(p, p) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("p", "q"), [(0.3, 0.6), (0, 0.5), (1, 0.25)])
def test_divergence_of_discrete_distributions_is_the_sum(p, q):
    by_hand = np.sum(scipy.special.rel_entr([p, 1 - p], [q, 1 - q]))
    np.testing.assert_allclose(kl_divergence(Bernoulli(p), Bernoulli(q)), by_hand)
    k = np.arange(6)
    counts = np.sum(scipy.special.rel_entr(Binomial(5, p).pmf(k), Binomial(5, q).pmf(k)))
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


def test_cross_entropy_of_distributions_is_entropy_plus_divergence():
    p, q = Gaussian(1, 0.5), Gaussian(0.3, 1.2)
    found, _ = scipy.integrate.quad(lambda x: -p.pdf(x) * q.log_prob(x), -10, 10)
    np.testing.assert_allclose(cross_entropy(p, q), found, rtol=1e-8)


def test_entropies_of_arrays_are_those_of_scipy(rng):
    p, q = rng.dirichlet(np.ones(5), (2, 3))[0], rng.dirichlet(np.ones(5), 3)
    np.testing.assert_allclose(entropy(p), scipy.stats.entropy(p, axis=-1), **CLOSE)
    np.testing.assert_allclose(kl_divergence(p, q), scipy.stats.entropy(p, q, axis=-1), **CLOSE)
    np.testing.assert_allclose(cross_entropy(p, q), entropy(p) + kl_divergence(p, q))
    np.testing.assert_allclose(
        entropy(p, base=2), scipy.stats.entropy(p, axis=-1, base=2), **CLOSE
    )


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


def test_what_has_no_divergence_is_refused_by_name():
    cloud, point = MultivariateGaussian([0, 0], np.eye(2)), MultivariateGaussian([0], [[1]])
    for p, q, error in (
        (Gaussian(0, 1), Laplace(0, 1), TypeError),
        (Binomial(2, 0.5), Binomial(3, 0.5), ValueError),
        (Categorical([1.0]), Categorical([0.5, 0.5]), ValueError),
        (cloud, point, ValueError),
    ):
        with pytest.raises(error, match="kl_divergence"):
            kl_divergence(p, q)
    for beta in (Beta(1, 1), Beta(0.5, 0.7)):
        with pytest.raises(ValueError, match="mode"):
            _ = beta.mode
    with pytest.raises(ArithmeticError, match="overflow"):  # no silent NaN
        Beta(1e300, 1e300).cdf(0.5)
    with pytest.raises(AttributeError):
        Gaussian(0, 1).scale = 2

"""What distributions refuse: bad parameters, changed ones, what has no answer."""

import numpy as np
import pytest

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
from nnlib.probability.special import betainc
from tests.nnlib.probability_parameters import MU, SIGMA, P

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


def test_fraction_that_does_not_settle_says_how_far_it_came():
    with pytest.raises(ArithmeticError, match=r"after 3 terms; the last changed it by \d"):
        betainc(500, 500, 0.5, iterations=3)


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


def test_a_fraction_that_overflows_is_no_silent_nan():
    with pytest.raises(ArithmeticError, match=r"exponents as large as 1e\+300 overflow"):
        Beta(1e300, 1e300).cdf(0.5)

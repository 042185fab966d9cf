"""Distributions have the values, gradients, shapes and refusals of torch's."""

import re

import numpy as np
import pytest
import torch
from scipy import special, stats

import nnlib
from tests.nnlib.harness import naming

LIBRARIES = (nnlib, torch)
SHAPE = (4, 3)


def numbers(rng):
    """Return parameters of each distribution, and values in its support."""
    a, b = rng.standard_normal(SHAPE), rng.uniform(0.4, 2, SHAPE[1:])
    p = rng.uniform(0.1, 0.9, SHAPE)
    A = rng.standard_normal((4, 3, 3))
    S = A @ A.mT + np.eye(3)
    x = rng.standard_normal((5, *SHAPE))
    return {
        "Gamma": (dict(concentration=np.exp(a), rate=b), np.exp(x)),
        "Beta": (dict(concentration1=np.exp(a), concentration0=b), 1 / (1 + np.exp(x))),
        "Dirichlet": (dict(concentration=np.exp(a)), special.softmax(x, -1)),
        "MultivariateNormal": (dict(loc=a, covariance_matrix=S), x),
        "MultivariateNormal precision": (dict(loc=a[0], precision_matrix=S), x),
        "MultivariateNormal triangle": (dict(loc=a, scale_tril=np.linalg.cholesky(S[:1])), x),
        "Normal": (dict(loc=a, scale=b), rng.standard_normal((5, *SHAPE))),
        "Bernoulli": (dict(probs=p), rng.integers(0, 2, (5, *SHAPE)).astype(float)),
        "Bernoulli logits": (dict(logits=a), rng.integers(0, 2, SHAPE).astype(float)),
        "Categorical": (dict(probs=p), rng.integers(0, 3, (5, 4))),
        "Categorical logits": (dict(logits=3 * a), rng.integers(0, 3, (4,))),
    }


NAMES = list(numbers(np.random.default_rng(0)))


def made(L, name, rng):
    """Return a distribution, its parameters, and values at which to evaluate it."""
    given, values = numbers(rng)[name]
    parameters = {k: L.tensor(v, requires_grad=True) for k, v in given.items()}
    d = getattr(L.distributions, name.partition(" ")[0])(**parameters)
    return d, list(parameters.values()), L.tensor(values)


def asked(L, f, name):
    """Return the result of f for a distribution, and its gradients by the parameters."""
    rng = np.random.default_rng(3)
    d, parameters, values = made(L, name, rng)
    y = f(L, d, values)
    if not y.requires_grad:
        return [y.numpy()]
    g = L.tensor(rng.standard_normal(tuple(y.shape)))
    slopes = L.autograd.grad(y, parameters, g, allow_unused=True)
    return [y.detach().numpy(), *(0 if slope is None else slope.numpy() for slope in slopes)]


QUESTIONS = {
    "log_prob": lambda L, d, x: d.log_prob(x),
    "entropy": lambda L, d, x: d.entropy(),
    "mean": lambda L, d, x: 1.0 * d.mean,
    "variance": lambda L, d, x: 1.0 * d.variance,
    "stddev": lambda L, d, x: 1.0 * d.stddev,
    "mode": lambda L, d, x: 1.0 * d.mode.detach(),
    "kl": lambda L, d, x: L.distributions.kl_divergence(d, moved(L, d)),
}
CONTINUOUS = {
    "cdf": lambda L, d, x: d.cdf(x),
    "icdf": lambda L, d, x: d.icdf(L.tensor(np.linspace(0.1, 0.9, 3))),
    "together": lambda L, d, x: L.distributions.Independent(d, 1).log_prob(x),
    "entropy together": lambda L, d, x: L.distributions.Independent(d, 2).entropy(),
    "kl together": lambda L, d, x: L.distributions.kl_divergence(
        *(L.distributions.Independent(part, 1) for part in (d, moved(L, d)))
    ),
}


def moved(L, d):
    """Return another distribution of the same kind."""
    D = L.distributions
    if isinstance(d, D.Normal):
        return D.Normal(d.loc.detach() + 0.5, 1.5)
    if isinstance(d, D.MultivariateNormal):
        return type(d)(d.loc.detach() + 0.5, L.tensor(2 * np.eye(3) + 1))
    if isinstance(d, (D.Gamma, D.Dirichlet)):
        rate = (1.5,) * isinstance(d, D.Gamma)
        return type(d)(d.concentration.detach() + 0.5, *rate)
    if isinstance(d, D.Beta):
        return type(d)(d.concentration0.detach(), 1.5)
    return type(d)(probs=d.probs.detach().flip(0))


@pytest.mark.parametrize("name", NAMES)
def test_distributions_match_torch(name):
    questions = QUESTIONS | (CONTINUOUS if name == "Normal" else {})
    for question, f in questions.items():
        got, want = (asked(L, f, name) for L in LIBRARIES)
        for a, b in zip(got, want, strict=True):
            # torch's trigamma is exact to nine digits
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-12, err_msg=question)


@pytest.mark.parametrize("name", NAMES)
def test_shapes_and_names_match_torch(name):
    descriptions = []
    for L in LIBRARIES:
        d, _, values = made(L, name, np.random.default_rng(3))
        shapes = [d.batch_shape, d.event_shape, d.sample().shape, d.sample((2, 1)).shape]
        shapes += [d.log_prob(values).shape]
        descriptions.append(
            [[tuple(s) for s in shapes], d.has_rsample, d.sample().requires_grad]
        )
        shown = repr(made(L, name, np.random.default_rng(3))[0])
        descriptions[-1].append(re.sub(r"torch.Size\(\[(.*?)\]\)", r"(\1)", shown))
    assert descriptions[0] == descriptions[1]


@pytest.mark.parametrize("name", NAMES)
def test_samples_have_the_mean_and_variance_of_the_distribution(name):
    nnlib.manual_seed(0)
    d, parameters, _ = made(nnlib, name, np.random.default_rng(3))
    if name == "Normal":
        (slope,) = nnlib.autograd.grad(d.rsample((7,)).sum(), parameters[:1])
        np.testing.assert_allclose(slope.numpy(), np.full(SHAPE, 7.0))
    x, n = d.sample((20_000,)).numpy(), 20_000
    if name.startswith("Categorical"):
        shares = (x[..., None] == np.arange(3)).mean(0)
        np.testing.assert_allclose(shares, d.probs.detach().numpy(), atol=5 * 0.5 / n**0.5)
        return
    mean, spread = d.mean.detach().numpy(), d.stddev.detach().numpy()
    spread = np.broadcast_to(spread, SHAPE)
    assert (abs(x.mean(0) - mean) < 5 * spread / n**0.5).all()
    np.testing.assert_allclose(x.std(0), np.broadcast_to(spread, SHAPE), rtol=0.05)


def test_divergence_is_infinite_where_only_q_is_impossible():
    results = []
    for L in LIBRARIES:
        D = L.distributions
        p, q = L.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]), L.tensor([1.0, 0.0, 0.0])
        results.append([D.kl_divergence(D.Categorical(p), D.Categorical(q)).numpy()])
        coins = (D.Bernoulli(L.tensor(x)) for x in ([0.5, 0.0, 1.0], [0.0, 0.0, 1.0]))
        results[-1].append(D.kl_divergence(*coins).numpy())
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_gradients_of_samples_match_their_distribution_function():
    nnlib.manual_seed(0)
    a = nnlib.tensor(np.geomspace(0.1, 50, 9), requires_grad=True)
    x = nnlib.distributions.Gamma(a, 1.0).rsample((20,))
    weights = np.random.default_rng(0).standard_normal(x.shape)
    (slope,) = nnlib.autograd.grad(x, a, nnlib.tensor(weights))
    values, shapes = x.detach().numpy(), np.broadcast_to(a.detach().numpy(), x.shape)
    changes = [special.gammainc(shapes + h, values) for h in (-1e-5, 1e-5)]
    slopes = (changes[0] - changes[1]) / 2e-5 / stats.gamma.pdf(values, shapes)
    np.testing.assert_allclose(slope.numpy(), (weights * slopes).sum(0), rtol=1e-6)


REFUSED = {
    "concentration > 0": lambda D, L: D.Gamma(-1.0, 1.0),
    "rate > 0": lambda D, L: D.Gamma(1.0, L.tensor([0.0])),
    "concentrations > 0": lambda D, L: D.Beta(1.0, 0.0),
    "a value >= 0": lambda D, L: D.Gamma(1.0, 1.0).log_prob(L.tensor(-1.0)),
    "a value in": lambda D, L: D.Beta(1.0, 1.0).log_prob(L.tensor(2.0)),
    "a value >= 0 with sum 1": lambda D, L: D.Dirichlet(L.ones(2)).log_prob(L.ones(2)),
    "at least one axis of Dirichlet": lambda D, L: D.Dirichlet(L.tensor(1.0)),
    "one matrix": lambda D, L: D.MultivariateNormal(L.zeros(2)),
    "one matrix of two": lambda D, L: D.MultivariateNormal(L.zeros(2), L.eye(2), L.eye(2)),
    "an axis of loc": lambda D, L: D.MultivariateNormal(L.tensor(0.0), L.eye(2)),
    "positive definite": lambda D, L: D.MultivariateNormal(L.zeros(2), -L.eye(2)),
    "an inverse": lambda D, L: D.MultivariateNormal(L.zeros(2), precision_matrix=L.ones(2, 2)),
    "symmetric": lambda D, L: D.MultivariateNormal(L.zeros(2), L.tensor([[2.0, 1], [0, 2]])),
    "triangular": lambda D, L: D.MultivariateNormal(L.zeros(2), scale_tril=L.ones(2, 2)),
    "scale > 0": lambda D, L: D.Normal(0.0, L.tensor([1.0, -1.0])),
    "loc without NaN": lambda D, L: D.Normal(L.tensor(float("nan")), 1.0),
    "probs in [0, 1]": lambda D, L: D.Bernoulli(1.5),
    "probs or logits, got None": lambda D, L: D.Bernoulli(),
    "probs or logits, got tensor": lambda D, L: D.Categorical(L.ones(2), L.ones(2)),
    "at least one axis of Categorical": lambda D, L: D.Categorical(L.tensor(1.0)),
    "probs >= 0": lambda D, L: D.Categorical(L.tensor([0.5, -0.5, 1.0])),
    "logits without NaN": lambda D, L: D.Categorical(logits=L.tensor([float("nan"), 0.0])),
    "a value of 0 or 1": lambda D, L: D.Bernoulli(0.5).log_prob(L.tensor(0.5)),
    "a value in {0, ..., 1}": lambda D, L: D.Categorical(L.ones(2)).log_prob(L.tensor(2)),
    "broadcasts to": lambda D, L: D.Normal(L.zeros(3), 1.0).log_prob(L.zeros(2)),
    "a Tensor value": lambda D, L: D.Normal(0.0, 1.0).log_prob(0.0),
    "reinterpreted_batch_ndims": lambda D, L: D.Independent(D.Normal(L.zeros(3), 1.0), 2),
}


def test_inputs_that_torch_refuses_are_refused():
    for part, f in REFUSED.items():
        for L in LIBRARIES:
            with naming(part), pytest.raises(ValueError):  # noqa: PT011 (each has its words)
                f(L.distributions, L)

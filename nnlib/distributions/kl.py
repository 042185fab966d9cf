"""Kullback-Leibler divergences between distributions of the same type."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..nn.functional import softplus
from ..ops import digamma, lgamma, log, where
from ..tensor import Tensor
from .discrete import Bernoulli, Categorical
from .distribution import Distribution
from .gamma import Beta, Dirichlet, Gamma
from .independent import Independent, sum_last
from .multivariate import MultivariateNormal
from .normal import Normal

__all__ = ["kl_divergence"]


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    r"""Return the Kullback-Leibler divergence KL(p ‖ q).

    .. math:: KL(p \Vert q) = E_{x \sim p} [\log p(x) - \log q(x)]

    Parameters
    ----------
    p, q : Distribution
        Two distributions of the same type, whose batch shapes are broadcast.

    Returns
    -------
    Tensor
        The divergences in nats, one for each distribution in the batch. A divergence is
        infinite if p can take a value that is impossible under q.

    Raises
    ------
    NotImplementedError
        If the types differ, there is no formula for them, or reinterpreted_batch_ndims differ.

    Source: Goodfellow et al. (2016), equation 3.50.

    >>> kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))
    tensor(0.5000)
    """
    if type(p) is not type(q) or type(p) not in FORMULAS:
        raise NotImplementedError(
            f"kl_divergence: no formula for {type(p).__name__} and {type(q).__name__}"
        )
    return FORMULAS[type(p)](p, q)


def _normal(p: Normal, q: Normal) -> Tensor:
    """Return ((σ_p / σ_q)² + ((μ_p - μ_q) / σ_q)² - 1) / 2 - log(σ_p / σ_q)."""
    ratio = (p.scale / q.scale) ** 2
    return (ratio + ((p.loc - q.loc) / q.scale) ** 2 - 1 - log(ratio)) / 2


def _term(p: Tensor, difference: Tensor, q: Tensor) -> Tensor:
    """Return p (log p - log q), which is 0 if p = 0 and infinite if only q = 0."""
    return where(p == 0, 0.0, where(q == 0, math.inf, p * difference))


def _bernoulli(p: Bernoulli, q: Bernoulli) -> Tensor:
    """Return the sum of the terms for 1 and 0, using log p = -softplus(-z) for logits z."""
    one = softplus(-q.logits) - softplus(-p.logits)
    zero = softplus(q.logits) - softplus(p.logits)
    return _term(p.probs, one, q.probs) + _term(1 - p.probs, zero, 1 - q.probs)


def _categorical(p: Categorical, q: Categorical) -> Tensor:
    """Return the sum of p (log p - log q) over all classes."""
    return _term(p.probs, p.logits - q.logits, q.probs).sum(-1)


def _independent(p: Independent, q: Independent) -> Tensor:
    """Return the divergence of the base distributions, summed over the event's axes."""
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError(
            "kl_divergence: expected equal reinterpreted_batch_ndims, got "
            f"{p.reinterpreted_batch_ndims} and {q.reinterpreted_batch_ndims}"
        )
    return sum_last(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


def _gamma(p: Gamma, q: Gamma) -> Tensor:
    """Return E[log p(x) - log q(x)], using E[log x] = ψ(α) - log β."""
    a, c, ratio = p.concentration, q.concentration, q.rate / p.rate
    return lgamma(c) - lgamma(a) + (a - c) * digamma(a) - c * log(ratio) + a * (ratio - 1)


def _dirichlet(p: Dirichlet, q: Dirichlet) -> Tensor:
    """Return E[log p(x) - log q(x)], using E[log x_k] = ψ(α_k) - ψ(Σ α)."""
    a, c = p.concentration, q.concentration
    scale = lgamma(a.sum(-1)) - lgamma(c.sum(-1)) + (lgamma(c) - lgamma(a)).sum(-1)
    return scale + ((a - c) * (digamma(a) - digamma(a.sum(-1, True)))).sum(-1)


def _multivariate(p: MultivariateNormal, q: MultivariateNormal) -> Tensor:
    """Return (‖L_q⁻¹ L_p‖² + ‖L_q⁻¹ (μ_p - μ_q)‖² - D) / 2 - log det L_p + log det L_q."""
    distance = q._distance((p.loc - q.loc).unsqueeze(-1)) + q._distance(p.scale_tril)
    return (distance - p.event_shape[0]) / 2 - p._log_det() + q._log_det()


FORMULAS: dict[type, Callable] = {
    Normal: _normal,
    Bernoulli: _bernoulli,
    Categorical: _categorical,
    Independent: _independent,
    Gamma: _gamma,
    Dirichlet: _dirichlet,
    Beta: lambda p, q: _dirichlet(p._pair, q._pair),
    MultivariateNormal: _multivariate,
}

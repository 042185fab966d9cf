"""The gamma distribution, and the Dirichlet and beta distributions, which are based on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..gamma_function import digamma as digamma_of_array
from ..generator import generator
from ..graph import record_fused
from ..ops import digamma, lgamma, log, stack, where, xlogy
from ..quiet import silent
from ..tensor import Tensor, raw
from .distribution import Distribution, broadcast

__all__ = ["Beta", "Dirichlet", "Gamma"]

Parameter = Tensor | float


@silent
def _standard_gamma(concentration: Tensor) -> Tensor:
    """Return samples x of the gamma distribution with rate 1; see ``_slope`` for dx/da."""
    a = raw(concentration)
    x = np.asarray(np.maximum(generator().standard_gamma(a), np.finfo(a.dtype).tiny), a.dtype)
    return record_fused(x, dict(a=concentration), lambda g, a, y: dict(a=g * _slope(y, a)))


def _slope(x: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return dx/da = -(dP/da) / p for samples x, with the density p and the cdf P.

    The series P = Σ_k x^(a+k) e^-x / Γ(a+k+1) (Abramowitz and Stegun (1964), 6.5.29) is divided
    term by term by p = x^(a-1) e^-x / Γ(a). The derivative multiplies each term by log x -
    ψ(a+k+1).
    """
    x, a, k, total = x.astype(np.float64), a.astype(np.float64), 0, 0.0
    term, psi = x / a, digamma_of_array(a + 1)
    while np.any((a + k < x) | (np.abs(term) > 1e-17 * np.abs(total))):
        total = total + term * (np.log(x) - psi)
        k += 1
        term, psi = term * x / (a + k), psi + 1 / (a + k)
    return -total


class Gamma(Distribution):
    """The gamma distribution, with the density β^α x^(α-1) e^(-βx) / Γ(α).

    concentration is α > 0 and rate is β > 0; other values raise ValueError.
    Source: ``torch.distributions.Gamma``; Bishop (2006), equation 2.146.

    >>> import nnlib
    >>> Gamma(1.0, 2.0).log_prob(nnlib.tensor(0.0)).exp()
    tensor(2.)
    """

    has_rsample = True
    _shown = "concentration", "rate"
    mean = property(lambda self: self.concentration / self.rate, doc="The mean α / β.")
    variance = property(lambda self: self.mean / self.rate, doc="The variance α / β².")

    def __init__(
        self, concentration: Parameter, rate: Parameter, validate_args: bool | None = None
    ):
        self.concentration, self.rate = broadcast(concentration, rate)
        super().__init__(self.rate.shape, (), validate_args)
        self._check("concentration", "> 0", concentration, self.concentration > 0)
        self._check("rate", "> 0", rate, self.rate > 0)

    @property
    def mode(self) -> Tensor:
        """The mode, max(α - 1, 0) / β."""
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return samples that are differentiable functions of the parameters."""
        shape = self._extended_shape(sample_shape)
        return _standard_gamma(self.concentration.expand(shape)) / self.rate

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density, in nats."""
        self._check_value(value, ">= 0", lambda x: x >= 0)
        a, b = self.concentration, self.rate
        return xlogy(a, b) + xlogy(a - 1, value) - b * value - lgamma(a)

    def entropy(self) -> Tensor:
        """Return the entropy, in nats."""
        a = self.concentration
        return a - log(self.rate) + lgamma(a) + (1 - a) * digamma(a)


class Dirichlet(Distribution):
    """The Dirichlet distribution of probabilities, whose density is proportional to Π x^(α-1).

    concentration is α > 0, a Tensor (..., C); other values raise ValueError.
    Source: ``torch.distributions.Dirichlet``; Bishop (2006), equation 2.38.

    >>> import nnlib
    >>> Dirichlet(nnlib.ones(3)).log_prob(nnlib.ones(3) / 3).exp()
    tensor(2.)
    """

    has_rsample = True
    _shown = ("concentration",)

    def __init__(self, concentration: Tensor, validate_args: bool | None = None):
        if concentration.dim() < 1:
            raise ValueError(f"Dirichlet: expected concentration (..., C), got {concentration}")
        self.concentration, shape = concentration, concentration.shape
        super().__init__(shape[:-1], shape[-1:], validate_args)
        self._check("concentration", "> 0", concentration, concentration > 0)

    @property
    def mean(self) -> Tensor:
        """The mean α / Σ α."""
        return self.concentration / self.concentration.sum(-1, True)

    @property
    def mode(self) -> Tensor:
        """The mode ∝ max(α - 1, 0); (1, 0, ..., 0) if max α < 1, and NaN if max α = 1."""
        excess = (self.concentration - 1).clamp(min=0)
        corner = np.eye(1, self.event_shape[0], dtype=excess.dtype)
        is_corner = (self.concentration < 1).all(-1, keepdim=True)
        return where(is_corner, corner[0], excess / excess.sum(-1, True))

    @property
    def variance(self) -> Tensor:
        """The variance of each probability, m (1 - m) / (Σ α + 1) for the mean m."""
        return self.mean * (1 - self.mean) / (self.concentration.sum(-1, True) + 1)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return samples that are differentiable functions of the parameters."""
        x = _standard_gamma(self.concentration.expand(self._extended_shape(sample_shape)))
        return x / x.sum(-1, keepdim=True)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density, in nats."""

        def is_distribution(x):
            return (x >= 0) & ((x.sum(-1, keepdim=True) - 1).abs() < 1e-6)

        self._check_value(value, ">= 0 with sum 1", is_distribution)
        a = self.concentration
        return xlogy(a - 1, value).sum(-1) + lgamma(a.sum(-1)) - lgamma(a).sum(-1)

    def entropy(self) -> Tensor:
        """Return the entropy, in nats."""
        a, total = self.concentration, self.concentration.sum(-1)
        rest = (total - self.event_shape[0]) * digamma(total) - ((a - 1) * digamma(a)).sum(-1)
        return lgamma(a).sum(-1) - lgamma(total) + rest


class Beta(Distribution):
    """The beta distribution, whose density is proportional to x^(α-1) (1-x)^(β-1).

    concentration1 is α > 0 and concentration0 is β > 0; other values raise ValueError.
    Source: ``torch.distributions.Beta``; Bishop (2006), equation 2.13.

    >>> import nnlib
    >>> Beta(2.0, 1.0).log_prob(nnlib.tensor(0.5)).exp()
    tensor(1.)
    """

    has_rsample = True
    _shown = ()
    mean = property(lambda self: self._pair.mean[..., 0], doc="The mean α / (α + β).")
    mode = property(lambda self: self._pair.mode[..., 0], doc="The mode; NaN if max(α, β) = 1.")
    variance = property(lambda self: self._pair.variance[..., 0], doc="The variance.")

    def __init__(
        self,
        concentration1: Parameter,
        concentration0: Parameter,
        validate_args: bool | None = None,
    ):
        self.concentration1, self.concentration0 = broadcast(concentration1, concentration0)
        super().__init__(self.concentration1.shape, (), validate_args)
        both = stack([self.concentration1, self.concentration0], -1)
        self._check("concentrations", "> 0", both, both > 0)
        self._pair = Dirichlet(both, validate_args)  # for (x, 1 - x)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return samples that are differentiable functions of the parameters."""
        return self._pair.rsample(sample_shape)[..., 0]

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density, in nats."""
        self._check_value(value, "in [0, 1]", lambda x: (x >= 0) & (x <= 1))
        return self._pair.log_prob(stack([value, 1 - value], -1))

    def entropy(self) -> Tensor:
        """Return the entropy, in nats."""
        return self._pair.entropy()

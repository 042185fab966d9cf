"""The normal distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..ops import erf, erfinv, log
from ..random import randn
from ..tensor import Tensor
from .distribution import Distribution, broadcast

__all__ = ["Normal"]


class Normal(Distribution):
    r"""The normal distribution.

    .. math:: p(x) = \frac{1}{\sigma \sqrt{2 \pi}} e^{-(x - \mu)^2 / 2 \sigma^2}

    loc is the mean μ, and scale is the standard deviation σ > 0; they are broadcast. A NaN, or
    a σ that isn't positive, raises ValueError.
    Source: ``torch.distributions.Normal``; Goodfellow et al. (2016), section 3.9.3.

    >>> import nnlib
    >>> Normal(0.0, 1.0).log_prob(nnlib.tensor(0.0))
    tensor(-0.9189)
    """

    has_rsample = True
    _shown = "loc", "scale"
    mean = property(lambda self: self.loc, doc="The mean μ.")
    mode = property(lambda self: self.loc, doc="The point of highest density, μ.")
    stddev = property(lambda self: self.scale, doc="The standard deviation σ.")
    variance = property(lambda self: self.scale**2, doc="The variance σ².")

    def __init__(
        self, loc: Tensor | float, scale: Tensor | float, validate_args: bool | None = None
    ):
        self.loc, self.scale = broadcast(loc, scale)
        super().__init__(self.loc.shape, (), validate_args)
        self._check("loc", "without NaN", self.loc, ~self.loc.isnan())
        self._check("scale", "> 0", self.scale, self.scale > 0)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return samples μ + σ ε, where ε is standard normal."""
        shape = self._extended_shape(sample_shape)
        return self.loc + self.scale * randn(shape, dtype=self.loc.dtype)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density, in nats."""
        self._check_value(value, "without NaN", lambda x: ~x.isnan())
        z = (value - self.loc) / self.scale
        return -(z**2) / 2 - log(self.scale) - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value: Tensor) -> Tensor:
        """Return the cumulative distribution function at value, which is P(x <= value)."""
        self._check_value(value, "without NaN", lambda x: ~x.isnan())
        return 0.5 * (1 + erf((value - self.loc) / (self.scale * math.sqrt(2))))

    def icdf(self, value: Tensor) -> Tensor:
        """Return the quantile function at value, which is the inverse of ``cdf``."""
        return self.loc + self.scale * erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self) -> Tensor:
        """Return the entropy, log(σ √(2πe)), in nats."""
        return 0.5 + 0.5 * math.log(2 * math.pi) + log(self.scale)

"""The Bernoulli and categorical distributions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..creation import arange, full_like
from ..grad_mode import no_grad
from ..nn.functional import binary_cross_entropy_with_logits
from ..ops import log, log1p, log_softmax, sigmoid, softmax
from ..random import bernoulli, multinomial
from ..tensor import Tensor
from .distribution import Distribution, broadcast

__all__ = ["Bernoulli", "Categorical"]


def _inside(probs: Tensor) -> Tensor:
    """Return probabilities clamped to [ε, 1 - ε], whose logarithms are finite."""
    eps = float(np.finfo(probs.dtype).eps)
    return probs.clamp(min=eps, max=1 - eps)


def _need_one(name: str, probs: Tensor | float | None, logits: Tensor | float | None) -> None:
    """Raise ValueError unless exactly one of probs and logits is given."""
    if (probs is None) == (logits is None):
        raise ValueError(f"{name}: expected either probs or logits, got {probs} and {logits}")


class Bernoulli(Distribution):
    """The distribution of a bit that is 1 with probability p and 0 with probability 1 - p.

    Pass either probs p or logits z, with p = 1 / (1 + e^-z). Passing both or neither, or a p
    outside [0, 1], raises ValueError.
    Source: ``torch.distributions.Bernoulli``; Goodfellow et al. (2016), section 3.9.1.

    >>> import nnlib
    >>> Bernoulli(0.25).log_prob(nnlib.tensor(1.0)).exp()
    tensor(0.2500)
    """

    mean = property(lambda self: self.probs, doc="The mean p.")
    variance = property(
        lambda self: self.probs * (1 - self.probs), doc="The variance p (1 - p)."
    )
    param_shape = property(lambda self: self.probs.shape, doc="The shape of the parameter.")

    def __init__(
        self,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        validate_args: bool | None = None,
    ):
        _need_one("Bernoulli", probs, logits)
        self._shown = ("logits",) if probs is None else ("probs",)
        (parameter,) = broadcast(logits if probs is None else probs)
        super().__init__(parameter.shape, (), validate_args)
        if probs is None:
            self._check("logits", "without NaN", parameter, ~parameter.isnan())
            self.logits, self.probs = parameter, sigmoid(parameter)
        else:
            self._check("probs", "in [0, 1]", parameter, (parameter >= 0) & (parameter <= 1))
            p = _inside(parameter)
            self.logits, self.probs = log(p) - log1p(-p), parameter

    @property
    def mode(self) -> Tensor:
        """The more likely value, or NaN if p = 1/2."""
        most_likely = (self.probs >= 0.5).to(self.probs.dtype)
        return most_likely.masked_fill(self.probs == 0.5, float("nan"))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return random zeros and ones (*sample_shape, *batch_shape)."""
        with no_grad():
            return bernoulli(self.probs.expand(self._extended_shape(sample_shape)).contiguous())

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the probability, in nats."""
        self._check_value(value, "of 0 or 1", lambda x: (x == 0) | (x == 1))
        logits, value = broadcast(self.logits, value)
        value = value.to(logits.dtype)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Tensor:
        """Return the entropy, in nats."""
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """Return all values, 0 and 1, along a new first axis."""
        values = arange(2, dtype=self.probs.dtype).reshape(-1, *(1,) * len(self.batch_shape))
        return values.expand(2, *self.batch_shape) if expand else values


class Categorical(Distribution):
    """The distribution of a class index that is k with probability p_k.

    Pass either probs (..., C), nonnegative weights that are divided by their sum, or logits z
    (..., C), with p = softmax(z). Passing both or neither, a negative weight, only zeros, or a
    Tensor without axes raises ValueError.
    Source: ``torch.distributions.Categorical``; Goodfellow et al. (2016), section 3.9.2.

    >>> import nnlib
    >>> Categorical(nnlib.tensor([1.0, 3.0])).log_prob(nnlib.tensor(1)).exp()
    tensor(0.7500)
    """

    mean = property(
        lambda self: full_like(self.mode, math.nan, dtype=self.probs.dtype), doc="NaN."
    )
    variance = property(lambda self: self.mean, doc="NaN.")
    mode = property(lambda self: self.probs.argmax(-1), doc="The most likely class.")
    param_shape = property(lambda self: self.probs.shape, doc="The shape of the parameter.")

    def __init__(
        self,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ):
        _need_one("Categorical", probs, logits)
        self._shown = ("logits",) if probs is None else ("probs",)
        parameter = logits if probs is None else probs
        if parameter.dim() < 1:
            raise ValueError(
                f"Categorical: expected {self._shown[0]} (..., C), got {parameter}"
            )
        super().__init__(parameter.shape[:-1], (), validate_args)
        if probs is None:
            self._check("logits", "without NaN", parameter, ~parameter.isnan())
            self.logits, self.probs = log_softmax(parameter, -1), softmax(parameter, -1)
        else:
            valid = (parameter >= 0) & (parameter.sum(-1, True) > 0)
            self._check("probs", ">= 0, not all 0", parameter, valid)
            self.probs = parameter / parameter.sum(-1, keepdim=True)
            self.logits = log(_inside(self.probs))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return random classes (*sample_shape, *batch_shape), int64."""
        shape, rows = self._extended_shape(sample_shape), self.probs.detach()
        rows = rows.reshape(-1, rows.shape[-1])
        drawn = multinomial(rows, int(np.prod(sample_shape)), replacement=True)
        return drawn.T.reshape(shape)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the probability of classes, in nats."""
        count = self.probs.shape[-1]
        expected = f"in {{0, ..., {count - 1}}}"
        self._check_value(value, expected, lambda k: (k >= 0) & (k < count) & (k == k.long()))
        index = value.long().unsqueeze(-1)
        shape = np.broadcast_shapes(index.shape, (*self.batch_shape, 1))
        logits = self.logits.expand(*shape[:-1], count)
        return logits.gather(-1, index.expand(shape)).squeeze(-1)

    def entropy(self) -> Tensor:
        """Return the entropy, in nats; a class with probability 0 contributes 0."""
        least = float(np.finfo(self.logits.dtype).min)
        return -(self.logits.clamp(min=least) * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """Return all classes along a new first axis."""
        count = self.probs.shape[-1]
        values = arange(count).reshape(-1, *(1,) * len(self.batch_shape))
        return values.expand(count, *self.batch_shape) if expand else values

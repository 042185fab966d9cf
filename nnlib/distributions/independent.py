"""The joint distribution of independent variables."""

from __future__ import annotations

from collections.abc import Sequence

from ..tensor import Tensor
from .distribution import Distribution

__all__ = ["Independent"]


def sum_last(x: Tensor, axes: int) -> Tensor:
    """Return the sum over the last ``axes`` axes."""
    return x.sum(tuple(range(-axes, 0))) if axes else x


class Independent(Distribution):
    """The joint distribution of the independent variables along the last batch axes.

    These batch axes become event axes. If base_distribution has fewer than
    reinterpreted_batch_ndims batch axes, this raises ValueError.
    Source: ``torch.distributions.Independent``.

    >>> import nnlib
    >>> from nnlib.distributions import Normal
    >>> Independent(Normal(nnlib.zeros(3), 1.0), 1).log_prob(nnlib.zeros(3))
    tensor(-2.7568)
    """

    has_rsample = property(lambda self: self.base_dist.has_rsample)
    mean = property(lambda self: self.base_dist.mean, doc="The mean of each element.")
    mode = property(lambda self: self.base_dist.mode, doc="The mode of each element.")
    variance = property(lambda self: self.base_dist.variance, doc="Each element's variance.")

    def __init__(
        self,
        base_distribution: Distribution,
        reinterpreted_batch_ndims: int,
        validate_args: bool | None = None,
    ):
        shape, count = base_distribution.batch_shape, reinterpreted_batch_ndims
        if count > len(shape):
            raise ValueError(
                f"Independent: expected reinterpreted_batch_ndims <= {len(shape)}, got {count}"
            )
        cut = len(shape) - count
        event_shape = shape[cut:] + base_distribution.event_shape
        super().__init__(shape[:cut], event_shape, validate_args)
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, count

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return samples (*sample_shape, *batch_shape, *event_shape), without history."""
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return samples that are differentiable functions of the parameters."""
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the sum of the elements' log-probabilities, in nats."""
        return sum_last(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Tensor:
        """Return the sum of the elements' entropies, in nats."""
        return sum_last(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def __repr__(self) -> str:
        """Return the class, the base distribution and the number of axes."""
        return f"Independent({self.base_dist}, {self.reinterpreted_batch_ndims})"

"""The multivariate normal distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..linalg.tensors import cholesky
from ..ops import inverse, tril
from ..random import randn
from ..tensor import Tensor, raw
from .distribution import Distribution

__all__ = ["MultivariateNormal"]


class MultivariateNormal(Distribution):
    r"""The multivariate normal distribution.

    .. math:: p(x) = e^{-(x - \mu)^\top \Sigma^{-1} (x - \mu) / 2} / \sqrt{\det(2 \pi \Sigma)}

    loc is the mean μ (..., D). Pass exactly one matrix (..., D, D): covariance_matrix Σ,
    precision_matrix Σ⁻¹, or scale_tril, the lower triangular L with Σ = L Lᵀ. If Σ isn't
    positive definite, this raises ValueError.
    Source: ``torch.distributions.MultivariateNormal``; Goodfellow et al. (2016), equation 3.23.

    >>> import nnlib
    >>> MultivariateNormal(nnlib.zeros(2), nnlib.eye(2)).log_prob(nnlib.zeros(2))
    tensor(-1.8379)
    """

    has_rsample = True
    mean = property(lambda self: self.loc, doc="The mean μ.")
    variance = property(lambda self: (self.scale_tril**2).sum(-1), doc="The diagonal of Σ.")
    precision_matrix = property(lambda self: inverse(self.covariance_matrix), doc="Σ⁻¹.")
    mode = property(lambda self: self.loc, doc="The point of highest density, μ.")

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ):
        names = ("covariance_matrix", "precision_matrix", "scale_tril")
        matrices = (covariance_matrix, precision_matrix, scale_tril)
        passed = [pair for pair in zip(names, matrices, strict=True) if pair[1] is not None]
        if len(passed) != 1 or loc.dim() < 1 or passed[0][1].dim() < 2:
            expected = "loc (..., D) and exactly one matrix (..., D, D)"
            raise ValueError(f"MultivariateNormal: expected {expected}, got {loc} and {passed}")
        ((name, matrix),) = passed
        batch = np.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self.loc, matrix = loc.expand(*batch, -1), matrix.expand(*batch, -1, -1)
        self._shown = "loc", name
        super().__init__(batch, loc.shape[-1:], validate_args)
        if name == "scale_tril":
            fits = (matrix.diagonal(dim1=-2, dim2=-1) > 0) & (matrix == tril(matrix)).all()
            self._check(name, "to be lower triangular, with a positive diagonal", matrix, fits)
        else:
            is_symmetric = np.isclose(raw(matrix), raw(matrix.mT))
            self._check(name, "to be symmetric", matrix, is_symmetric)
            try:
                matrix = cholesky(inverse(matrix) if name == "precision_matrix" else matrix)
            except (np.linalg.LinAlgError, RuntimeError):  # a singular precision_matrix
                expected = f"expected a positive definite {name}"
                raise ValueError(f"MultivariateNormal: {expected}, got {matrix}") from None
        self.scale_tril = matrix

    @property
    def covariance_matrix(self) -> Tensor:
        """The covariance matrix Σ = L Lᵀ."""
        return self.scale_tril @ self.scale_tril.mT

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Return samples μ + L ε, where ε is standard normal."""
        noise = randn(self._extended_shape(sample_shape), dtype=self.loc.dtype)
        return self.loc + (self.scale_tril @ noise.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density, in nats."""
        self._check_value(value, "without NaN", lambda x: ~x.isnan())
        constant = self.event_shape[0] * math.log(2 * math.pi)
        distance = self._distance((value - self.loc).unsqueeze(-1))
        return -(distance + constant) / 2 - self._log_det()

    def entropy(self) -> Tensor:
        """Return the entropy, log det(2πe Σ) / 2, in nats."""
        return self.event_shape[0] * (1 + math.log(2 * math.pi)) / 2 + self._log_det()

    def _distance(self, X: Tensor) -> Tensor:
        """Return the sum of xᵀ Σ⁻¹ x = ‖L⁻¹ x‖² over the columns x of X."""
        return ((inverse(tril(self.scale_tril)) @ X) ** 2).sum((-2, -1))

    def _log_det(self) -> Tensor:
        """Return log det L, which is half of log det Σ."""
        return self.scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)

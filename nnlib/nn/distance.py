"""Distances and similarities as modules."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional as F
from .applied import Applied
from .module import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class CosineSimilarity(Applied):
    """Apply ``functional.cosine_similarity`` to vectors along ``dim``, by default axis 1."""

    function = staticmethod(F.cosine_similarity)

    def __init__(self, dim: int = 1, eps: float = 1e-8):
        super().__init__(dim=dim, eps=eps)

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the cosines of vectors along dim; the inputs broadcast, and dim is removed."""
        return self._compute(x1, x2)


class PairwiseDistance(Module):
    """Apply ``functional.pairwise_distance`` to two inputs (N, D) or (D,)."""

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False):
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Map two inputs (N, D) or (D,) to (N,) or ()."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)

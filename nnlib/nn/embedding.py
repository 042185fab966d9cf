"""Embedding layers, which look up rows of a trained table."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..tensor import Tensor, raw
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter, factory_dtype

__all__ = ["Embedding", "EmbeddingBag"]


class Table(Module):
    """Base class for embedding layers, which look up rows of a table."""

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None,
        initial_weight: Tensor | None,
        device: Any,
        dtype: Any,
    ):
        super().__init__()
        name, n, shape = type(self).__name__, num_embeddings, (num_embeddings, embedding_dim)
        if padding_idx is not None and not -n <= padding_idx < n:
            raise ValueError(
                f"{name}: expected padding_idx in [{-n}, {n - 1}], got {padding_idx}"
            )
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % n
        dtype = factory_dtype(name, device, dtype)
        weight = np.empty(shape, dtype) if initial_weight is None else initial_weight
        if weight.shape != shape:
            raise ValueError(f"{name}: expected weight {shape}, got {weight.shape}")
        self.weight = Parameter(weight)
        if initial_weight is None:
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw vectors from the standard normal distribution; set the padding vector to 0."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.array[self.padding_idx] = 0

    @classmethod
    def from_pretrained(
        cls, embeddings: Tensor, freeze: bool = True, *args: Any, **options: Any
    ) -> Any:
        """Create a layer with a given table; if ``freeze`` is True, the table isn't trained.

        Further arguments are passed to the constructor, after embedding_dim.

        >>> Embedding.from_pretrained(Tensor([[1.0, 2.0]]))(Tensor([0]).long())
        tensor([[1., 2.]])
        """
        shape = raw(embeddings).shape
        if len(shape) != 2:
            raise ValueError(f"from_pretrained: expected embeddings (C, D), got {shape}")
        layer = cls(*shape, *args, **options, _weight=np.empty(shape, np.float32))
        layer.weight = Parameter(embeddings, requires_grad=not freeze)
        return layer

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        parts = [f"{self.num_embeddings}, {self.embedding_dim}"]
        for name, default in self.shown.items():
            if (value := getattr(self, name)) != default:
                parts.append(f"{name}={value!r}")
        return ", ".join(parts)


class Embedding(Table):
    r"""Look up the trained vector of each word, given the words' indices.

    .. math:: y_i = W_{t_i}

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        Number of words C, and length D of each vector.
    padding_idx : int, optional
        Index of the padding word, whose vector starts at 0 and isn't trained.
    max_norm, norm_type, scale_grad_by_freq, sparse
        See ``functional.embedding``.
    dtype : dtype
        Dtype of the weight. Default: ``get_default_dtype()``.

    Raises
    ------
    ValueError
        If padding_idx isn't a valid row number.

    Attributes
    ----------
    weight : (num_embeddings, embedding_dim) float
        W, drawn from the standard normal distribution.

    Source: Bengio et al. (2003), section 2; chapter "Language models".

    >>> Embedding(10, 3)(Tensor([[1, 2], [4, 9]]).long()).shape
    (2, 2, 3)
    """

    shown: ClassVar = dict(
        padding_idx=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, sparse=False
    )

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__(num_embeddings, embedding_dim, padding_idx, _weight, device, dtype)
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        self.weight.requires_grad_(not _freeze)

    def forward(self, input: Tensor) -> Tensor:
        """Map word indices (...) to vectors (..., embedding_dim)."""
        return F.embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )


class EmbeddingBag(Table):
    r"""Compute the mean, sum or maximum of the trained vectors in each bag of words.

    .. math:: y_b = \frac{1}{|b|} \sum_{i \in b} W_{t_i} \quad \text{for the mean}

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        Number of words C, and length D of each vector.
    max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset
        See ``functional.embedding_bag``.
    padding_idx : int, optional
        Index of a word to ignore; its vector starts at 0 and isn't trained.

    Raises
    ------
    ValueError
        If padding_idx isn't a valid row number.

    Attributes
    ----------
    weight : (num_embeddings, embedding_dim) float
        W, drawn from the standard normal distribution.

    Source: see ``functional.embedding_bag``.

    >>> EmbeddingBag(10, 3)(Tensor([1, 2, 4, 9]).long(), Tensor([0, 3]).long()).shape
    (2, 3)
    """

    shown: ClassVar = dict(
        max_norm=None, norm_type=2, scale_grad_by_freq=False, mode=None, padding_idx=None
    )

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__(num_embeddings, embedding_dim, padding_idx, _weight, device, dtype)
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.mode, self.sparse = scale_grad_by_freq, mode, sparse
        self.include_last_offset = include_last_offset

    def forward(
        self, input: Tensor, offsets: Any = None, per_sample_weights: Any = None
    ) -> Tensor:
        """Map word indices (B, T), or (N,) with offsets (B,), to vectors (B, embedding_dim)."""
        options = self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode, self.sparse
        more = per_sample_weights, self.include_last_offset, self.padding_idx
        return F.embedding_bag(input, self.weight, offsets, *options, *more)

"""The embedding layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensor import Tensor, raw
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter, factory_dtype

__all__ = ["Embedding"]


class Embedding(Module):
    r"""A trained vector for each of num_embeddings words.

    .. math:: y_i = W_{t_i}

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        Number of words C, and length D of each vector.
    padding_idx : int, optional
        A word that stands for nothing: its vector starts at 0 and is not trained.
    max_norm, norm_type, scale_grad_by_freq, sparse
        As in ``functional.embedding``.
    dtype : dtype
        Of weight; float32 by default.

    Raises
    ------
    ValueError
        If padding_idx is not the number of a word.

    Attributes
    ----------
    weight : (num_embeddings, embedding_dim) float
        W, drawn from the normal distribution with mean 0 and variance 1.

    Source: Bengio et al. (2003), section 2; chapter "Text".

    >>> Embedding(10, 3)(Tensor([[1, 2], [4, 9]]).long()).shape
    (2, 2, 3)
    """

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
        super().__init__()
        n, shape = num_embeddings, (num_embeddings, embedding_dim)
        if padding_idx is not None and not -n <= padding_idx < n:
            raise ValueError(
                f"Embedding: expected padding_idx in [{-n}, {n - 1}], got {padding_idx}"
            )
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % n
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        dtype = factory_dtype("Embedding", device, dtype)
        given = np.empty(shape, dtype) if _weight is None else _weight
        if given.shape != shape:
            raise ValueError(f"Embedding: expected weight {shape}, got {given.shape}")
        self.weight = Parameter(given, requires_grad=not _freeze)
        if _weight is None:
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the vectors from the normal distribution; that of the padding is 0."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.array[self.padding_idx] = 0

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        **options: Any,
    ) -> Embedding:
        """Make a layer around a given table; with ``freeze`` it is not trained.

        >>> Embedding.from_pretrained(Tensor([[1.0, 2.0]]))(Tensor([0]).long())
        tensor([[1., 2.]])
        """
        if raw(embeddings).ndim != 2:
            raise ValueError(
                f"from_pretrained: expected embeddings (C, D), got {raw(embeddings).shape}"
            )
        C, D = raw(embeddings).shape
        return cls(C, D, padding_idx, **options, _weight=embeddings, _freeze=freeze)

    def forward(self, input: Tensor) -> Tensor:
        """Map word numbers (...) to vectors (..., embedding_dim)."""
        return F.embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        """Describe the options, for printing."""
        parts = [f"{self.num_embeddings}, {self.embedding_dim}"]
        defaults = dict(padding_idx=None, max_norm=None, norm_type=2, scale_grad_by_freq=False)
        for name, default in (defaults | dict(sparse=False)).items():
            if (value := getattr(self, name)) != default:
                parts.append(f"{name}={value}")
        return ", ".join(parts)

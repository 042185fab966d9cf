"""Transformer layers: attention and feed-forward networks with residual connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..tensor import Tensor
from . import functional as F
from .attention import MultiheadAttention
from .dropout import Dropout
from .linear import Linear
from .module import Module
from .normalization import LayerNorm
from .parameter import factory_dtype

__all__ = ["TransformerDecoderLayer", "TransformerEncoderLayer"]


class TransformerLayer(Module):
    """Base class for encoder layers and decoder layers.

    A subclass lists the names of its attention modules. Each attention module forms a sublayer
    with its own norm and dropout, and so does the feed-forward network.
    """

    attentions: tuple[str, ...]

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        dtype = factory_dtype(type(self).__name__, device, dtype)
        for name in self.attentions:
            options = dict(batch_first=batch_first, dtype=dtype)
            attention = MultiheadAttention(d_model, nhead, dropout, bias, **options)
            self.add_module(name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias, dtype=dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, dtype=dtype)
        self.norm_first = norm_first
        sublayers = range(1, len(self.attentions) + 2)
        for i in sublayers:
            norm = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
            self.add_module(f"norm{i}", norm)
        for i in sublayers:
            self.add_module(f"dropout{i}", Dropout(dropout))
        if isinstance(activation, str):
            known = dict(relu=F.relu, gelu=F.gelu)
            if activation not in known:
                raise RuntimeError(
                    f"{type(self).__name__}: expected activation 'relu', 'gelu' or a function, "
                    f"got {activation!r}"
                )
            activation = known[activation]
        self.activation = activation

    def _add(self, norm: Module, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        """Return x plus the sublayer's output; ``norm_first`` decides what is normalized."""
        return x + sublayer(norm(x)) if self.norm_first else norm(x + sublayer(x))

    def _sa_block(self, x: Tensor, mask: Any, padding: Any, is_causal: bool = False) -> Tensor:
        """Return the output of self-attention, after dropout."""
        return self.dropout1(_attend(self.self_attn, x, x, mask, padding, is_causal))

    def _ff_block(self, x: Tensor) -> Tensor:
        """Return the output of the feed-forward network, before the last dropout."""
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


def _attend(
    attention: Module, x: Tensor, memory: Tensor, mask: Any, padding: Any, is_causal: bool
) -> Tensor:
    """Return the output of attention with queries from x, and keys and values from memory."""
    return attention(
        x,
        memory,
        memory,
        attn_mask=mask,
        key_padding_mask=padding,
        need_weights=False,
        is_causal=is_causal,
    )[0]


class TransformerEncoderLayer(TransformerLayer):
    r"""Self-attention and a feed-forward network, each added to its input and normalized.

    .. math::

        y &= \mathrm{norm}_1(x + \mathrm{attention}(x)) \\
        z &= \mathrm{norm}_2(y + W_2\, \sigma(W_1 y + b_1) + b_2)

    With ``norm_first``, y = x + attention(norm₁(x)) instead, and likewise for z.

    Parameters
    ----------
    d_model, nhead : int
        Size E of the vectors, and number of heads, which must divide E.
    dim_feedforward : int
        Size of the vectors between W_1 and W_2.
    dropout : float in [0, 1]
        Dropout probability during training. Dropout is applied to the attention weights, inside
        the feed-forward network, and to the output of each sublayer.
    activation : {"relu", "gelu"} or function
        Activation function σ.
    layer_norm_eps : float
        Constant ε of the norms.
    batch_first : bool
        If True, inputs and output are (N, L, E) instead of (L, N, E).
    norm_first : bool
        If True, normalize the input of each sublayer instead of the sums.
    bias : bool
        If True, all parts have biases.

    Raises
    ------
    RuntimeError
        If activation is an unknown name, or dim_feedforward is negative.
    ValueError, AssertionError
        See ``MultiheadAttention``.

    Attributes
    ----------
    self_attn : MultiheadAttention
        Self-attention.
    linear1, linear2 : Linear
        W_1 with b_1, and W_2 with b_2.
    norm1, norm2 : LayerNorm
        Norms.

    Source: Vaswani et al. (2017), section 3.1; for ``norm_first`` Xiong et al. (2020),
    "On layer normalization in the transformer architecture", figure 1b.

    >>> from nnlib import ones
    >>> TransformerEncoderLayer(d_model=8, nhead=2)(ones(5, 4, 8)).shape
    (5, 4, 8)
    """

    attentions = ("self_attn",)

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """Map (L, N, E) to the same shape; see ``MultiheadAttention`` for the masks."""
        masks = src_mask, src_key_padding_mask, is_causal
        x = self._add(self.norm1, src, lambda x: self._sa_block(x, *masks))
        return self._add(self.norm2, x, lambda x: self.dropout2(self._ff_block(x)))


class TransformerDecoderLayer(TransformerLayer):
    r"""Self-attention, cross-attention to an encoder's output, and a feed-forward network.

    .. math::

        y &= \mathrm{norm}_1(x + \mathrm{attention}(x)) \\
        z &= \mathrm{norm}_2(y + \mathrm{attention}(y, m)) \\
        u &= \mathrm{norm}_3(z + W_2\, \sigma(W_1 z + b_1) + b_2)

    where m, the memory, is the output of the encoder. ``TransformerEncoderLayer`` describes the
    parameters, the errors, the other attributes and the source.

    Attributes
    ----------
    self_attn, multihead_attn : MultiheadAttention
        Self-attention of x, and cross-attention from y to m.

    >>> from nnlib import ones
    >>> TransformerDecoderLayer(d_model=8, nhead=2)(ones(3, 4, 8), ones(5, 4, 8)).shape
    (3, 4, 8)
    """

    attentions = ("self_attn", "multihead_attn")

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Map tgt (L, N, E) and memory (S, N, E) to the shape of tgt.

        The options for tgt apply to its self-attention, and the options for memory to the
        cross-attention of tgt to memory. See ``MultiheadAttention``.
        """
        own = tgt_mask, tgt_key_padding_mask, tgt_is_causal
        other = memory, memory_mask, memory_key_padding_mask, memory_is_causal
        x = self._add(self.norm1, tgt, lambda x: self._sa_block(x, *own))
        x = self._add(self.norm2, x, lambda x: self._mha_block(x, *other))
        return self._add(self.norm3, x, lambda x: self.dropout3(self._ff_block(x)))

    def _mha_block(
        self, x: Tensor, memory: Tensor, mask: Any, padding: Any, is_causal: bool = False
    ) -> Tensor:
        """Return the output of cross-attention to memory, after dropout."""
        return self.dropout2(_attend(self.multihead_attn, x, memory, mask, padding, is_causal))

"""The layers of a transformer: attention and feed-forward nets with residual connections."""

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
    """The base class of encoder layers and decoder layers.

    A subclass names its attentions; they and the feed-forward network are its sublayers, and
    each has a norm and a dropout.
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
                    f"{type(self).__name__}: expected activation relu, gelu or a function, "
                    f"got {activation!r}"
                )
            activation = known[activation]
        self.activation = activation

    def _add(self, norm: Module, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        """Return x plus the sublayer's output, normalized before or after (``norm_first``)."""
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
    """Return the output of attention with queries from x, keys and values from memory."""
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

    with ``norm_first`` instead y = x + attention(norm₁(x)), and likewise for z.

    Parameters
    ----------
    d_model, nhead : int
        Length E of the vectors, and number of heads, which divides it.
    dim_feedforward : int
        Length of the vectors between W_1 and W_2.
    dropout : float in [0, 1]
        Probability of ``dropout`` of attention's weights, inside the network, and of what
        each of the two adds, while training.
    activation : {"relu", "gelu"} or function
        What stands for σ.
    layer_norm_eps : float
        The eps of the norms.
    batch_first : bool
        Whether inputs and output are (N, L, E) instead of (L, N, E).
    norm_first : bool
        Whether the norms stand before attention and network, not after the sums.
    bias : bool
        Whether all parts have biases.
    device, dtype
        Where and in which dtype the weights are kept: the CPU, by default float32.

    Raises
    ------
    RuntimeError
        If activation is another word.
    ValueError, AssertionError
        As ``MultiheadAttention`` and ``Linear``.

    Attributes
    ----------
    self_attn : MultiheadAttention
        The attention.
    linear1, linear2 : Linear
        W_1 with b_1, and W_2 with b_2.
    norm1, norm2 : LayerNorm
        The norms.

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
        """Map (L, N, E) to the same shape; the masks are those of ``MultiheadAttention``."""
        masks = src_mask, src_key_padding_mask, is_causal
        x = self._add(self.norm1, src, lambda x: self._sa_block(x, *masks))
        return self._add(self.norm2, x, lambda x: self.dropout2(self._ff_block(x)))


class TransformerDecoderLayer(TransformerLayer):
    r"""Self-attention, attention to an encoder's output, and a feed-forward network.

    .. math::

        y &= \mathrm{norm}_1(x + \mathrm{attention}(x)) \\
        z &= \mathrm{norm}_2(y + \mathrm{attention}(y, m)) \\
        u &= \mathrm{norm}_3(z + W_2\, \sigma(W_1 z + b_1) + b_2)

    where m, the memory, is what the encoder gave.

    Parameters
    ----------
    d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps
        As in ``TransformerEncoderLayer``.
    batch_first, norm_first, bias, device, dtype
        As in ``TransformerEncoderLayer``.

    Raises
    ------
    RuntimeError, ValueError, AssertionError
        As ``TransformerEncoderLayer``.

    Attributes
    ----------
    self_attn, multihead_attn : MultiheadAttention
        The attention to x itself, and that to m.
    linear1, linear2, norm1, norm2, norm3
        As in ``TransformerEncoderLayer``.

    Source: as for ``TransformerEncoderLayer``.

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

        tgt_mask, its padding and hint are those of ``MultiheadAttention`` for tgt to itself,
        memory_mask and its own those for tgt to memory.
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

"""The transformer: stacks of the layers of ``transformer_layers.py``."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from ..default_dtype import PYTHON
from ..device import check_device
from ..tensor import Tensor, raw, wrap
from . import functional as F
from .container import ModuleList
from .init import xavier_uniform_
from .module import Module
from .normalization import LayerNorm
from .transformer_layers import TransformerDecoderLayer, TransformerEncoderLayer

__all__ = ["Transformer", "TransformerDecoder", "TransformerEncoder"]


class Stack(Module):
    """Base class for the encoder and the decoder: copies of a layer, with a norm at the end."""

    def __init__(self, layer: Module, num_layers: int, norm: Module | None):
        super().__init__()
        if not isinstance(layer, Module) or not isinstance(num_layers, int):
            raise TypeError(
                f"{type(self).__name__}: expected a Module and an int num_layers, "
                f"got {type(layer).__name__} and {type(num_layers).__name__}"
            )
        self.layers = ModuleList(copy.deepcopy(layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def _run(self, x: Tensor, *memory: Tensor, **masks: Any) -> Tensor:
        """Apply all layers and the final norm to x."""
        for layer in self.layers:
            x = layer(x, *memory, **masks)
        return x if self.norm is None else self.norm(x)


class TransformerEncoder(Stack):
    """A stack of identical encoder layers, which all start with the same weights.

    Parameters
    ----------
    encoder_layer : Module
        Layer to copy, usually a ``TransformerEncoderLayer``.
    num_layers : int
        Number of copies.
    norm : Module, optional
        Final norm, which is applied to the last output.
    enable_nested_tensor, mask_check : bool
        Accepted as in torch, but ignored, because there are no nested tensors.

    Raises
    ------
    TypeError
        If the layer isn't a Module, or num_layers isn't an int.

    Source: Vaswani et al. (2017), section 3.1.

    >>> from nnlib import ones
    >>> encoder = TransformerEncoder(TransformerEncoderLayer(d_model=8, nhead=2), num_layers=3)
    >>> encoder(ones(5, 4, 8)).shape
    (5, 4, 8)
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ):
        super().__init__(encoder_layer, num_layers, norm)
        self.enable_nested_tensor, self.mask_check = enable_nested_tensor, mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """Map (L, N, E) to the same shape; see ``MultiheadAttention`` for the masks."""
        return self._run(
            src,
            src_mask=mask,
            src_key_padding_mask=src_key_padding_mask,
            is_causal=_is_causal(mask, is_causal),
        )


class TransformerDecoder(Stack):
    """A stack of identical decoder layers, which all start with the same weights.

    Parameters
    ----------
    decoder_layer : Module
        Layer to copy, usually a ``TransformerDecoderLayer``.
    num_layers : int
        Number of copies.
    norm : Module, optional
        Final norm, which is applied to the last output.

    Raises
    ------
    TypeError
        If the layer isn't a Module, or num_layers isn't an int.

    Source: Vaswani et al. (2017), section 3.1.

    >>> from nnlib import ones
    >>> decoder = TransformerDecoder(TransformerDecoderLayer(d_model=8, nhead=2), num_layers=3)
    >>> decoder(ones(3, 4, 8), ones(5, 4, 8)).shape
    (3, 4, 8)
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None):
        super().__init__(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Map tgt (L, N, E) and memory (S, N, E) to the shape of tgt, as each layer does."""
        return self._run(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=_is_causal(tgt_mask, tgt_is_causal),
            memory_is_causal=memory_is_causal,
        )


class Transformer(Module):
    """An encoder that reads a sequence, and a decoder that generates a second one from it.

    ``TransformerEncoderLayer`` describes the other parameters and further errors.

    Parameters
    ----------
    d_model, nhead : int
        Size E of the vectors, and number of heads, which must divide E.
    num_encoder_layers, num_decoder_layers : int
        Number of layers of the encoder and of the decoder.
    custom_encoder, custom_decoder : Module, optional
        Modules to use instead of the encoder and the decoder.

    Raises
    ------
    RuntimeError
        If the inputs differ in batch size, or their vectors don't have length E.

    Attributes
    ----------
    encoder : TransformerEncoder
        Encoder, with a LayerNorm at the end.
    decoder : TransformerDecoder
        Decoder, also with a LayerNorm at the end. ``xavier_uniform_`` initializes the weight
        matrices of both.

    Source: Vaswani et al. (2017), "Attention is all you need", figure 1.

    >>> from nnlib import ones
    >>> model = Transformer(8, 2, num_encoder_layers=1, num_decoder_layers=1)
    >>> model(ones(5, 4, 8), ones(3, 4, 8)).shape
    (3, 4, 8)
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = F.relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        options = d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps
        options += batch_first, norm_first, bias, device, dtype
        norm = (d_model, layer_norm_eps, True, bias, device, dtype)
        if custom_encoder is None:
            layer = TransformerEncoderLayer(*options)
            custom_encoder = TransformerEncoder(layer, num_encoder_layers, LayerNorm(*norm))
        if custom_decoder is None:
            layer = TransformerDecoderLayer(*options)
            custom_decoder = TransformerDecoder(layer, num_decoder_layers, LayerNorm(*norm))
        self.encoder, self.decoder = custom_encoder, custom_decoder
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        for p in self.parameters():
            if p.ndim > 1:
                xavier_uniform_(p)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Return the output of the decoder for tgt and the encoded src.

        Parameters
        ----------
        src, tgt : (S, N, E), (T, N, E) float
            Sequence to read, and sequence written so far. With ``batch_first``, N comes first.
            Unbatched inputs don't have the axis N.
        src_mask, tgt_mask, memory_mask : (S, S), (T, T), (T, S) bool or float, optional
            Masks for the self-attention of src, the self-attention of tgt, and the
            cross-attention of tgt to the encoded src; see ``attn_mask`` of
            ``MultiheadAttention``.
        src_key_padding_mask, tgt_key_padding_mask, memory_key_padding_mask : (N, S), (N, T), \
(N, S) bool or float, optional
            Padding masks for the keys of the same three attention steps; see
            ``MultiheadAttention``.
        src_is_causal, tgt_is_causal, memory_is_causal : bool, optional
            Hints that the masks hide all later positions.

        Returns
        -------
        (T, N, E) float
        """
        s, t = raw(src).shape, raw(tgt).shape
        batch = slice(0, 1) if self.batch_first else slice(1, 2)
        wrong_batch = len(s) == 3 and s[batch] != t[batch]
        if wrong_batch or not s[-1] == t[-1] == self.d_model:
            raise RuntimeError(
                "Transformer: expected src and tgt with the same N and vectors of length "
                f"{self.d_model}, got {s} and {t}"
            )
        memory = self.encoder(
            src,
            mask=src_mask,
            src_key_padding_mask=src_key_padding_mask,
            is_causal=src_is_causal,
        )
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(
        sz: int, device: Any = None, dtype: Any = None
    ) -> Tensor:
        """Return the (sz, sz) mask of later positions: -inf for these, and 0 elsewhere."""
        check_device("generate_square_subsequent_mask", device)
        return wrap(np.triu(np.full((sz, sz), -np.inf, dtype or PYTHON[float]), 1))


def _is_causal(mask: Tensor | None, hint: bool | None) -> bool:
    """Return the hint if there is one; otherwise, return whether the mask is causal."""
    if hint is not None or mask is None:
        return hint is True
    later = ~np.tri(raw(mask).shape[-1], dtype=bool)
    hidden = later if raw(mask).dtype == bool else np.where(later, -np.inf, 0.0)
    return np.array_equal(raw(mask), hidden)

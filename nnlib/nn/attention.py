"""Multi-head attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops import add, chunk, matmul, mean, reshape, squeeze, transpose, unsqueeze
from ..tensor import Tensor, raw
from . import functional as F
from .functions.attention import attention_weights
from .init import xavier_uniform_, zeros_
from .linear import Linear
from .module import Module
from .parameter import Parameter, factory_dtype

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    r"""Multi-head attention: several heads, each with its own projections.

    .. math::

        Y = \mathrm{concat}(\mathrm{head}_1, \ldots, \mathrm{head}_h)\, W_o^\top + b_o, \quad
        \mathrm{head}_i = \mathrm{softmax}\!\left(\frac{Q_i K_i^\top}{\sqrt{E / h}}\right) V_i

    where Q_i, K_i and V_i are the i-th parts of the projected queries, keys and values.

    Parameters
    ----------
    embed_dim : int
        Size E of each query and each output vector.
    num_heads : int
        Number h of heads, which must divide E.
    dropout : float in [0, 1]
        Probability of dropping a weight during training.
    bias : bool
        If True, add biases to the projections.
    add_bias_kv, add_zero_attn : bool
        Must be False, because these options of torch aren't implemented.
    kdim, vdim : int
        Sizes of each key and each value vector. Default: E.
    batch_first : bool
        If True, inputs and output are (N, L, E) instead of (L, N, E).

    Raises
    ------
    ValueError
        If embed_dim or num_heads isn't positive, dropout is outside [0, 1], or
        ``add_bias_kv`` or ``add_zero_attn`` is True.
    AssertionError
        If E isn't a multiple of h, an input or a mask has the wrong number of axes, an input or
        key_padding_mask has the wrong size, or a mask has the wrong dtype, as in torch.
    RuntimeError
        If query and key differ in batch size, an input has the wrong dtype, attn_mask has the
        wrong shape, or is_causal is True without attn_mask.

    Attributes
    ----------
    in_proj_weight : (3E, E) float or None
        Projections of queries, keys and values; None if kdim or vdim differs from E.
    q_proj_weight, k_proj_weight, v_proj_weight : (E, E), (E, kdim), (E, vdim) float or None
        The same three projections as separate matrices; None if kdim and vdim equal E.
    in_proj_bias : (3E,) float or None
        Biases of these projections.
    out_proj : Linear
        Projection of the concatenated heads, W_o and b_o.

    Source: Vaswani et al. (2017), "Attention is all you need", section 3.2.2.

    >>> layer = MultiheadAttention(8, 2, batch_first=True)
    >>> x = Tensor(np.ones((4, 5, 8), np.float32))
    >>> output, weights = layer(x, x, x)
    >>> output.shape == (4, 5, 8), weights.shape == (4, 5, 5)
    (True, True)
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "MultiheadAttention: expected embed_dim and num_heads above 0, "
                f"got {embed_dim} and {num_heads}"
            )
        if embed_dim % num_heads:
            raise AssertionError(
                "MultiheadAttention: expected embed_dim to be a multiple of num_heads, "
                f"got {embed_dim} and {num_heads}"
            )
        if not 0 <= dropout <= 1:
            raise ValueError(f"MultiheadAttention: expected dropout in [0, 1], got {dropout}")
        if add_bias_kv or add_zero_attn:
            raise ValueError(
                "MultiheadAttention: expected add_bias_kv and add_zero_attn to be False, "
                f"got {add_bias_kv} and {add_zero_attn}"
            )
        dtype = factory_dtype("MultiheadAttention", device, dtype)
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.head_dim, self.batch_first = embed_dim // num_heads, batch_first
        has_equal_widths = self.kdim == self.vdim == embed_dim
        widths = dict(q_proj_weight=embed_dim, k_proj_weight=self.kdim, v_proj_weight=self.vdim)
        shapes = {name: (embed_dim, width) for name, width in widths.items()}
        shapes["in_proj_weight"] = (3 * embed_dim, embed_dim)
        for name, shape in shapes.items():
            is_used = has_equal_widths == (name == "in_proj_weight")
            weight = xavier_uniform_(Parameter(np.empty(shape, dtype))) if is_used else None
            self.register_parameter(name, weight)
        b = Parameter(np.zeros(3 * embed_dim, dtype)) if bias else None
        self.register_parameter("in_proj_bias", b)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, dtype=dtype)
        if bias:
            zeros_(self.out_proj.bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Return the outputs, and the weight that each query gives to each key.

        Parameters
        ----------
        query, key, value : (L, N, E), (S, N, kdim), (S, N, vdim) float
            Queries, keys and values. With ``batch_first``, N comes first. Unbatched inputs
            don't have the axis N.
        key_padding_mask : (N, S) bool or float, optional
            True for keys to ignore; a float mask is added to the scores.
        need_weights : bool
            If True, return the weights; otherwise, return None instead.
        attn_mask : (L, S) or (N h, L, S) bool or float, optional
            True where a query must ignore a key; a float mask is added to the scores.
        average_attn_weights : bool
            If True, average the weights over the heads.
        is_causal : bool
            Whether attn_mask hides all later positions. If True, attn_mask is required.

        Returns
        -------
        tuple
            The outputs, which have the shape of query, and the weights (N, L, S), or
            (N, h, L, S) if they aren't averaged. If all keys are masked for a query, its output
            is NaN; without ``need_weights``, it is the bias of ``out_proj``.
        """
        batched = self._check(query, key, value)
        if is_causal and attn_mask is None:
            raise RuntimeError(
                "MultiheadAttention: expected attn_mask with is_causal=True, got None"
            )
        if not batched:
            query, key, value = (unsqueeze(x, 0) for x in (query, key, value))
            key_padding_mask = None if key_padding_mask is None else key_padding_mask[None]
        elif not self.batch_first:
            query, key, value = (transpose(x, 0, 1) for x in (query, key, value))
        N, L, S = *raw(query).shape[:2], raw(key).shape[1]
        mask = self._mask(attn_mask, key_padding_mask, (N, L, S), raw(query).dtype)
        q, k, v = (self._heads(x) for x in self._project(query, key, value))
        p, weights = self.dropout if self.training else 0.0, None
        if need_weights:
            weights = F.dropout(attention_weights(q, k, mask), p)
            y = matmul(weights, v)
            weights = mean(weights, 1) if average_attn_weights else weights
        else:
            y = F.scaled_dot_product_attention(q, k, v, mask, p)
        y = self.out_proj(reshape(transpose(y, 1, 2), (N, L, self.embed_dim)))
        if not batched:
            return squeeze(y, 0), None if weights is None else squeeze(weights, 0)
        return (y if self.batch_first else transpose(y, 0, 1)), weights

    def _project(self, *inputs: Tensor) -> list[Tensor]:
        """Return queries, keys and values after their linear projections."""
        if self.in_proj_weight is None:
            weights = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        else:
            weights = chunk(self.in_proj_weight, 3)
        biases = (None,) * 3 if self.in_proj_bias is None else chunk(self.in_proj_bias, 3)
        return [F.linear(*each) for each in zip(inputs, weights, biases, strict=True)]

    def _heads(self, x: Tensor) -> Tensor:
        """Return x (N, L, E) split into heads, (N, h, L, E/h)."""
        return transpose(reshape(x, (*x.shape[:2], self.num_heads, self.head_dim)), 1, 2)

    def _check(self, query: Tensor, key: Tensor, value: Tensor) -> bool:
        """Return whether the inputs have a batch axis, after checking their shapes."""
        q, k, v = (raw(x).shape for x in (query, key, value))
        if len(q) not in (2, 3) or not len(q) == len(k) == len(v):
            self._refuse(
                AssertionError, "query, key and value, all with 2 or 3 axes", (q, k, v)
            )
        if (q[-1], k[-1], v[-1]) != (self.embed_dim, self.kdim, self.vdim) or k[:-1] != v[:-1]:
            widths = f"{self.embed_dim}, {self.kdim} and {self.vdim}"
            what = f"vectors of length {widths}, and key and value that agree in all other axes"
            self._refuse(AssertionError, what, (q, k, v))
        first = 0 if self.batch_first else 1
        if len(q) == 3 and q[first] != k[first]:
            self._refuse(RuntimeError, "query, key and value with the same N", (q, k, v))
        return len(q) == 3

    def _mask(
        self, attn: Any, padding: Any, sizes: tuple[int, int, int], dtype: np.dtype
    ) -> Tensor | None:
        """Return the mask that is added to the scores (N, h, L, S)."""
        N, L, S = sizes
        h = self.num_heads
        if attn is not None:
            shape = raw(attn).shape
            if len(shape) not in (2, 3):
                self._refuse(AssertionError, "attn_mask with 2 or 3 axes", shape)
            if shape not in ((L, S), (N * h, L, S)):
                self._refuse(RuntimeError, f"attn_mask {(L, S)} or {(N * h, L, S)}", shape)
            attn = self._additive("attn_mask", attn, dtype)
            attn = attn if len(shape) == 2 else reshape(attn, (N, h, L, S))
        if padding is None:
            return attn
        if raw(padding).shape != (N, S):
            self._refuse(AssertionError, f"key_padding_mask {(N, S)}", raw(padding).shape)
        padding = reshape(self._additive("key_padding_mask", padding, dtype), (N, 1, 1, S))
        return padding if attn is None else add(attn, padding)

    def _additive(self, name: str, mask: Tensor, dtype: np.dtype) -> Tensor:
        """Return a mask to add to the scores: True becomes -inf, and floats don't change."""
        if raw(mask).dtype == bool:
            return np.where(raw(mask), -np.inf, 0).astype(dtype)
        if raw(mask).dtype != dtype:
            self._refuse(AssertionError, f"{name} of dtype bool or {dtype}", raw(mask).dtype)
        return mask

    @staticmethod
    def _refuse(error: type[Exception], expected: str, got: Any) -> None:
        """Raise an error that names the module."""
        raise error(f"MultiheadAttention: expected {expected}, got {got}")


class NonDynamicallyQuantizableLinear(Linear):
    """A Linear with the class name that torch prints for ``out_proj``."""

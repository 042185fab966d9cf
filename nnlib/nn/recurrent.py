"""Recurrent layers, which apply the formulas of ``cells.py`` to whole sequences."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..ops import cat, flip, split, squeeze, stack, transpose, unsqueeze
from ..ops.promotion import conversion
from ..ops.recurrence import gru_layer, lstm_layer, rnn_layer
from ..tensor import Tensor, raw
from . import functional as F
from .cells import Recurrent
from .parameter import Parameter, factory_dtype
from .utils.rnn import PackedSequence

__all__ = ["GRU", "LSTM", "RNN"]


class Layers(Recurrent):
    """Base class for recurrent layers, which are stacked and run in one or both directions.

    A subclass computes one layer in one direction in ``run``.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__(input_size, hidden_size, bias)
        self.num_layers, self.batch_first, self.dropout = num_layers, batch_first, dropout
        self.bidirectional = bidirectional
        self._check_options()
        self.dropout = float(dropout)
        dtype = factory_dtype(type(self).__name__, device, dtype)
        for layer in range(num_layers):
            width = hidden_size * (1 + bidirectional) if layer else input_size
            for suffix in self._suffixes(layer):
                self.add_weights(suffix, width, dtype)
        self.reset_parameters()

    def _check_options(self) -> None:
        """Raise an error for options of the wrong type or out of range."""
        p = self.dropout
        if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 <= p <= 1:
            self.refuse(ValueError, "dropout in [0, 1]", repr(p))
        if p > 0 and self.num_layers == 1:
            warnings.warn(
                f"{type(self).__name__}: dropout only acts between layers, so dropout={p} does "
                "nothing with num_layers=1",
                stacklevel=3,
            )
        for name in ("bias", "batch_first"):
            if not isinstance(getattr(self, name), bool):
                self.refuse(
                    TypeError, f"{name} to be a bool", type(getattr(self, name)).__name__
                )
        for name in ("input_size", "hidden_size", "num_layers"):
            n = getattr(self, name)
            if not isinstance(n, int):
                self.refuse(TypeError, f"{name} to be an int", type(n).__name__)
            if n <= 0:
                self.refuse(ValueError, f"{name} above 0", n)

    def _suffixes(self, layer: int) -> list[str]:
        """Return the suffix of a layer's weight names for each direction."""
        return [f"_l{layer}", f"_l{layer}_reverse"][: 1 + self.bidirectional]

    def _weights(self, suffix: str) -> list[Parameter]:
        """Return the weights of one layer in one direction, given their suffix."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if self.bias else 2]
        return [getattr(self, name + suffix) for name in names]

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The weights of each layer and direction."""
        layers = range(self.num_layers)
        return [self._weights(suffix) for n in layers for suffix in self._suffixes(n)]

    def flatten_parameters(self) -> None:
        """Do nothing, because only cuDNN needs the weights in a single block of memory."""

    def forward(self, input: Tensor, hx: Any = None) -> tuple[Tensor, Any]:
        """Map sequences and initial states to outputs at each time step and final states.

        Parameters
        ----------
        input : (T, N, D), (N, T, D) with ``batch_first``, or (T, D) float; or PackedSequence
            Sequences x. Packed sequences can have different lengths.
        hx : (layers · directions, N, H) float, or a tuple of two for an LSTM; without N if
            input has none
            Initial states. Default: zeros.

        Returns
        -------
        tuple
            The outputs of the last layer, which have the shape of input with directions · H
            instead of D, and the final states, which have the shape of hx. If the input is
            packed, so are the outputs.
        """
        states = self.state_list(hx)
        if isinstance(input, PackedSequence):
            y, last = self._run_packed(input, states)
            return y, last[0] if self.states == 1 else tuple(last)
        self._check(input, states)
        batched = raw(input).ndim == 3
        x = input if batched else unsqueeze(input, 1)
        if self.batch_first and batched:
            x = transpose(x, 0, 1)
        if states is None:
            shapes = self._state_shapes(x.shape[1])
            states = [np.zeros(shape, x.dtype) for shape in shapes]
        elif not batched:
            states = [unsqueeze(s, 1) for s in states]
        y, last = self._run_all(x, states)
        if self.batch_first and batched:
            y = transpose(y, 0, 1)
        if not batched:
            y, last = squeeze(y, 1), [squeeze(s, 1) for s in last]
        return y, last[0] if self.states == 1 else tuple(last)

    def _run_packed(self, input: PackedSequence, states: list | None) -> tuple:
        """Return the packed output of the last layer and the final states of all layers."""
        x, sizes, order, original = input
        sizes = raw(sizes)
        self._check(x, states, sizes)
        if states is None:
            states = [np.zeros(s, x.dtype) for s in self._state_shapes(sizes[0])]
        elif order is not None:
            states = [s[:, raw(order)] for s in states]
        y, last = self._run_all(x, states, sizes)
        if original is not None:
            last = [s[:, raw(original)] for s in last]
        return input._replace(data=y), last

    def _run_all(
        self, x: Tensor, states: list, sizes: np.ndarray | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Return the last layer's output and the final states; packed inputs need sizes."""
        last, k = [], 0
        for layer in range(self.num_layers):
            if layer and self.dropout:
                x = F.dropout(x, self.dropout, self.training)
            ys = []
            for back, suffix in enumerate(self._suffixes(layer)):
                weights, first = self._weights(suffix), [s[k] for s in states]
                if sizes is None:
                    y, final = self._run_one(x, first, weights, back)
                else:
                    y, final = self._run_blocks(x, first, weights, back, sizes)
                last.append(final)
                ys.append(y)
                k += 1
            x = cat(ys, -1) if self.bidirectional else ys[0]
        return x, [stack(each) for each in zip(*last, strict=True)]

    def _run_one(self, x: Tensor, first: list, weights: list, back: int) -> tuple[Tensor, list]:
        """Return the output of one layer in one direction, and its final states."""
        y, *more = self.run(flip(x, (0,)) if back else x, first, *weights)
        return flip(y, (0,)) if back else y, [y[-1], *more]

    def _run_blocks(
        self, x: Tensor, first: list, weights: list, back: int, sizes: np.ndarray
    ) -> tuple[Tensor, list]:
        """Compute ``_run_one`` for packed sequences, block by block.

        A block consists of consecutive time steps with the same number n of active sequences.
        In the forward direction, some sequences end between two blocks, so their states are
        final. In the backward direction, these sequences start there.
        """
        starts = np.flatnonzero(np.diff(sizes, prepend=0))
        times, ns = np.diff(starts, append=len(sizes)).tolist(), sizes[starts].tolist()
        parts = split(x, [t * n for t, n in zip(times, ns, strict=True)])
        states = [s[:0] for s in first] if back else first
        ys, ended = [], []
        for b in reversed(range(len(ns))) if back else range(len(ns)):
            n = ns[b]
            if back:
                pairs = zip(states, first, strict=True)
                states = [cat([s, f[len(s) : n]]) for s, f in pairs]
            else:
                ended.insert(0, [s[n:] for s in states])
                states = [s[:n] for s in states]
            block = parts[b].reshape(times[b], n, x.shape[-1])
            y, states = self._run_one(block, states, weights, back)
            ys.append(y.reshape(times[b] * n, self.hidden_size))
        final = [cat(each) for each in zip(states, *ended, strict=True)]
        return cat(ys[::-1] if back else ys), final

    def _check(
        self, input: Tensor, states: list | None, sizes: np.ndarray | None = None
    ) -> None:
        """Raise an error for inputs or states of the wrong shape or dtype."""
        x, dtype = raw(input), self.weight_ih_l0.dtype
        if sizes is not None:
            valid = len(sizes) and sizes[-1] > 0 and (np.diff(sizes) <= 0).all()
            if x.ndim != 2 or not valid or sizes.sum() != len(x):
                what = "packed data (N, input_size) and decreasing batch sizes that add up to N"
                self.refuse(RuntimeError, what, f"{x.shape} and batch sizes {sizes.tolist()}")
        elif x.ndim not in (2, 3):
            axes = "(N, T, D)" if self.batch_first else "(T, N, D)"
            self.refuse(ValueError, f"an input {axes} or (T, D)", x.shape)
        if x.dtype != dtype:
            got = f"{x.dtype}; convert the input with {conversion(input, dtype)}"
            self.refuse(ValueError, f"an input of the weights' dtype {dtype}", got)
        if x.shape[-1] != self.input_size:
            what = f"{self.input_size} elements (input_size) in the last axis of input"
            self.refuse(RuntimeError, what, f"{x.shape[-1]} in {x.shape}")
        first = self.batch_first and x.ndim == 3
        if not x.shape[int(first)]:
            self.refuse(RuntimeError, "at least one time step", f"an input {x.shape}")
        batch = x.shape[1 - first : 2 - first] if x.ndim == 3 else ()
        batch = batch if sizes is None else sizes[:1].tolist()
        for s, shape in zip(states or (), self._state_shapes(*batch), strict=False):
            if s.shape != shape:
                axes = " = (num_layers * directions, N, hidden_size)" if batch else ""
                self.refuse(RuntimeError, f"hx {shape}{axes}", s.shape)
            if s.dtype != dtype:
                self.refuse(RuntimeError, f"hx of dtype {dtype}", s.dtype)

    def _state_shapes(self, *batch: int) -> list[tuple[int, ...]]:
        """Return the shape of h, and for an LSTM also the shape of c."""
        return [(len(self.all_weights), *batch, self.hidden_size)] * self.states

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        parts = [str(self.input_size), str(self.hidden_size)]
        for name, default in dict(
            num_layers=1, bias=True, batch_first=False, dropout=0, bidirectional=False
        ).items():
            if (value := getattr(self, name)) != default:
                parts.append(f"{name}={value}")
        return ", ".join(parts)


class RNN(Layers):
    r"""Simple recurrent layers, applied to whole sequences.

    .. math:: h_t = \tanh(W x_t + b + U h_{t-1} + c)

    Parameters
    ----------
    input_size, hidden_size : int
        Size D of x, and size H of h.
    num_layers : int
        Number of stacked layers; the output h of one layer is the input x of the next.
    nonlinearity : {"tanh", "relu"}
        Activation function.
    bias : bool
        If True, add the biases b and c.
    batch_first : bool
        If True, input and output are (N, T, D) instead of (T, N, D).
    dropout : float in [0, 1]
        Probability of dropping an element between two layers during training.
    bidirectional : bool
        If True, each layer also runs from the end to the start with separate weights, and the
        outputs of both directions are concatenated along the last axis.

    Raises
    ------
    ValueError
        If an option is out of range, or the input has the wrong dtype or number of axes.
    TypeError
        If hx or an option other than dropout has the wrong type.
    RuntimeError
        If a shape or the dtype of hx doesn't match.

    Attributes
    ----------
    weight_ih_l0, weight_hh_l0 : (H, D) and (H, H) float
        W and U of the first layer. The names for later layers end in ``_l1`` and so on, and
        their D is directions · H. The suffix ``_l0_reverse`` marks the reverse direction.
    bias_ih_l0, bias_hh_l0 : (H,) float
        b and c.

    Source: Goodfellow et al. (2016), section 10.2.

    >>> layer = RNN(3, 2)
    >>> output, h_n = layer(Tensor(np.zeros((5, 4, 3), np.float32)))
    >>> output.shape == (5, 4, 2), h_n.shape == (1, 4, 2)
    (True, True)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ):
        options = bias, batch_first, dropout, bidirectional, device, dtype
        super().__init__(input_size, hidden_size, num_layers, *options)
        self.nonlinearity = nonlinearity
        if nonlinearity not in ("tanh", "relu"):
            self.refuse(ValueError, "nonlinearity 'tanh' or 'relu'", repr(nonlinearity))

    def run(self, x: Tensor, states: list, *weights: Tensor) -> tuple[Tensor]:
        """Run one layer in one direction; return h at each time step."""
        return (rnn_layer(x, *states, *weights, nonlinearity=self.nonlinearity),)


class LSTM(Layers):
    r"""LSTM layers, applied to whole sequences: an ``LSTMCell`` at each time step.

    ``RNN`` describes the parameters and the errors.

    Attributes
    ----------
    weight_ih_l0, weight_hh_l0 : (4H, D) and (4H, H) float
        W and U as in ``RNN``, with the rows of the gates in the order i, f, g, o.
    bias_ih_l0, bias_hh_l0 : (4H,) float
        Biases b and d of ``LSTMCell``.

    Source: Goodfellow et al. (2016), section 10.10.1; Gers et al. (2000).

    >>> layer = LSTM(3, 2, batch_first=True, bidirectional=True)
    >>> output, (h_n, c_n) = layer(Tensor(np.zeros((4, 5, 3), np.float32)))
    >>> output.shape == (4, 5, 4), h_n.shape == c_n.shape == (2, 4, 2)
    (True, True)
    """

    gates, states = 4, 2

    def run(self, x: Tensor, states: list, *weights: Tensor) -> tuple[Tensor, Tensor]:
        """Run one layer in one direction; return h at each time step, and the last c."""
        return lstm_layer(x, states, *weights)


class GRU(Layers):
    """GRU layers, applied to whole sequences: a ``GRUCell`` at each time step.

    ``RNN`` describes the parameters and the errors.

    Attributes
    ----------
    weight_ih_l0, weight_hh_l0 : (3H, D) and (3H, H) float
        W and U as in ``RNN``, with the rows of the gates in the order r, z, n.
    bias_ih_l0, bias_hh_l0 : (3H,) float
        Biases b and c.

    Source: see ``GRUCell``.

    >>> output, h_n = GRU(3, 2, num_layers=2)(Tensor(np.zeros((5, 4, 3), np.float32)))
    >>> output.shape == (5, 4, 2), h_n.shape == (2, 4, 2)
    (True, True)
    """

    gates = 3

    def run(self, x: Tensor, states: list, *weights: Tensor) -> tuple[Tensor]:
        """Run one layer in one direction; return h at each time step."""
        return (gru_layer(x, *states, *weights),)

"""Recurrent cells, which compute a single time step.

Each weight matrix contains the matrices of all gates, as blocks of rows in torch's order.
As in torch, there are two biases: one is added to W x, the other to U h.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops import chunk, relu, sigmoid, tanh
from ..ops.promotion import conversion
from ..ops.recurrence import lstm_step
from ..tensor import Tensor, raw
from . import functional as F
from .init import uniform_by_fan_in
from .module import Module
from .parameter import Parameter, factory_dtype

__all__ = ["GRUCell", "LSTMCell", "RNNCell"]


class Recurrent(Module):
    """Base class for cells and layers; it creates the weights and checks the states."""

    gates = 1  # number of blocks of rows in the weights
    states = 1  # number of states: 1 for h, 2 for h and c

    def __init__(self, input_size: int, hidden_size: int, bias: bool):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias

    def add_weights(self, suffix: str, input_size: int, dtype: np.dtype) -> None:
        """Register the weights of one cell under names that end in ``suffix``."""
        rows = self.gates * self.hidden_size
        shapes = dict(weight_ih=(rows, input_size), weight_hh=(rows, self.hidden_size))
        if self.bias:
            shapes |= dict(bias_ih=(rows,), bias_hh=(rows,))
        for name, shape in shapes.items():
            self.register_parameter(name + suffix, Parameter(np.empty(shape, dtype)))

    def reset_parameters(self) -> None:
        """Draw all weights uniformly from [-1/√hidden_size, 1/√hidden_size]."""
        uniform_by_fan_in(self.hidden_size, *self.parameters())

    def state_list(self, hx: Any) -> list | None:
        """Return the states hx as a list, or None if hx is None."""
        if hx is None:
            return None
        hx = [hx] if self.states == 1 else hx
        if not isinstance(hx, (list, tuple)) or not all(hasattr(s, "shape") for s in hx):
            kind = type(hx[0] if self.states == 1 else hx).__name__
            self.refuse(TypeError, ("a tensor", "(h, c)")[self.states - 1] + " as hx", kind)
        if len(hx) != self.states:
            self.refuse(TypeError, "two states (h, c) as hx", len(hx))
        return list(hx)

    def refuse(self, error: type[Exception], expected: str, got: Any) -> None:
        """Raise an error that names the module."""
        raise error(f"{type(self).__name__}: expected {expected}, got {got}")


class Cell(Recurrent):
    """Base class for cells; a subclass computes one step of its formula in ``step``."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__(input_size, hidden_size, bias)
        self.add_weights("", input_size, factory_dtype(type(self).__name__, device, dtype))
        if not bias:
            self.register_parameter("bias_ih", None)
            self.register_parameter("bias_hh", None)
        self.reset_parameters()

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        """Return the next state, given an input (N, D) or (D,) and the state (N, H) or (H,)."""
        x = raw(input)
        if x.ndim not in (1, 2):
            self.refuse(ValueError, "an input (N, D) or (D,)", x.shape)
        if x.shape[-1] != self.input_size:
            what = f"{self.input_size} elements (input_size) in the last axis of input"
            self.refuse(RuntimeError, what, f"{x.shape[-1]} in {x.shape}")
        shape = (*x.shape[:-1], self.hidden_size)
        states = self.state_list(hx) or [np.zeros(shape, x.dtype)] * self.states
        for s in states:
            if s.ndim not in (1, 2):
                self.refuse(ValueError, f"a state {shape}", s.shape)
            if s.shape != shape:
                self.refuse(RuntimeError, f"a state {shape}", s.shape)
        dtype = self.weight_ih.dtype
        for t in (x, *states):
            if t.dtype != dtype:
                got = f"{t.dtype}; convert it with {conversion(input, dtype)}"
                self.refuse(RuntimeError, f"input and state of dtype {dtype}", got)
        x = F.linear(input, self.weight_ih, self.bias_ih)
        return self.step(x, F.linear(states[0], self.weight_hh, self.bias_hh), *states)

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        bias = "" if self.bias else ", bias=False"
        return f"{self.input_size}, {self.hidden_size}{bias}"


class RNNCell(Cell):
    r"""One time step of a simple recurrent layer.

    .. math:: h' = \tanh(W x + b + U h + c)

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes of x and h.
    bias : bool
        If True, add the biases b and c.
    nonlinearity : {"tanh", "relu"}
        Activation function.

    Attributes
    ----------
    weight_ih, weight_hh : (H, D) and (H, H) float
        W and U.
    bias_ih, bias_hh : (H,) float or None
        b and c.

    Source: Goodfellow et al. (2016), equations 10.8 and 10.9.

    >>> cell = RNNCell(3, 2)
    >>> h = None
    >>> for x in np.zeros((5, 4, 3), np.float32):  # five steps of four sequences
    ...     h = cell(Tensor(x), h)
    >>> h.shape == (4, 2)
    True
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def step(self, x: Tensor, u: Tensor, h: Tensor) -> Tensor:
        """Return the next h, given W x + b and U h + c."""
        if self.nonlinearity not in ("tanh", "relu"):
            self.refuse(RuntimeError, "nonlinearity 'tanh' or 'relu'", repr(self.nonlinearity))
        return tanh(x + u) if self.nonlinearity == "tanh" else relu(x + u)

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        other = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + other


class LSTMCell(Cell):
    r"""One time step of an LSTM.

    .. math::

        i, f, o &= \sigma(W_{i,f,o}\, x + b_{i,f,o} + U_{i,f,o}\, h + d_{i,f,o}) \\
        g &= \tanh(W_g x + b_g + U_g h + d_g) \\
        c' &= f c + i g \\
        h' &= o \tanh c'

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes of x, and of h and c.
    bias : bool
        If True, add biases.

    Attributes
    ----------
    weight_ih, weight_hh : (4H, D) and (4H, H) float
        W and U, with the rows of the gates in the order i, f, g, o.
    bias_ih, bias_hh : (4H,) float or None
        Biases b and d.

    Source: Goodfellow et al. (2016), equations 10.40 to 10.44; Gers et al. (2000).

    >>> h, c = LSTMCell(3, 2)(Tensor(np.zeros((4, 3), np.float32)))
    >>> h.shape == c.shape == (4, 2)
    True
    """

    gates, states = 4, 2

    def step(self, x: Tensor, u: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Return the next h and c, given W x + b and U h + d."""
        return lstm_step(x + u, c)


class GRUCell(Cell):
    r"""One time step of a GRU.

    .. math::

        r, z &= \sigma(W_{r,z}\, x + b_{r,z} + U_{r,z}\, h + c_{r,z}) \\
        n &= \tanh(W_n x + b_n + r\, (U_n h + c_n)) \\
        h' &= (1 - z)\, n + z h

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes of x and h.
    bias : bool
        If True, add biases.

    Attributes
    ----------
    weight_ih, weight_hh : (3H, D) and (3H, H) float
        W and U, with the rows of the gates in the order r, z, n.
    bias_ih, bias_hh : (3H,) float or None
        Biases b and c.

    Source: Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder
    for statistical machine translation"; r is applied in the same place as in cuDNN and torch.

    >>> GRUCell(3, 2)(Tensor(np.zeros((4, 3), np.float32))).shape == (4, 2)
    True
    """

    gates = 3

    def step(self, x: Tensor, u: Tensor, h: Tensor) -> Tensor:
        """Return the next h, given W x + b and U h + c."""
        (xr, xz, xn), (ur, uz, un) = chunk(x, 3, -1), chunk(u, 3, -1)
        n = tanh(xn + sigmoid(xr + ur) * un)
        return n + sigmoid(xz + uz) * (h - n)

"""Recurrent layers, applied to whole sequences; each layer is one fused operation.

The weights consist of one block of rows for each gate, in torch's order. Gates are stored as
(gate, T, N, H), so that each gate at one time step is contiguous. The inputs of all time steps
are multiplied by W in one product; the gradient of each weight matrix needs one product per
gate. Each step of the loop over time has one product with U, and elementwise operations.

A single call to tanh computes several gates, because sigmoid u = (1 + tanh(u/2)) / 2. In other
words, a tanh(a u) + (1 - a) is the sigmoid for a = 1/2, and tanh u for a = 1. The number ``a``
is the scale of a gate. We multiply the weights and biases by the ``a`` inside tanh in advance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph import record_fused
from ..quiet import silent
from ..tensor import Tensor, raw
from .elementwise import sigmoid, tanh
from .joining import cat, chunk
from .linear import mT, rows
from .promotion import array

# FUNCTIONS: only nnlib.f(x). METHODS: also x.f(). IN_PLACE: also x.f() and x.f_().
FUNCTIONS = "gru_layer lstm_layer rnn_layer"
METHODS = IN_PLACE = ""
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()

NONLINEARITIES = {
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "relu": (lambda z: np.maximum(z, 0), np.sign),  # h >= 0, so sign h is the derivative
}


@silent
def rnn_layer(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    *,
    nonlinearity: str = "tanh",
) -> Tensor:
    r"""Run a simple recurrent layer over sequences, in one direction.

    .. math:: h_t = f(W x_t + b + U h_{t-1} + c)

    In the backward pass, let dh be the gradient of h = f(u). Then du = dh · f'(u), with
    tanh' = 1 - h² and relu' = [h > 0]. From du we get the gradients of the input and of the
    weights, and du U is added to the gradient of the previous state.

    Parameters
    ----------
    input : (T, N, D) float
        The sequences x.
    hx : (N, H) float
        The initial state.
    w_ih, w_hh : (H, D) and (H, H) float
        The weights W and U.
    b_ih, b_hh : (H,) float, optional
        The biases b and c.
    nonlinearity : {"tanh", "relu"}
        The function f.

    Returns
    -------
    (T, N, H) float
        The state at each time step.

    Raises
    ------
    RuntimeError
        If the shapes or dtypes don't match.
    ValueError
        If the nonlinearity is unknown.

    Source: Goodfellow et al. (2016), equations 10.8 and 10.9.

    >>> one = np.ones((1, 1))
    >>> rnn_layer(np.ones((3, 1, 1)), one, one, one, nonlinearity="relu").ravel()
    array([2., 3., 4.])
    """
    inputs, y, u, _, (h,) = _start("rnn_layer", [1], 1, input, w_ih, w_hh, b_ih, b_hh, hx)
    if nonlinearity not in NONLINEARITIES:
        raise ValueError(
            f"rnn_layer: expected nonlinearity 'tanh' or 'relu', got {nonlinearity!r}"
        )
    f, slope = NONLINEARITIES[nonlinearity]
    for t, z in enumerate(y[0]):
        h[t + 1] = f(np.add(z, h[t] @ u[0], out=z))

    def backward(g, needs, input, w_ih, w_hh, h):
        d, dh = slope(h[1:]), np.zeros_like(h[0])
        for t in reversed(range(len(d))):
            dh += g[t]
            d[t] *= dh
            np.matmul(d[t], w_hh, out=dh)
        return dict(h_0=dh) | _gradients(needs, d[None], input, h, w_ih, [0], [0])

    return record_fused(h[1:].copy(), inputs, backward, keep=dict(h=h))


@silent
def gru_layer(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> Tensor:
    r"""Run a GRU layer over sequences, in one direction.

    .. math::

        r_t, z_t &= \sigma(W_{r,z} x_t + b_{r,z} + U_{r,z} h_{t-1} + c_{r,z}) \\
        v_t &= U_n h_{t-1} + c_n \\
        n_t &= \tanh(W_n x_t + b_n + r_t v_t) \\
        h_t &= (1 - z_t) n_t + z_t h_{t-1}

    In the backward pass, let dh be the gradient of h_t. Then dn = dh (1 - z),
    dz = dh (h_{t-1} - n) and dh_{t-1} = dh z; from the formula for n, dr = dn n' v and
    dv = dn n' r. We multiply dn, dr and dz by the slope of their gate, then multiply dr, dz and
    dv by U, and add these products to dh_{t-1}.

    Parameters
    ----------
    input : (T, N, D) float
        The sequences x.
    hx : (N, H) float
        The initial state h.
    w_ih, w_hh : (3H, D) and (3H, H) float
        The weights W and U of the gates r, z and n, in this order.
    b_ih, b_hh : (3H,) float, optional
        The biases b and c.

    Returns
    -------
    (T, N, H) float
        The state h at each time step.

    Raises
    ------
    RuntimeError
        If the shapes or dtypes don't match.

    Source: Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder
    for statistical machine translation"; r is applied in the same place as in cuDNN and torch.

    >>> w = np.zeros((3, 1))
    >>> gru_layer(np.ones((3, 1, 1)), np.ones((1, 1)), w, w).ravel()  # z = 1/2, n = 0
    array([0.5  , 0.25 , 0.125])
    """
    scale = [0.5, 0.5, 1]
    inputs, y, u, c, (h,) = _start("gru_layer", scale, 2, input, w_ih, w_hh, b_ih, b_hh, hx)
    v = np.empty_like(h[1:])
    p = np.empty_like(y[:, 0])
    for t in range(len(v)):
        s = y[:2, t]  # the gates r and z
        n = y[2, t]
        np.add(np.matmul(h[t], u, out=p)[2], c[2], out=v[t])
        np.tanh(np.add(s, p[:2], out=s), out=s)
        r, z = np.add(np.multiply(s, 0.5, out=s), 0.5, out=s)
        np.tanh(np.add(n, r * v[t], out=n), out=n)
        np.add(n, z * (h[t] - n), out=h[t + 1])

    def backward(g, needs, input, w_ih, w_hh, gates, h, v):
        d, dh = np.empty((4, *v.shape), v.dtype), np.zeros_like(h[0])
        u = w_hh.reshape(3, *w_hh.shape[1:] * 2)
        for t in reversed(range(len(v))):
            r, z, n = gates[:, t]
            dn, dr, dz, dv = d[:, t]
            dh += g[t]
            dn[:] = dh * (1 - z) * (1 - n * n)
            dr[:] = dn * v[t] * (1 - r) * r
            dz[:] = dh * (h[t] - n) * (1 - z) * z
            dv[:] = dn * r
            dh = dh * z + (d[1:, t] @ u).sum(0)
        return dict(h_0=dh) | _gradients(needs, d, input, h, w_ih, [1, 2, 0], [1, 2, 3])

    return record_fused(h[1:].copy(), inputs, backward, keep=dict(gates=y, h=h, v=v))


@silent
def lstm_layer(
    input: Tensor,
    hx: tuple[Tensor, Tensor],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Run an LSTM layer over sequences, in one direction.

    .. math::

        i_t, f_t, o_t &= \sigma(W_{i,f,o} x_t + b_{i,f,o} + U_{i,f,o} h_{t-1} + b'_{i,f,o}) \\
        g_t &= \tanh(W_g x_t + b_g + U_g h_{t-1} + b'_g) \\
        c_t &= f_t c_{t-1} + i_t g_t \\
        h_t &= o_t \tanh c_t

    In the backward pass, let dh and dc be the gradients of h_t and c_t. Then do = dh tanh c,
    and dh o (1 - tanh² c) is added to dc. From dc we get di = dc g, df = dc c_{t-1},
    dg = dc i and dc_{t-1} = dc f.

    Parameters
    ----------
    input : (T, N, D) float
        The sequences x.
    hx : tuple of two (N, H) float
        The initial hidden state h and cell state c.
    w_ih, w_hh : (4H, D) and (4H, H) float
        The weights W and U of the gates i, f, g and o, in this order.
    b_ih, b_hh : (4H,) float, optional
        The biases b and b'.

    Returns
    -------
    tuple of (T, N, H) and (N, H) float
        The hidden state h at each time step, and the last cell state c.

    Raises
    ------
    RuntimeError
        If the shapes or dtypes don't match.

    Source: Goodfellow et al. (2016), equations 10.40 to 10.44; Gers et al. (2000).

    >>> w = np.zeros((4, 1))
    >>> h, c = lstm_layer(np.ones((3, 1, 1)), (np.zeros((1, 1)), np.ones((1, 1))), w, w)
    >>> c  # halved three times, because i, f and o are 1/2 and g is 0
    array([[0.125]])
    """
    scale = [0.5, 0.5, 1, 0.5]
    inputs, y, u, _, (h, c) = _start("lstm_layer", scale, 4, input, w_ih, w_hh, b_ih, b_hh, *hx)
    a = np.array(scale, y.dtype).reshape(4, 1, 1)
    b = 1 - a  # 1/2 for a sigmoid, 0 for the tanh
    p = np.empty_like(y[:, 0])
    tanh_c = np.empty_like(c[1:])
    for t in range(len(tanh_c)):
        z = y[:, t]
        np.tanh(np.add(z, np.matmul(h[t], u, out=p), out=z), out=z)
        i, f, g, o = np.add(np.multiply(z, a, out=z), b, out=z)
        np.add(f * c[t], i * g, out=c[t + 1])
        np.multiply(o, np.tanh(c[t + 1], out=tanh_c[t]), out=h[t + 1])

    def backward(g, needs, input, w_ih, w_hh, gates, h, c, tanh_c):
        (i, f, candidate, o), d = gates, (1 - gates) * gates
        d[2] = 1 - candidate * candidate
        for slope, factor in zip(d, (candidate, c[:-1], i, tanh_c), strict=True):
            slope *= factor
        dc_dh, dh, dc = (1 - tanh_c * tanh_c) * o, np.zeros_like(h[0]), g[1].copy()
        u = w_hh.reshape(4, *w_hh.shape[1:] * 2)
        for t in reversed(range(len(f))):
            dh += g[0][t]
            dc += dh * dc_dh[t]
            d[:3, t] *= dc
            d[3, t] *= dh
            (d[:, t] @ u).sum(0, out=dh)
            dc *= f[t]
        return dict(h_0=dh, c_0=dc) | _gradients(
            needs, d, input, h, w_ih, [0, 1, 2, 3], [0, 1, 2, 3]
        )

    kept = dict(gates=y, h=h, c=c, tanh_c=tanh_c)
    return record_fused((h[1:].copy(), c[-1].copy()), inputs, backward, keep=kept)


def lstm_step(input: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """Return the next hidden state h and cell state c after one step of ``lstm_layer``.

    Parameters
    ----------
    input : (..., 4H) float
        W x + b + U h + b' for the gates i, f, g and o, in this order.
    c : (..., H) float
        The cell state before this step, with the same dtype.

    >>> h, c = lstm_step(np.zeros((1, 4)), np.ones((1, 1)))
    >>> c  # halved, because i, f and o are 1/2 and g is 0
    array([[0.5]])
    """
    z, cell = array("lstm_step", input), array("lstm_step", c)
    scale = np.array([0.5, 0.5, 1, 0.5], z.dtype).repeat(cell.shape[-1])
    gates = np.tanh(z * scale) * scale + (1 - scale)
    i, f, g, o = np.split(gates, 4, -1)
    new = f * cell + i * g
    tanh_c = np.tanh(new)

    def backward(g, needs, gates, tanh_c, c):
        gates = np.split(gates, 4, -1)
        return _lstm_step_gradients(g, gates, tanh_c, c, np.concatenate)

    def twice(g, needs, input, c):
        i, f, candidate, o = chunk(input, 4, -1)
        i, f, candidate, o = gates = sigmoid(i), sigmoid(f), tanh(candidate), sigmoid(o)
        return _lstm_step_gradients(g, gates, tanh(f * c + i * candidate), c, cat)

    inputs, kept = dict(input=input, c=c), dict(gates=gates, tanh_c=tanh_c)
    return record_fused((o * tanh_c, new), inputs, backward, keep=kept, twice=twice)


def _lstm_step_gradients(
    upstream: tuple, gates: Sequence, tanh_c: Any, c: Any, join: Callable
) -> dict:
    """Return the gradients of ``lstm_step`` as arrays or Tensors, from dL/dh and dL/dc."""
    (i, f, g, o), (dh, dc) = gates, upstream
    dc = dc + dh * o * (1 - tanh_c * tanh_c)
    di, df, dg = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g)
    return dict(input=join([di, df, dg, dh * tanh_c * o * (1 - o)], -1), c=dc * f)


def _start(name: str, scale: list, joint: int, *operands: Any) -> tuple:
    """Check the operands of a recurrent layer, and prepare its loop over time.

    ``scale`` has one factor per gate. b is b_ih, plus c = b_hh for the first ``joint`` gates.
    Return the operands by name; W x + b for every time step, and U and c of each gate, all
    scaled; and for each state, an array over all time steps that starts with the initial state.
    """
    names = ("input", "w_ih", "w_hh", "b_ih", "b_hh", "h_0", "c_0")
    inputs = dict(zip(names, operands, strict=False))
    _check(name, len(scale), inputs)
    x, w, u, b, c, *states = map(raw, operands)
    G, H = len(scale), u.shape[1]
    a = np.array(scale, x.dtype).reshape(-1, 1, 1)
    w, u = (mT(m.reshape(G, H, m.shape[1]) * a) for m in (w, u))
    b, c = (np.zeros_like(u[:, :1]) if m is None else m.reshape(G, 1, H) * a for m in (b, c))
    b[:joint] += c[:joint]
    y = rows(x) @ w
    y += b
    over_time = [
        np.concatenate([state[None], np.empty((len(x), *state.shape), state.dtype)])
        for state in states
    ]
    return inputs, y.reshape(G, *x.shape[:2], H), u, c, over_time


def _check(name: str, gates: int, inputs: dict[str, Any]) -> None:
    """Raise RuntimeError for shapes or dtypes that don't match."""
    x, w, u = (array(name, inputs[key]) for key in ("input", "w_ih", "w_hh"))
    T, N = (*x.shape, 1, 1)[:2]  # also defined for too few axes, which are rejected below
    D, H = w.shape[-1], u.shape[-1]
    G = gates * H
    shapes = (T, N, D), (G, D), (G, H), (G,), (G,), (N, H), (N, H)
    for (what, value), shape in zip(inputs.items(), shapes, strict=False):
        if value is not None and (value.shape, value.dtype) != (shape, u.dtype):
            raise RuntimeError(
                f"{name}: expected {what} of shape {shape} and dtype {u.dtype}, "
                f"got {value.shape} and {value.dtype}"
            )


def _gradients(needs: frozenset, d: Any, x: Any, h: Any, w_ih: Any, at: list, of: list) -> dict:
    """Return the gradients that are needed, given d, the gradients of the gates' inputs.

    d[at[k]] and d[of[k]] are the gradients of block k of W x + b and of U h + c.
    """
    shape = x.shape
    d = d.reshape(len(d), -1, d.shape[-1])
    x, h = rows(x), rows(h[:-1])
    b = np.ones(len(x), x.dtype) @ d
    rules = dict(
        input=lambda: sum(
            d[k] @ w for k, w in zip(at, np.split(w_ih, len(at)), strict=True)
        ).reshape(shape),
        w_ih=lambda: np.concatenate([d[k].T @ x for k in at]),
        w_hh=lambda: np.concatenate([d[k].T @ h for k in of]),
        b_ih=lambda: b[at].ravel(),
        b_hh=lambda: b[of].ravel(),
    )
    return {name: rules[name]() for name in needs & rules.keys()}

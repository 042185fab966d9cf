"""The recurrent layers by their formulas, in a loop over time steps."""

from nnlib import cat, chunk, sigmoid, stack, tanh
from nnlib.nn.functional import linear, relu


def rnn_layer(x, h, w, u, b=None, c=None, nonlinearity="tanh"):
    """Return h of every time step, where h' = f(W x + b + U h + c)."""
    f = tanh if nonlinearity == "tanh" else relu
    hs = []
    for t in range(len(x)):
        h = f(linear(x[t], w, b) + linear(h, u, c))
        hs.append(h)
    return stack(hs)


def gru_layer(x, h, w, u, b=None, c=None):
    """Return h of every time step, where h' = (1 - z) n + z h."""
    hs = []
    for t in range(len(x)):
        xr, xz, xn = chunk(linear(x[t], w, b), 3, 1)
        hr, hz, hn = chunk(linear(h, u, c), 3, 1)
        r, z = sigmoid(xr + hr), sigmoid(xz + hz)
        n = tanh(xn + r * hn)
        h = (1 - z) * n + z * h
        hs.append(h)
    return stack(hs)


def lstm_layer(x, state, w, u, b=None, d=None):
    """Return h = o tanh c of every time step, where c' = f c + i g, and the last c."""
    (h, c), hs = state, []
    for t in range(len(x)):
        i, f, g, o = chunk(linear(x[t], w, b) + linear(h, u, d), 4, 1)
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h = sigmoid(o) * tanh(c)
        hs.append(h)
    return stack(hs), c


def minimal_gru_layer(x, h, w, u, b, c):
    """Return h of every time step, where h' = (1 - f) h + f n."""
    (wf, wn), (uf, un), (bf, bn), (cf, cn) = (chunk(a, 2) for a in (w, u, b, c))
    hs = []
    for t in range(len(x)):
        f = sigmoid(linear(cat([h, x[t]], 1), cat([uf, wf], 1), bf + cf))
        n = tanh(linear(cat([f * h, x[t]], 1), cat([un, wn], 1), bn + cn))
        h = (1 - f) * h + f * n
        hs.append(h)
    return stack(hs)

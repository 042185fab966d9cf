"""The recurrent layers by their formulas, in a loop over time steps."""

from nnlib import cat, chunk, sigmoid, stack, tanh
from nnlib.nn.functional import linear


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

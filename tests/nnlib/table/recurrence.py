"""Cases of ops/recurrence.py; torch's functions run whole stacks of layers."""

import torch

from tests.nnlib.harness import Bad, Case

ONE = (1, 0.0, False, False, False)  # one layer, no dropout, not training, one direction


def rnn(L, x, h, *weights, nonlinearity="tanh"):
    if L is not torch:
        return L.rnn_layer(x, h, *weights, nonlinearity=nonlinearity)
    f = torch.rnn_tanh if nonlinearity == "tanh" else torch.rnn_relu
    return f(x, h[None], weights, len(weights) == 4, *ONE)[0]


def gru(L, x, h, *weights):
    if L is not torch:
        return L.gru_layer(x, h, *weights)
    return torch.gru(x, h[None], weights, len(weights) == 4, *ONE)[0]


def lstm(L, x, h, c, *weights):
    if L is not torch:
        y, c = L.lstm_layer(x, (h, c), *weights)
        return L.cat([y, c[None]])
    y, _, c = torch.lstm(x, (h[None], c[None]), weights, len(weights) == 4, *ONE)
    return torch.cat([y, c])


def shapes(gates, states=1, T=5, N=3, D=4, H=2, bias=True):
    """Return the shapes of x, of the states, of the weights and of the biases."""
    rows = gates * H
    return ((T, N, D), *[(N, H)] * states, (rows, D), (rows, H), *[(rows,)] * 2 * bias)


SIZES = {
    "": {},
    "no bias": dict(bias=False),
    "one step": dict(T=1),
    "sizes of 1": dict(T=2, N=1, D=1, H=1),
    "no sequence": dict(N=0),
    "wide": dict(D=2, H=6),
}
KINDS = [("rnn_layer", rnn, 1, 1), ("gru_layer", gru, 3, 1), ("lstm_layer", lstm, 4, 2)]

CASES = [
    Case(name, call, shapes(gates, states, **sizes), note=note, second=False)
    for name, call, gates, states in KINDS
    for note, sizes in SIZES.items()
    if note != "no sequence"
]
CASES += [
    Case(name, call, shapes(gates, states, N=0), note="no sequence", second=None)
    for name, call, gates, states in KINDS
]
CASES += [
    Case("rnn_layer", lambda L, *a: rnn(L, *a, nonlinearity="relu"), shapes(1), second=False)
]


def bad(name, position, *shape, torch="same", dtype=None):
    """Return a refused call with another shape or dtype for one operand."""
    _, call, gates, states = next(kind for kind in KINDS if kind[0] == name)
    wanted = list(shapes(gates, states))
    wanted[position] = shape or wanted[position]

    def refused(L):
        operands = [L.zeros(*s) for s in wanted]
        if dtype:
            operands[position] = L.zeros(*wanted[position], dtype=L.float64)
        return call(L, *operands)

    return Bad(name, refused, torch=torch)


BAD = [
    bad("rnn_layer", 0, 5, 3, 6),
    bad("rnn_layer", 1, 4, 2),
    bad("rnn_layer", 2, 3, 4),
    bad("rnn_layer", 5, 3),
    bad("rnn_layer", 0, dtype="f8"),
    Bad(
        "rnn_layer",
        lambda L: L.rnn_layer(*[L.zeros(*s) for s in shapes(1)], nonlinearity="cube"),
        ValueError,
        None,
    ),
    bad("gru_layer", 0, 5, 4, torch=IndexError),
    bad("gru_layer", 3, 8, 2),
    bad("gru_layer", 1, dtype="f8"),
    bad("lstm_layer", 0, 5, 3, 2, 4, torch=None),
    bad("lstm_layer", 2, 3, 3),
    bad("lstm_layer", 5, 6),
    bad("lstm_layer", 3, dtype="f8"),
]

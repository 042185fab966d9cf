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
KINDS = [
    ("rnn_layer", rnn, 1, 1),
    ("gru_layer", gru, 3, 1),
    ("lstm_layer", lstm, 4, 2),
]

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
    Case(
        "rnn_layer",
        lambda L, *a: rnn(L, *a, nonlinearity="relu"),
        shapes(1),
        note="relu",
        second=False,
    )
]

VALUES: list[Case] = []


def bad(name, pattern, position, *shape, torch="same", dtype=None):
    """Return a refused call with another shape or dtype for one operand."""
    _, call, gates, states = next(kind for kind in KINDS if kind[0] == name)
    wanted = list(shapes(gates, states))
    wanted[position] = shape or wanted[position]

    def refused(L):
        operands = [L.zeros(*s) for s in wanted]
        if dtype:
            operands[position] = L.zeros(*wanted[position], dtype=L.float64)
        return call(L, *operands)

    return Bad(name, refused, RuntimeError, f"{name}: {pattern}", torch)


BAD = [
    bad("rnn_layer", r"expected input of shape \(5, 3, 4\)", 0, 5, 3, 6),
    bad("rnn_layer", r"expected h_0 of shape \(3, 2\) .* got \(4, 2\)", 1, 4, 2),
    bad("rnn_layer", r"expected w_ih .* got \(3, 4\)", 2, 3, 4),
    bad("rnn_layer", r"expected b_hh .* got \(3,\)", 5, 3),
    bad("rnn_layer", r"expected input .* float32, got .* float64", 0, dtype="f8"),
    Bad(
        "rnn_layer",
        lambda L: L.rnn_layer(*[L.zeros(*s) for s in shapes(1)], nonlinearity="cube"),
        ValueError,
        "rnn_layer: expected nonlinearity tanh or relu, got cube",
        None,
    ),
    bad("gru_layer", r"expected input of shape .* got \(5, 4\)", 0, 5, 4, torch=IndexError),
    bad("gru_layer", r"expected w_hh of shape \(6, 2\) .* got \(8, 2\)", 3, 8, 2),
    bad("gru_layer", r"expected h_0 .* float32, got .* float64", 1, dtype="f8"),
    bad("lstm_layer", r"expected input .* got \(5, 3, 2, 4\)", 0, 5, 3, 2, 4, torch=None),
    bad("lstm_layer", r"expected c_0 of shape \(3, 2\) .* got \(3, 3\)", 2, 3, 3),
    bad("lstm_layer", r"expected b_ih of shape \(8,\) .* got \(6,\)", 5, 6),
    bad("lstm_layer", r"expected w_ih .* float32, got .* float64", 3, dtype="f8"),
]

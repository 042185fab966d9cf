"""Modules of nn/recurrent.py."""

import torch

import nnlib
from tests.nnlib.harness import Bad
from tests.nnlib.nn.table import Layer

X = ((5, 3, 4),)


def with_state(module, x, *states):
    return module(x, states if len(states) == 2 else states[0])


def packed(*lengths, **options):
    """Return a call that packs the input first."""

    def call(module, x, *states):
        L = torch if isinstance(x, torch.Tensor) else nnlib
        options["batch_first"] = module.batch_first
        x = L.nn.utils.rnn.pack_padded_sequence(x, lengths, **options)
        return with_state(module, x, *states) if states else module(x)

    return call


def states(n, *shapes):
    """Return the shapes of a layer's input and of its n states."""
    return (shapes[0], *[shapes[1]] * n)


def layers(name, n):
    """Return the entries of a layer with n states."""
    return [
        Layer(name, (4, 2), X),
        Layer(name, (4, 2), states(n, X[0], (1, 3, 2)), call=with_state, note="state"),
        Layer(name, (4, 2), ((5, 4),), note="one sequence"),
        Layer(
            name, (4, 2), states(n, (5, 4), (1, 2)), call=with_state, note="one sequence, state"
        ),
        Layer(name, (4, 2, 1), X, dict(bias=False), note="no bias"),
        Layer(name, (4, 2), X, dict(batch_first=True), note="batch first"),
        Layer(name, (4, 2), ((5, 4),), dict(batch_first=True), note="one, batch first"),
        Layer(name, (4, 2), X, dict(bidirectional=True), note="two directions"),
        Layer(name, (4, 2, 3), X, dict(dropout=0.0), note="three layers"),
        Layer(
            name,
            (4, 2, 2),
            states(n, (3, 5, 4), (4, 3, 2)),
            dict(bidirectional=True, batch_first=True),
            call=with_state,
            note="all together",
        ),
        Layer(name, (4, 2), X, call=packed(5, 3, 3), note="packed"),
        Layer(
            name,
            (4, 2, 2),
            states(n, (4, 5, 4), (4, 4, 2)),
            dict(bidirectional=True, batch_first=True),
            call=packed(2, 4, 1, 4, enforce_sorted=False),
            note="packed, all together",
        ),
        Layer(name, (4, 2, 2), X, dict(dropout=0.4), trains=False, note="dropout"),
        Layer(name, (4, 2, 2), X, dict(dropout=1, bias=False), note="dropout of all"),
        Layer(name, (1, 1), ((1, 1, 1),), note="sizes of 1"),
        Layer(name, (4, 2), ((5, 0, 4),), note="no sequence"),
    ]


def cells(name, n):
    """Return the entries of a cell with n states."""
    return [
        Layer(name, (4, 2), ((3, 4),)),
        Layer(name, (4, 2), states(n, (3, 4), (3, 2)), call=with_state, note="state"),
        Layer(name, (4, 2), ((4,),), note="one vector"),
        Layer(name, (4, 2), states(n, (4,), (2,)), call=with_state, note="one vector, state"),
        Layer(name, (4, 2, False), ((3, 4),), note="no bias"),
    ]


LAYERS = [
    *layers("RNN", 1),
    Layer("RNN", (4, 2, 2, "relu"), X, note="relu"),
    *layers("GRU", 1),
    *layers("LSTM", 2),
    *cells("RNNCell", 1),
    Layer("RNNCell", (4, 2, True, "relu"), ((3, 4),), note="relu"),
    *cells("GRUCell", 1),
    *cells("LSTMCell", 2),
]


def user(name, *sizes, **options):
    """Return a function from an input's shape to a call of a layer or cell with zeros."""

    def use(*shape, state=None, dtype=None, **more):
        def call(L):
            module = getattr(L.nn, name)(*sizes, **options, **more)
            given = [] if state is None else [L.zeros(*state)]
            if given and name.startswith("LSTM"):
                given = [(given[0], given[0])]
            module(L.zeros(*shape, dtype=dtype and L.float64), *given)

        return call

    return use


def use_packed(name, *state, data=(5, 4), sizes=(3, 2), dtype="float32"):
    """Return a call of a layer with packed zeros."""

    def call(L):
        x = L.zeros(*data, dtype=getattr(L, dtype))
        x = L.nn.utils.rnn.PackedSequence(x, L.tensor(sizes))
        getattr(L.nn, name)(4, 2)(x, *[L.zeros(*s) for s in state])

    return call


def made(name, *args, **options):
    return lambda L: getattr(L.nn, name)(*args, **options)


def bad_layers(name):
    """Return the calls that a layer refuses."""
    use = user(name, 4, 2)
    refused = [
        (made(name, 0, 2), ValueError),
        (made(name, 4, -1), ValueError),
        (made(name, 4, 2, 0), ValueError),
        (made(name, 4, 2.0), TypeError),
        (made(name, 4, 2, bias=1), TypeError),
        (made(name, 4, 2, batch_first="no"), TypeError),
        (made(name, 4, 2, 2, dropout=1.5), ValueError),
        (made(name, 4, 2, 2, dropout=True), ValueError),
        (use(4), ValueError),
        (use(5, 3, 4, dtype="f8"), ValueError),
        (use(5, 3, 6), RuntimeError),
        (use(5, 6), RuntimeError),
        (use(0, 3, 4), RuntimeError),
        (use(3, 0, 4, batch_first=True), RuntimeError),
        (use(5, 3, 4, state=(1, 3, 4)), RuntimeError),
        (use(5, 3, 4, state=(2, 3, 2)), RuntimeError),
        (use(5, 3, 4, state=(3, 2)), RuntimeError),
        (use(5, 4, state=(1, 1, 2)), RuntimeError),
        (use_packed(name, data=(5, 3)), RuntimeError),
        (use_packed(name, data=(5, 1, 4)), RuntimeError),
    ]
    return [Bad(name, call, error) for call, error in refused]


def bad_cells(name):
    """Return the calls that a cell refuses."""
    use = user(name, 4, 2)
    return [
        Bad(name, use(5, 3, 4), ValueError),
        Bad(name, use(3, 5)),
        Bad(name, use(3, 4, state=(1, 3, 2)), ValueError),
        Bad(name, use(3, 4, state=(3, 4))),
        Bad(name, use(3, 4, state=(5, 2))),
        Bad(name, use(3, 4, dtype="f8")),
    ]


BAD = [
    *[bad for name in ("RNN", "GRU", "LSTM") for bad in bad_layers(name)],
    *[bad for name in ("RNNCell", "GRUCell", "LSTMCell") for bad in bad_cells(name)],
    Bad("RNN", made("RNN", 4, 2, 1, "cube"), ValueError),
    Bad("GRU", use_packed("GRU", (1, 2, 2))),
    Bad("GRU", use_packed("GRU", dtype="float64"), ValueError),
    Bad("GRU", use_packed("GRU", sizes=(3, 1)), torch=None),
    Bad("GRU", use_packed("GRU", sizes=(2, 3))),
    Bad("RNNCell", user("RNNCell", 4, 2, nonlinearity="cube")(3, 4)),
    Bad(
        "LSTM",
        lambda L: L.nn.LSTM(4, 2)(L.ones(5, 3, 4), L.ones(1, 3, 2)),
        TypeError,
        IndexError,
    ),
    Bad(
        "LSTM",
        lambda L: L.nn.LSTM(4, 2)(L.ones(5, 3, 4), (L.ones(1, 3, 2),)),
        TypeError,
        IndexError,
    ),
    Bad(
        "GRU",
        lambda L: L.nn.GRU(4, 2)(L.ones(5, 3, 4), (L.ones(1, 3, 2),)),
        TypeError,
        AttributeError,
    ),
    Bad("GRU", lambda L: L.nn.GRU(4, 2)(L.ones(5, 3, 4), L.ones(1, 3, 2, dtype=L.float64))),
]

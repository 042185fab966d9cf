"""Modules of nn/recurrent.py."""

from tests.nnlib.harness import Bad
from tests.nnlib.nn.table import Layer
from tests.nnlib.reference.recurrence import minimal_gru_layer

X = ((5, 3, 4),)


def with_state(module, x, *states):
    return module(x, states if len(states) == 2 else states[0])


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


def minimal(module, x, h):
    """Return what the minimal gated unit computes, by its formulas."""
    y = minimal_gru_layer(x, h[0], *module.parameters())
    return y, y[-1:]


LAYERS = [
    *layers("RNN", 1),
    Layer("RNN", (4, 2, 2, "relu"), X, note="relu"),
    *layers("GRU", 1),
    *layers("LSTM", 2),
    Layer("LSTM", (4, 3), X, dict(proj_size=2), note="projections"),
    Layer(
        "LSTM",
        (4, 3, 2),
        ((3, 5, 4), (4, 3, 2), (4, 3, 3)),
        dict(bidirectional=True, batch_first=True, bias=False, proj_size=2),
        call=with_state,
        note="projections and all",
    ),
    *cells("RNNCell", 1),
    Layer("RNNCell", (4, 2, True, "relu"), ((3, 4),), note="relu"),
    *cells("GRUCell", 1),
    *cells("LSTMCell", 2),
    Layer(
        "MinimalGRU",
        (4, 2),
        (*X, (1, 3, 2)),
        call=with_state,
        in_torch=False,
        reference=minimal,
    ),
]


def bad_layers(name):
    """Return the calls that a layer refuses; a layer that torch lacks has no twin."""
    twin = None if name == "MinimalGRU" else "same"

    def make(*args, **options):
        return lambda L: getattr(L.nn, name)(*args, **options)

    def use(*shape, state=None, dtype=None, **options):
        def call(L):
            layer = getattr(L.nn, name)(4, 2, **options)
            given = [] if state is None else [L.zeros(*state)]
            if given and name == "LSTM":
                given = [(given[0], given[0])]
            layer(L.zeros(*shape, dtype=dtype and L.float64), *given)

        return call

    refused = [
        (ValueError, "input_size above 0, got 0", make(0, 2)),
        (ValueError, "hidden_size above 0, got -1", make(4, -1)),
        (ValueError, "num_layers above 0, got 0", make(4, 2, 0)),
        (TypeError, "hidden_size to be an int, got float", make(4, 2.0)),
        (TypeError, "bias to be a bool, got int", make(4, 2, bias=1)),
        (TypeError, "batch_first to be a bool, got str", make(4, 2, batch_first="no")),
        (ValueError, r"dropout in \[0, 1\], got 1.5", make(4, 2, 2, dropout=1.5)),
        (ValueError, r"dropout in \[0, 1\], got True", make(4, 2, 2, dropout=True)),
        (ValueError, r"an input with 2 or 3 axes, got \(4,\)", use(4)),
        (ValueError, "an input of the weights' dtype float32", use(5, 3, 4, dtype="f8")),
        (RuntimeError, r"last axis is 4 long, got \(5, 3, 6\)", use(5, 3, 6)),
        (RuntimeError, r"last axis is 4 long, got \(5, 6\)", use(5, 6)),
        (RuntimeError, "at least one time step", use(0, 3, 4)),
        (RuntimeError, "at least one time step", use(3, 0, 4, batch_first=True)),
        (RuntimeError, r"hx \(1, 3, 2\), got \(1, 3, 4\)", use(5, 3, 4, state=(1, 3, 4))),
        (RuntimeError, r"hx \(1, 3, 2\), got \(2, 3, 2\)", use(5, 3, 4, state=(2, 3, 2))),
        (RuntimeError, r"hx \(1, 3, 2\), got \(3, 2\)", use(5, 3, 4, state=(3, 2))),
        (RuntimeError, r"hx \(1, 2\), got \(1, 1, 2\)", use(5, 4, state=(1, 1, 2))),
    ]
    return [
        Bad(name, call, error, f"^{name}: expected .*{message}", twin)
        for error, message, call in refused
    ]


def bad_cells(name):
    """Return the calls that a cell refuses."""

    def use(*shape, state=None, dtype=None):
        def call(L):
            given = [] if state is None else [L.zeros(*state)]
            if given and name == "LSTMCell":
                given = [(given[0], given[0])]
            cell = getattr(L.nn, name)(4, 2)
            cell(L.zeros(*shape, dtype=dtype and L.float64), *given)

        return call

    refused = [
        (ValueError, r"an input \(N, D\) or \(D,\), got \(5, 3, 4\)", use(5, 3, 4)),
        (RuntimeError, r"last axis is 4 long, got \(3, 5\)", use(3, 5)),
        (ValueError, r"a state \(3, 2\), got \(1, 3, 2\)", use(3, 4, state=(1, 3, 2))),
        (RuntimeError, r"a state \(3, 2\), got \(3, 4\)", use(3, 4, state=(3, 4))),
        (RuntimeError, r"a state \(3, 2\), got \(5, 2\)", use(3, 4, state=(5, 2))),
        (RuntimeError, "input and state of float32, got float64", use(3, 4, dtype="f8")),
    ]
    return [
        Bad(name, call, error, f"^{name}: expected .*{message}")
        for error, message, call in refused
    ]


def zeros(L, *sizes):
    return [L.zeros(*size) for size in sizes]


BAD = [
    *[bad for name in ("RNN", "GRU", "LSTM", "MinimalGRU") for bad in bad_layers(name)],
    *[bad for name in ("RNNCell", "GRUCell", "LSTMCell") for bad in bad_cells(name)],
    Bad("RNN", lambda L: L.nn.RNN(4, 2, 1, "cube"), ValueError, "RNN: .* tanh or relu.*'cube'"),
    Bad(
        "RNNCell",
        lambda L: L.nn.RNNCell(4, 2, nonlinearity="cube")(L.zeros(3, 4)),
        RuntimeError,
        "RNNCell: .* tanh or relu.*'cube'",
    ),
    *(
        Bad(
            n,
            lambda L, n=n, k=k: getattr(L.nn, n)(4, 2, proj_size=k),
            ValueError,
            f"^{n}: .*{m}",
        )
        for n, k, m in (
            ("GRU", 1, "no proj_size, got 1"),
            ("LSTM", 2, "proj_size from 0 to 1, got 2"),
            ("LSTM", -1, "proj_size from 0 to 1, got -1"),
        )
    ),
    Bad(
        "LSTM",
        lambda L: L.nn.LSTM(4, 3, proj_size=2)(L.zeros(5, 1, 4), zeros(L, *[(1, 1, 3)] * 2)),
        RuntimeError,
        r"LSTM: expected hx \(1, 1, 2\), got \(1, 1, 3\)",
    ),
    Bad(
        "LSTM",
        lambda L: L.nn.LSTM(4, 2)(*zeros(L, (5, 3, 4), (1, 3, 2))),
        TypeError,
        r"LSTM: expected hx to be \(h, c\)",
        IndexError,
    ),
    Bad(
        "LSTM",
        lambda L: L.nn.LSTM(4, 2)(L.zeros(5, 3, 4), (L.zeros(1, 3, 2),)),
        TypeError,
        r"LSTM: expected hx to be \(h, c\), got 1 of them",
        IndexError,
    ),
    Bad(
        "GRU",
        lambda L: L.nn.GRU(4, 2)(L.zeros(5, 3, 4), (L.zeros(1, 3, 2),)),
        TypeError,
        "GRU: expected hx to be h, got",
        AttributeError,
    ),
    Bad(
        "GRU",
        lambda L: L.nn.GRU(4, 2)(L.zeros(5, 3, 4), L.zeros(1, 3, 2, dtype=L.float64)),
        RuntimeError,
        "GRU: expected hx of float32, got float64",
    ),
]

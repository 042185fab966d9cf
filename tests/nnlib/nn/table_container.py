"""Modules of nn/container.py."""

from collections import OrderedDict

import numpy as np

from tests.nnlib.harness import Bad
from tests.nnlib.nn.table import Layer


def stack(L):
    nn = L.nn
    return nn.Linear(5, 4), nn.Tanh(), nn.Sequential(nn.Linear(4, 4, False), nn.Sigmoid())


def named(L):
    return (OrderedDict(body=L.nn.Sequential(*stack(L)), head=L.nn.Linear(4, 2)),)


def tied(L):
    layer = L.nn.Linear(5, 5)
    return layer, L.nn.Tanh(), layer


def branches(L):
    return ({"left": L.nn.Linear(5, 2), "right": L.nn.Linear(5, 2, False)},)


def in_turn(module, x):
    for layer in module:
        x = layer(x)
    return x


def values(L, *arrays):
    return [L.tensor(a) for a in arrays]


LAYERS = [
    Layer("Identity"),
    Layer("Identity", (3,), options=dict(anything=4), note="arguments"),
    Layer("Sequential", stack),
    Layer("Sequential", named, note="named and nested"),
    Layer("Sequential", tied, note="tied"),
    Layer("Sequential", note="empty"),
    Layer("ModuleList", lambda L: (stack(L),), call=in_turn),
    Layer(
        "ModuleList",
        lambda L: ([L.nn.Linear(5, 5), L.nn.Linear(5, 5), L.nn.ReLU(), L.nn.Linear(5, 5)],),
        call=in_turn,
        note="equal neighbours",
    ),
    Layer("ModuleDict", branches, call=lambda m, x: m["left"](x) * m["right"](x)),
    Layer(
        "ModuleDict", lambda L: (list(branches(L)[0].items()),), note="pairs", call=in_turn
    )._replace(call=lambda m, x: m.right(x)),
    Layer(
        "ParameterList",
        lambda L: (values(L, np.ones(5), np.ones((2, 5))),),
        call=lambda m, x: (x * m[0]) @ m[1].T,
    ),
    Layer(
        "ParameterList",
        lambda L: (values(L, np.ones(5)),),
        call=lambda m, x: x * m[-1],
        note="one",
    ),
    Layer(
        "ParameterList",
        lambda L: ([3, *values(L, np.ones(5))],),
        call=lambda m, x: x * m[1] * m[0],
        note="a number",
    ),
    Layer(
        "ParameterDict",
        lambda L: (
            OrderedDict(zip("wv", values(L, np.ones(5), np.ones((2, 5))), strict=True)),
        ),
        call=lambda m, x: (x * m["w"]) @ m.v.T,
    ),
]

BAD = [
    Bad(
        "Sequential",
        lambda L: L.nn.Sequential(L.nn.ReLU(), 3),
        TypeError,
        "Sequential: expected modules, got int",
    ),
    Bad(
        "Sequential",
        lambda L: L.nn.Sequential(L.nn.ReLU())[1],
        IndexError,
        r"Sequential: expected an index in \[-1, 0\], got 1",
    ),
    Bad("Sequential", lambda L: L.nn.Sequential()["0"], TypeError, "cannot be interpreted"),
    Bad(
        "Sequential",
        lambda L: L.nn.Sequential().insert(1, L.nn.ReLU()),
        IndexError,
        "Sequential: expected an index in",
    ),
    Bad(
        "Sequential",
        lambda L: L.nn.Sequential().insert(0, 3),
        TypeError,
        "Sequential: expected modules, got int",
        torch=AssertionError,
    ),
    Bad(
        "Sequential",
        lambda L: L.nn.Sequential() + 3,
        ValueError,
        r"Sequential: expected a Sequential after \+, got",
    ),
    Bad("Sequential", lambda L: L.nn.Sequential() * 1.5, TypeError, "unsupported operand"),
    Bad(
        "Sequential",
        lambda L: 0 * L.nn.Sequential(),
        ValueError,
        r"Sequential: expected a positive number after \*, got 0",
    ),
    Bad(
        "ModuleList",
        lambda L: L.nn.ModuleList(3),
        TypeError,
        "ModuleList.extend: expected modules to iterate over, got int",
    ),
    Bad(
        "ModuleList",
        lambda L: L.nn.ModuleList([3]),
        TypeError,
        "ModuleList: expected modules, got int",
    ),
    Bad(
        "ModuleList",
        lambda L: L.nn.ModuleList()(3),
        NotImplementedError,
        r"ModuleList: define forward\(\)",
    ),
    Bad("ModuleDict", lambda L: L.nn.ModuleDict(3), TypeError, "not iterable"),
    Bad(
        "ModuleDict",
        lambda L: L.nn.ModuleDict({"a": 3}),
        TypeError,
        "add_module: expected Module or None, got int",
    ),
    Bad(
        "ModuleDict",
        lambda L: L.nn.ModuleDict({"keys": L.nn.ReLU()}),
        KeyError,
        "add_module: attribute 'keys' already exists",
    ),
    Bad("ModuleDict", lambda L: L.nn.ModuleDict()["a"], KeyError, "a"),
    Bad(
        "ParameterList",
        lambda L: L.nn.ParameterList(3),
        TypeError,
        "ParameterList.extend: expected values to iterate over, got int",
    ),
    Bad(
        "ParameterList",
        lambda L: L.nn.ParameterList()[0],
        IndexError,
        "ParameterList: expected an index in",
    ),
    Bad(
        "ParameterDict",
        lambda L: L.nn.ParameterDict({1: L.zeros(2)}),
        TypeError,
        "ParameterDict: expected a string as key, got 1",
        torch=None,  # makes a name of it
    ),
    Bad(
        "ParameterDict",
        lambda L: L.nn.ParameterDict({"forward": L.zeros(2)}),
        KeyError,
        "ParameterDict: attribute 'forward' already exists",
        torch=None,  # hides the method
    ),
    Bad(
        "ParameterDict",
        lambda L: L.nn.ParameterDict()["a"],
        KeyError,
        "a",
        torch=AttributeError,
    ),
]

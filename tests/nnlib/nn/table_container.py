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
    Layer("DataParallel", lambda L: (L.nn.Linear(5, 4),)),
    Layer("ModuleList", lambda L: (stack(L),), call=in_turn),
    Layer(
        "ModuleList",
        lambda L: ([L.nn.Linear(5, 5), L.nn.Linear(5, 5), L.nn.ReLU(), L.nn.Linear(5, 5)],),
        call=in_turn,
        note="equal neighbours",
    ),
    Layer("ModuleDict", branches, call=lambda m, x: m["left"](x) * m["right"](x)),
    Layer(
        "ModuleDict",
        lambda L: (list(branches(L)[0].items()),),
        note="pairs",
        call=lambda m, x: m.right(x),
    ),
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
]

BAD = [
    Bad(
        "DataParallel",
        lambda L: L.nn.parallel.data_parallel(L.nn.Linear(1, 1), L.ones(1, 1)),
        RuntimeError,
    ),
    Bad("Sequential", lambda L: L.nn.Sequential(L.nn.ReLU(), 3), TypeError),
    Bad("Sequential", lambda L: L.nn.Sequential(L.nn.ReLU())[1], IndexError),
    Bad("Sequential", lambda L: L.nn.Sequential()["0"], TypeError),
    Bad("Sequential", lambda L: L.nn.Sequential().insert(1, L.nn.ReLU()), IndexError),
    Bad("Sequential", lambda L: L.nn.Sequential().insert(0, 3), TypeError, AssertionError),
    Bad("Sequential", lambda L: L.nn.Sequential() + 3, ValueError),
    Bad("Sequential", lambda L: L.nn.Sequential() * 1.5, TypeError),
    Bad("Sequential", lambda L: 0 * L.nn.Sequential(), ValueError),
    Bad("ModuleList", lambda L: L.nn.ModuleList(3), TypeError),
    Bad("ModuleList", lambda L: L.nn.ModuleList([3]), TypeError),
    Bad("ModuleList", lambda L: L.nn.ModuleList()(3), NotImplementedError),
    Bad("ModuleDict", lambda L: L.nn.ModuleDict(3), TypeError),
    Bad("ModuleDict", lambda L: L.nn.ModuleDict({"a": 3}), TypeError),
    Bad("ModuleDict", lambda L: L.nn.ModuleDict({"keys": L.nn.ReLU()}), KeyError),
    Bad("ModuleDict", lambda L: L.nn.ModuleDict()["a"], KeyError),
    Bad("ParameterList", lambda L: L.nn.ParameterList(3), TypeError),
    Bad("ParameterList", lambda L: L.nn.ParameterList()[0], IndexError),
]

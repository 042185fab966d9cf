"""Modules of nn/linear.py."""

from tests.nnlib.harness import Bad
from tests.nnlib.nn.table import Layer

LAYERS = [
    Layer("Linear", (5, 2)),
    Layer("Linear", (5, 2, False), ((2, 3, 5),), note="no bias"),
    Layer("Linear", (5, 2), ((5,),), note="one vector"),
    Layer("LazyLinear", (2,), in_torch=False, reference=lambda module, x: module(x)),
    Layer("Flatten", (), ((4, 2, 3),)),
    Layer("Flatten", (0, 1), ((4, 2, 3),), note="axes"),
    Layer("Unflatten", (1, (2, 3)), ((4, 6),)),
    Layer("Unflatten", (-1, (2, -1)), ((3, 4, 6),), note="a length left open"),
]

BAD = [  # errors of the module itself; the tables of functions have the others
    Bad("Linear", lambda L: L.nn.Linear(-1, 2)),
    Bad("Linear", lambda L: L.nn.Linear(5, 2.5), TypeError),
    Bad("Linear", lambda L: L.nn.Linear(5, 2, dtype=L.int64), TypeError, RuntimeError),
    Bad("Linear", lambda L: L.nn.Linear(5, 2, device="cuda"), torch=None),
    Bad("Unflatten", lambda L: L.nn.Unflatten(1, (2.0, 3)), TypeError),
]

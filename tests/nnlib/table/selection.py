"""Cases of nn/functions/selection.py."""

import numpy as np

import nnlib
from tests.nnlib.harness import Bad, Case, apart


def F(L):
    return L.nn.functional


def maxout(L, x, *options):
    """Return maxout; for torch, other operations compute the same."""
    if L is nnlib or isinstance(x, np.ndarray):
        return nnlib.nn.functional.maxout(x, *options)
    pieces, dim = (*options, 1)[:2]
    dim %= x.ndim
    return x.unflatten(dim, (-1, pieces)).amax(dim + 1)


CASES = [
    Case("glu", lambda L, x: F(L).glu(x), ((3, 4),)),
    Case("glu", lambda L, x: F(L).glu(x, dim=-3), ((6, 1, 4),), note="dim"),
    Case("maxout", lambda L, x: maxout(L, x, 2), ((3, 6),), apart),
    Case("maxout", lambda L, x: maxout(L, x, 3, -2), ((2, 6, 1),), apart, "dim"),
    Case("maxout", lambda L, x: maxout(L, x, 2), ((0, 4),), apart, "nothing"),
]

# Far apart, one class is drawn for certain.
VALUES: list[Case] = [
    Case(
        "gumbel_softmax",
        lambda L, z: F(L).gumbel_softmax(10_000 * z, hard=True, dim=1),
        ((3, 5, 2),),
        apart,
        "hard",
    ),
    Case("gumbel_softmax", lambda L, z: F(L).gumbel_softmax(10_000 * z, 0.5), ((3, 5),), apart),
]


def of_integers(name):
    """Return a call of a function with integers."""
    return lambda L: getattr(F(L), name)(L.ones(3, 4, dtype=L.int64))


BAD = [
    *[Bad(name, of_integers(name)) for name in ("glu", "gumbel_softmax")],
    Bad("glu", lambda L: F(L).glu(L.ones(3))),
    Bad("glu", lambda L: F(L).glu(L.tensor(1.0))),
    Bad("glu", lambda L: F(L).glu(L.ones(4), 1), IndexError),
    Bad("gumbel_softmax", lambda L: F(L).gumbel_softmax(L.ones(3), dim=1), IndexError),
    Bad("maxout", lambda L: F(L).maxout(L.ones(3, 5), 2), torch=None),
    Bad("maxout", lambda L: F(L).maxout(L.ones(3), 2), IndexError, None),
    Bad("maxout", lambda L: F(L).maxout(L.ones(3), 0, 0), torch=None),
]

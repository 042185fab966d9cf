"""Cases of nn/functions/margin.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, index, normal, weights

SIGNS = np.array([[1, -1, -1, 1, -1], [-1, 1, 1, -1, 1], [1, 1, -1, -1, 1]])
CLASSES = np.array([2, 0, 4])


def F(L):
    return L.nn.functional


def signs(L, part=np.s_[:]):
    return index(L, SIGNS[part])


def each(name, call, shapes, draw=normal):
    """Return the cases of one loss, one for each reduction."""
    return [
        Case(name, lambda L, *xs, r=r: call(L, *xs, reduction=r), shapes, draw, r)
        for r in ("mean", "sum", "none")
    ]


ONE, TWO, THREE = ((3, 5),), ((3, 5),) * 2, ((3, 5),) * 3
CASES = [
    *each(
        "multi_margin_loss",
        lambda L, z, **o: F(L).multi_margin_loss(z, index(L, CLASSES), **o),
        ONE,
    ),
    Case(
        "multi_margin_loss",
        lambda L, z: F(L).multi_margin_loss(z, index(L, CLASSES), 2, 0.5, weights(L, z)),
        ONE,
        note="p, margin, weight",
        second=None,  # torch has none
    ),
    Case(
        "multi_margin_loss",
        lambda L, z: F(L).multi_margin_loss(z, index(L, 3), reduction="sum"),
        ((5,),),
        note="one example",
        second=None,
    ),
    *each(
        "triplet_margin_loss",
        lambda L, a, p, n, **o: F(L).triplet_margin_loss(a, p, n, 2.0, **o),
        THREE,
    ),
    Case(
        "triplet_margin_loss",
        lambda L, a, p, n: F(L).triplet_margin_loss(a, p, n, 3.0, 3.0, 0.1, True),
        THREE,
        note="options",
    ),
]
CASES = [
    case._replace(second=None) if case.name == "multi_margin_loss" else case for case in CASES
]

VALUES = []


def call(name, *shapes, **options):
    """Return a call of a loss with zeros of some shapes."""
    return lambda L: getattr(F(L), name)(*[L.zeros(s) for s in shapes], **options)


def classes(target, *args, **options):
    """Return a call of multi_margin_loss with scores (3, 5) and some targets."""
    return lambda L: F(L).multi_margin_loss(L.zeros(3, 5), index(L, target), *args, **options)


def reductions(shapes):
    """Return the refusals of an unknown reduction, for losses with zeros of some shapes."""
    return [
        Bad(name, call(name, *each, reduction="average"), ValueError)
        for name, each in shapes.items()
    ]


SHAPES = {
    "triplet_margin_loss": THREE,
}
BAD = [
    *reductions(SHAPES),
    Bad("multi_margin_loss", classes([0, 5, 1])),
    Bad("multi_margin_loss", classes([0, -1, 1])),
    Bad("multi_margin_loss", classes([0, 1])),
    Bad("multi_margin_loss", classes([0.0, 1.0, 2.0])),
    Bad("multi_margin_loss", classes([0, 1, 2], p=3), ValueError),
    Bad(
        "multi_margin_loss",
        lambda L: F(L).multi_margin_loss(L.zeros(3, 5), L.tensor([0, 1, 2]), weight=L.zeros(4)),
    ),
    Bad(
        "multi_margin_loss",
        lambda L: F(L).multi_margin_loss(
            L.zeros(3, 5), L.tensor([0, 1, 2]), weight=L.zeros(5, 1)
        ),
        ValueError,
    ),
    Bad(
        "multi_margin_loss",
        lambda L: F(L).multi_margin_loss(L.zeros(2, 3, 4), L.tensor([0, 1])),
    ),
    Bad("multi_margin_loss", classes([0, 1, 2], reduction="average"), ValueError),
    Bad("triplet_margin_loss", call("triplet_margin_loss", *THREE, margin=-1.0), ValueError),
    Bad("triplet_margin_loss", call("triplet_margin_loss", (3, 5), (3, 5), (5,))),
    Bad("triplet_margin_loss", call("triplet_margin_loss", (3, 5), (3, 4), (3, 5))),
]

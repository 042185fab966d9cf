"""Cases of nn/functions/margin.py."""

from tests.nnlib.harness import Bad, Case, normal


def F(L):
    return L.nn.functional


def each(name, call, shapes, draw=normal):
    """Return the cases of one loss, one for each reduction."""
    return [
        Case(name, lambda L, *xs, r=r: call(L, *xs, reduction=r), shapes, draw, r)
        for r in ("mean", "sum", "none")
    ]


THREE = ((3, 5),) * 3
CASES = [
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

VALUES = []


def call(name, *shapes, **options):
    """Return a call of a loss with zeros of some shapes."""
    return lambda L: getattr(F(L), name)(*[L.zeros(s) for s in shapes], **options)


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
    Bad("triplet_margin_loss", call("triplet_margin_loss", *THREE, margin=-1.0), ValueError),
    Bad("triplet_margin_loss", call("triplet_margin_loss", (3, 5), (3, 5), (5,))),
    Bad("triplet_margin_loss", call("triplet_margin_loss", (3, 5), (3, 4), (3, 5))),
]

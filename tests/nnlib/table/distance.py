"""Cases of nn/functions/distance.py."""

from tests.nnlib.harness import Bad, Case


def F(L):
    return L.nn.functional


THREE = ((3, 5),) * 3
CASES = [
    *[
        Case(
            "triplet_margin_loss",
            lambda L, a, p, n, r=r: F(L).triplet_margin_loss(a, p, n, 2.0, reduction=r),
            THREE,
            note=r,
        )
        for r in ("mean", "sum", "none")
    ],
    Case("cosine_similarity", lambda L, a, b: F(L).cosine_similarity(a, b), ((3, 5), (3, 5))),
    Case("normalize", lambda L, x: F(L).normalize(x), ((3, 5),)),
    Case("normalize", lambda L, x: F(L).normalize(x, 3.0, -2), ((3, 5, 1),), note="p, dim"),
    Case("pairwise_distance", lambda L, a, b: F(L).pairwise_distance(a, b), ((3, 5), (3, 5))),
]


def triplet(*shapes, **options):
    """Return a call of the triplet loss with zeros of some shapes."""
    return lambda L: F(L).triplet_margin_loss(*[L.zeros(s) for s in shapes], **options)


BAD = [
    Bad("triplet_margin_loss", triplet(*THREE, reduction="average"), ValueError),
    Bad("triplet_margin_loss", triplet(*THREE, margin=-1.0), ValueError),
    Bad("triplet_margin_loss", triplet((3, 5), (3, 5), (5,))),
    Bad("triplet_margin_loss", triplet((3, 5), (3, 4), (3, 5))),
    Bad("cosine_similarity", lambda L: F(L).cosine_similarity(L.zeros(3, 5), L.zeros(3, 4))),
    Bad(
        "cosine_similarity",
        lambda L: F(L).cosine_similarity(L.zeros(3, 5), L.zeros(3, 5), 2),
        IndexError,
    ),
    Bad(
        "cosine_similarity",
        lambda L: F(L).cosine_similarity(L.zeros(3, 5).long(), L.zeros(3, 5).long()),
    ),
    Bad("normalize", lambda L: F(L).normalize(L.zeros(3, 5).long())),
    Bad("normalize", lambda L: F(L).normalize(L.zeros(3, 5), dim=2), IndexError),
    Bad("pairwise_distance", lambda L: F(L).pairwise_distance(L.zeros(3, 5), L.zeros(3, 4))),
]

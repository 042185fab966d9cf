"""Cases of nn/functions/pairs.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, apart, index
from tests.nnlib.table.margin import F, call, each, of_two, reductions, signs


def distance(a, b):
    return ((a - b) * (a - b)).sum(-1)


ONE, TWO, THREE = ((3, 5),), ((3, 5),) * 2, ((3, 5),) * 3
CASES = [
    *each(
        "hinge_embedding_loss",
        lambda L, x, **o: F(L).hinge_embedding_loss(x, signs(L), **o),
        ONE,
        apart,
    ),
    Case(
        "hinge_embedding_loss",
        lambda L, x: F(L).hinge_embedding_loss(x, signs(L, 0) * 1.0, 2.0, reduction="sum"),
        ONE,
        apart,
        "margin, broadcast",
    ),
    *each(
        "cosine_embedding_loss",
        lambda L, a, b, **o: F(L).cosine_embedding_loss(a, b, signs(L, np.s_[:, 0]), **o),
        TWO,
    ),
    Case(
        "cosine_embedding_loss",
        lambda L, a, b: F(L).cosine_embedding_loss(
            a, b, index(L, -1.0), -0.9, reduction="none"
        ),
        ((5,), (5,)),
        note="one pair, margin",
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
    *each(
        "triplet_margin_with_distance_loss",
        lambda L, a, p, n, **o: F(L).triplet_margin_with_distance_loss(
            a, p, n, distance_function=distance, margin=9.0, swap=True, **o
        ),
        THREE,
    ),
    Case(
        "triplet_margin_with_distance_loss",
        lambda L, a, p, n: F(L).triplet_margin_with_distance_loss(a, p, n, margin=2.0),
        THREE,
        note="distance of torch",
    ),
]

VALUES = [
    Case(
        "hinge_embedding_loss",
        lambda L, x: F(L).hinge_embedding_loss(
            x, index(L, [0.0, 2.0, -1.0, 1.0]), reduction="none"
        ),
        ((4,),),
        note="other targets",
    ),
    Case(
        "cosine_embedding_loss",
        lambda L, x: F(L).cosine_embedding_loss(
            x, 2 * x, index(L, [0.0, 2.0, -1.0]), reduction="none"
        ),
        ((3, 5),),
        note="other targets",
    ),
]

SHAPES = {
    "hinge_embedding_loss": ((3,), (3,)),
    "cosine_embedding_loss": ((3, 5), (3, 5), (3,)),
    "triplet_margin_loss": ((3, 5), (3, 5), (3, 5)),
    "triplet_margin_with_distance_loss": ((3, 5), (3, 5), (3, 5)),
}
BAD = [
    *reductions(SHAPES),
    *of_two("hinge_embedding_loss"),
    Bad("cosine_embedding_loss", call("cosine_embedding_loss", (3, 5), (3, 5), (3, 1))),
    Bad("cosine_embedding_loss", call("cosine_embedding_loss", (3, 5), (4, 5), (3,))),
    Bad("cosine_embedding_loss", call("cosine_embedding_loss", (3, 5), (3, 5), (2,))),
    *[
        Bad(name, call(name, *SHAPES[name], margin=-1.0), ValueError)
        for name in ("triplet_margin_loss", "triplet_margin_with_distance_loss")
    ],
    *[
        Bad(name, call(name, (3, 5), (3, 5), (5,)))
        for name in ("triplet_margin_loss", "triplet_margin_with_distance_loss")
    ],
    Bad("triplet_margin_loss", call("triplet_margin_loss", (3, 5), (3, 4), (3, 5))),
]

"""Cases of nn/functions/pairs.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, index
from tests.nnlib.table.margin import F, call, each, reductions, signs

TWO, THREE = ((3, 5),) * 2, ((3, 5),) * 3
CASES = [
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
]

VALUES = [
    Case(
        "cosine_embedding_loss",
        lambda L, x: F(L).cosine_embedding_loss(
            x, 2 * x, index(L, [0.0, 2.0, -1.0]), reduction="none"
        ),
        ((3, 5),),
        note="other targets",
    )
]

SHAPES = {
    "cosine_embedding_loss": ((3, 5), (3, 5), (3,)),
    "triplet_margin_loss": ((3, 5), (3, 5), (3, 5)),
}
BAD = [
    *reductions(SHAPES),
    Bad("cosine_embedding_loss", call("cosine_embedding_loss", (3, 5), (3, 5), (3, 1))),
    Bad("cosine_embedding_loss", call("cosine_embedding_loss", (3, 5), (4, 5), (3,))),
    Bad("cosine_embedding_loss", call("cosine_embedding_loss", (3, 5), (3, 5), (2,))),
    Bad("triplet_margin_loss", call("triplet_margin_loss", *THREE, margin=-1.0), ValueError),
    Bad("triplet_margin_loss", call("triplet_margin_loss", (3, 5), (3, 5), (5,))),
    Bad("triplet_margin_loss", call("triplet_margin_loss", (3, 5), (3, 4), (3, 5))),
]

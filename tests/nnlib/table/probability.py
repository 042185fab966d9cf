"""Cases of nn/functions/probability.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, positive, weights


def F(L):
    return L.nn.functional


def probability(rng, shape):
    return rng.uniform(0.1, 0.9, shape)


TWO = ((3, 5), (3, 5))
CASES = [
    Case(
        "binary_cross_entropy",
        lambda L, p, t: F(L).binary_cross_entropy(p, t),
        TWO,
        probability,
    ),
    Case(
        "binary_cross_entropy",
        lambda L, p, t: F(L).binary_cross_entropy(p, t, weights(L, p), reduction="sum"),
        TWO,
        probability,
        "weight",
    ),
    Case(
        "binary_cross_entropy_with_logits",
        lambda L, z, t: F(L).binary_cross_entropy_with_logits(z, t),
        TWO,
    ),
    Case(
        "binary_cross_entropy_with_logits",
        lambda L, z, t: F(L).binary_cross_entropy_with_logits(
            z, t, weights(L, z), reduction="sum", pos_weight=weights(L, z)
        ),
        TWO,
        note="weights",
    ),
    Case("kl_div", lambda L, x, t: F(L).kl_div(x, t, reduction="batchmean"), TWO, positive),
    Case(
        "kl_div",
        lambda L, x, t: F(L).kl_div(x, t, reduction="sum", log_target=True),
        ((3, 5), (5,)),
        note="logarithms, broadcast",
    ),
]


def two(name, *shapes, **options):
    """Return a call of a loss with zeros of two shapes."""
    return lambda L: getattr(F(L), name)(*[L.zeros(s) for s in shapes], **options)


def mixed(name, first, second):
    """Return a call of a loss with numbers of two dtypes."""
    return lambda L: getattr(F(L), name)(
        L.ones(3, dtype=getattr(L, first)), L.ones(3, dtype=getattr(L, second))
    )


BINARY = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
BAD = [
    *[
        bad
        for name in BINARY
        for bad in (
            Bad(name, two(name, (3, 1), (3,)), ValueError),
            Bad(name, mixed(name, "float32", "int64")),
            Bad(name, mixed(name, "int64", "float32")),
            Bad(name, two(name, (3, 5), (3, 5), (4,))),
            Bad(name, two(name, (3,), (3,), reduction="average"), ValueError),
        )
    ],
    *[
        Bad(
            "binary_cross_entropy",
            lambda L, p=p, t=t: F(L).binary_cross_entropy(L.tensor([p]), L.tensor([t])),
        )
        for p, t, what in ((1.5, 0.0, "input"), (0.5, -1.0, "target"), (np.nan, 0.0, "input"))
    ],
    Bad("kl_div", two("kl_div", (3,), (4,), reduction="sum")),
    Bad("kl_div", two("kl_div", (3,), (3,), reduction="average"), ValueError),
    Bad("kl_div", lambda L: F(L).kl_div(L.zeros(3).long(), L.zeros(3).long(), reduction="sum")),
]

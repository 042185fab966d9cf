"""Cases of nn/functions/distance.py."""

from tests.nnlib.harness import Bad, Case


def F(L):
    return L.nn.functional


CASES = [
    Case("cosine_similarity", lambda L, a, b: F(L).cosine_similarity(a, b), ((3, 5), (3, 5))),
    Case(
        "cosine_similarity",
        lambda L, a, b: F(L).cosine_similarity(a, b, dim=-2),
        ((2, 3, 5), (3, 1)),
        note="dim, broadcast",
    ),
    Case("normalize", lambda L, x: F(L).normalize(x), ((3, 5),)),
    Case("normalize", lambda L, x: F(L).normalize(x, 3.0, -2), ((3, 5, 1),), note="p, dim"),
    Case("pairwise_distance", lambda L, a, b: F(L).pairwise_distance(a, b), ((3, 5), (3, 5))),
    Case(
        "pairwise_distance",
        lambda L, a, b: F(L).pairwise_distance(a, b, 3.0, 0.1, True),
        ((2, 3, 5), (5,)),
        note="options, broadcast",
    ),
]

VALUES: list[Case] = []

BAD = [
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

"""Cases of nn/functions/embedding.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, index

WORDS = np.array([[0, 2, 1, 0], [4, 4, 0, 3]])


def lookup(L, w, words=WORDS, **options):
    return L.nn.functional.embedding(index(L, words), w, **options)


CASES = [
    Case("embedding", lookup, ((5, 3),)),
    Case("embedding", lambda L, w: lookup(L, w, 3), ((5, 3),), note="one word"),
    Case(
        "embedding",
        lambda L, w: lookup(L, w, WORDS[:0]),
        ((5, 3),),
        note="no word",
        second=None,  # torch's is an error: "cannot reshape tensor of 0 elements"
    ),
]


def shortened(max_norm, norm_type):
    def call(L, w):
        return lookup(L, w, max_norm=max_norm, norm_type=norm_type)

    return Case("embedding", call, ((5, 3),), note=f"norm {norm_type}")


VALUES = [
    shortened(1.0, 2.0),
    shortened(0.5, 1.0),
    shortened(0.7, float("inf")),
    shortened(100.0, 3.0),
]

TABLE = np.ones((3, 2))


def table(L):
    return L.tensor(TABLE)


BAD = [
    Bad("embedding", lambda L: lookup(L, table(L), 0.0)),
    Bad("embedding", lambda L: lookup(L, table(L)[0], 0)),
    Bad("embedding", lambda L: lookup(L, table(L), [0, 3]), IndexError),
    Bad("embedding", lambda L: lookup(L, table(L), [0, -1]), IndexError),
    Bad(
        "embedding", lambda L: lookup(L, table(L), 0, padding_idx=3), ValueError, AssertionError
    ),
    Bad("embedding", lambda L: lookup(L, table(L), 0, sparse=True), torch=None),
]

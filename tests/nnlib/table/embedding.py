"""Cases of nn/functions/embedding.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, index

WORDS = np.array([[0, 2, 1, 0], [4, 4, 0, 3]])


def lookup(L, w, words=WORDS, **options):
    return L.nn.functional.embedding(index(L, words), w, **options)


STARTS = np.array([0, 3, 3, 6])
FLAT = WORDS.reshape(-1)


def bags(L, w, words=FLAT, offsets=STARTS, **options):
    offsets = offsets if offsets is None else index(L, offsets)
    return L.nn.functional.embedding_bag(index(L, words), w, offsets, **options)


def weighted(L, w, a, **options):
    return bags(L, w, mode="sum", per_sample_weights=a, **options)


def bag_case(note, shapes=((5, 3),), call=bags, **options):
    """Return a case without a second derivative, which torch lacks."""
    what = lambda L, *inputs: call(L, *inputs, **options)  # noqa: E731
    return Case("embedding_bag", what, shapes, note=note, second=None)


CASES = [
    *(bag_case(mode, mode=mode) for mode in ("sum", "mean", "max")),
    *(bag_case(f"matrix, {m}", mode=m, words=WORDS, offsets=None) for m in ("mean", "max")),
    *(bag_case(f"padding, {m}", mode=m, padding_idx=-5) for m in ("sum", "mean", "max")),
    bag_case("ends", offsets=np.array([0, 2, 8]), include_last_offset=True),
    bag_case("no row", words=FLAT[:0], offsets=STARTS[:1], mode="sum"),
    bag_case("weights", ((5, 3), (8,)), weighted),
    bag_case("weights, padding", ((5, 3), (8,)), weighted, padding_idx=0),
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
    bag_case("norm", max_norm=0.5, norm_type=1.0, padding_idx=2),
]

TABLE = np.ones((3, 2))


def table(L):
    return L.tensor(TABLE)


def weigh(L, a, mode):
    return bags(L, table(L), [0, 2, 1], [0], mode=mode, per_sample_weights=L.tensor(a))


BAD = [
    Bad("embedding", lambda L: lookup(L, table(L), 0.0)),
    Bad("embedding", lambda L: lookup(L, table(L)[0], 0)),
    Bad("embedding", lambda L: lookup(L, table(L), [0, 3]), IndexError),
    Bad("embedding", lambda L: lookup(L, table(L), [0, -1]), IndexError),
    Bad(
        "embedding", lambda L: lookup(L, table(L), 0, padding_idx=3), ValueError, AssertionError
    ),
    Bad("embedding", lambda L: lookup(L, table(L), 0, sparse=True), torch=None),
    *(
        Bad("embedding_bag", lambda L, o=o: bags(L, table(L), [0, 2, 1], **o), error, theirs)
        for o, error, theirs in [
            (dict(offsets=[1, 2]), RuntimeError, "same"),
            (dict(offsets=[0, 4]), RuntimeError, "same"),
            (dict(offsets=[0, 2, 1]), RuntimeError, None),  # torch may crash
            (dict(offsets=[0, 2], include_last_offset=True), RuntimeError, None),
            (dict(offsets=[0.0]), RuntimeError, "same"),
            (dict(offsets=[[0]]), ValueError, "same"),
            (dict(offsets=None), ValueError, "same"),
            (dict(offsets=[0], mode="prod"), ValueError, "same"),
            (dict(offsets=[0], mode="max", scale_grad_by_freq=True), ValueError, "same"),
            (dict(offsets=[0], mode="sum", scale_grad_by_freq=True), ValueError, None),
            (dict(offsets=[0], padding_idx=3), ValueError, RuntimeError),
            (dict(offsets=[0], sparse=True), RuntimeError, None),
        ]
    ),
    *(
        Bad("embedding_bag", lambda L, a=a, m=m: weigh(L, a, m), error)
        for a, m, error in [
            (np.ones(2), "sum", ValueError),
            (np.ones(3, "f4"), "sum", RuntimeError),
            (np.ones(3), "mean", NotImplementedError),
        ]
    ),
    Bad("embedding_bag", lambda L: bags(L, table(L)[0], [0], [0]), ValueError),
    Bad("embedding_bag", lambda L: bags(L, table(L), [[0, 1]], [0]), ValueError),
    Bad("embedding_bag", lambda L: bags(L, table(L), [0.5], [0])),
    Bad("embedding_bag", lambda L: bags(L, table(L), [3], [0]), IndexError, None),
]

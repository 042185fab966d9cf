"""Cases of nn/functions/attention.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, index

NAME = "scaled_dot_product_attention"
QKV = ((3, 4), (5, 4), (5, 2))
BATCH = ((2, 3, 4, 6), (2, 3, 5, 6), (2, 3, 5, 2))
ALLOWED = np.array(
    [[1, 0, 1, 1, 0], [0, 0, 1, 0, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1]], dtype=bool
)


def attend(L, q, k, v, *mask, **options):
    return getattr(L.nn.functional, NAME)(q, k, v, *mask, **options)


def allowed(L, rows=4):
    return index(L, ALLOWED[:rows])


CASES = [
    Case(NAME, lambda L, *a: attend(L, *a, is_causal=True), BATCH, note="causal batches"),
    Case(
        NAME, lambda L, q, k, v: attend(L, q, k, v, allowed(L, 3)), QKV, note="mask of truths"
    ),
    Case(
        NAME,
        lambda L, q, k, v: attend(L, q, k, v, allowed(L, 3) & False),
        QKV,
        note="nothing seen",
        second=None,  # all gradients of query and key are 0
    ),
    Case(NAME, attend, (*BATCH, (2, 1, 4, 5)), note="added mask for heads", second=None),
    Case(
        NAME,
        lambda L, q, k, v: attend(L, q, k, v, enable_gqa=True),
        ((2, 4, 3, 6), (2, 2, 5, 6), (2, 2, 5, 2)),
        note="shared heads",
    ),
]


def bad(*shapes, mask=None, torch="same", **options):
    """Return a refused call with inputs of the given shapes, and a mask if there is one."""

    def refused(L):
        operands = [L.zeros(*shape) for shape in shapes or QKV]
        return attend(L, *operands, mask and mask(L), **options)

    return Bad(NAME, refused, torch=torch)


BAD = [
    bad((4,), *QKV[1:]),
    bad(QKV[0], (5, 3), QKV[2]),
    bad(*QKV[:2], (6, 2)),
    bad((2, 3, 4), (3, 5, 4), (3, 5, 2)),
    bad(mask=lambda L: L.zeros(3, 4)),
    bad(mask=lambda L: L.zeros(2, 3, 5)),
    bad(mask=lambda L: L.zeros(3, 5, dtype=L.float64)),
    bad(mask=lambda L: L.zeros(3, 5, dtype=L.int64)),
    bad(mask=lambda L: L.zeros(3, 5), is_causal=True),
    bad(dropout_p=1.5),
    bad((1, 3, 4), (2, 5, 4), (2, 5, 2), enable_gqa=True),
    bad((4, 3, 4), (2, 5, 4), (3, 5, 2), enable_gqa=True),
    Bad(
        NAME, lambda L: attend(L, L.zeros(3, 4), L.zeros(5, 4, dtype=L.float64), L.zeros(5, 2))
    ),
]

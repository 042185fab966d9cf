"""Cases of nn/functions/loss.py and ctc.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, index, refused, weights

CLASSES = np.array([2, 0, 4])


def F(L):
    return L.nn.functional


def classes(L):
    return index(L, CLASSES)


def ignored(L):
    return index(L, np.array([2, -100, 4]))


ONE = ((3, 5),)
CASES = [
    Case("cross_entropy", lambda L, z: F(L).cross_entropy(z, classes(L)), ONE),
    Case(
        "cross_entropy",
        lambda L, z: F(L).cross_entropy(z, ignored(L), weights(L, z), label_smoothing=0.2),
        ONE,
        note="weight, ignore, smoothing",
    ),
    Case("nll_loss", lambda L, z: F(L).nll_loss(z, classes(L)), ONE),
]

LABELS = np.array([[1, 2, 2], [3, 4, 1]])


def ctc(*args, targets=LABELS, note="", **options):
    """Return a case of ctc_loss after log_softmax, because its gradient assumes this."""
    return Case(
        "ctc_loss",
        lambda L, z: F(L).ctc_loss(z.log_softmax(-1), index(L, targets), *args, **options),
        ((6, 2, 5) if np.size(args[0]) > 1 else (6, 5),),
        note=note,
        second=False,
        arrays=False,
    )


CASES += [
    ctc((6, 5), (3, 2)),
    ctc((6, 5), (3, 0), reduction="none", note="no labels"),
    ctc((6, 3), (2, 3), reduction="sum", targets=LABELS[:, [0, 1, 1, 2]].ravel()[1:6]),
    ctc((6, 2), (2, 3), blank=3, targets=LABELS % 3, zero_infinity=True, note="too short"),
    ctc((6,), (2,), targets=LABELS[0, :2], reduction="none", note="one sequence"),
]


def of(name, target, weight=None, shape=(3, 5), **options):
    """Return a call of a classification loss with scores of the given shape."""

    def call(L):
        w = None if weight is None else L.ones(weight)
        return getattr(F(L), name)(L.zeros(shape), index(L, target), w, **options)

    return call


BAD = [
    *refused(
        globals(),
        RuntimeError="""
        F.ctc_loss(L.zeros(6, 2, 5), index(L, LABELS), (6,), (3, 2));
        F.ctc_loss(L.zeros(6, 2, 5), index(L, LABELS), (7, 5), (3, 2));
        F.ctc_loss(L.zeros(6, 2, 5), index(L, LABELS), (6, -1), (3, 2));
        F.ctc_loss(L.zeros(6, 2, 5), index(L, LABELS), (6, 5), (4, 2));
        F.ctc_loss(L.zeros(6, 2, 5), index(L, LABELS[:1]), (6, 5), (3, 2));
        F.ctc_loss(L.zeros(6, 2, 5), index(L, LABELS[0]), (6, 5), (3, 2));
        F.ctc_loss(L.zeros(6, 2, 5), index(L, LABELS), (6, 5), (3, 2), 5);
        F.ctc_loss(L.zeros(6, 5), index(L, LABELS), (6, 5), (3, 2));
        F.ctc_loss(L.zeros(6, 2, 5).long(), index(L, LABELS), (6, 5), (3, 2));
        F.nll_loss(L.zeros(3, 5).long(), classes(L))
        """,
        ValueError="""
        F.ctc_loss(L.zeros(6, 3), index(L, [1]), (6,), (1,), 0, "average")
        """,
    ),
    *[
        bad
        for name in ("cross_entropy", "nll_loss")
        for bad in (
            Bad(name, of(name, np.zeros((3, 1), int))),
            Bad(name, of(name, np.zeros(4, int)), ValueError),
            Bad(name, of(name, np.zeros((4, 1), int)), ValueError),
            Bad(name, of(name, np.zeros((2, 5), int), shape=(2, 3, 4))),
            Bad(name, of(name, [0, 5, 1]), IndexError),
            Bad(name, of(name, [0, -1, 1]), IndexError),
            Bad(name, of(name, np.zeros(3))),
            Bad(name, of(name, CLASSES, 4)),
            Bad(
                name,
                lambda L, name=name: getattr(F(L), name)(
                    L.zeros(3, 5), classes(L), L.ones(5, dtype=L.float64)
                ),
            ),
            Bad(name, of(name, CLASSES, reduction="average"), ValueError),
            Bad(name, of(name, 0, shape=()), torch=(RuntimeError, ValueError, IndexError)),
        )
    ],
    Bad(
        "ctc_loss",
        lambda L: F(L).ctc_loss(L.zeros(6, 3), index(L, [3]), (6,), (1,)),
        torch=None,
    ),
    Bad("cross_entropy", of("cross_entropy", np.zeros((3, 5), int))),
    Bad("cross_entropy", of("cross_entropy", CLASSES, label_smoothing=1.5)),
    Bad("cross_entropy", of("cross_entropy", np.full((3, 5), 0.2), ignore_index=1)),
]

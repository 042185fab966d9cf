"""Cases of nn/functions/loss.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, index, weights

INDEX = np.array([[0, 2, 1, 0], [3, 3, 0, 4], [1, 0, 2, 2]])
CLASSES = np.array([2, 0, 4])


def F(L):
    return L.nn.functional


def classes(L):
    return index(L, CLASSES)


def ignored(L):
    return index(L, np.array([2, -100, 4]))


ONE, TWO = ((3, 5),), ((3, 5), (3, 5))
CASES = [
    Case("cross_entropy", lambda L, z: F(L).cross_entropy(z, classes(L)), ONE),
    Case(
        "cross_entropy",
        lambda L, z: F(L).cross_entropy(z, ignored(L), weights(L, z), label_smoothing=0.2),
        ONE,
        note="weight, ignore, smoothing",
    ),
    Case("nll_loss", lambda L, z: F(L).nll_loss(z, classes(L)), ONE),
    Case(
        "nll_loss",
        lambda L, z: F(L).nll_loss(z, ignored(L), weights(L, z), reduction="sum"),
        ONE,
        note="weight, ignore",
    ),
]

VALUES: list[Case] = []


def of(name, target, weight=None, shape=(3, 5), **options):
    """Return a call of a classification loss with scores of a shape."""

    def call(L):
        w = None if weight is None else L.ones(weight)
        return getattr(F(L), name)(L.zeros(shape), index(L, target), w, **options)

    return call


BAD = [
    *[
        bad
        for name in ("cross_entropy", "nll_loss")
        for bad in (
            Bad(name, of(name, np.zeros((3, 1), int))),
            Bad(name, of(name, np.zeros(4, int)), ValueError),
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
    Bad("nll_loss", lambda L: F(L).nll_loss(L.zeros(3, 5).long(), classes(L))),
    Bad("cross_entropy", of("cross_entropy", np.zeros((3, 5), int))),
    Bad("cross_entropy", of("cross_entropy", CLASSES, label_smoothing=1.5)),
]

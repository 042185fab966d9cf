"""Cases of nn/functions/margin.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, apart, index, normal, weights

SIGNS = np.array([[1, -1, -1, 1, -1], [-1, 1, 1, -1, 1], [1, 1, -1, -1, 1]])
CLASSES = np.array([2, 0, 4])


def F(L):
    return L.nn.functional


def signs(L, part=np.s_[:]):
    return index(L, SIGNS[part])


def distance(a, b):
    return ((a - b) * (a - b)).sum(-1)


def each(name, call, shapes, draw=normal):
    """The cases of one loss, one for each reduction."""
    return [
        Case(name, lambda L, *xs, r=r: call(L, *xs, reduction=r), shapes, draw, r)
        for r in ("mean", "sum", "none")
    ]


ONE, TWO, THREE = ((3, 5),), ((3, 5),) * 2, ((3, 5),) * 3
CASES = [
    *each("soft_margin_loss", lambda L, x, **o: F(L).soft_margin_loss(x, signs(L), **o), ONE),
    Case(
        "soft_margin_loss",
        lambda L, x: F(L).soft_margin_loss(x, signs(L, 0)),
        ONE,
        note="broadcast",
    ),
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
        "margin_ranking_loss",
        lambda L, a, b, **o: F(L).margin_ranking_loss(a, b, signs(L), **o),
        TWO,
    ),
    Case(
        "margin_ranking_loss",
        lambda L, a, b: F(L).margin_ranking_loss(a, b, signs(L, np.s_[:1]), 0.5),
        TWO,
        note="margin, broadcast",
    ),
    *each(
        "multi_margin_loss",
        lambda L, z, **o: F(L).multi_margin_loss(z, index(L, CLASSES), **o),
        ONE,
    ),
    Case(
        "multi_margin_loss",
        lambda L, z: F(L).multi_margin_loss(z, index(L, CLASSES), 2, 0.5, weights(L, z)),
        ONE,
        note="p, margin, weight",
        second=None,  # torch has none
    ),
    Case(
        "multi_margin_loss",
        lambda L, z: F(L).multi_margin_loss(z, index(L, 3), reduction="sum"),
        ((5,),),
        note="one example",
        second=None,
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
CASES = [
    case._replace(second=None) if case.name == "multi_margin_loss" else case for case in CASES
]

VALUES: list[Case] = [
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


def call(name, *shapes, **options):
    """The call of a loss with zeros of some shapes."""
    return lambda L: getattr(F(L), name)(*[L.zeros(s) for s in shapes], **options)


def classes(target, *args, **options):
    """The call of multi_margin_loss with scores (3, 5) and some targets."""
    return lambda L: F(L).multi_margin_loss(L.zeros(3, 5), index(L, target), *args, **options)


SHAPES = {
    "soft_margin_loss": ((3,), (3,)),
    "hinge_embedding_loss": ((3,), (3,)),
    "margin_ranking_loss": ((3,), (3,), (3,)),
    "cosine_embedding_loss": ((3, 5), (3, 5), (3,)),
    "triplet_margin_loss": ((3, 5), (3, 5), (3, 5)),
    "triplet_margin_with_distance_loss": ((3, 5), (3, 5), (3, 5)),
}
BAD = [
    *[
        Bad(
            name,
            call(name, *shapes, reduction="average"),
            ValueError,
            f"{name}: expected reduction mean, sum or none, got 'average'",
        )
        for name, shapes in SHAPES.items()
    ],
    *[
        Bad(
            name,
            call(name, (3, 5), (4,)),
            RuntimeError,
            rf"{name}: expected shapes that broadcast, got \(3, 5\), \(4,\)",
        )
        for name in ("soft_margin_loss", "hinge_embedding_loss")
    ],
    *[
        Bad(
            name,
            lambda L, name=name: getattr(F(L), name)(L.zeros(3).long(), L.ones(3).long()),
            RuntimeError,
            f"{name}: expected a floating-point input, got int64",
        )
        for name in ("soft_margin_loss", "hinge_embedding_loss")
    ],
    Bad(
        "margin_ranking_loss",
        call("margin_ranking_loss", (3,), (3, 1), (3,)),
        RuntimeError,
        "margin_ranking_loss: expected as many axes of each input",
    ),
    Bad(
        "margin_ranking_loss",
        call("margin_ranking_loss", (3,), (4,), (3,)),
        RuntimeError,
        "margin_ranking_loss: expected shapes that broadcast",
    ),
    Bad(
        "multi_margin_loss",
        classes([0, 5, 1]),
        RuntimeError,
        r"multi_margin_loss: expected class indices in \[0, 4\], got 0 to 5",
    ),
    Bad(
        "multi_margin_loss",
        classes([0, -1, 1]),
        RuntimeError,
        r"multi_margin_loss: expected class indices in \[0, 4\], got -1 to 1",
    ),
    Bad(
        "multi_margin_loss",
        classes([0, 1]),
        RuntimeError,
        r"multi_margin_loss: expected target \(3,\), got \(2,\)",
    ),
    Bad(
        "multi_margin_loss",
        classes([0.0, 1.0, 2.0]),
        RuntimeError,
        "multi_margin_loss: expected integer class indices, got float64",
    ),
    Bad(
        "multi_margin_loss",
        classes([0, 1, 2], p=3),
        ValueError,
        "multi_margin_loss: expected p to be 1 or 2, got 3",
    ),
    Bad(
        "multi_margin_loss",
        lambda L: F(L).multi_margin_loss(L.zeros(3, 5), L.tensor([0, 1, 2]), weight=L.zeros(4)),
        RuntimeError,
        r"multi_margin_loss: expected weight \(5,\), got \(4,\)",
    ),
    Bad(
        "multi_margin_loss",
        lambda L: F(L).multi_margin_loss(
            L.zeros(3, 5), L.tensor([0, 1, 2]), weight=L.zeros(5, 1)
        ),
        ValueError,
        r"multi_margin_loss: expected weight \(C,\), got \(5, 1\)",
    ),
    Bad(
        "multi_margin_loss",
        lambda L: F(L).multi_margin_loss(L.zeros(2, 3, 4), L.tensor([0, 1])),
        RuntimeError,
        r"multi_margin_loss: expected input \(N, C\) or \(C,\), got \(2, 3, 4\)",
    ),
    Bad(
        "multi_margin_loss",
        classes([0, 1, 2], reduction="average"),
        ValueError,
        "multi_margin_loss: expected reduction",
    ),
    Bad(
        "cosine_embedding_loss",
        call("cosine_embedding_loss", (3, 5), (3, 5), (3, 1)),
        RuntimeError,
        r"cosine_embedding_loss: expected two inputs \(N, D\) and target \(N,\)",
    ),
    Bad(
        "cosine_embedding_loss",
        call("cosine_embedding_loss", (3, 5), (4, 5), (3,)),
        RuntimeError,
        "cosine_embedding_loss: expected shapes that broadcast",
    ),
    Bad(
        "cosine_embedding_loss",
        call("cosine_embedding_loss", (3, 5), (3, 5), (2,)),
        RuntimeError,
        r"cosine_embedding_loss: expected target \(3,\), got \(2,\)",
    ),
    *[
        Bad(
            name,
            call(name, *SHAPES[name], margin=-1.0),
            ValueError,
            f"{name}: expected margin > 0, got -1.0",
        )
        for name in ("triplet_margin_loss", "triplet_margin_with_distance_loss")
    ],
    *[
        Bad(
            name,
            call(name, (3, 5), (3, 5), (5,)),
            RuntimeError,
            f"{name}: expected as many axes of each input",
        )
        for name in ("triplet_margin_loss", "triplet_margin_with_distance_loss")
    ],
    Bad(
        "triplet_margin_loss",
        call("triplet_margin_loss", (3, 5), (3, 4), (3, 5)),
        RuntimeError,
        "triplet_margin_loss: expected shapes that broadcast",
    ),
]

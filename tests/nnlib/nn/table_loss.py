"""Modules of nn/loss.py."""

import warnings

import numpy as np

from tests.nnlib.harness import Bad, normal
from tests.nnlib.nn.table import Layer

WEIGHT = np.linspace(0.5, 2.0, 5)


def classes(rng, shape):
    """Return random class indices without class 1."""
    return rng.choice([0, 2, 3, 4], shape)


def probability(rng, shape):
    return rng.uniform(0.05, 0.95, shape)


def distribution(rng, shape):
    p = probability(rng, shape)
    return p / p.sum(1, keepdims=True)


def log_distribution(rng, shape):
    return np.log(distribution(rng, shape))


def signs(rng, shape):
    return rng.choice([-1, 1], shape)


def far_or_near(rng, shape):
    """Return pairs of errors on both sides of 1, none near it."""
    return rng.choice([-2.5, -0.4, 0.4, 2.5], shape) + rng.uniform(-0.1, 0.1, shape)


def nothing(rng, shape):
    return rng.uniform(-0.01, 0.01, shape)


def quietly(module, *inputs):
    """Return the loss without torch's warning about the mean of a divergence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return module(*inputs)


def distance(a, b):
    return ((a - b) ** 2).sum(-1)


PAIR = ((3, 5), (3, 5))
TRIPLE = ((3, 5),) * 3
CLASSES = ((3, 5), (3,))
IMAGE = ((3, 5, 2, 4), (3, 2, 4))
NUMBERS = (far_or_near, nothing)
LAYERS = [
    Layer("MSELoss", (), PAIR),
    Layer("MSELoss", (), PAIR, dict(reduction="sum"), note="sum"),
    Layer("L1Loss", (), PAIR, draw=NUMBERS),
    Layer("L1Loss", (), PAIR, dict(reduction="none"), draw=NUMBERS, note="none"),
    Layer("SmoothL1Loss", (), PAIR, draw=NUMBERS),
    Layer("SmoothL1Loss", (), PAIR, dict(beta=2.0, reduction="sum"), draw=NUMBERS, note="beta"),
    Layer("SmoothL1Loss", (), PAIR, dict(beta=0.0), draw=NUMBERS, note="no parabola"),
    Layer("HuberLoss", (), PAIR, draw=NUMBERS),
    Layer("HuberLoss", (), PAIR, dict(delta=2.0, reduction="none"), draw=NUMBERS, note="delta"),
    Layer("PoissonNLLLoss", (), PAIR, draw=(normal, probability)),
    Layer(
        "PoissonNLLLoss",
        (False, True),
        PAIR,
        dict(eps=1e-3, reduction="sum"),
        draw=(probability, lambda rng, shape: 4 * probability(rng, shape) + 0.01),
        note="rates, full",
    ),
    Layer("GaussianNLLLoss", (), TRIPLE, draw=(normal, normal, probability)),
    Layer(
        "GaussianNLLLoss",
        (),
        ((3, 5), (3, 5), (3,)),
        dict(full=True, reduction="none"),
        draw=(normal, normal, probability),
        note="one variance each",
    ),
    Layer("CrossEntropyLoss", (), CLASSES, draw=(normal, classes)),
    Layer("CrossEntropyLoss", (), IMAGE, draw=(normal, classes), note="images"),
    Layer(
        "CrossEntropyLoss",
        (WEIGHT,),
        CLASSES,
        dict(ignore_index=2, label_smoothing=0.1),
        draw=(normal, classes),
        note="options",
    ),
    Layer(
        "CrossEntropyLoss",
        (WEIGHT,),
        PAIR,
        dict(reduction="sum"),
        draw=(normal, distribution),
        note="probabilities",
    ),
    Layer("NLLLoss", (), CLASSES, draw=(log_distribution, classes)),
    Layer(
        "NLLLoss",
        (WEIGHT,),
        IMAGE,
        dict(ignore_index=2, reduction="none"),
        draw=(log_distribution, classes),
        note="options",
    ),
    Layer("BCELoss", (), PAIR, draw=probability),
    Layer("BCELoss", (WEIGHT,), PAIR, dict(reduction="sum"), draw=probability, note="weight"),
    Layer("BCEWithLogitsLoss", (), PAIR, draw=(normal, probability)),
    Layer(
        "BCEWithLogitsLoss",
        (WEIGHT,),
        PAIR,
        dict(reduction="none", pos_weight=WEIGHT),
        draw=(normal, probability),
        note="weights",
    ),
    Layer("KLDivLoss", (), PAIR, draw=(log_distribution, distribution), call=quietly),
    Layer(
        "KLDivLoss",
        (),
        PAIR,
        dict(reduction="batchmean", log_target=True),
        draw=log_distribution,
        note="batchmean, logarithms",
    ),
    Layer("SoftMarginLoss", (), PAIR, draw=(normal, signs)),
    Layer("HingeEmbeddingLoss", (), PAIR, draw=(far_or_near, signs)),
    Layer(
        "HingeEmbeddingLoss",
        (2.0,),
        PAIR,
        dict(reduction="sum"),
        (probability, signs),
        "margin",
    ),
    Layer("MarginRankingLoss", (), TRIPLE, draw=(normal, normal, signs)),
    Layer(
        "MarginRankingLoss",
        (0.5,),
        TRIPLE,
        dict(reduction="sum"),
        (normal, normal, signs),
        "margin",
    ),
    Layer("MultiMarginLoss", (), CLASSES, draw=(normal, classes)),
    Layer(
        "MultiMarginLoss",
        (2, 0.5, WEIGHT),
        CLASSES,
        dict(reduction="none"),
        (normal, classes),
        "options",
    ),
    Layer("MultiMarginLoss", (), ((5,), ()), draw=(normal, classes), note="one example"),
    Layer("CosineEmbeddingLoss", (), ((3, 5), (3, 5), (3,)), draw=(normal, normal, signs)),
    Layer(
        "CosineEmbeddingLoss",
        (-0.5,),
        ((5,), (5,), ()),
        draw=(normal, normal, lambda rng, shape: -np.ones(shape, int)),
        note="margin",
    ),
    Layer("TripletMarginLoss", (), TRIPLE),
    Layer(
        "TripletMarginLoss",
        (3.0, 3.0, 1e-3, True),
        TRIPLE,
        dict(reduction="none"),
        note="options",
    ),
    Layer("TripletMarginWithDistanceLoss", (), TRIPLE),
    Layer(
        "TripletMarginWithDistanceLoss",
        (),
        TRIPLE,
        dict(distance_function=distance, margin=4.0, swap=True, reduction="sum"),
        note="options",
    ),
]
WITH_REDUCTION = {
    name: shapes
    for name, _, shapes, *_ in LAYERS
    if name not in ("CrossEntropyLoss", "NLLLoss", "MultiMarginLoss", "BCELoss")
}


def mistaken(name, shapes):
    """Return a call of a loss with an unknown reduction."""
    return lambda L: getattr(L.nn, name)(reduction="avg")(*[L.zeros(s) for s in shapes])


def of_other_shapes(name, *shapes):
    """Return a call of a loss with shapes that do not fit."""
    return lambda L: getattr(L.nn, name)()(*[L.zeros(s) for s in shapes])


def of_classes(name, target, *args, **options):
    """Return a call of a loss with scores (3, 5) and a wrong target or option."""
    return lambda L: getattr(L.nn, name)(*args, **options)(L.zeros(3, 5), L.tensor(target))


BAD = [
    *[Bad(name, mistaken(name, shapes), ValueError) for name, shapes in WITH_REDUCTION.items()],
    *[
        Bad(name, of_other_shapes(name, (3, 5), (3,)), ValueError)
        for name in ("BCELoss", "BCEWithLogitsLoss")
    ],
    *[  # torch broadcasts with a warning, here an error
        Bad(name, of_other_shapes(name, (3, 5), (5,)), ValueError, UserWarning)
        for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
    ],
    *[
        Bad(name, of_other_shapes(name, (3, 5), (4,)))
        for name in ("HingeEmbeddingLoss", "SoftMarginLoss", "PoissonNLLLoss")
    ],
    Bad("BCELoss", lambda L: L.nn.BCELoss()(L.tensor([2.0]), L.tensor([1.0]))),
    Bad("CrossEntropyLoss", of_classes("CrossEntropyLoss", [0, 5, 1]), IndexError),
    Bad("CrossEntropyLoss", of_classes("CrossEntropyLoss", [0, 4, 1], label_smoothing=1.5)),
    Bad("NLLLoss", of_classes("NLLLoss", [0, 1]), ValueError),
    Bad("MultiMarginLoss", of_classes("MultiMarginLoss", [0, 1, 2], 3), ValueError),
    Bad(
        "GaussianNLLLoss",
        lambda L: L.nn.GaussianNLLLoss()(L.zeros(3), L.zeros(3), -L.ones(3)),
        ValueError,
    ),
    Bad("CosineEmbeddingLoss", of_other_shapes("CosineEmbeddingLoss", (3, 5), (3, 5), (3, 1))),
    Bad(
        "TripletMarginLoss",
        lambda L: L.nn.TripletMarginLoss(margin=-1.0)(*[L.zeros(3, 5)] * 3),
        ValueError,
    ),
]

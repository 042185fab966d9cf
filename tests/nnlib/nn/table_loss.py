"""Modules of nn/loss.py."""

import warnings

import numpy as np

from tests.nnlib.harness import normal
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


def labelled(module, scores):
    """Return the loss of two sequences with labels, of which the second is too short."""
    labels = type(scores)([[1, 2], [3, 3]]).long()
    return module(scores.log_softmax(2), labels, (6, 2), (2, 2 * module.zero_infinity))


PAIR = ((3, 5), (3, 5))
TRIPLE = ((3, 5),) * 3
CLASSES = ((3, 5), (3,))
IMAGE = ((3, 5, 2, 4), (3, 2, 4))
NUMBERS = (far_or_near, nothing)
SCORES, PROBABLE = (normal, classes), (log_distribution, classes)


def loss(name, shapes, draw, *args, note="", **options):
    call = quietly if name == "KLDivLoss" else lambda module, *inputs: module(*inputs)
    return Layer(name, args, shapes, options, draw, note, call)


LAYERS = [
    loss("MSELoss", PAIR, normal),
    loss("MSELoss", PAIR, normal, reduction="sum", note="sum"),
    loss("L1Loss", PAIR, NUMBERS),
    loss("L1Loss", PAIR, NUMBERS, reduction="none", note="none"),
    loss("SmoothL1Loss", PAIR, NUMBERS),
    loss("SmoothL1Loss", PAIR, NUMBERS, beta=2.0, reduction="sum", note="beta"),
    loss("SmoothL1Loss", PAIR, NUMBERS, beta=0.0, note="no parabola"),
    loss("HuberLoss", PAIR, NUMBERS),
    loss("HuberLoss", PAIR, NUMBERS, delta=2.0, reduction="none", note="delta"),
    loss("CrossEntropyLoss", CLASSES, SCORES),
    loss("CrossEntropyLoss", IMAGE, SCORES, note="images"),
    loss("CrossEntropyLoss", CLASSES, SCORES, WEIGHT, ignore_index=2, note="weight, ignored"),
    Layer("CTCLoss", (), ((6, 2, 5),), call=labelled),
    Layer("CTCLoss", (4, "sum", True), ((6, 2, 5),), call=labelled, note="options"),
    loss("NLLLoss", CLASSES, PROBABLE),
    loss("NLLLoss", IMAGE, PROBABLE, WEIGHT, ignore_index=2, reduction="none", note="options"),
    loss("BCELoss", PAIR, probability),
    loss("BCELoss", PAIR, probability, WEIGHT, reduction="sum", note="weight"),
    loss("BCEWithLogitsLoss", PAIR, (normal, probability)),
    loss("BCEWithLogitsLoss", PAIR, (normal, probability), WEIGHT, pos_weight=WEIGHT, note="w"),
    loss("KLDivLoss", PAIR, (log_distribution, distribution)),
    loss(
        "KLDivLoss", PAIR, log_distribution, reduction="batchmean", log_target=True, note="log"
    ),
    loss("TripletMarginLoss", TRIPLE, normal),
    loss("TripletMarginLoss", TRIPLE, normal, 3.0, 3.0, 1e-3, True, note="options"),
]
BAD = []  # the tables of functions have all errors

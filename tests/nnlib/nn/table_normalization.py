"""Modules of nn/batchnorm.py, nn/normalization.py, nn/dropout.py and nn/embedding.py."""

import numpy as np

from tests.nnlib.harness import Bad
from tests.nnlib.nn.table import Layer

LINES, IMAGES = ((4, 5, 3),), ((3, 4, 3, 2),)


def words(rng, shape):
    return rng.integers(0, 5, shape)


LAYERS = [
    Layer("BatchNorm1d", (5,), ((4, 5),)),
    Layer("BatchNorm1d", (5, 0.1, 0.7), LINES, note="lines, eps, momentum"),
    Layer("BatchNorm1d", (5,), LINES, dict(momentum=None), note="all batches alike"),
    Layer("BatchNorm1d", (5,), LINES, dict(affine=False), note="not affine"),
    Layer("BatchNorm1d", (5,), LINES, dict(bias=False), note="no bias"),
    Layer("BatchNorm1d", (5,), LINES, dict(track_running_stats=False), note="no averages"),
    Layer("BatchNorm2d", (4,), IMAGES),
    Layer("BatchNorm2d", (4,), IMAGES, dict(momentum=None, affine=False), note="alike"),
    Layer("InstanceNorm1d", (5,), LINES),
    Layer("InstanceNorm1d", (5,), ((5, 3),), note="one sample"),
    Layer("InstanceNorm1d", (5,), LINES, dict(affine=True, eps=0.1), note="affine"),
    Layer("InstanceNorm1d", (5,), LINES, dict(track_running_stats=True), note="averages"),
    Layer("InstanceNorm2d", (4,), IMAGES),
    Layer("InstanceNorm2d", (4,), ((4, 3, 2),), note="one sample"),
    Layer(
        "InstanceNorm2d",
        (4,),
        IMAGES,
        dict(affine=True, track_running_stats=True, momentum=0.7, bias=False),
        note="averages",
    ),
    Layer("LayerNorm", (5,)),
    Layer("LayerNorm", ([5, 3], 0.1), LINES, note="two axes, eps"),
    Layer("LayerNorm", (5,), options=dict(elementwise_affine=False), note="not affine"),
    Layer("LayerNorm", (5,), options=dict(bias=False), note="no bias"),
    Layer("RMSNorm", (5,)),
    Layer("RMSNorm", ((5, 3), 0.1), LINES, note="two axes, eps"),
    Layer("RMSNorm", (5,), options=dict(elementwise_affine=False), note="not affine"),
    Layer("GroupNorm", (2, 4), IMAGES),
    Layer("GroupNorm", (5, 5, 0.1), LINES, note="as many groups as channels"),
    Layer("GroupNorm", (2, 4), IMAGES, dict(affine=False), note="not affine"),
    Layer("GroupNorm", (2, 4), IMAGES, dict(bias=False), note="no bias"),
    Layer("LocalResponseNorm", (3,), IMAGES),
    Layer("LocalResponseNorm", (2, 0.5, 0.5, 2.0), LINES, note="options"),
    Layer("Dropout", (0.4,), trains=False),
    Layer("Dropout", (0.0,), note="nothing"),
    Layer("Dropout1d", (0.4,), LINES, trains=False),
    Layer("Dropout2d", (0.4,), IMAGES, trains=False),
    Layer("AlphaDropout", (0.4,), trains=False),
    Layer("Embedding", (5, 3), ((4, 2),), draw=words),
    Layer("Embedding", (5, 3), ((4, 2),), dict(padding_idx=-2), draw=words, note="padding"),
    Layer(
        "Embedding",
        (5, 3),
        ((4, 2),),
        dict(max_norm=0.5, norm_type=1.0, scale_grad_by_freq=True),
        draw=words,
        note="norm, frequency",
    ),
]


def bad(name, call, error, message, torch="same"):
    return Bad(name, lambda L: call(L, L.nn), error, message, torch)


BAD = [
    bad(
        "BatchNorm1d",
        lambda L, nn: nn.BatchNorm1d(5)(L.ones(5)),
        ValueError,
        r"BatchNorm1d: expected an input of 2 or 3 axes, got \(5,\)",
    ),
    bad(
        "BatchNorm1d",
        lambda L, nn: nn.BatchNorm1d(5)(L.ones(3, 4)),
        RuntimeError,
        r"batch_norm: expected running_mean \(4,\) float32, got \(5,\)",
    ),
    bad(
        "BatchNorm2d",
        lambda L, nn: nn.BatchNorm2d(5)(L.ones(3, 5)),
        ValueError,
        r"BatchNorm2d: expected an input of 4 axes, got \(3, 5\)",
    ),
    bad(
        "InstanceNorm1d",
        lambda L, nn: nn.InstanceNorm1d(5)(L.ones(3, 5, 2, 2)),
        ValueError,
        r"InstanceNorm1d: expected an input of 2 or 3 axes, got \(3, 5, 2, 2\)",
    ),
    bad(
        "InstanceNorm2d",
        lambda L, nn: nn.InstanceNorm2d(5, affine=True)(L.ones(3, 4, 2, 2)),
        ValueError,
        r"InstanceNorm2d: expected 5 channels, got \(3, 4, 2, 2\)",
    ),
    bad(
        "LayerNorm",
        lambda L, nn: nn.LayerNorm(5)(L.ones(3, 4)),
        RuntimeError,
        r"layer_norm: expected an input that ends in \(5,\), got \(3, 4\)",
    ),
    bad(
        "RMSNorm",
        lambda L, nn: nn.RMSNorm((5, 2))(L.ones(3, 5)),
        RuntimeError,
        r"rms_norm: expected an input that ends in \(5, 2\), got \(3, 5\)",
    ),
    bad(
        "GroupNorm",
        lambda L, nn: nn.GroupNorm(2, 5),
        ValueError,
        "GroupNorm: expected num_groups that divides 5, got 2",
    ),
    bad(
        "LocalResponseNorm",
        lambda L, nn: nn.LocalResponseNorm(2)(L.ones(3, 5)),
        ValueError,
        "local_response_norm: expected input",
    ),
    *(
        bad(
            name,
            lambda L, nn, name=name: getattr(nn, name)(1.5),
            ValueError,
            rf"{name}: expected p in \[0, 1\], got 1.5",
        )
        for name in ("Dropout", "Dropout1d", "Dropout2d", "AlphaDropout")
    ),
    bad(
        "Embedding",
        lambda L, nn: nn.Embedding(5, 3, padding_idx=5),
        ValueError,
        r"Embedding: expected padding_idx in \[-5, 4\], got 5",
        torch=AssertionError,
    ),
    bad(
        "Embedding",
        lambda L, nn: nn.Embedding(5, 3, _weight=L.ones(5, 2)),
        ValueError,
        r"Embedding: expected weight \(5, 3\), got \(5, 2\)",
        torch=AssertionError,
    ),
    bad(
        "Embedding",
        lambda L, nn: nn.Embedding(5, 3)(L.tensor(np.array([1, 5]))),
        IndexError,
        r"embedding: expected indices in \[0, 4\], got 5",
    ),
]

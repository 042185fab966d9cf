"""Modules of nn/batchnorm.py, nn/normalization.py, nn/dropout.py and nn/embedding.py."""

from tests.nnlib.harness import Bad, normal
from tests.nnlib.nn.table import Layer

LINES, IMAGES = ((4, 5, 3),), ((3, 4, 3, 2),)


def words(rng, shape):
    return rng.integers(0, 5, shape)


LAYERS = [
    Layer("BatchNorm1d", (5,), ((4, 5),)),
    Layer("BatchNorm1d", (5, 0.1, 0.7), LINES, note="lines, eps, momentum"),
    Layer("BatchNorm1d", (5,), LINES, dict(momentum=None), note="all batches alike"),
    Layer("BatchNorm2d", (4,), IMAGES),
    Layer("BatchNorm2d", (4,), IMAGES, dict(momentum=None, affine=False), note="alike"),
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
    Layer("RMSNorm", (5,)),
    Layer("RMSNorm", ((5, 3), 0.1), LINES, note="two axes, eps"),
    Layer("RMSNorm", (5,), options=dict(elementwise_affine=False), note="not affine"),
    Layer("GroupNorm", (2, 4), IMAGES),
    Layer("GroupNorm", (5, 5, 0.1), LINES, note="as many groups as channels"),
    Layer("GroupNorm", (2, 4), IMAGES, dict(affine=False), note="not affine"),
    Layer("LocalResponseNorm", (3,), IMAGES),
    Layer("LocalResponseNorm", (2, 0.5, 0.5, 2.0), LINES, note="options"),
    Layer("Dropout", (0.4,), trains=False),
    Layer("Dropout", (0.0,), note="nothing"),
    Layer("Dropout2d", (0.4,), IMAGES, trains=False),
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
    Layer("EmbeddingBag", (5, 3), ((4, 2),), draw=words),
    Layer(
        "EmbeddingBag",
        (5, 3, 0.5, 1.0, False, "sum"),
        ((4,), (4,)),
        dict(padding_idx=-2),
        draw=(words, normal),
        call=lambda m, x, a: m(x, 0 * x[:1], a),
        note="options",
    ),
]


BAD = [  # errors of the module itself; the tables of functions have the others
    Bad("BatchNorm1d", lambda L: L.nn.BatchNorm1d(5)(L.ones(5)), ValueError),
    Bad("BatchNorm2d", lambda L: L.nn.BatchNorm2d(5)(L.ones(3, 5)), ValueError),
    Bad(
        "InstanceNorm2d",
        lambda L: L.nn.InstanceNorm2d(5, affine=True)(L.ones(3, 4, 2, 2)),
        ValueError,
    ),
    Bad("GroupNorm", lambda L: L.nn.GroupNorm(2, 5), ValueError),
    *(
        Bad(name, lambda L, name=name: getattr(L.nn, name)(1.5), ValueError)
        for name in ("Dropout", "Dropout2d")
    ),
    *(
        Bad(k, lambda L, k=k: getattr(L.nn, k)(5, 3, padding_idx=5), ValueError, AssertionError)
        for k in ("Embedding", "EmbeddingBag")
    ),
    Bad(
        "Embedding",
        lambda L: L.nn.Embedding(5, 3, _weight=L.ones(5, 2)),
        ValueError,
        AssertionError,
    ),
]

"""Modules of nn/conv.py, nn/pooling.py, nn/padding.py and nn/upsampling.py."""

from tests.nnlib.harness import Bad, apart
from tests.nnlib.nn.table import Layer

IMAGES, SEQUENCES = ((2, 4, 6, 5),), ((2, 4, 7),)
PADDED = [(1, SEQUENCES), (2, IMAGES), (3, ((2, 2, 4, 3, 5),))]  # axes and an input
PADS = "ReflectionPad2d", "ReplicationPad2d", "ZeroPad2d", "ConstantPad2d"


def layer(name, *args, shapes=IMAGES, note="", draw=None, **options):
    draws = {} if draw is None else {"draw": draw}
    return Layer(name, args, shapes, options, note=note, **draws)


def largest(name, *args, shapes=IMAGES, note="", **options):
    return layer(name, *args, shapes=shapes, note=note, draw=apart, **options)


LAYERS = [
    layer("Conv1d", 4, 6, 3, shapes=SEQUENCES),
    layer("Conv1d", 4, 6, 3, 2, 1, 2, 2, False, shapes=SEQUENCES, note="options"),
    layer("Conv1d", 4, 2, 3, padding="same", shapes=((4, 7),), note="one sequence"),
    layer("Conv2d", 4, 6, 3),
    layer("Conv2d", 4, 6, (3, 2), (2, 1), (1, 0), (1, 2), 2, False, note="options"),
    layer("Conv2d", 4, 2, 3, padding="same", dilation=2, note="same"),
    layer("ConvTranspose1d", 4, 6, 3, shapes=SEQUENCES),
    layer("ConvTranspose1d", 4, 6, 3, 2, 1, 1, 2, False, 2, shapes=SEQUENCES, note="options"),
    layer("ConvTranspose2d", 4, 6, 3),
    layer("ConvTranspose2d", 4, 6, 3, (2, 3), (1, 2), (1, 0), 2, False, 2, note="options"),
    Layer(
        "ConvTranspose2d",
        (4, 2, 3, 2),
        IMAGES,
        note="output_size",
        call=lambda module, x: module(x, (14, 11)),
    ),
    largest("MaxPool1d", 2, shapes=SEQUENCES),
    largest("MaxPool1d", 3, 2, 1, 2, ceil_mode=True, shapes=SEQUENCES, note="options"),
    largest("MaxPool2d", 2),
    largest("MaxPool2d", (3, 2), 2, 1, 1, ceil_mode=True, note="options"),
    Layer(
        "MaxPool2d",
        (2,),
        IMAGES,
        dict(return_indices=True),
        draw=apart,
        note="indices",
        call=lambda module, x: module(x)[0],
    ),
    layer("AvgPool1d", 2, shapes=SEQUENCES),
    layer("AvgPool1d", (3,), 2, 1, True, False, shapes=SEQUENCES, note="options"),
    layer("AvgPool2d", 2),
    layer("AvgPool2d", (3, 2), 2, 1, True, False, 5, note="options"),
    layer("AdaptiveAvgPool1d", 3, shapes=SEQUENCES),
    layer("AdaptiveAvgPool2d", (2, None)),
    layer("AdaptiveAvgPool2d", 1, note="one"),
    largest("AdaptiveMaxPool2d", 3),
    largest("AdaptiveMaxPool2d", (None, 2), note="None"),
    layer("Unfold", 3, 1, 1, 2),
    layer("Fold", (4, 5), 2, shapes=((2, 12, 12),)),
    layer("Upsample", (3, 8)),
    layer("Upsample", None, 2, note="factor"),
    layer("Upsample", None, (1.5, 2), "bilinear", True, note="bilinear"),
    layer("PixelShuffle", 2),
    *[
        layer(pad, sides, *(0.5,) * (pad == "ConstantPad2d"), note=note)
        for pad in PADS
        for sides, note in ((2, ""), ((1, 0, 2, 1), "sides"))
    ],
]


def bad(name, *args, error=ValueError, torch="same", **options):
    return Bad(name, lambda L: getattr(L.nn, name)(*args, **options), error, torch)


def enlarged(size):
    """Return a call of a transposed convolution with an output_size that it can't have."""
    return lambda L: L.nn.ConvTranspose2d(4, 2, 3, 2)(L.zeros(2, 4, 6, 5), size)


BAD = [  # errors of the module itself; the tables of functions have the others
    *[
        bad(name, 4, more.pop("out", 6), 3, **more)
        for name in ("Conv1d", "Conv2d")
        for more in (
            dict(groups=3),
            dict(groups=0),
            dict(out=5, groups=2),
            dict(padding="equal"),
            dict(padding="same", stride=2),
            dict(padding_mode="mirror"),
        )
    ],
    *[
        bad(name, 4, 6, 3, **options)
        for name in ("ConvTranspose1d", "ConvTranspose2d")
        for options in (dict(groups=3), dict(padding_mode="reflect"))
    ],
    bad("Conv2d", 4, 6, -3, error=RuntimeError),
    bad("Conv2d", 4, 6, 3, device="cuda", error=RuntimeError, torch=None),
    *[Bad("ConvTranspose2d", enlarged(size), ValueError) for size in ((15, 11), (14,))],
    *[
        Bad(
            pad,
            lambda L, pad=pad, value=(0.5,) * (pad == "ConstantPad2d"): getattr(L.nn, pad)(
                (1,) * 5, *value
            )(L.zeros(2, 4, 6, 5)),
            ValueError,
            Exception,
        )
        for pad in PADS
    ],
]

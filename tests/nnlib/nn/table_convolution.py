"""Modules of nn/conv.py, nn/pooling.py, nn/padding.py and nn/upsampling.py."""

from tests.nnlib.harness import Bad, apart
from tests.nnlib.nn.table import Layer

IMAGES, SEQUENCES = ((2, 4, 6, 5),), ((2, 4, 7),)
PADDED = [(1, SEQUENCES), (2, IMAGES), (3, ((2, 2, 4, 3, 5),))]  # axes and an input
PADS = "CircularPad", "ReflectionPad", "ReplicationPad", "ZeroPad", "ConstantPad"


def layer(name, *args, shapes=IMAGES, note="", draw=None, **options):
    draws = {} if draw is None else {"draw": draw}
    return Layer(name, args, shapes, options, note=note, **draws)


def largest(name, *args, shapes=IMAGES, note="", **options):
    return layer(name, *args, shapes=shapes, note=note, draw=apart, **options)


LAYERS = [
    layer("Conv1d", 4, 6, 3, shapes=SEQUENCES),
    layer("Conv1d", 4, 6, 3, 2, 1, 2, 2, False, shapes=SEQUENCES, note="options"),
    layer("Conv1d", 4, 2, 3, padding="same", shapes=((4, 7),), note="one sequence"),
    layer("Conv1d", 4, 2, 3, 1, 2, padding_mode="circular", shapes=SEQUENCES, note="circular"),
    layer("Conv2d", 4, 6, 3),
    layer("Conv2d", 4, 6, (3, 2), (2, 1), (1, 0), (1, 2), 2, False, note="options"),
    layer("Conv2d", 4, 2, 3, padding="same", dilation=2, note="same"),
    layer("Conv2d", 4, 2, 3, padding="valid", note="valid"),
    layer("Conv2d", 4, 2, 3, shapes=((4, 6, 5),), note="one image"),
    layer("Conv2d", 4, 2, 3, padding=(1, 2), padding_mode="reflect", note="reflect"),
    layer("Conv2d", 4, 2, 3, padding=2, padding_mode="replicate", note="replicate"),
    layer("Conv2d", 4, 2, 3, padding="same", padding_mode="circular", note="circular"),
    layer("Conv2d", 4, 2, 3, padding="valid", padding_mode="circular", note="circular, valid"),
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
    Layer(
        "ConvTranspose2d",
        (4, 2, 3, 2),
        IMAGES,
        note="whole output_size",
        call=lambda module, x: module(x, output_size=(2, 2, 13, 12)),
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
    layer("Upsample", 9, mode="linear", shapes=SEQUENCES, note="linear"),
    layer("PixelShuffle", 2),
    layer("PixelUnshuffle", 2, shapes=((2, 3, 6, 4),)),
    *[
        layer(f"{pad}{n}d", sides, *(0.5,) * (pad == "ConstantPad"), shapes=shapes, note=note)
        for pad in PADS
        for n, shapes in PADDED
        for sides, note in ((2, ""), ((1, 0, 2, 1, 0, 1)[: 2 * n], "sides"))
    ],
]


def bad(name, message, *args, error=ValueError, torch="same", **options):
    return Bad(name, lambda L: getattr(L.nn, name)(*args, **options), error, message, torch)


def applied(name, message, *args, shape=(2, 4, 6, 5), torch="same", error=RuntimeError):
    def call(L):
        return getattr(L.nn, name)(*args)(L.zeros(*shape))

    return Bad(name, call, error, message, torch)


BAD = [
    *[
        bad(name, message, *args, **options)
        for name in ("Conv1d", "Conv2d")
        for message, args, options in (
            (f"{name}: expected groups > 0", (4, 6, 3), dict(groups=3)),
            (f"{name}: expected groups > 0", (4, 6, 3), dict(groups=0)),
            (f"{name}: expected groups > 0", (4, 5, 3), dict(groups=2)),
            (f"{name}: .*'equal'", (4, 6, 3), dict(padding="equal")),
            (f"{name}: .*'same' with stride", (4, 6, 3), dict(padding="same", stride=2)),
            (f"{name}: expected padding_mode", (4, 6, 3), dict(padding_mode="mirror")),
        )
    ],
    *[
        bad(name, message, *args, **options)
        for name in ("ConvTranspose1d", "ConvTranspose2d")
        for message, args, options in (
            (f"{name}: expected groups > 0", (4, 6, 3), dict(groups=3)),
            (f"{name}: expected padding_mode", (4, 6, 3), dict(padding_mode="reflect")),
        )
    ],
    bad("Conv2d", "Conv2d: expected a weight, got shape", 4, 6, -3, error=RuntimeError),
    bad(
        "Conv2d",
        "Conv2d: nnlib computes on the CPU",
        4,
        6,
        3,
        device="cuda",
        error=RuntimeError,
        torch=None,
    ),
    applied("Conv2d", "conv2d: expected input of 3 channels", 3, 6, 3),
    applied("Conv1d", "conv1d: expected sequences", 4, 6, 3),
    applied("ConvTranspose2d", "conv_transpose2d: expected input of 3", 3, 6, 3),
    Bad(
        "ConvTranspose2d",
        lambda L: L.nn.ConvTranspose2d(4, 2, 3, 2)(L.zeros(2, 4, 6, 5), (15, 11)),
        ValueError,
        r"ConvTranspose2d: expected output_size between \[13, 11\] and \[14, 12\]",
    ),
    Bad(
        "ConvTranspose2d",
        lambda L: L.nn.ConvTranspose2d(4, 2, 3, 2)(L.zeros(2, 4, 6, 5), (14,)),
        ValueError,
        "ConvTranspose2d: expected output_size",
    ),
    applied("MaxPool1d", "max_pool1d: expected sequences", 2),
    applied("MaxPool2d", "max_pool2d: expected kernel_size", 0),
    applied("AvgPool1d", "avg_pool1d: expected sequences", 2),
    applied("AvgPool2d", "avg_pool2d: expected padding of at most half", 2, 2, 2),
    applied(
        "AdaptiveAvgPool1d", "adaptive_avg_pool1d: expected output_size", -1, shape=(2, 4, 6)
    ),
    applied("AdaptiveAvgPool2d", "adaptive_avg_pool2d: expected output_size", -1),
    applied("AdaptiveMaxPool2d", "adaptive_max_pool2d: expected output_size", -1),
    applied("Unfold", "unfold: expected room for a window", 7),
    applied("Fold", "fold: expected columns of k 4 numbers", 6, 2, shape=(2, 16, 24)),
    applied("Upsample", "interpolate: expected size or scale_factor", error=ValueError),
    *[
        Bad(
            f"{pad}{n}d",
            lambda L, pad=pad, n=n, shape=shapes[0], value=(0.5,) * (pad == "ConstantPad"): (
                getattr(L.nn, f"{pad}{n}d")((1,) * (2 * n + 1), *value)(L.zeros(*shape))
            ),
            ValueError,
            f"{pad}{n}d: expected padding of {2 * n} numbers",
            Exception,
        )
        for pad in PADS
        for n, shapes in PADDED
    ],
    applied("PixelShuffle", "pixel_shuffle: expected", 3),
    applied("PixelUnshuffle", "pixel_unshuffle: expected", 4),
]

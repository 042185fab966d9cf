"""Cases of images in nn/functions/convolution.py."""

import warnings

import numpy as np

from tests.nnlib.harness import Bad, Case


def conv2d(**options):
    return lambda L, *inputs: L.nn.functional.conv2d(*inputs, **options)


def conv_transpose2d(**options):
    return lambda L, *inputs: L.nn.functional.conv_transpose2d(*inputs, **options)


def same_even(L, x, w):
    with warnings.catch_warnings():  # torch says that it pads a copy
        warnings.simplefilter("ignore")
        return L.nn.functional.conv2d(x, w, padding="same", dilation=(3, 1))


def case(call, *shapes, note=""):
    return Case("conv2d", call, shapes, note=note)


def transposed(call, *shapes, note=""):
    return Case("conv_transpose2d", call, shapes, note=note)


CASES = [
    case(conv2d(), (2, 3, 5, 4), (4, 3, 3, 2), (4,)),
    case(conv2d(), (2, 3, 5, 4), (4, 3, 1, 1), note="no bias, points"),
    case(conv2d(padding="same"), (2, 2, 5, 4), (3, 2, 3, 3), (3,), note="same"),
    case(same_even, (1, 2, 4, 5), (2, 2, 2, 4), note="same, even"),
    case(
        conv2d(groups=2, stride=2, dilation=(1, 2), padding=1),
        *((1, 4, 6, 5), (2, 2, 2, 2), (2,)),
        note="all options",
    ),
    case(conv2d(padding=1), (3, 4, 5), (2, 3, 3, 3), (2,), note="one image"),
    case(conv2d(), (0, 3, 5, 4), (4, 3, 3, 2), (4,), note="no images"),
    transposed(conv_transpose2d(), (2, 3, 4, 3), (3, 4, 3, 2), (4,)),
    transposed(
        conv_transpose2d(stride=(2, 3), padding=1, output_padding=(1, 2)),
        *((1, 2, 3, 2), (2, 3, 3, 3), (3,)),
        note="output_padding",
    ),
    transposed(
        conv_transpose2d(groups=2, dilation=2, stride=3, padding=2, output_padding=1),
        *((1, 4, 2, 3), (4, 3, 2, 2), (6,)),
        note="all options",
    ),
    transposed(conv_transpose2d(groups=3), (2, 3, 4, 5), (3, 1, 3, 2), note="depthwise"),
    transposed(conv_transpose2d(), (3, 2, 2), (3, 2, 3, 3), (2,), note="one image"),
]

X, W, B = np.ones((2, 4, 6, 6)), np.ones((6, 4, 3, 3)), np.ones(6)
KINDS = {"conv2d": W, "conv_transpose2d": np.ones((4, 6, 3, 3))}


def bad(name, x=X, w=None, b=None, torch="same", **options):
    def call(L):
        tensors = [None if a is None else L.tensor(a) for a in (x, w_given, b)]
        return getattr(L.nn.functional, name)(*tensors, **options)

    w_given = KINDS[name] if w is None else w
    return Bad(name, call, torch=torch)


def both(**options):
    return [bad(name, **options) for name in KINDS]


BAD = [
    *both(stride=0),
    *both(stride=(1, 2, 3)),
    *both(stride=1.5, torch=TypeError),
    *both(padding=-1),
    *both(dilation=0),
    *both(groups=0),
    *both(groups=5),
    *both(x=X[:, :3]),
    *both(x=X[0, 0]),
    *both(x=X[None]),
    *both(x=X.astype("f4")),
    bad("conv2d", b=B.astype("f4")),
    bad("conv_transpose2d", b=B.astype("f4"), torch=None),
    *both(b=B[:5]),
    *both(b=B[None]),
    bad("conv2d", w=W[:, :1], groups=2),
    bad("conv2d", w=W[:5, :2], groups=2),
    bad("conv2d", w=W[:0]),
    bad("conv2d", w=W[0]),
    bad("conv2d", w=np.ones((6, 4, 9, 9))),
    bad("conv2d", x=X[..., :0], padding=2),
    bad("conv2d", padding="same", stride=2),
    bad("conv2d", padding="equal"),
    bad("conv_transpose2d", padding="same", torch=TypeError),
    bad("conv_transpose2d", output_padding=1),
    bad("conv_transpose2d", output_padding=-1),
    bad("conv_transpose2d", padding=5),
]

VALUES = [
    Case(
        "conv2d",
        lambda L, x, w: L.nn.functional.conv2d(x, w, padding=1),
        ((2, 3, 5, 4), (2, 3, 3, 3)),
        lambda rng, shape: rng.integers(-5, 6, shape),
        "integers",
    )
]

"""Cases of pooling, adaptive pooling, resizing, 1-D convolution, and unfolding."""

import itertools

import numpy as np

from tests.nnlib.harness import Bad, Case, apart, refused


def of(name, *args, first=False, **options):
    """Return a call of a function of nn.functional, or of its first result if ``first``."""

    def call(L, *inputs):
        y = getattr(L.nn.functional, name)(*inputs, *args, **options)
        return y[0] if first else y

    return call


def case(name, shape, *args, note="", draw=None, second=True, **options):
    draws = {} if draw is None else {"draw": draw}
    return Case(name, of(name, *args, **options), (shape,), note=note, second=second, **draws)


def largest(name, shape, *args, note="", **options):
    return case(name, shape, *args, note=note, draw=apart, **options)


CASES = [
    Case("conv1d", of("conv1d"), ((2, 3, 7), (4, 3, 3), (4,))),
    Case("conv_transpose1d", of("conv_transpose1d"), ((2, 3, 4), (3, 2, 3), (2,))),
    largest("max_pool1d", (2, 3, 7), 2),
    largest("max_pool2d", (2, 3, 4, 6), 2),
    case("avg_pool1d", (2, 3, 7), 3),
    case("avg_pool1d", (3, 7), 3, 2, 1, True, False, note="options"),
    case("avg_pool2d", (2, 3, 4, 6), 2),
    case("adaptive_avg_pool1d", (2, 3, 7), 3),
    case("adaptive_avg_pool2d", (2, 3, 5, 7), 3),
    largest("adaptive_max_pool2d", (2, 3, 5, 7), 3),
    case("unfold", (2, 3, 6, 5), (2, 3), 2, 1, (3, 1), note="options"),
    case("fold", (2, 12, 12), (4, 5), 2),
    case("fold", (2, 18, 4), (5, 6), (2, 3), 2, 1, (3, 2), note="options"),
    case("fold", (12, 4), 3, 2, note="one image"),
    case("interpolate", (2, 3, 4, 5), (3, 8)),
    case("interpolate", (2, 3, 4), 7, note="sequences"),
    *[
        Case(
            "grid_sample",
            lambda L, x, p, o=options: L.nn.functional.grid_sample(x, p * 0.8, *o),
            ((2, 3, 4, 5), (2, 3, 2, 2)),
            note=str(options),
            second=None if options[0] == "nearest" else True,
        )
        for options in itertools.product(
            ("bilinear", "nearest"), ("zeros", "border"), (False, True)
        )
    ],
    *[
        case("affine_grid", (2, 2, 3), shape, align)
        for shape, align in (((2, 1, 3, 4), False), ((2, 3, 5, 2), True))
    ],
    case("pixel_shuffle", (2, 8, 3, 2), 2),
    case("pixel_shuffle", (9, 1, 2), 3, note="one image"),
]


def integers(rng, shape):
    return rng.integers(-5, 6, shape)


VALUES = [
    case("adaptive_avg_pool2d", (2, 3, 2, 3), 0, note="to nothing"),
    Case("max_pool2d", of("max_pool2d", 3, 2, 1), ((2, 3, 5, 6),), integers, "with a border"),
    *[
        Case(name, of(name, *args, return_indices=True), (shape,), integers_as_floats, note)
        for integers_as_floats in (lambda rng, shape: rng.integers(-2, 3, shape) / 2,)
        for name, shape, args, note in (
            ("max_pool1d", (2, 3, 7), (3, 2, 1), "indices"),
            ("max_pool2d", (2, 3, 5, 7), (3, 2, 1), "indices"),
            ("max_pool2d", (3, 6, 7), ((2, 3), None, 1, (2, 1), True), "indices, options"),
            ("max_pool2d", (2, 3, 4, 4), (1,), "indices of points"),
            ("max_pool2d", (0, 3, 4, 4), (2,), "indices of nothing"),
            ("adaptive_max_pool2d", (2, 3, 5, 7), (3,), "indices"),
            ("adaptive_max_pool2d", (2, 3, 2, 3), ((4, 5),), "indices, larger"),
            ("adaptive_max_pool2d", (2, 3, 8, 5), ((3, 2),), "indices, two lengths"),
            ("adaptive_max_pool2d", (2, 3, 2, 3), (0,), "indices, nothing"),
        )
    ],
]


def bad(name, shape, *args, error=RuntimeError, torch="same", dtype="f4", **options):
    def call(L):
        return getattr(L.nn.functional, name)(L.tensor(np.ones(shape, dtype)), *args, **options)

    return Bad(name, call, error, torch)


def bad_kernel(name, shape, kernel, torch="same", **options):
    def call(L):
        x, w = L.tensor(np.ones(shape, "f4")), L.tensor(np.ones(kernel, "f4"))
        return getattr(L.nn.functional, name)(x, w, **options)

    return Bad(name, call, torch=torch)


POOLS = [("max_pool1d", (2, 3, 7)), ("max_pool2d", (2, 3, 7, 7)), ("avg_pool1d", (2, 3, 7))]
POOLS += [("avg_pool2d", (2, 3, 7, 7))]
IMAGE = (2, 4, 6, 6)

BAD = [
    *refused(
        globals(),
        ValueError="""
        F.grid_sample(*[L.ones(1, 1, 1, 2)] * 2, "cubic", "zeros", True);
        F.grid_sample(*[L.ones(1, 1, 1, 2)] * 2, "nearest", "same", True);
        F.affine_grid(L.ones(2, 3), (2, 1, 3, 3), True);
        F.affine_grid(L.ones(2, 2, 3), (2, 1, 0, 3), True)
        """,
    ),
    bad_kernel("conv1d", IMAGE, (5, 4, 3)),
    bad_kernel("conv1d", (2, 4, 6), (5, 3, 3)),
    bad_kernel("conv1d", (2, 4, 6), (5, 4, 9)),
    bad_kernel("conv1d", (2, 4, 6), (5, 4, 3), stride=0),
    bad_kernel("conv1d", (2, 4, 6), (5, 4, 3), stride=(1, 1)),
    bad_kernel("conv1d", (2, 4, 6), (5, 4, 3), padding="same", stride=2),
    bad_kernel("conv_transpose1d", IMAGE, (4, 5, 3)),
    bad_kernel("conv_transpose1d", (2, 4, 6), (3, 5, 3)),
    bad_kernel("conv_transpose1d", (2, 4, 6), (4, 5, 3), output_padding=1),
    *[
        bad(name, shape, *args)
        for name, shape in POOLS
        for args in ((8,), (0,), (2, 0), (2, 2, 2), (2, 2, -1))
    ],
    bad("max_pool1d", IMAGE, 2),
    bad("avg_pool1d", IMAGE, 2),
    bad("avg_pool1d", (2, 3, 7), 2, dtype="i8", torch=None),
    bad("max_pool2d", (6, 6), 2),
    bad("max_pool2d", (2, 3, 0, 6), 2),
    bad("max_pool2d", IMAGE, 2, 2, 0, 0),
    bad("max_pool2d", IMAGE, 2, dtype=bool),
    bad("max_pool2d", IMAGE, (2, 2, 2)),
    bad("avg_pool2d", (6, 6), 2, torch=IndexError),
    bad("avg_pool2d", IMAGE, 2, divisor_override=0),
    *[
        bad(name, shape, size, dtype=dtype)
        for name in ("adaptive_avg_pool2d", "adaptive_max_pool2d")
        for shape, size, dtype in (
            ((6, 6), 2, "f4"),
            (IMAGE, 2, "i8"),
            ((2, 3, 0, 6), 2, "f4"),
            (IMAGE, -1, "f4"),
            (IMAGE, (2, 2, 2), "f4"),
        )
    ],
    bad("adaptive_avg_pool1d", (2, 3, 7), -1),
    bad("adaptive_avg_pool1d", IMAGE, 2),
    bad("unfold", IMAGE, 7),
    bad("unfold", IMAGE, 2, stride=0),
    bad("unfold", (2, 2, 4, 6, 6), 2),
    bad("unfold", IMAGE, 2, dtype="i8"),
    bad("fold", (2, 16, 24), 6, 2),
    bad("fold", (2, 15, 25), 6, 2),
    bad("fold", (2, 2, 16, 25), 6, 2),
    bad("fold", (2, 16, 25), (6, 6, 6), 2),
    bad("fold", (2, 16, 25), 6, 2, dtype="i8"),
    *[
        bad_kernel("grid_sample", x, points, mode="nearest", align_corners=True)
        for x, points in (
            *(((2, 4, 6), (2, 3, 3, 2)), ((2, 4, 0, 6), (2, 3, 3, 2))),
            *((IMAGE, (1, 3, 3, 2)), (IMAGE, (2, 3, 3, 3))),
        )
    ],
    Bad(
        "grid_sample",
        lambda L: L.nn.functional.grid_sample(*[L.ones(1, 1, 1, 2)] * 2),
        UserWarning,
        None,
    ),
    bad("interpolate", IMAGE, error=ValueError),
    bad("interpolate", IMAGE, 3, 2.0, error=ValueError),
    bad("interpolate", IMAGE, (3,), error=ValueError),
    bad("interpolate", IMAGE, None, (2.0,), error=ValueError),
    bad("interpolate", IMAGE, 3, None, "nearest", True, error=ValueError),
    bad("interpolate", IMAGE, 3, mode="cubic", error=NotImplementedError),
    bad("interpolate", IMAGE, 3, mode="linear", error=NotImplementedError),
    bad("interpolate", (6, 6), 3, error=NotImplementedError),
    bad("interpolate", IMAGE, 0),
    bad("interpolate", IMAGE, 3, dtype="i8"),
    bad("pixel_shuffle", IMAGE, 3),
    bad("pixel_shuffle", IMAGE, 0),
    bad("pixel_shuffle", (6, 6), 2),
]

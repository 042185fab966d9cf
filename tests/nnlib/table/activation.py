"""Cases of nn/functions/activation.py."""

import numpy as np

import nnlib
from tests.nnlib.harness import Bad, Case, integers, no_kink


def F(L):
    return L.nn.functional


def hardsigmoid(L, x):
    """Return hardsigmoid, for torch by its formula, since torch's derivative is rounded."""
    return F(L).hardsigmoid(x) if L is nnlib else F(L).relu6(x + 3) / 6


def in_place(name, *options):
    """Return a call of a function that changes a copy of its input in place."""

    def call(L, x):
        y = x * 2
        assert getattr(F(L), name)(y, *options, inplace=True) is y
        return y

    return call


CASES = [
    Case("celu", lambda L, x: F(L).celu(x), ((3, 5),), no_kink),
    Case("celu", lambda L, x: F(L).celu(x, 2.0), ((3, 5),), no_kink, "alpha"),
    Case("celu", in_place("celu", 0.5), ((3, 5),), no_kink, "in place"),
    Case("elu", lambda L, x: F(L).elu(x), ((3, 5),), no_kink),
    Case("elu", lambda L, x: F(L).elu(x, 2.0), ((0, 5),), no_kink, "alpha, nothing"),
    Case("elu", in_place("elu", 2.0), ((3, 5),), no_kink, "in place"),
    Case("gelu", lambda L, x: F(L).gelu(x), ((3, 5),)),
    Case("gelu", lambda L, x: F(L).gelu(x, approximate="tanh"), ((3, 5),), note="tanh"),
    Case("hardshrink", lambda L, x: F(L).hardshrink(x), ((3, 5),)),
    Case("hardshrink", lambda L, x: F(L).hardshrink(x, 1.0), ((3, 5),), no_kink, "lambd"),
    Case("hardsigmoid", lambda L, x: hardsigmoid(L, 3 * x), ((3, 5),), no_kink),
    Case("hardswish", lambda L, x: F(L).hardswish(3 * x), ((3, 5),), no_kink),
    Case("hardswish", in_place("hardswish"), ((3, 5),), note="in place"),
    Case("hardtanh", lambda L, x: F(L).hardtanh(x), ((3, 5),), no_kink),
    Case("hardtanh", lambda L, x: F(L).hardtanh(x, -1.0, 0.0), ((3, 5),), no_kink, "bounds"),
    Case("hardtanh", in_place("hardtanh", -2.0, 2.0), ((3, 5),), no_kink, "in place"),
    Case("leaky_relu", lambda L, x: F(L).leaky_relu(x), ((3, 5),), no_kink),
    Case("leaky_relu", lambda L, x: F(L).leaky_relu(x, -0.5), ((3, 5),), no_kink, "slope"),
    Case("leaky_relu", in_place("leaky_relu", 0.2), ((3, 5),), no_kink, "in place"),
    Case("logsigmoid", lambda L, x: F(L).logsigmoid(x), ((3, 5),)),
    Case("mish", lambda L, x: F(L).mish(x), ((3, 5),)),
    Case("mish", in_place("mish"), ((3, 5),), note="in place"),
    Case("prelu", lambda L, x, w: F(L).prelu(x, w), ((3, 5), (5,)), no_kink),
    Case("prelu", lambda L, x, w: F(L).prelu(x, w), ((3, 5, 2), (1,)), no_kink, "one slope"),
    Case("prelu", lambda L, x, w: F(L).prelu(x, w), ((2, 5, 3, 1), (5,)), no_kink, "images"),
    Case("relu", lambda L, x: F(L).relu(x), ((3, 5),), no_kink),
    Case("relu", in_place("relu"), ((3, 5),), no_kink, "in place"),
    Case("relu6", lambda L, x: F(L).relu6(5 * x), ((3, 5),), no_kink),
    Case("relu6", in_place("relu6"), ((3, 5),), no_kink, "in place"),
    Case("rrelu", lambda L, x: F(L).rrelu(x), ((3, 5),), no_kink),
    Case("rrelu", lambda L, x: F(L).rrelu(x, 0.2, 0.2, True), ((3, 5),), no_kink, "training"),
    Case("rrelu", in_place("rrelu", 0.1, 0.3), ((3, 5),), no_kink, "in place"),
    Case("selu", lambda L, x: F(L).selu(x), ((3, 5),), no_kink),
    Case("selu", in_place("selu"), ((3, 5),), no_kink, "in place"),
    Case("silu", lambda L, x: F(L).silu(x), ((3, 5),)),
    Case("silu", in_place("silu"), ((3, 5),), note="in place"),
    Case("softshrink", lambda L, x: F(L).softshrink(x), ((3, 5),)),
    Case("softshrink", lambda L, x: F(L).softshrink(x, 1.0), ((3, 5),), no_kink, "lambd"),
    Case("softsign", lambda L, x: F(L).softsign(x), ((3, 5),), no_kink),
    Case("tanhshrink", lambda L, x: F(L).tanhshrink(x), ((3, 5),)),
    Case("threshold", lambda L, x: F(L).threshold(x, 1.0, 20.0), ((3, 5),), no_kink),
    Case("threshold", in_place("threshold", 1.0, -3.0), ((3, 5),), no_kink, "in place"),
]

VALUES: list[Case] = [
    Case("hardsigmoid", lambda L, x: F(L).hardsigmoid(3 * x), ((3, 5),)),
    Case("hardsigmoid", in_place("hardsigmoid"), ((3, 5),), note="in place"),
    Case("softsign", lambda L, x: F(L).softsign(x), ((3, 5),), integers, "integers"),
    Case("tanhshrink", lambda L, x: F(L).tanhshrink(x), ((3, 5),), integers, "integers"),
]


def of(dtype, name, *args):
    """Return a call of a function with a wrong dtype."""
    return lambda L: getattr(F(L), name)(L.ones(3, 4, dtype=getattr(L, dtype)), *args)


FLOATS_ONLY = [
    *("celu", "elu", "gelu", "hardshrink", "hardsigmoid", "hardswish", "leaky_relu"),
    *("logsigmoid", "mish", "rrelu", "selu", "silu", "softshrink"),
]
NUMBERS_ONLY = ["hardtanh", "relu", "relu6", "softsign", "tanhshrink"]
BAD = [
    *[Bad(name, of("int64", name)) for name in FLOATS_ONLY],
    *[Bad(name, of("bool", name)) for name in NUMBERS_ONLY],
    Bad("threshold", of("bool", "threshold", 0, 1)),
    *[
        Bad(name, lambda L, name=name: getattr(F(L), name)("text"), TypeError, t)
        for name, t in (("softsign", AttributeError), ("elu", TypeError))
    ],
    Bad("celu", lambda L: F(L).celu(L.ones(3), 0.0)),
    Bad("gelu", lambda L: F(L).gelu(L.ones(3), approximate="exact")),
    Bad("hardtanh", lambda L: F(L).hardtanh(L.ones(3), 1.0, -1.0), ValueError),
    Bad("prelu", lambda L: F(L).prelu(L.ones(3, 5), L.ones(3))),
    Bad("prelu", lambda L: F(L).prelu(L.ones(3, 5), L.ones(5, 1))),
    Bad("prelu", lambda L: F(L).prelu(L.ones(3), L.ones(1, dtype=L.float64))),
    Bad("prelu", of("int64", "prelu", np.ones(1)), torch=TypeError),
    Bad("rrelu", lambda L: F(L).rrelu(L.ones(3), 0.5, 0.2)),
    Bad("softshrink", lambda L: F(L).softshrink(L.ones(3), -1.0)),
]

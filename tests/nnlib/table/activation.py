"""Cases of nn/functions/activation.py."""

import numpy as np

import nnlib
from tests.nnlib.harness import Bad, Case, no_kink


def F(L):
    return L.nn.functional


def hardsigmoid(L, x):
    """Return hardsigmoid; for torch, use its formula, because torch rounds the derivative."""
    return F(L).hardsigmoid(x) if L is nnlib else F(L).relu6(x + 3) / 6


def in_place(name, *options):
    """Return a call of a function that changes a copy of its input in place."""

    def call(L, x):
        y = x * 2
        assert getattr(F(L), name)(y, *options, inplace=True) is y
        return y

    return call


CASES = [
    Case("elu", lambda L, x: F(L).elu(x), ((3, 5),), no_kink),
    Case("gelu", lambda L, x: F(L).gelu(x), ((3, 5),)),
    Case("gelu", lambda L, x: F(L).gelu(x, approximate="tanh"), ((3, 5),), note="tanh"),
    Case("hardsigmoid", lambda L, x: hardsigmoid(L, 3 * x), ((3, 5),), no_kink),
    Case("hardswish", lambda L, x: F(L).hardswish(3 * x), ((3, 5),), no_kink),
    Case("hardswish", in_place("hardswish"), ((3, 5),), note="in place"),
    Case("hardtanh", lambda L, x: F(L).hardtanh(x), ((3, 5),), no_kink),
    Case("leaky_relu", lambda L, x: F(L).leaky_relu(x), ((3, 5),), no_kink),
    Case("logsigmoid", lambda L, x: F(L).logsigmoid(x), ((3, 5),)),
    Case("mish", lambda L, x: F(L).mish(x), ((3, 5),)),
    Case("mish", in_place("mish"), ((3, 5),), note="in place"),
    Case("prelu", lambda L, x, w: F(L).prelu(x, w), ((3, 5), (5,)), no_kink),
    Case("relu", lambda L, x: F(L).relu(x), ((3, 5),), no_kink),
    Case("relu", in_place("relu"), ((3, 5),), no_kink, "in place"),
    Case("relu6", lambda L, x: F(L).relu6(5 * x), ((3, 5),), no_kink),
    Case("relu6", in_place("relu6"), ((3, 5),), no_kink, "in place"),
    Case("selu", lambda L, x: F(L).selu(x), ((3, 5),), no_kink),
    Case("selu", in_place("selu"), ((3, 5),), no_kink, "in place"),
    Case("silu", lambda L, x: F(L).silu(x), ((3, 5),)),
    Case("silu", in_place("silu"), ((3, 5),), note="in place"),
]

VALUES: list[Case] = [
    Case("hardsigmoid", lambda L, x: F(L).hardsigmoid(3 * x), ((3, 5),)),
    Case("hardsigmoid", in_place("hardsigmoid"), ((3, 5),), note="in place"),
]


def of(dtype, name, *args):
    """Return a call of a function with a wrong dtype."""
    return lambda L: getattr(F(L), name)(L.ones(3, 4, dtype=getattr(L, dtype)), *args)


FLOATS_ONLY = [
    *("elu", "gelu", "hardsigmoid", "hardswish", "leaky_relu"),
    *("logsigmoid", "mish", "selu", "silu"),
]
NUMBERS_ONLY = ["hardtanh", "relu", "relu6"]
BAD = [
    *[Bad(name, of("int64", name)) for name in FLOATS_ONLY],
    *[Bad(name, of("bool", name)) for name in NUMBERS_ONLY],
    Bad("gelu", lambda L: F(L).gelu(L.ones(3), approximate="exact")),
    Bad("hardtanh", lambda L: F(L).hardtanh(L.ones(3), 1.0, -1.0), ValueError),
    Bad("prelu", lambda L: F(L).prelu(L.ones(3, 5), L.ones(3))),
    Bad("prelu", lambda L: F(L).prelu(L.ones(3, 5), L.ones(5, 1))),
    Bad("prelu", lambda L: F(L).prelu(L.ones(3), L.ones(1, dtype=L.float64))),
    Bad("prelu", of("int64", "prelu", np.ones(1)), torch=TypeError),
]

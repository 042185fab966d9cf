"""Modules of nn/activation.py."""

import numpy as np

from tests.nnlib.harness import Bad, apart, no_kink
from tests.nnlib.nn.table import Layer


def largest(module, x):
    """Return what Maxout computes, by a loop."""
    x = x.numpy()
    starts = range(0, x.shape[module.dim], module.pieces)
    groups = [x.take(range(i, i + module.pieces), module.dim) for i in starts]
    return np.stack([g.max(module.dim) for g in groups], module.dim)


def on_a_copy(module, x):
    """Return the module applied to twice the input, which it may change in place."""
    return module(x * 2)


LAYERS = [
    *(
        Layer(name, (True,), draw=no_kink, call=on_a_copy, note="in place", rtol64=1e-7)
        for name in ("ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardsigmoid", "Hardswish")
    ),
    Layer("ReLU", draw=no_kink),
    Layer("ReLU6", draw=no_kink),
    Layer("LeakyReLU", draw=no_kink),
    Layer("LeakyReLU", (0.2, True), draw=no_kink, call=on_a_copy, note="in place"),
    Layer("PReLU", draw=no_kink),
    Layer("PReLU", (5, 0.1), shapes=((3, 5, 2),), draw=no_kink, note="channels"),
    Layer("ELU", draw=no_kink),
    Layer("ELU", (2.0, True), draw=no_kink, call=on_a_copy, note="in place"),
    Layer("SELU", draw=no_kink),
    Layer("Sigmoid"),
    Layer("Tanh"),
    Layer("Softplus"),
    Layer("Softplus", (2.0, 1.0), note="options"),
    Layer("SiLU"),
    Layer("Mish"),
    Layer("GELU"),
    Layer("GELU", ("tanh",), note="tanh"),
    Layer("LogSigmoid"),
    Layer("Hardtanh", draw=no_kink),
    Layer("Hardtanh", (-0.2, 0.2, True), draw=no_kink, call=on_a_copy, note="in place"),
    # torch multiplies by 1/6 in float32, also for float64
    Layer("Hardsigmoid", rtol64=1e-7),
    Layer("Hardswish"),
    Layer("Softmax", (1,)),
    Layer("LogSoftmax", (-1,)),
    Layer("GLU", shapes=((3, 4),)),
    Layer("GLU", (0,), shapes=((4, 3),), note="dim"),
    Layer("Maxout", (2,), shapes=((3, 6),), draw=apart, in_torch=False, reference=largest),
    Layer(
        "Maxout",
        (3, -1),
        shapes=((2, 3, 6),),
        draw=apart,
        in_torch=False,
        reference=largest,
        note="dim",
    ),
]


BAD = [  # errors of the module itself; the tables of functions have the others
    Bad("PReLU", lambda L: L.nn.PReLU(-1)),
    Bad("Hardtanh", lambda L: L.nn.Hardtanh(1.0, -1.0), ValueError, AssertionError),
    Bad("Maxout", lambda L: L.nn.Maxout(4)(L.zeros(3, 6)), torch=None),
]

"""Modules of nn/attention.py."""

import numpy as np

from tests.nnlib.harness import Bad, index, normal, truths
from tests.nnlib.nn.table import Layer

NAME = "MultiheadAttention"
QKV = ((3, 2, 8), (5, 2, 8), (5, 2, 8))


def itself(module, x, **options):
    """Return the self-attention of a sequence."""
    return module(x, x, x, **options)


def options(**given):
    """Return a call that passes some options."""
    return lambda module, *inputs: module(*inputs, **given)


def padding(rng, shape):
    """Return a mask that hides some keys, never the first."""
    return truths(rng, shape) & (np.arange(shape[-1]) > 0)


def entry(note, shapes=QKV, args=(8, 2), call=None, draw=normal, **more):
    return Layer(NAME, args, shapes, more, draw, note, call or options())


def masked(module, q, k, v, attn, keys):
    return module(q, k, v, key_padding_mask=keys, attn_mask=attn)


def hidden(rng, shape):
    return ~np.tri(*shape, dtype=bool)


def nothing(rng, shape):
    return np.zeros(shape, bool)


def ignoring(**given):
    return lambda m, q, k, v, keys: m(q, k, v, keys, **given)


def causal(**given):
    return lambda m, x, mask: m(x, x, x, attn_mask=mask, is_causal=True, **given)


PADDED = (normal, normal, normal, padding)
LINE = ((3, 8), (5, 8), (5, 8))  # no batch
CAUSAL = dict(draw=(normal, hidden), shapes=((4, 2, 8), (4, 4)))
LAYERS = [
    entry(""),
    entry("one head", args=(8, 1)),
    entry("to itself", ((5, 2, 8),), call=itself),
    entry("batch first", ((2, 3, 8), (2, 5, 8), (2, 5, 8)), batch_first=True),
    entry("no batch", LINE),
    entry("no batch, batch first", LINE, batch_first=True),
    entry("no bias", bias=False),
    entry("kdim and vdim", ((3, 2, 8), (5, 2, 6), (5, 2, 4)), kdim=6, vdim=4),
    entry("kdim", ((3, 2, 8), (5, 2, 6), (5, 2, 8)), kdim=6, bias=False),
    entry("no weights", call=options(need_weights=False)),
    entry("weights of each head", call=options(average_attn_weights=False)),
    entry("weights of each head, no batch", LINE, call=options(average_attn_weights=False)),
    entry("added masks", (*QKV, (3, 5), (2, 5)), call=masked),
    entry("added mask for each head", (*QKV, (4, 3, 5), (2, 5)), call=masked),
    entry("masks of truths", (*QKV, (3, 5), (2, 5)), call=masked, draw=(*PADDED, nothing)),
    entry("padding", (*QKV, (2, 5)), call=ignoring(), draw=PADDED),
    entry(
        "padding, no weights", (*QKV, (2, 5)), call=ignoring(need_weights=False), draw=PADDED
    ),
    entry("padding, no batch", (*LINE, (5,)), call=ignoring(), draw=PADDED),
    entry("causal", call=causal(), **CAUSAL),
    entry("causal, no weights", call=causal(need_weights=False), **CAUSAL),
    Layer(NAME, (8, 2, 0.3), QKV, note="dropout", trains=False),
    entry("dropout of all", args=(8, 2, 1.0)),
]


def make(*args, **given):
    return lambda L: getattr(L.nn, NAME)(*args, **given)


def use(*shapes, dtype=None, mask=None, keys=None, **given):
    """Return a call with zeros of some shapes."""

    def call(L):
        layer = getattr(L.nn, NAME)(8, 2)
        inputs = [L.zeros(*s, dtype=dtype and L.float64) for s in shapes or QKV]
        masks = dict(attn_mask=mask, key_padding_mask=keys)
        given_masks = {k: index(L, np.zeros(*m)) for k, m in masks.items() if m is not None}
        layer(*inputs, **given_masks, **given)

    return call


REFUSED = [
    (make(8, 3), AssertionError),
    (make(0, 1), ValueError),
    (use((3,), (5,), (5,)), AssertionError),
    (use((3, 8), (5, 1, 8), (5, 1, 8)), AssertionError),
    (use((3, 2, 6), (5, 2, 6), (5, 2, 6)), AssertionError),
    (use((3, 2, 8), (5, 2, 8), (5, 2, 7)), AssertionError),
    (use((3, 2, 8), (5, 2, 8), (4, 2, 8)), AssertionError),
    (use((3, 4, 8), (5, 3, 8), (5, 3, 8)), RuntimeError),
    (use(mask=((5,), bool)), AssertionError),
    (use(mask=((5, 5), bool)), RuntimeError),
    (use(mask=((2, 3, 5), bool)), RuntimeError),
    (use(mask=((3, 5), int)), AssertionError),
    (use(keys=((2, 6), bool)), AssertionError),
    (use(keys=((5,), bool)), AssertionError),
    (use(keys=((2, 5), int)), AssertionError),
    (use(is_causal=True), RuntimeError),
    (use(dtype="f8"), RuntimeError),
]
OPTIONS = dict(dropout=1.5), dict(add_bias_kv=True), dict(add_zero_attn=True)
BAD = [Bad(NAME, *refused) for refused in REFUSED]
BAD += [Bad(NAME, make(8, 2, **options), ValueError, None) for options in OPTIONS]

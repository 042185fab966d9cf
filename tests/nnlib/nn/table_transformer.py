"""Modules of nn/transformer.py and nn/transformer_layers.py."""

import numpy as np

from tests.nnlib.harness import Bad, normal
from tests.nnlib.nn.table import Layer

SRC, TGT = (5, 2, 8), (3, 2, 8)
SIZES = (8, 2, 12, 0.0)


def padded(rng, shape):
    """Return a padding mask that hides the last two keys."""
    return np.tile(np.arange(shape[-1]) >= shape[-1] - 2, (shape[0], 1))


def later(rng, shape):
    """Return a causal mask, which hides later positions."""
    return ~np.tri(*shape, dtype=bool)


def with_masks(*names):
    """Return a call whose last inputs are passed as masks of these names."""

    def call(module, *inputs):
        n = len(inputs) - len(names)
        return module(*inputs[:n], **dict(zip(names, inputs[n:], strict=True)))

    return call


def made(layer, *args):
    """Return a function from a library to a stack's arguments: a layer, and others."""

    def make(L):
        norm = [L.nn.LayerNorm(8)] if "norm" in args else [None]
        return [getattr(L.nn, layer)(*SIZES, batch_first=True), 2, *norm]

    return make


ENCODER, DECODER = "TransformerEncoderLayer", "TransformerDecoderLayer"
KINDS = [dict(), dict(norm_first=True), dict(bias=False), dict(activation="gelu")]
LAYERS = [
    Layer(name, SIZES, shapes, options, note=" ".join(options))
    for name, shapes in ((ENCODER, (SRC,)), (DECODER, (TGT, SRC)))
    for options in KINDS
]
LAYERS += [
    Layer(
        ENCODER,
        lambda L: [8, 2, 12, 0.0, L.nn.Tanh()],
        ((2, 5, 8), (5, 5), (2, 5)),
        dict(batch_first=True, layer_norm_eps=0.1),
        (normal, later, padded),
        "masks",
        with_masks("src_mask", "src_key_padding_mask"),
    ),
    Layer(ENCODER, SIZES, ((5, 8),), note="no batch"),
    Layer(ENCODER, (8, 2, 12, 0.5), (SRC,), note="dropout", trains=False),
    Layer(
        DECODER,
        SIZES,
        (TGT, SRC, (3, 3), (3, 5), (2, 3), (2, 5)),
        draw=(normal,) * 6,
        note="added masks",
        call=with_masks(
            *("tgt_mask", "memory_mask", "tgt_key_padding_mask", "memory_key_padding_mask")
        ),
    ),
    Layer("TransformerEncoder", made(ENCODER), ((2, 5, 8),)),
    Layer(
        "TransformerEncoder",
        made(ENCODER, "norm"),
        ((2, 5, 8), (5, 5), (2, 5)),
        draw=(normal, later, padded),
        note="masks and norm",
        call=with_masks("mask", "src_key_padding_mask"),
    ),
    Layer("TransformerDecoder", made(DECODER), ((2, 3, 8), (2, 5, 8))),
    Layer(
        "TransformerDecoder",
        made(DECODER, "norm"),
        ((2, 3, 8), (2, 5, 8), (3, 3), (2, 5)),
        draw=(normal, normal, later, padded),
        note="masks and norm",
        call=with_masks("tgt_mask", "memory_key_padding_mask"),
    ),
    Layer(
        "Transformer",
        (8, 2, 2, 1, *SIZES[2:]),
        ((2, 5, 8), (2, 3, 8), (5, 5), (3, 3), (2, 5)),
        dict(batch_first=True),
        (normal, normal, later, later, padded),
        call=with_masks("src_mask", "tgt_mask", "src_key_padding_mask"),
    ),
]


def use(*shapes):
    """Return a call of a Transformer with zeros of some shapes."""

    def call(L):
        model = L.nn.Transformer(8, 2, 1, 1, 4, batch_first=True)
        model(*[L.zeros(*s) for s in shapes])

    return call


def make(name, *args, **options):
    return lambda L: getattr(L.nn, name)(*args, **options)


BAD = [
    *(Bad(n, make(n, 8, 2, activation="tanh")) for n in (ENCODER, DECODER, "Transformer")),
    Bad(ENCODER, make(ENCODER, 8, 3), AssertionError),
    Bad("TransformerEncoder", make("TransformerEncoder", 3, 2), TypeError),
    Bad(
        "TransformerDecoder", lambda L: L.nn.TransformerDecoder(L.nn.Identity(), 2.0), TypeError
    ),
    Bad("Transformer", use((2, 5, 8), (4, 3, 8))),
    Bad("Transformer", use((2, 5, 8), (3, 8))),
    Bad("Transformer", use((2, 5, 8), (2, 3, 6))),
]

"""The module paths of torch's layers, such as ``nn.modules.rnn.LSTM``.

Every torch file name, such as ``rnn``, refers to this module, which contains all layers.
"""

import sys
from typing import Any

from . import layers
from .attention import NonDynamicallyQuantizableLinear

__all__ = ["NonDynamicallyQuantizableLinear"]

FILES = {
    *("activation", "batchnorm", "container", "conv", "distance", "dropout", "flatten", "fold"),
    *("instancenorm", "linear", "loss", "module", "normalization", "padding", "pixelshuffle"),
    *("pooling", "rnn", "sparse", "transformer", "upsampling"),
}


def __getattr__(name: str) -> Any:
    """Return a layer by its name; for the name of a file in torch, return this module."""
    if name in FILES:
        return sys.modules[__name__]
    if name in layers.__all__:
        return getattr(layers, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

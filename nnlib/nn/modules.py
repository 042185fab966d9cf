"""The module paths of torch's layers, such as ``nn.modules.rnn.LSTM``.

Each file of torch, such as ``rnn``, corresponds to this same module, which has all layers.
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

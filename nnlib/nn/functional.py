"""Layers, activation functions and losses as functions; usually imported as ``F``.

The functions return arrays if all arguments are arrays. If any argument is a Tensor, they
return a Tensor.
"""

# ruff: noqa: F403 (the star imports collect the public names of the files in functions/)
from ..ops import linear, log_softmax, one_hot, pad, sigmoid, softmax, softplus, tanh
from .functions import (
    activation,
    adaptive,
    attention,
    convolution,
    ctc,
    distance,
    loss,
    normalization,
    pooling,
    probability,
    regression,
    resizing,
    sampling,
    selection,
)
from .functions import dropout as dropout_
from .functions import embedding as embedding_
from .functions.activation import *
from .functions.adaptive import *
from .functions.attention import *
from .functions.convolution import *
from .functions.ctc import *
from .functions.distance import *
from .functions.dropout import *
from .functions.embedding import *
from .functions.loss import *
from .functions.normalization import *
from .functions.pooling import *
from .functions.probability import *
from .functions.regression import *
from .functions.resizing import *
from .functions.sampling import *
from .functions.selection import *

FILES = (
    activation,
    adaptive,
    attention,
    convolution,
    ctc,
    distance,
    dropout_,
    embedding_,
    loss,
    normalization,
    pooling,
    probability,
    regression,
    resizing,
    sampling,
    selection,
)

__all__ = ["linear", "log_softmax", "one_hot", "pad", "sigmoid", "softmax", "softplus", "tanh"]
__all__ += [name for file in FILES for name in file.__all__]

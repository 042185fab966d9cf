"""Layers and losses as functions; usually imported as ``F``.

Arrays in, arrays out; with any Tensor among the arguments, a Tensor out.
"""

# ruff: noqa: F403 (the star imports gather what the files of functions/ declare public)
from ..ops import (
    bilinear,
    conv2d,
    conv_transpose2d,
    linear,
    log_softmax,
    one_hot,
    pad,
    sigmoid,
    softmax,
    softplus,
    tanh,
)
from .functions import (
    activation,
    attention,
    distance,
    loss,
    margin,
    normalization,
    pairs,
    probability,
    regression,
    selection,
    vision,
)
from .functions import dropout as dropout_
from .functions import embedding as embedding_
from .functions.activation import *
from .functions.attention import *
from .functions.distance import *
from .functions.dropout import *
from .functions.embedding import *
from .functions.loss import *
from .functions.margin import *
from .functions.normalization import *
from .functions.pairs import *
from .functions.probability import *
from .functions.regression import *
from .functions.selection import *
from .functions.vision import *

FILES = (
    activation,
    attention,
    distance,
    dropout_,
    embedding_,
    loss,
    margin,
    normalization,
    pairs,
    probability,
    regression,
    selection,
    vision,
)

__all__ = [
    "bilinear",
    "conv2d",
    "conv_transpose2d",
    "linear",
    "log_softmax",
    "one_hot",
    "pad",
    "sigmoid",
    "softmax",
    "softplus",
    "tanh",
]
__all__ += [name for file in FILES for name in file.__all__]

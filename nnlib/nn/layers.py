"""All layers and losses, collected from the files of this folder."""

# ruff: noqa: F403 (the star imports collect the public names of each file)
from . import (
    activation,
    attention,
    batchnorm,
    cells,
    container,
    conv,
    distance,
    dropout,
    embedding,
    linear,
    loss,
    normalization,
    padding,
    pooling,
    recurrent,
    transformer,
    transformer_layers,
    upsampling,
)
from .activation import *
from .attention import *
from .batchnorm import *
from .cells import *
from .container import *
from .conv import *
from .distance import *
from .dropout import *
from .embedding import *
from .linear import *
from .loss import *
from .module import Buffer, Module, Parameter
from .normalization import *
from .padding import *
from .pooling import *
from .recurrent import *
from .transformer import *
from .transformer_layers import *
from .upsampling import *

FILES = (
    activation,
    attention,
    batchnorm,
    cells,
    container,
    conv,
    distance,
    dropout,
    embedding,
    linear,
    loss,
    normalization,
    padding,
    pooling,
    recurrent,
    transformer,
    transformer_layers,
    upsampling,
)

__all__ = ["Buffer", "Module", "Parameter"]
__all__ += [name for file in FILES for name in file.__all__]

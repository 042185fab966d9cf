"""nnlib: a small neural network library in NumPy, with PyTorch's names.

Shapes in docstrings are written with these letters: N batch, C classes, D features,
H height and W width of an image, T time. ``(N, C)`` is an array of N rows and C columns,
``(...)`` any shape, ``(..., D)`` any shape whose last axis has length D.

>>> import nnlib
>>> x = nnlib.tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> y = (x * x).sum()
>>> y.backward()
>>> x.grad
tensor([2., 4., 6.])
"""

# ruff: noqa: F403 (the star imports gather what creation.py and ops/ declare public)
import numpy as _np

from . import autograd, creation, nn, ops, optim, random, training
from .autograd import grad
from .creation import *
from .device import cuda, device
from .grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .nn.functional import (
    adaptive_avg_pool1d,
    avg_pool1d,
    conv1d,
    conv_transpose1d,
    max_pool1d,
)
from .ops import *
from .printing import set_printoptions
from .random import *
from .tensor import Tensor, raw

float32 = float = _np.dtype("float32")
float64 = double = _np.dtype("float64")
int64 = long = _np.dtype("int64")
int32 = int = _np.dtype("int32")
uint8 = _np.dtype("uint8")
bool = _np.dtype("bool")

__all__ = [
    "Tensor",
    "adaptive_avg_pool1d",
    "autograd",
    "avg_pool1d",
    "bool",
    "conv1d",
    "conv_transpose1d",
    "cuda",
    "device",
    "double",
    "enable_grad",
    "float",
    "float32",
    "float64",
    "grad",
    "inference_mode",
    "int",
    "int32",
    "int64",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "long",
    "max_pool1d",
    "nn",
    "no_grad",
    "optim",
    "random",
    "raw",
    "set_grad_enabled",
    "set_printoptions",
    "training",
    "uint8",
    *creation.__all__,
    *ops.__all__,
    *random.__all__,
]

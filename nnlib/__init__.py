"""nnlib: a small neural network library in NumPy, with PyTorch's names.

Shapes in docstrings are written with these letters: N batch, C classes or channels, D features,
H height and W width of an image, T time. ``(N, C)`` is an array of N rows and C columns,
``(...)`` any shape, ``(..., D)`` any shape whose last axis has length D.

>>> import nnlib
>>> x = nnlib.tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> y = (x * x).sum()
>>> y.backward()
>>> x.grad
tensor([2., 4., 6.])
"""

# ruff: noqa: F403 (the star imports export the names that these modules list in __all__)
import importlib as _importlib
from math import e, inf, nan, pi

import numpy as _np

from . import autograd, creation, ops, random, settings
from .autograd import grad
from .creation import *
from .device import accelerator, backends, cuda, device
from .grad_mode import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .left_out import why as _why
from .ops import *
from .printing import set_printoptions
from .random import *
from .settings import *
from .tensor import Tensor, raw


def is_tensor(obj: object) -> bool:
    """Return whether ``obj`` is a Tensor."""
    return isinstance(obj, Tensor)


__version__ = "0.1.0"

float32 = _np.dtype("float32")
float64 = _np.dtype("float64")
int64 = _np.dtype("int64")
int32 = _np.dtype("int32")
uint8 = _np.dtype("uint8")
bool = _np.dtype("bool")
float = float32
double = float64
long = int64
int = int32

Size = tuple
newaxis = None
contiguous_format = preserve_format = "the only memory format"
finfo = _np.finfo
iinfo = _np.iinfo
numel = Tensor.numel
is_floating_point = Tensor.is_floating_point


# These subpackages and functions are imported on first use, so that ``import nnlib`` is fast.
_PARTS = (
    "calculus",
    "classifiers",
    "datasets",
    "distributions",
    "filters",
    "linalg",
    "models",
    "nn",
    "optim",
    "probability",
    "serialization",
    "steps",
    "text",
    "trace",
    "training",
    "transforms",
    "utils",
    "viz",
)
_OF_SERIALIZATION = ("load", "save")
_OF_FUNCTIONAL = (
    "adaptive_avg_pool1d",
    "avg_pool1d",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "cosine_similarity",
    "max_pool1d",
    "pairwise_distance",
)


def __getattr__(name: str) -> object:
    """Import and return a subpackage, or a function that PyTorch also has in ``torch``."""
    if name in _PARTS:
        return _importlib.import_module(f".{name}", __name__)
    if name in _OF_SERIALIZATION:
        return getattr(_importlib.import_module(".serialization", __name__), name)
    if name in _OF_FUNCTIONAL:
        return getattr(_importlib.import_module(".nn.functional", __name__), name)
    reason = _why("nnlib", name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{reason}")


def __dir__() -> list[str]:
    """Return all names of the library, including subpackages that are not imported yet."""
    return sorted({*globals(), *__all__})


__all__ = [
    "Size",
    "Tensor",
    "accelerator",
    "autograd",
    "backends",
    "bool",
    "contiguous_format",
    "cuda",
    "device",
    "double",
    "e",
    "enable_grad",
    "finfo",
    "float",
    "float32",
    "float64",
    "grad",
    "iinfo",
    "inf",
    "inference_mode",
    "int",
    "int32",
    "int64",
    "is_floating_point",
    "is_grad_enabled",
    "is_tensor",
    "long",
    "nan",
    "newaxis",
    "no_grad",
    "numel",
    "pi",
    "preserve_format",
    "random",
    "raw",
    "set_grad_enabled",
    "set_printoptions",
    "uint8",
    *_PARTS,
    *_OF_FUNCTIONAL,
    *_OF_SERIALIZATION,
    *creation.__all__,
    *ops.__all__,
    *random.__all__,
    *settings.__all__,
]

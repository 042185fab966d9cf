"""Layers, losses, and the base class Module, which stores parameters.

The arguments ``device`` (only the CPU) and ``dtype`` (float32 by default) are those of the
weights of a layer.
"""

from . import functional, init, layers, modules, parallel, utils
from .layers import *  # noqa: F403 (the layers are many)
from .parallel import DataParallel

__all__ = [
    "DataParallel",
    "functional",
    "init",
    "modules",
    "parallel",
    "utils",
    *layers.__all__,
]

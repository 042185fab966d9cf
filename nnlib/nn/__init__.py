"""Layers, losses, and the base class Module, which stores parameters.

Layers with parameters accept a device (CPU) and a dtype (default: ``get_default_dtype()``).
"""

from . import functional, init, layers, modules, parallel, utils
from .layers import *  # noqa: F403 (there are too many layers to list)
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

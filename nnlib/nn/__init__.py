"""Layers, losses and the modules that hold parameters."""

from . import functional, init, layers, modules, utils
from .layers import *  # noqa: F403 (the layers are many)

__all__ = ["functional", "init", "modules", "utils", *layers.__all__]

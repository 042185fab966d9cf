"""Optimisers: rules that turn gradients into steps."""

from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Optimizer"]

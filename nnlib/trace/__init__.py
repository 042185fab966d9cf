"""Computational graphs with values and gradients, as drawings and step by step.

PyTorch has a function of the same name, so you can also call the package: ``nnlib.trace(x)``
returns the sum of the main diagonal of a matrix.

>>> import nnlib
>>> nnlib.trace(nnlib.eye(3))
tensor(3.)
"""

import sys
from types import ModuleType

from ..ops import shape
from ..tensor import Tensor
from .expression import expression
from .gates import Gate, gate
from .graph import Call, Graph, Picture, build
from .history import graph
from .layout import Layout, layout
from .node import Node
from .recording import recording

__all__ = [
    "Call",
    "Gate",
    "Graph",
    "Layout",
    "Node",
    "Picture",
    "build",
    "expression",
    "gate",
    "graph",
    "layout",
    "recording",
]


class _Package(ModuleType):
    """A module type that can be called."""

    def __call__(self, input: Tensor) -> Tensor:
        """Return the sum of the main diagonal, like ``torch.trace``."""
        return shape.trace(input)


sys.modules[__name__].__class__ = _Package

"""Computational graphs with values and gradients, as drawings and step by step.

As torch has a function of this name, the package can also be called: ``nnlib.trace(x)`` gives
the sum of the main diagonal of a matrix.

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
from .history import graph, steps
from .layout import Layout, layout
from .local import Local, Locals, local
from .node import Node
from .recording import recording
from .steps import Step, Steps

__all__ = [
    "Call",
    "Gate",
    "Graph",
    "Layout",
    "Local",
    "Locals",
    "Node",
    "Picture",
    "Step",
    "Steps",
    "build",
    "expression",
    "gate",
    "graph",
    "layout",
    "local",
    "recording",
    "steps",
]


class _Package(ModuleType):
    """A module type that can be called."""

    def __call__(self, input: Tensor) -> Tensor:
        """Return the sum of the main diagonal, as ``torch.trace``."""
        return shape.trace(input)


sys.modules[__name__].__class__ = _Package

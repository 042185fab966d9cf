"""Computational graphs: every node with its value and its gradient, drawn and step by step."""

from .expression import expression
from .gates import Gate, gate
from .graph import Call, Graph, Node, Picture, build
from .history import graph, steps
from .layout import Layout, layout
from .local import Local, Locals, local
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

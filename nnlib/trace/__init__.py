"""Computational graphs: every node with its value and its gradient, drawn and step by step."""

from .expression import expression
from .gates import Gate, gate
from .graph import Call, Graph, Node, Picture, build
from .layout import Layout, layout
from .recording import recording
from .steps import Step, Steps
from .tape import graph

__all__ = [
    "Call",
    "Gate",
    "Graph",
    "Layout",
    "Node",
    "Picture",
    "Step",
    "Steps",
    "build",
    "expression",
    "gate",
    "graph",
    "layout",
    "recording",
]

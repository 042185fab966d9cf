"""Well-known networks for images, built as in their papers unless documented otherwise.

``summary`` lists the output shape, cost, memory and receptive field of each layer of any
model; ``diagram`` draws the layers.
"""

# ruff: noqa: F403 (the star imports collect the public names of this folder)
from . import alexnet, googlenet, layers, lenet, resnet, vgg
from .alexnet import *
from .diagram import Block, Diagram, diagram
from .googlenet import *
from .layers import *
from .lenet import *
from .resnet import *
from .summary import Layer, Summary, summary
from .vgg import *

FILES = (alexnet, googlenet, layers, lenet, resnet, vgg)

__all__ = ["Block", "Diagram", "Layer", "Summary", "diagram", "summary"]
__all__ += [name for file in FILES for name in file.__all__]

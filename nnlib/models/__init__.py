"""Famous networks for images, each built as its paper says; what differs is said there.

``summary`` tells of any model what its layers give, cost, hold and see; ``diagram`` draws
them.
"""

# ruff: noqa: F403 (the star imports gather what the files of this folder declare public)
from . import alexnet, blocks, fractalnet, googlenet, inception, layers, lenet, resnet, vgg
from .alexnet import *
from .blocks import *
from .diagram import Block, Diagram, diagram
from .fractalnet import *
from .googlenet import *
from .inception import *
from .layers import *
from .lenet import *
from .resnet import *
from .summary import Layer, Summary, summary
from .vgg import *

FILES = (alexnet, blocks, fractalnet, googlenet, inception, layers, lenet, resnet, vgg)

__all__ = ["Block", "Diagram", "Layer", "Summary", "diagram", "summary"]
__all__ += [name for file in FILES for name in file.__all__]

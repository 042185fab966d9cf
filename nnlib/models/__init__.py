"""Famous networks for images, each built as its paper says; what differs is said there."""

# ruff: noqa: F403 (the star imports gather what the files of this folder declare public)
from . import alexnet, blocks, fractalnet, googlenet, inception, layers, lenet, resnet, vgg
from .alexnet import *
from .blocks import *
from .fractalnet import *
from .googlenet import *
from .inception import *
from .layers import *
from .lenet import *
from .resnet import *
from .vgg import *

FILES = (alexnet, blocks, fractalnet, googlenet, inception, layers, lenet, resnet, vgg)

__all__ = [name for file in FILES for name in file.__all__]

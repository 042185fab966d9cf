"""Image filters, and convolution by two methods."""

# ruff: noqa: F403 (the star imports collect the public names of this folder)
from . import convolution, gradient, kernels
from .convolution import *
from .gradient import *
from .kernels import *

__all__ = [*kernels.__all__, *convolution.__all__, *gradient.__all__]

"""Image filters, and convolution by several methods."""

# ruff: noqa: F403 (the star imports gather what each file declares public)
from . import convolution, gradient, kernels, sizes
from .convolution import *
from .gradient import *
from .kernels import *
from .sizes import *
from .sliding import im2col

__all__ = [*kernels.__all__, *sizes.__all__, "im2col", *convolution.__all__, *gradient.__all__]

"""The methods of the course as scikit-learn estimators, and what chooses between them."""

# ruff: noqa: F403 (the star imports gather what the modules declare public)
from . import brute, distance, kdtree, neighbors
from .brute import *
from .distance import *
from .kdtree import *
from .neighbors import *

__all__ = [*brute.__all__, *distance.__all__, *kdtree.__all__, *neighbors.__all__]

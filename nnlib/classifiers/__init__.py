"""The methods of the course as scikit-learn estimators, and what chooses between them."""

# ruff: noqa: F403 (the star imports gather what each file declares public)
from . import base, least_squares, logistic, minimize, regression
from .base import *
from .least_squares import *
from .logistic import *
from .minimize import *
from .regression import *

__all__ = [
    *base.__all__,
    *least_squares.__all__,
    *logistic.__all__,
    *minimize.__all__,
    *regression.__all__,
]

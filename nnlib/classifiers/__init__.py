"""The methods of the course as scikit-learn estimators, and what chooses between them."""

# ruff: noqa: F403 (the star imports gather what each file declares public)
from . import base, gaussian, least_squares, logistic, minimize, regression, svm
from .base import *
from .gaussian import *
from .least_squares import *
from .logistic import *
from .minimize import *
from .regression import *
from .svm import *

__all__ = [
    *base.__all__,
    *gaussian.__all__,
    *least_squares.__all__,
    *logistic.__all__,
    *minimize.__all__,
    *regression.__all__,
    *svm.__all__,
]

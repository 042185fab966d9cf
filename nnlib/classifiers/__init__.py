"""The classifiers and regression models of the course, with scikit-learn's interface."""

# ruff: noqa: F403 (the star imports collect the public names of the modules)
from . import (
    gaussian,
    hinge,
    least_squares,
    logistic,
    neighbors,
    perceptron,
    regression,
    softmax_sgd,
    svm,
)
from .gaussian import *
from .hinge import *
from .least_squares import *
from .logistic import *
from .neighbors import *
from .perceptron import *
from .regression import *
from .softmax_sgd import *
from .svm import *

FILES = (
    gaussian,
    hinge,
    least_squares,
    logistic,
    neighbors,
    perceptron,
    regression,
    softmax_sgd,
    svm,
)

__all__ = [name for file in FILES for name in file.__all__]

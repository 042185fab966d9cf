"""The methods of the course as scikit-learn estimators, and what chooses between them."""

# ruff: noqa: F403 (the star imports gather what each file declares public)
from . import (
    base,
    gaussian,
    least_squares,
    logistic,
    minimize,
    mlp,
    perceptron,
    regression,
    softmax_sgd,
    svm,
)
from .base import *
from .gaussian import *
from .least_squares import *
from .logistic import *
from .minimize import *
from .mlp import *
from .perceptron import *
from .regression import *
from .softmax_sgd import *
from .svm import *

__all__ = [
    *base.__all__,
    *gaussian.__all__,
    *least_squares.__all__,
    *logistic.__all__,
    *minimize.__all__,
    *mlp.__all__,
    *perceptron.__all__,
    *regression.__all__,
    *softmax_sgd.__all__,
    *svm.__all__,
]

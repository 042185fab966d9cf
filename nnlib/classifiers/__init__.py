"""Estimators with scikit-learn's interface, metrics, and model selection."""

# ruff: noqa: F403 (the star imports gather what the modules declare public)
from . import (
    bagging,
    base,
    brute,
    calibration,
    counting,
    curves,
    distance,
    dual_ascent,
    errors,
    folds,
    gaussian,
    hinge,
    kdtree,
    least_squares,
    logistic,
    metrics,
    minimize,
    mlp,
    neighbors,
    newton_cg,
    perceptron,
    ranking,
    regression,
    search,
    softmax_sgd,
    spaces,
    store,
    svm,
    validation,
)
from .bagging import *
from .base import *
from .brute import *
from .calibration import *
from .counting import *
from .curves import *
from .distance import *
from .dual_ascent import *
from .errors import *
from .folds import *
from .gaussian import *
from .hinge import *
from .kdtree import *
from .least_squares import *
from .logistic import *
from .metrics import *
from .minimize import *
from .mlp import *
from .neighbors import *
from .newton_cg import *
from .perceptron import *
from .ranking import *
from .regression import *
from .search import *
from .softmax_sgd import *
from .spaces import *
from .store import *
from .svm import *
from .validation import *

FILES = (
    bagging,
    base,
    brute,
    calibration,
    counting,
    curves,
    distance,
    dual_ascent,
    errors,
    folds,
    gaussian,
    hinge,
    kdtree,
    least_squares,
    logistic,
    metrics,
    minimize,
    mlp,
    neighbors,
    newton_cg,
    perceptron,
    ranking,
    regression,
    search,
    softmax_sgd,
    spaces,
    store,
    svm,
    validation,
)

__all__ = [name for file in FILES for name in file.__all__]

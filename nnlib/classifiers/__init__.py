"""The methods of the course as scikit-learn estimators, and what chooses between them."""

# ruff: noqa: F403 (the star imports gather what the modules declare public)
from . import (
    bagging,
    base,
    brute,
    calibration,
    counting,
    curves,
    distance,
    errors,
    folds,
    kdtree,
    least_squares,
    logistic,
    metrics,
    minimize,
    neighbors,
    ranking,
    regression,
    search,
    spaces,
    store,
    validation,
)
from .bagging import *
from .base import *
from .brute import *
from .calibration import *
from .counting import *
from .curves import *
from .distance import *
from .errors import *
from .folds import *
from .kdtree import *
from .least_squares import *
from .logistic import *
from .metrics import *
from .minimize import *
from .neighbors import *
from .ranking import *
from .regression import *
from .search import *
from .spaces import *
from .store import *
from .validation import *

__all__ = [
    *bagging.__all__,
    *base.__all__,
    *brute.__all__,
    *calibration.__all__,
    *counting.__all__,
    *curves.__all__,
    *distance.__all__,
    *errors.__all__,
    *folds.__all__,
    *kdtree.__all__,
    *least_squares.__all__,
    *logistic.__all__,
    *metrics.__all__,
    *minimize.__all__,
    *neighbors.__all__,
    *ranking.__all__,
    *regression.__all__,
    *search.__all__,
    *spaces.__all__,
    *store.__all__,
    *validation.__all__,
]

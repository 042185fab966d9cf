"""The methods of the course as scikit-learn estimators, and what chooses between them."""

# ruff: noqa: F403 (the star imports gather what the modules declare public)
from . import (
    bagging,
    brute,
    calibration,
    counting,
    distance,
    errors,
    folds,
    kdtree,
    metrics,
    neighbors,
    ranking,
    validation,
)
from .bagging import *
from .brute import *
from .calibration import *
from .counting import *
from .distance import *
from .errors import *
from .folds import *
from .kdtree import *
from .metrics import *
from .neighbors import *
from .ranking import *
from .validation import *

__all__ = [
    *bagging.__all__,
    *brute.__all__,
    *calibration.__all__,
    *counting.__all__,
    *distance.__all__,
    *errors.__all__,
    *folds.__all__,
    *kdtree.__all__,
    *metrics.__all__,
    *neighbors.__all__,
    *ranking.__all__,
    *validation.__all__,
]

"""Probability distributions, estimation, Bayes' rule and information theory."""

# ruff: noqa: F403 (the star imports gather what each file declares public)
from . import (
    bayes_table,
    beta,
    categorical,
    discrete,
    gaussian,
    information,
    joint,
    laplace,
    multivariate,
)
from .bayes_table import *
from .beta import *
from .categorical import *
from .discrete import *
from .gaussian import *
from .information import *
from .joint import *
from .laplace import *
from .multivariate import *

__all__ = [
    *discrete.__all__,
    *categorical.__all__,
    *gaussian.__all__,
    *laplace.__all__,
    *multivariate.__all__,
    *beta.__all__,
    *bayes_table.__all__,
    *joint.__all__,
    *information.__all__,
]

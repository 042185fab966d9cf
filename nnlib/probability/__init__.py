"""Probability distributions, Bayes' rule and the Kullback-Leibler divergence."""

# ruff: noqa: F403 (the star imports collect the public names of each file)
from . import bayes_table, beta, discrete, gaussian, information, joint, multivariate
from .bayes_table import *
from .beta import *
from .discrete import *
from .gaussian import *
from .information import *
from .joint import *
from .multivariate import *

__all__ = [
    *discrete.__all__,
    *gaussian.__all__,
    *multivariate.__all__,
    *beta.__all__,
    *bayes_table.__all__,
    *joint.__all__,
    *information.__all__,
]

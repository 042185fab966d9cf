"""Distributions with PyTorch's interface: samples, log-probabilities and divergences.

For likelihoods and posteriors, see ``nnlib.probability``.
"""

# ruff: noqa: F403 (the star imports collect the public names of this folder)
from . import discrete, distribution, gamma, independent, kl, multivariate, normal
from .discrete import *
from .distribution import *
from .gamma import *
from .independent import *
from .kl import *
from .multivariate import *
from .normal import *

__all__ = [
    *distribution.__all__,
    *normal.__all__,
    *discrete.__all__,
    *gamma.__all__,
    *multivariate.__all__,
    *independent.__all__,
    *kl.__all__,
]

r"""Learning rate schedulers.

Most schedulers set ``lr`` in each group of an optimizer when they are created, and again at
each call to ``step``. Call a scheduler's ``step`` after the optimizer's ``step``. Below, t
counts these calls from 0, and η₀ is the initial learning rate of the group. ``LRScheduler``
describes ``optimizer`` and ``last_epoch``, which most schedulers accept.
"""

from .closed_form import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    InverseTimeLR,
    LambdaLR,
    MultiplicativeLR,
)
from .cycle import CyclicLR, OneCycleLR
from .decay import ConstantLR, ExponentialLR, LinearLR, MultiStepLR, PolynomialLR, StepLR
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler
from .sequential import ChainedScheduler, SequentialLR

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "InverseTimeLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]

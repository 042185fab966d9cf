r"""Learning rate schedulers.

A schedule sets ``lr`` in each group of an optimizer when it is made, and again at each call
of ``step``, after those of the optimizer. Below, t counts these calls from 0 and η₀ is the
rate that the group had at first.
"""

from .closed_form import CosineAnnealingLR, InverseTimeLR, LambdaLR
from .cycle import OneCycleLR
from .decay import ConstantLR, ExponentialLR, LinearLR, MultiStepLR, StepLR
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler
from .sequential import SequentialLR

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "ExponentialLR",
    "InverseTimeLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]

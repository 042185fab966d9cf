"""Optimizers, which turn gradients into steps."""

from . import lr_scheduler, swa_utils
from .adagrad import Adadelta, Adagrad, RMSprop
from .adam import Adam, AdamW, RAdam
from .conjugate import NonlinearCG
from .lbfgs import BFGS, LBFGS
from .newton import Newton
from .optimizer import Optimizer
from .rprop import Rprop
from .sgd import ASGD, SGD

__all__ = [
    "ASGD",
    "BFGS",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Newton",
    "NonlinearCG",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "lr_scheduler",
    "swa_utils",
]

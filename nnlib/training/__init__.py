"""Training with mini-batches, evaluation, and checks that find bugs."""

# ruff: noqa: F403 (the star imports collect the public names of the files in this folder)
from . import check, data, evaluation, history, loop
from .check import *
from .data import *
from .evaluation import *
from .history import *
from .loop import *

FILES = (data, history, evaluation, loop, check)

__all__ = [name for file in FILES for name in file.__all__]

"""ps4, optimisation and regularisation: where to start, how to step, what to forget."""

from .batch_norm_backward import backwards
from .batch_norm_forward import normalised
from .optimizer_step import steps

PROBLEMS = [
    normalised,
    backwards,
    steps,
]

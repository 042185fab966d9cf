"""ps4, optimisation and regularisation: where to start, how to step, what to forget."""

from .batch_norm_backward import backwards
from .batch_norm_forward import normalised
from .dropout import masked
from .initialize import starts
from .learning_rate import rates
from .optimizer_step import steps

PROBLEMS = [
    starts,
    normalised,
    backwards,
    masked,
    steps,
    rates,
]

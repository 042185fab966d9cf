"""All unregistered wrong answers, each with words that its findings must contain: `WRONG`."""

from tests.exercises.wrong_answers.register import WRONG

from . import (  # noqa: F401, each adds to WRONG
    distances,
    elimination,
    fits,
    generative,
    hinge,
    layers,
    linear_algebra,
    naive_checks,
    naive_convolution,
    naive_layers,
    naive_modules,
    naive_optimization,
    naive_pytorch,
    naive_recurrent,
    naive_training,
    naive_values,
    neighbours,
    networks,
    normalisation,
    softmax,
)

__all__ = ["WRONG"]

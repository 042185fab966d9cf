"""All wrong answers besides the registered ones, with words that each must be told: `WRONG`."""

from tests.exercises.wrong_answers.register import WRONG

from . import (  # noqa: F401, each adds to WRONG
    distances,
    fits_and_folds,
    hinge,
    layers,
    linear_algebra,
    neighbours,
    networks,
    softmax,
)

__all__ = ["WRONG"]

"""Right answers in other styles than the references', which no problem registers: `RIGHT`."""

from tests.exercises.right_answers.register import RIGHT

from . import (  # noqa: F401, each adds to RIGHT
    by_a_student,
    convolution,
    distances_and_losses,
    fits,
    generative,
    layers,
    networks,
    optimization,
    pytorch,
    recurrent,
)

__all__ = ["RIGHT"]

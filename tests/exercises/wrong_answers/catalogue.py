"""All unregistered wrong answers, each with words that its findings must contain: `WRONG`."""

from tests.exercises.wrong_answers.register import WRONG

from . import (  # noqa: F401, each adds to WRONG
    changed,
)

__all__ = ["WRONG"]

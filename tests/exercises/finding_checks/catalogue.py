"""Check whether what a student is told about a wrong answer is true: `false_findings`."""

from tests.exercises.finding_checks.check import false_findings

from . import (  # noqa: F401, each registers checks; the first that fits is asked
    chance,
    frameworks,
    generative,
    networks,
    places,
    values,
)

__all__ = ["false_findings"]

"""The lint of pages: each rule is a function from a page to what it finds wrong."""

from . import (  # noqa: F401  (each registers its rules)
    asking,
    coverage,
    figures,
    measured,
    numbers,
    prose,
    structure,
    symbols,
    terms,
    words,
)
from .core import RULES, Finding, Page, Report, Rule, check

__all__ = ["RULES", "Finding", "Page", "Report", "Rule", "check"]

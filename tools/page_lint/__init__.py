"""The linter for pages: each rule is a function that yields the problems of a page."""

from .rules import RULES, Finding, Page, check

__all__ = ["RULES", "Finding", "Page", "check"]

"""The lint of pages: each rule is a function from a page to what it finds wrong."""

from .rules import RULES, Finding, Page, check

__all__ = ["RULES", "Finding", "Page", "check"]

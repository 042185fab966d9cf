"""What nbgrader and the book's builder would import for nothing."""

from __future__ import annotations

import sys

__all__ = ["leave_out"]

UNUSED = ("rfc3987_syntax",)  # jsonschema does without: it builds 39 grammars, 1.5 s


def leave_out() -> None:
    """Let imports that are tried, and not needed, find nothing; what is loaded stays."""
    for name in UNUSED:
        sys.modules.setdefault(name, None)

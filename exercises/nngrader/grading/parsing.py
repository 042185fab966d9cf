"""Let one thread at a time make a syntax tree.

Python 3.11 counts the depth of a tree that it makes in one place for all threads. A thread that
is interrupted by another's tree can end with "SystemError: AST constructor recursion depth
mismatch" (python/cpython#106905). Texts are parsed in many places, NumPy's among them: it reads
the head of an array as Python.
"""

from __future__ import annotations

import ast
import functools
import threading

__all__ = ["parse_one_at_a_time"]

_PARSING = threading.RLock()


def parse_one_at_a_time() -> None:
    """Make the threads of this process wait for each other in `ast.parse` and what uses it."""
    if not hasattr(ast.parse, "__wrapped__"):
        ast.parse = _alone(ast.parse)


def _alone(function):
    """Return a function that one thread at a time can be in."""

    @functools.wraps(function)
    def alone(*args, **kwargs):
        with _PARSING:
            return function(*args, **kwargs)

    return alone

"""Make a syntax tree in one thread at a time.

Before version 3.11.8, Python counts the depth of a tree in one place for all threads. If a
thread is interrupted while it makes a tree, and another thread makes one too, the first one can
end with "SystemError: AST constructor recursion depth mismatch" (python/cpython#106905). So
whatever several threads of the grader parse is parsed here. They don't read NumPy's files,
whose headers NumPy parses too: workers of the sandbox read them, in processes of their own.
"""

from __future__ import annotations

import ast
import threading

__all__ = ["parse"]

_PARSING = threading.Lock()


def parse(source: str) -> ast.Module:
    """Return the syntax tree of a source, while no other thread is in here.

    >>> ast.unparse(parse("x=1"))
    'x = 1'
    """
    with _PARSING:
        return ast.parse(source)

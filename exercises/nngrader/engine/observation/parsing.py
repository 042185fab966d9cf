"""Parse in only one thread at a time.

Before versions 3.11.8 and 3.12.2, Python counts the depth of a tree in one variable for all
threads. If a thread is interrupted while it parses, and another thread parses too, the first
one can raise "SystemError: AST constructor recursion depth mismatch" (python/cpython#106905).
Therefore, the threads of the grader parse drivers, measures and test cells through this file.
They don't read .npy files, whose headers NumPy parses too; workers of the sandbox do.
"""

from __future__ import annotations

import ast
import threading

__all__ = ["parse"]

_PARSING = threading.Lock()


def parse(source: str) -> ast.Module:
    """Return the syntax tree of a source, while other threads wait.

    >>> ast.unparse(parse("x=1"))
    'x = 1'
    """
    with _PARSING:
        return ast.parse(source)

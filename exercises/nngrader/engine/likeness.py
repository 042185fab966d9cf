"""What two cells have in common, whatever their names and comments: a fingerprint of the tree.

This file stands alone (standard library): a student's text is parsed in the worker.
"""

import ast
import hashlib

WINDOW = 12  # nodes in a row that make one print
MOST_PRINTS = 2_000
MOST_CHARACTERS = 200_000


def fingerprint(source):
    """Return the prints of a cell: digests of runs of nodes of its syntax tree, in a set order.

    Names of variables, text, numbers and comments do not count; names of attributes do.

    >>> fingerprint("a = 1  # one") == fingerprint("b = 2")
    True

    Parameters
    ----------
    source : str
        The cell.

    Returns
    -------
    list of int
        Sorted, at most `MOST_PRINTS`; empty where the cell cannot be read.
    """
    try:
        nodes = _words(ast.parse(source)) if len(source) <= MOST_CHARACTERS else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    runs = {"\n".join(nodes[i : i + WINDOW]) for i in range(max(1, len(nodes) - WINDOW + 1))}
    return sorted(map(_number, runs if nodes else ()))[:MOST_PRINTS]


def _words(tree):
    """Return the kinds of nodes in the order of the text."""
    words, todo = [], [tree]
    while todo:
        node = todo.pop()
        words.append(f"{type(node).__name__} {getattr(node, 'attr', '')}")
        todo += reversed(list(ast.iter_child_nodes(node)))
    return words


def _number(text):
    """Return a digest of 48 bits."""
    return int.from_bytes(
        hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).digest()
    )

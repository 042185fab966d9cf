"""Fingerprint a cell's syntax tree, to compare cells independently of names and comments.

The tree is written as a sequence of words. The order of the words doesn't change if independent
statements are rearranged. Runs of words are hashed, and winnowing selects some of the hashes
(Schleimer, Wilkerson and Aiken 2003, "Winnowing: local algorithms for document fingerprinting",
section 3). This file imports only the standard library, because it runs in the sandbox, where
we parse a student's text.
"""

import ast
import builtins
import hashlib
import heapq

RUN = 10  # words in a row that make one digest; shorter runs occur in most programs
WINDOW = 3  # digests; one of each window is selected, so any 12 common words are detected
MOST_FINGERPRINTS = 2_000
MOST_CHARACTERS = 200_000
BUILTINS = frozenset(dir(builtins))
SHOWS = frozenset({"print", "display", "breakpoint"})
LEFT_OUT = (ast.Import, ast.ImportFrom, ast.Pass, ast.Assert, ast.Global, ast.Nonlocal)
LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
DROPPED = (ast.expr_context, ast.type_ignore)


def fingerprint(source):
    """Return the fingerprints of a cell: digests of runs of words of its syntax tree, winnowed.

    The result doesn't depend on names that the student chose, comments, text, type hints,
    prints, asserts, imports, or the order of independent statements. It does depend on numbers
    and on the names of attributes, built-in functions and keywords.

    >>> fingerprint("a = 1  # one") == fingerprint("b: int = 1")
    True
    >>> fingerprint("a = 1; b = x.T; return_it(a, b)") == fingerprint(
    ...     "print(x); q = y.T; p = 1; give(p, q)"
    ... )
    True

    :return: (list of int) At most `MOST_FINGERPRINTS` numbers of 48 bits, sorted. The list is
        empty if the cell is too long, can't be parsed or has only ignored statements.
    """
    try:
        tree = ast.parse(source) if len(source) <= MOST_CHARACTERS else ast.Module([], [])
        words = _body(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    last = max(1, len(words) - RUN + 1) if words else 0
    return sorted(winnow([_hash(words[i : i + RUN]) for i in range(last)]))[:MOST_FINGERPRINTS]


def winnow(numbers):
    """Return the smallest of each window of `WINDOW` numbers, as a set.

    >>> sorted(winnow([77, 74, 42, 17, 98, 50, 17, 98, 8]))
    [8, 17, 42]

    :param numbers: (list of int) Digests in the order of the text.
    :return: (set of int) A set with at least one number from every window.
    """
    last = max(1, len(numbers) - WINDOW + 1) if numbers else 0
    return {min(numbers[i : i + WINDOW]) for i in range(last)}


def _body(statements):
    """Return the words of a block, with independent statements in a canonical order."""
    relevant = [s for s in statements if not _is_ignored(s)]
    words = [_words(s) for s in relevant]
    return [w for i in _order(relevant, words) for w in words[i]]


def _is_ignored(statement):
    """Return whether to ignore a statement, such as a print, an import or a docstring."""
    if isinstance(statement, ast.Expr):
        value = statement.value
        called = getattr(value.func, "id", "") if isinstance(value, ast.Call) else ""
        return called in SHOWS or isinstance(value, ast.Constant | ast.Name)
    bare = isinstance(statement, ast.AnnAssign) and statement.value is None
    return bare or isinstance(statement, LEFT_OUT)


def _words(node):
    """Return the words of a node and of all nodes below it."""
    words = [_word(node)]
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_comment", "type_params"):
            continue
        if name in ("body", "orelse", "finalbody") and isinstance(value, list):
            words += [name] * bool(value) + _body(value)
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, DROPPED):
                words += _words(child)
    return words


def _word(node):
    """Return a syntax node's kind and name, without names that the student chose."""
    kind = type(node).__name__
    if isinstance(node, ast.Constant):
        return f"{kind} {_constant(node.value)}"
    if isinstance(node, ast.Name):
        return f"{kind} {node.id}" if node.id in BUILTINS else kind
    if isinstance(node, ast.AnnAssign):
        return "Assign"
    named = getattr(node, "attr", "") or (isinstance(node, ast.keyword) and node.arg)
    return f"{kind} {named}" if named else kind


def _constant(value):
    """Return a constant as a word; 2 and 2.0 are equal, and all strings are equal."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
        return repr(float(value))
    plain = value is None or isinstance(value, bool | float | complex)
    return repr(value) if plain else type(value).__name__


def _order(statements, words):
    """Yield the indices of statements: each after the ones it needs, and sorted by words."""
    needs, needed_by = _needs(statements)
    ready = [(words[i], i) for i, n in enumerate(needs) if not n]
    heapq.heapify(ready)
    while ready:
        _, i = heapq.heappop(ready)
        yield i
        for j in needed_by[i]:
            needs[j].discard(i)
            if not needs[j]:
                heapq.heappush(ready, (words[j], j))


def _needs(statements):
    """Return for each statement which ones must come before it, and which ones after it."""
    needs, needed_by = [set() for _ in statements], [[] for _ in statements]
    wrote, read, barrier = {}, {}, None
    for i, statement in enumerate(statements):
        reads, writes = _names(statement)
        before = {barrier} | {wrote.get(n) for n in reads | writes}
        before |= {j for n in writes for j in read.pop(n, ())}
        if isinstance(statement, LEAVES):
            before |= set(range(0 if barrier is None else barrier, i))
            barrier = i
        wrote |= dict.fromkeys(writes, i)
        for n in reads:
            read.setdefault(n, []).append(i)
        needs[i] = before - {None, i}
        for j in needs[i]:
            needed_by[j].append(i)
    return needs, needed_by


def _names(statement):
    """Return the names that a statement reads, and the names that it may change."""
    reads, writes = set(), set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else writes).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            writes.add(node.name)
        elif isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
            writes |= _changed(node)
    if isinstance(
        statement, ast.Expr
    ):  # such as a call, which may change any name that it reads
        writes |= reads - BUILTINS
    return reads, writes


def _changed(node):
    """Return the variable whose attribute or entry an assignment changes, as a set."""
    stored = not isinstance(node.ctx, ast.Load)
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
        node = node.value
    return {node.id} if stored and isinstance(node, ast.Name) else set()


def _hash(words):
    """Return a hash of 48 bits of some words."""
    text = "\n".join(words).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest())

"""Claims: measurements that a page states in words, checked when the book is built.

An accuracy, a count or a winner may differ between processors, so a page should not check it
with an ``assert``. A false claim doesn't stop a page. Instead, ``claim`` records in the
outputs of the cell what the text states and whether it is true. The build of the book decides
what to do about it (``chapters/_ext/execute/findings.py``).
"""

import ast
import linecache
import os
import sys
from collections.abc import Iterator
from traceback import walk_tb
from types import FrameType
from typing import Any

import numpy as np

from .elements import words

__all__ = ["MIME", "claim", "explain_failed_assertions", "line_in_cell", "note"]

MIME = "application/vnd.nn.claim+json"
LONGEST = 160  # characters of a value or of code in a message
SEVERAL = 6  # the largest number of values in a message


def claim(condition: Any, statement: str) -> None:
    """Check a statement in the text about a measurement, and record the result.

    Parameters
    ----------
    condition : bool
        The condition under which the statement is true. Write it in the call, because the
        message about a false condition shows the values of both sides: ``book.claim(wide >
        narrow + 0.01, "the wide network wins by a point")``. A false condition is evaluated
        again, so it must not draw random numbers.
    statement : str
        The statement in the text, which may contain formulas between dollar signs and code
        between backticks.

    Raises
    ------
    TypeError
        If the condition is not a truth value, for example an array of several elements.
    ValueError
        If the statement is empty, or a formula or code in it is not closed.

    A false condition doesn't raise an error. In a build of the book, it is recorded in the
    outputs of the cell; elsewhere, one line is printed to standard error.
    """
    words("claim", "the statement", statement)
    is_true = _truth(condition)
    frame = sys._getframe(1)
    node = _condition(frame)
    source = "the condition" if node is None else _cut(ast.unparse(node))
    values = [] if is_true or node is None else list(_values(node, frame))
    note(is_true, statement, source, values, line_in_cell(frame))


def note(
    is_true: bool,
    statement: str,
    condition: str,
    values: list,
    line: int,
    *,
    kind: str = "claim",
) -> None:
    """Record a claim for the build; outside a build, print it if it failed.

    Parameters
    ----------
    is_true : bool
        Whether the condition was true.
    statement, condition : str
        The statement in the text, and the source of the condition.
    values : list of (str, str)
        Expressions and their values on this machine.
    line : int
        Line number, within the cell, of the claim or ``assert``.
    kind : {"claim", "assert"}
        The kind of check.
    """
    if not os.environ.get("NN_BOOK"):
        if not is_true:
            details = "; ".join([condition, *(f"{name} = {value}" for name, value in values)])
            print(f"claim: not true on this machine: {statement} ({details})", file=sys.stderr)
        return
    from IPython.display import display

    claim = {"kind": kind, "held": is_true, "statement": statement, "line": line}
    claim |= {"asked": condition, "values": [list(pair) for pair in values]}
    display({MIME: claim}, raw=True)


def explain_failed_assertions() -> None:
    """In a build, record the condition and the values of each ``assert`` that fails in a cell.

    The cell still shows its traceback. The build of the book prints the record.
    """
    if not os.environ.get("NN_BOOK"):
        return
    from IPython import get_ipython

    def show(shell, kind, error, traceback, tb_offset=None) -> None:
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
        frames = [frame for frame, _ in walk_tb(traceback)]
        lines = [line for _, line in walk_tb(traceback)]
        cell = next((n for f, n in zip(frames, lines, strict=True) if _is_cell(f)), 1)
        node = _assertion(frames[-1], lines[-1])
        if node is not None:
            values = list(_values(node, frames[-1]))
            note(False, "", _cut(ast.unparse(node)), values, cell, kind="assert")

    if (shell := get_ipython()) is not None:
        shell.set_custom_exc((AssertionError,), show)


def _is_cell(frame: FrameType) -> bool:
    """Return whether a frame runs the code of a cell directly, not inside a function."""
    return frame.f_code.co_name == "<module>" and "get_ipython" in frame.f_globals


def _assertion(frame: FrameType, line: int) -> ast.expr | None:
    """Return the condition of the ``assert`` at a line of a frame's source, or None."""
    source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    try:
        nodes = ast.walk(ast.parse(source))
    except SyntaxError:
        return None
    return next(
        (
            n.test
            for n in nodes
            if isinstance(n, ast.Assert) and n.lineno <= line <= n.end_lineno
        ),
        None,
    )


def _truth(condition: Any) -> bool:
    """Return a condition as a bool; raise TypeError if it has no truth value."""
    value = np.asarray(condition)
    if value.dtype == bool and value.size == 1:
        return bool(value.item())
    got = f"shape {value.shape}; is .all() missing?" if value.size > 1 else repr(condition)
    raise TypeError(f"claim: expected a truth value, got {got}")


def line_in_cell(frame: FrameType | None) -> int:
    """Return the line of the notebook cell from which the function of this frame was called."""
    while frame and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return frame.f_lineno if frame else 1


def _condition(frame: FrameType) -> ast.expr | None:
    """Return the syntax tree of the condition in the call of ``claim``, or None if unknown."""
    positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    lines = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    if None in positions or not lines:
        return None
    first, last, begin, end = positions
    source = [line.encode() for line in lines[first - 1 : last]]
    source[-1] = source[-1][:end]
    source[0] = source[0][begin:]
    try:
        call = ast.parse(b"".join(source).decode(), mode="eval").body
    except SyntaxError:
        return None
    by_keyword = [k.value for k in getattr(call, "keywords", []) if k.arg == "condition"]
    return next(iter([*getattr(call, "args", []), *by_keyword]), None)


def _values(node: ast.expr, frame: FrameType) -> Iterator[tuple[str, str]]:
    """Yield the source and the value of each expression that makes the condition false."""
    names = {**frame.f_globals, **frame.f_locals}
    sides = {}
    for side, scope in _sides(node, names):
        if len(sides) < SEVERAL and not isinstance(side, ast.Constant):
            sides.setdefault(_cut(ast.unparse(side)), _brief(_evaluated(side, scope)))
    yield from sides.items()


def _sides(node: ast.expr, names: dict) -> Iterator[tuple[ast.expr, dict]]:
    """Yield the subexpressions that make a condition false, with the names in their scope."""
    match node:
        case ast.Compare():
            yield from ((side, names) for side in _failing(node, names))
        case ast.BoolOp(op=ast.And(), values=parts):
            part = next((p for p in parts if not _evaluated(p, names)), parts[0])
            yield from _sides(part, names)
        case ast.BoolOp(values=parts):
            for part in parts:
                yield from _sides(part, names)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            yield from _sides(part, names)
        case ast.Call(func=ast.Name("all"), args=[ast.GeneratorExp() | ast.ListComp() as each]):
            yield from _sides(each.elt, names | _first_failing(each, names))
        case ast.Call(func=ast.Attribute(attr="all", value=ast.Name("np")), args=[part, *_]):
            yield from _sides(part, names)
        case ast.Call(func=ast.Attribute(attr="all", value=part)):
            yield from _sides(part, names)
        case ast.Call(func=ast.Name("bool" | "all"), args=[part]):
            yield from _sides(part, names)
        case ast.Call(args=parts) if parts:  # np.allclose(a, b), math.isclose(a, b)
            yield from ((part, names) for part in parts)
        case ast.Constant() | ast.Name():
            yield node, names
        case _:
            for name in sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name)}):
                if not callable(names.get(name)) and not hasattr(names.get(name), "__file__"):
                    yield ast.Name(name, ast.Load()), names


def _failing(node: ast.Compare, names: dict) -> list[ast.expr]:
    """Return both sides of the first comparison that is false in a chain such as a < b < c."""
    sides = [node.left, *node.comparators]
    for k, op in enumerate(node.ops):
        link = ast.Compare(sides[k], [op], [sides[k + 1]])
        if not np.all(_evaluated(link, names)):
            return sides[k : k + 2]
    return sides


def _first_failing(comprehension: ast.GeneratorExp | ast.ListComp, names: dict) -> dict:
    """Return the loop variables and their values for the first false condition."""
    targets = [g.target for g in comprehension.generators]
    bound = sorted({n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)})
    pairs = ast.Dict(
        [ast.Constant(name) for name in bound], [ast.Name(name, ast.Load()) for name in bound]
    )
    *before, last = comprehension.generators
    fails = ast.UnaryOp(ast.Not(), comprehension.elt)
    last = ast.comprehension(last.target, last.iter, [*last.ifs, fails], last.is_async)
    failures = _evaluated(ast.ListComp(pairs, [*before, last]), names)
    return failures[0] if isinstance(failures, list) and failures else {}


def _evaluated(node: ast.expr, names: dict) -> Any:
    """Return the value of an expression, or the exception that it raises."""
    tree = ast.fix_missing_locations(ast.Expression(node))
    try:
        return eval(compile(tree, "<claim>", "eval"), dict(names))
    except Exception as error:  # reporting a failed claim must not itself fail
        return error


def _brief(value: Any) -> str:
    """Return a value as a short string, with few digits."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if isinstance(value, dict):
        text = ", ".join(f"{key}: {_brief(item)}" for key, item in value.items())
        return _cut(f"{{{text}}}")
    if isinstance(value, list | tuple):
        return _cut(f"[{', '.join(map(_brief, value))}]")
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=4, threshold=12, separator=", ")
        return _cut(" ".join(text.split()))
    return _cut(" ".join(str(value).split()))


def _cut(text: str) -> str:
    """Return text, shortened if it is too long for a message."""
    return text if len(text) <= LONGEST else text[: LONGEST - 2] + " …"

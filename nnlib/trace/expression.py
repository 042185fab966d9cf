"""Graphs of expressions given as text: a parser for assignments and arithmetic."""

from __future__ import annotations

import ast
import io
import itertools
import math
import re
from collections.abc import Callable

import numpy as np

from .. import ops
from ..tensor import Tensor, wrap
from ..walk import grad
from .gates import GATES, GRAMMAR
from .graph import Call, Graph, build

__all__ = ["expression"]

LIMITS = GRAMMAR["limits"]  # for the numbers of characters, nested brackets and nested levels
LONGEST, BRACKETS, DEEPEST = LIMITS["characters"], LIMITS["brackets"], LIMITS["levels"]

Value = Tensor | float

TYPED = {
    name: entry["typed"] for name, entry in GRAMMAR["operations"].items() if "typed" in entry
}
# The number of operands of each operation, and the operation for each typed name or operator.
ARITY = {name: GATES[name].text.count("{}") for name in TYPED}
FUNCTIONS = {typed: name for name, typed in TYPED.items() if typed.isidentifier()}
OPERATORS: dict[type, str] = {
    type(ast.parse(f"{'x' * (ARITY[name] - 1)}{typed}x", mode="eval").body.op): name
    for name, typed in TYPED.items()
    if not typed.isidentifier()
}


def expression(text: str, /, **values: float) -> Graph:
    """Evaluate an expression given as text, run its backward pass, and return the graph.

    Parameters
    ----------
    text : str
        An expression such as ``"(x + y) * z"``, or assignments such as
        ``"w = x + y; f = w * z"``; the last one is the output. It can contain names, numbers,
        ``+ - * / **``, parentheses and the functions ``exp log max relu sigmoid tanh``.
    **values : float
        The value of each input, by name.

    Returns
    -------
    Graph
        The graph has a node for each input and each operation. nnlib computes all numbers in
        float64. An output without a name is called f, and other results are called v1, v2 and
        so on, unless these names are taken.

    Raises
    ------
    ValueError
        If the text is not a valid expression (the message gives the line and column), a name
        has no value, or a value is unused; or if any value or derivative isn't finite and real.

    Source: chapter "Backpropagation".

    >>> graph = expression("(x + y) * z", x=-2, y=5, z=-4)
    >>> graph.output.value, graph["x"].gradient, graph["z"].gradient
    (-12.0, -4.0, 3.0)
    >>> expression("x + sin(y)", x=1, y=2)
    Traceback (most recent call last):
    ...
    ValueError: expression: line 1, column 5: unknown function 'sin'; use exp, log, \
max, relu, sigmoid, tanh
    """
    inputs = {name: _input(name, value) for name, value in values.items()}
    reader = _Reader(text, inputs)
    output = reader.read(_parsed(text))
    reader.check_used(output)
    with np.errstate(all="ignore"):
        graph = build(output, reader.calls, reader.names)
    for node in graph:
        if not math.isfinite(node.gradient):
            raise ValueError(
                f"expression: d{graph.output.name}/d{node.name} is not finite for these values"
            )
    return graph


def _input(name: str, value: float) -> Tensor:
    """Return an input as a Tensor without axes that requires a gradient."""
    if not isinstance(value, int | float | np.number) or not np.isfinite(value):
        raise ValueError(f"expression: expected a finite number for {name}, got {value!r}")
    return wrap(np.array(value, dtype=np.float64), requires_grad=True)


def _parsed(text: str) -> list[ast.stmt]:
    """Return the statements of a text as syntax trees."""
    if len(text) > LONGEST:
        raise ValueError(f"expression: expected at most {LONGEST} characters, got {len(text)}")
    # For these characters, Python's own errors have no line number.
    if invalid := re.search("[\0\ud800-\udfff]", text):
        raise _error(text, invalid.start(), "not an expression")
    changes = ((letter in "([{") - (letter in ")]}") for letter in text)
    for k, brackets in enumerate(itertools.accumulate(changes)):
        if brackets > BRACKETS:
            raise _error(text, k, f"more than {BRACKETS} nested brackets")
    try:
        statements = ast.parse(text.strip()).body
    except SyntaxError as error:
        k = _index(text, error.lineno) + error.offset - 1
        raise _error(text, k, "not an expression") from None
    if not statements:
        raise ValueError(f"expression: expected an expression, got {text!r}")
    if _depth(statements) > DEEPEST:
        raise ValueError(f"expression: more than {DEEPEST} levels of nesting")
    return statements


def _index(text: str, line: int, column: int = 0) -> int:
    """Convert a line and a byte column of the stripped text to an index into the text."""
    lines = io.StringIO(text.strip(), newline="").readlines()
    before = b"".join(line.encode() for line in lines[: line - 1])
    start = before + "".join(lines[line - 1 :]).encode()[:column]
    return len(text) - len(text.lstrip()) + len(start.decode())


def _error(text: str, index: int, problem: str) -> ValueError:
    """Return the error for a problem at an index of the text, with its line and column."""
    lines = io.StringIO(text[:index] + "|", newline="").readlines()
    return ValueError(f"expression: line {len(lines)}, column {len(lines[-1])}: {problem}")


def _depth(level: list[ast.AST]) -> int:
    """Return the depth of a syntax tree."""
    depth = 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


class _Reader:
    """An evaluator of syntax trees that computes with nnlib and records the operations."""

    def __init__(self, text: str, inputs: dict[str, Tensor]):
        self.text = text
        self.known: dict[str, Value] = dict(inputs)
        self.names = {tensor: name for name, tensor in inputs.items()}
        self.calls: list[Call] = []
        self.expressions: dict[Tensor, ast.expr] = {}

    def read(self, statements: list[ast.stmt]) -> Tensor:
        """Evaluate all statements and return the value of the last one."""
        for statement in statements:
            result = self.statement(statement)
        if not isinstance(result, Tensor):
            raise ValueError("expression: the result does not depend on any input")
        return result

    def statement(self, node: ast.stmt) -> Value:
        """Return the value of an assignment or expression statement."""
        if isinstance(node, ast.Expr):
            return self.value(node.value)
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(target, ast.Name) or len(node.targets) > 1:
            raise self.error(node, "expected an expression or 'name = expression'")
        if target.id in self.known:
            raise self.error(node, f"the name {target.id!r} is already used")
        result = self.known[target.id] = self.value(node.value)
        if isinstance(result, Tensor):
            self.names.setdefault(result, target.id)
        return result

    def value(self, node: ast.expr) -> Value:
        """Return the value of an expression, as a Tensor if it depends on an input."""
        match node:
            case ast.Constant(value=constant) if type(constant) in (int, float):
                return self.finite(node, constant)
            case ast.Name(id=name):
                return self.named(node, name)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.value(node.operand)
            case ast.UnaryOp(op=ast.USub()):
                return self.call(node, OPERATORS[ast.USub], [node.operand])
            case ast.BinOp() if type(node.op) in OPERATORS:
                return self.call(node, OPERATORS[type(node.op)], [node.left, node.right])
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                return self.function(node, name)
        raise self.error(node, f"not allowed here: {self.written(node)}")

    def named(self, node: ast.expr, name: str) -> Value:
        """Return the value of a variable."""
        if name not in self.known:
            raise self.error(node, f"unknown name {name!r}; give its value as {name}=...")
        return self.known[name]

    def function(self, node: ast.Call, name: str) -> Value:
        """Return the value of a function call."""
        if name not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            raise self.error(node, f"unknown function {name!r}; use {known}")
        operation = FUNCTIONS[name]
        arity, n = ARITY[operation], len(node.args)
        if n != arity:
            raise self.error(node, f"{name} takes {arity} argument{'s' * (arity > 1)}, got {n}")
        return self.call(node, operation, node.args)

    def call(self, node: ast.expr, operation: str, arguments: list[ast.expr]) -> Value:
        """Return the value of an operation, and record it if it depends on an input."""
        function = getattr(ops, operation)
        operands = tuple(self.value(argument) for argument in arguments)
        with np.errstate(all="ignore"):
            output = _apply(function, operands)
        self.finite(node, output.item())
        if not any(isinstance(x, Tensor) for x in operands):
            return output.item()
        pull = _puller(function, operands)
        self.calls.append(Call(operation, output, operands, pull))
        self.expressions[output] = node
        return output

    def finite(self, node: ast.expr, value: float) -> float:
        """Return a number as a float; raise an error if it is infinite or NaN."""
        try:
            number = float(value)
        except (OverflowError, TypeError):
            number = math.inf
        if not math.isfinite(number):
            raise self.error(node, f"{self.written(node)} is not a finite real number")
        return number

    def check_used(self, output: Tensor) -> None:
        """Raise ValueError if the output doesn't depend on every input and variable."""
        used = {output}
        for call in reversed(self.calls):
            if call.output in used:
                used.update(x for x in call.operands if isinstance(x, Tensor))
        for tensor in (*self.names, *self.expressions):
            if tensor not in used:
                raise self.unused(tensor)

    def unused(self, tensor: Tensor) -> ValueError:
        """Return the error for a Tensor that isn't used, with its position in the text."""
        expression, name = self.expressions.get(tensor), self.names.get(tensor)
        if expression is None:
            return ValueError(f"expression: {name} is not used in the output")
        name = name or self.written(expression)
        return self.error(expression, f"{name} is not used in the output")

    def written(self, node: ast.expr) -> str:
        """Return the source of an expression in quotes, shortened to 40 characters."""
        return repr((ast.get_source_segment(self.text.strip(), node) or "")[:40])

    def error(self, node: ast.AST, problem: str) -> ValueError:
        """Return the error for a problem at a syntax tree node."""
        return _error(self.text, _index(self.text, node.lineno, node.col_offset), problem)


def _apply(function: Callable, operands: tuple[Value, ...]) -> Tensor:
    """Return the result of an operation on float64 Tensors."""
    return function(*(x if isinstance(x, Tensor) else wrap(np.array(x)) for x in operands))


def _puller(function: Callable, operands: tuple[Value, ...]) -> Callable:
    """Return a function that maps an upstream gradient to the gradients of the operands."""
    copies = [
        wrap(x.array, requires_grad=True) if isinstance(x, Tensor) else x for x in operands
    ]
    leaves = [x for x in copies if isinstance(x, Tensor)]
    result = _apply(function, tuple(copies))

    def pull(upstream: float) -> tuple[float | None, ...]:
        start = wrap(np.array(upstream))
        parts = iter(grad(result, leaves, start, retain_graph=True))
        return tuple(next(parts).item() if isinstance(x, Tensor) else None for x in copies)

    return pull

"""The steps of the forward pass and the backward pass of a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..steps import Step
from .gates import gate, label, number
from .node import Node
from .values import digits, slope, tex_name

__all__ = ["backward_steps", "forward_steps"]


def forward_steps(nodes: Sequence[Node]) -> Iterator[Step]:
    """Yield one step for each operation, with the names and values of its operands."""
    for node in nodes:
        if node.operation:
            sign = gate(node.operation)
            text = _equation(node, sign.text, label, number)
            latex = _equation(node, sign.latex, tex_name, digits)
            yield Step(text, latex)


def _equation(node: Node, pattern: str, write: Callable, digits: Callable) -> str:
    """Return an equation such as ``w = x + y = 2 + 3 = 5``, in text or LaTeX."""
    values = [x if isinstance(x, float) else x.value for x in node.operands]
    tight = node.operation in ("pow", "neg")
    numbers = [
        f"({digits(v)})" if v < 0 and "(" not in pattern and (k or tight) else digits(v)
        for k, v in enumerate(values)
    ]
    names = [
        number if isinstance(x, float) else write(x.name)
        for x, number in zip(node.operands, numbers, strict=True)
    ]
    by_name, by_number = (_filled(pattern, words) for words in (names, numbers))
    return f"{write(node.name)} = {by_name} = {by_number} = {digits(node.value)}"


def _filled(pattern: str, words: list[str]) -> str:
    """Return a pattern with one word in each field, or all words in its only field."""
    has_one_field = pattern.replace("{{", "").count("{}") == 1
    return pattern.format(", ".join(words)) if has_one_field else pattern.format(*words)


def backward_steps(nodes: Sequence[Node]) -> Iterator[Step]:
    """Yield the steps of the backward pass: the gradients that each operation sends."""
    top = nodes[-1]
    name = label(top.name)
    text = f"{name} starts with 1, since d{name}/d{name} = 1"
    yield Step(text, rf"{slope(top.name, top.name)} = 1")
    gradients: dict[Node, float] = {}  # the gradient of each node, summed so far
    for node in reversed(nodes):
        if node.operation:
            pieces = list(_pieces(node, gradients))
            text = " and ".join(piece.text() for piece in pieces)
            formulas = r",\quad ".join(piece.latex(top.name) for piece in pieces)
            word = gate(node.operation).word
            yield Step(f"{word} sends {text}", formulas)


class _Piece(NamedTuple):
    """The gradient that one operation sends to one operand, and the sum so far, if any."""

    to: str
    local: float
    upstream: float
    sent: float
    before: float | None

    def text(self) -> str:
        """Return a text such as ``3 × 1 = 3 to x``, with the sum of several gradients."""
        upstream = f"({number(self.upstream)})" if self.upstream < 0 else number(self.upstream)
        text = f"{number(self.local)} × {upstream} = {number(self.sent)} to {label(self.to)}"
        if self.before is None:
            return text
        return f"{text} (total {number(self.before + self.sent)})"

    def latex(self, top: str) -> str:
        """Return the same in LaTeX, with += after the first gradient."""
        upstream = digits(self.upstream)
        factor = f"({upstream})" if self.upstream < 0 else upstream
        sign = "=" if self.before is None else r"\mathrel{+}="
        product = rf"{digits(self.local)} \cdot {factor} = {digits(self.sent)}"
        return f"{slope(top, self.to)} {sign} {product}"


def _pieces(node: Node, gradients: dict[Node, float]) -> Iterator[_Piece]:
    """Yield the gradients that a node sends, and add each to the operand's gradient so far."""
    for operand, local, sent in zip(node.operands, node.local, node.sent, strict=True):
        if local is not None and not isinstance(operand, float):
            before = gradients.get(operand)
            gradients[operand] = sent if before is None else before + sent
            yield _Piece(operand.name, local, node.gradient, sent, before)

"""The steps of both passes of a graph of arrays: shapes, gradient rules and small values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .gates import gate, label, number
from .node import Node, Value
from .rules import PRODUCTS, RULES, letters
from .values import one_line, shape_text, slope, tex, tex_name

__all__ = ["tensor_forward", "tensor_pieces"]

MANY = r"\in"  # the start of ``tex(value)`` if the value is too large to show


def tensor_forward(node: Node) -> tuple[str, str]:
    """Return an operation as text and LaTeX, with shapes and small values."""
    names = [_written(x, label) for x in node.operands]
    formulas = [_written(x, tex_name) for x in node.operands]
    call = _call(node, gate(node.operation).text, names)
    shapes = ", ".join(
        f"{label(x.name)} {shape_text(x.shape)}"
        for x in dict.fromkeys(node.operands)
        if not isinstance(x, float) and x.shape
    )
    known = one_line(node.value, node.shape)
    text = f"{label(node.name)} = {call} = {known}"
    made = _call(node, gate(node.operation).latex, formulas)
    formula = f"{tex_name(node.name)} = {made}{_valued(node.value)}"
    return f"{text}, with {shapes}" if shapes else text, formula


def _written(x: Node | float, write: Callable[[str], str]) -> str:
    """Return an operand's name, or the number if it is one."""
    return number(x) if isinstance(x, float) else write(x.name)


def _call(node: Node, pattern: str, words: list[str]) -> str:
    """Return an operation with its operands, as a function call if the pattern doesn't fit."""
    fields = pattern.replace("{{", "").count("{}")
    if fields == len(words) and fields > 1:
        return pattern.format(*words)
    if fields == 1:
        return pattern.format(", ".join(words))
    return f"{node.operation}({', '.join(words)})"


def _valued(value: Value) -> str:
    """Return the end of a formula: "=" and a small value, or the shape of a large value."""
    if value is None:
        return ""
    formula = tex(value)
    return f" {formula}" if formula.startswith(MANY) else f" = {formula}"


class Piece(NamedTuple):
    """The gradient that one operation sends to one operand, and the sum so far, if any."""

    node: Node
    operand: Node
    top: str
    rule: tuple[str, str, str] | None
    sent: Value
    before: Value

    def text(self) -> str:
        """Return a text such as ``dL/dW = g xᵀ``, with value, shapes and the new sum."""
        to = f"d{label(self.top)}/d{label(self.operand.name)}"
        rule = f"= {self.rule[0]}" if self.rule else f"by the rule of {self.node.operation}"
        formula = f"{to} {rule}"
        if self.rule and self.operand.shape != self.node.shape and _is_pointwise(self.node):
            formula += ", summed over the axes it was repeated along"
        text = f"{formula} = {one_line(self.sent)}"
        if self.rule and self.rule[2]:
            text += f", by shapes {self.rule[2]} = {shape_text(self.operand.shape)}"
        if self.before is None:
            return text
        return f"{text}, which now holds {one_line(_total(self.before, self.sent))}"

    def latex(self, top: str) -> str:
        """Return the same in LaTeX, with += if there was a sum before."""
        sign = "=" if self.before is None else r"\mathrel{+}="
        value = _valued(self.sent)
        formula = self.rule[1] + value if self.rule else value.removeprefix(" = ")
        return f"{slope(top, self.operand.name)} {sign} {formula}"


def _is_pointwise(node: Node) -> bool:
    """Return whether an operation is elementwise and broadcasts its operands."""
    return node.operation in ("add", "sub", "mul", "div", "pow")


def _total(before: Any, sent: Any) -> Any:
    """Return the sum of two gradients."""
    total = np.add(before, sent)
    return float(total) if np.ndim(total) == 0 else total


def tensor_pieces(node: Node, top: str, gradients: dict[Node, Value]) -> Iterator[Piece]:
    """Yield the gradients that a node sends, and add each to the operand's gradient so far."""
    if node.gradient is None:  # several results share this node
        return
    letter_of = letters(node.operation, node.reads)
    letter_of += [None] * (len(node.operands) - len(letter_of))
    by_letter = {
        letter: x
        for letter, x in zip(letter_of, node.operands, strict=True)
        if letter is not None
    }
    for x, sent, letter in zip(node.operands, node.sent, letter_of, strict=True):
        if not isinstance(x, float) and sent is not None:
            before = gradients.get(x)
            gradients[x] = sent if before is None else _total(before, sent)
            yield Piece(node, x, top, _rule(node, top, letter, by_letter), sent, before)


def _rule(
    node: Node, top: str, letter: str | None, operands: dict[str, Any]
) -> tuple[str, str, str] | None:
    """Return an operand's gradient rule as text, LaTeX and shapes, or None if it's unknown."""
    if letter is None:
        return None
    rule = RULES[node.operation][letter]
    if not {*rule.reads} - {"y"} <= {*operands}:
        return None
    text = {k: _written(x, label) for k, x in operands.items()}
    latex = {k: _written(x, tex_name) for k, x in operands.items()}
    g = f"d{label(top)}/d{label(node.name)}"
    return (
        rule.text.format(**{"x": "", **text}, g=g, y=label(node.name)),
        rule.latex.format(**{"x": "", **latex}, g=slope(top, node.name), y=tex_name(node.name)),
        _shapes(node, letter, operands),
    )


def _shapes(node: Node, letter: str, operands: dict[str, Any]) -> str:
    """Return the shapes of the factors if the gradient rule is a matrix product, else ""."""
    product = PRODUCTS.get(node.operation, {}).get(letter, "")
    shapes = {k: getattr(x, "shape", ()) for k, x in operands.items()} | {"g": node.shape}
    if not product or min(len(shapes[k]) for k in shapes if f"{{{k}}}" in product) < 2:
        return ""
    return product.format(**{k: shape_text(shape) for k, shape in shapes.items()})

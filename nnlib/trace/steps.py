"""The two passes of a graph as sentences with numbers, in text and in LaTeX."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .gates import gate, label, number

if TYPE_CHECKING:
    from .graph import Node

__all__ = ["Step", "Steps", "backward_steps", "forward_steps"]


class Step(NamedTuple):
    """One step: ``"forward"`` or ``"backward"``, the node's name, and the step twice."""

    direction: str
    node: str
    text: str
    latex: str

    def __str__(self) -> str:
        return self.text


class Steps(list):
    """Steps in order; prints as lines of text, and ``latex`` is all of them as one display."""

    def __getitem__(self, k):
        return Steps(super().__getitem__(k)) if isinstance(k, slice) else super().__getitem__(k)

    def __repr__(self) -> str:
        return "\n".join(map(str, self))

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(step.text)}</li>" for step in self)
        style = "justify-content:flex-start"
        return f'<div class="nn-panels" style="{style}"><ol>{items}</ol></div>'

    @property
    def latex(self) -> str:
        """All formulas, one below the other."""
        rows = r" \\ ".join(step.latex.replace("=", "&=", 1) for step in self)
        return rf"\begin{{aligned}} {rows} \end{{aligned}}"


def forward_steps(nodes: Sequence[Node]) -> Iterator[Step]:
    """Each operation with its operands' names, then with their numbers."""
    for node in nodes:
        if node.operation:
            look = gate(node.operation)
            text = _equation(node, look.text, label, number)
            yield Step("forward", node.name, text, _equation(node, look.latex, _tex, _digits))


def _equation(node: Node, pattern: str, write: Callable, digits: Callable) -> str:
    """``w = x + y = 2 + 3 = 5``, with names and numbers written as given."""
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
    """The pattern with a word in each place, or all of them in its only place."""
    one = pattern.replace("{{", "").count("{}") == 1
    return pattern.format(", ".join(words)) if one else pattern.format(*words)


def backward_steps(nodes: Sequence[Node]) -> Iterator[Step]:
    """What each operation sends to its operands, from the output back."""
    top = nodes[-1].name
    start = f"{label(top)} starts with 1, since d{label(top)}/d{label(top)} = 1"
    yield Step("backward", top, start, rf"{_slope(top, top)} = 1")
    held: dict[Node, float] = {}
    for node in reversed(nodes):
        if node.operation:
            pieces = list(_pieces(node, held))
            text = " and ".join(piece.text() for piece in pieces)
            formulas = r",\quad ".join(piece.latex(top) for piece in pieces)
            yield Step(
                "backward", node.name, f"{gate(node.operation).word} sends {text}", formulas
            )


class _Piece(NamedTuple):
    """What one operation sends to one operand, and what that held before, if anything."""

    to: str
    local: float
    upstream: float
    sent: float
    before: float | None

    def text(self) -> str:
        """``3 × 1 = 3 to x``, and the sum where something had arrived before."""
        upstream = f"({number(self.upstream)})" if self.upstream < 0 else number(self.upstream)
        text = f"{number(self.local)} × {upstream} = {number(self.sent)} to {label(self.to)}"
        if self.before is None:
            return text
        return f"{text}, which now holds {number(self.before + self.sent)}"

    def latex(self, top: str) -> str:
        """The same as a formula; += where something had arrived before."""
        upstream = _digits(self.upstream)
        factor = f"({upstream})" if self.upstream < 0 else upstream
        sign = "=" if self.before is None else r"\mathrel{+}="
        product = rf"{_digits(self.local)} \cdot {factor} = {_digits(self.sent)}"
        return f"{_slope(top, self.to)} {sign} {product}"


def _pieces(node: Node, held: dict[Node, float]) -> Iterator[_Piece]:
    """What a node sends; ``held`` counts what has arrived where."""
    for operand, local, sent in zip(node.operands, node.local, node.sent, strict=True):
        if not isinstance(operand, float):
            before = held.get(operand)
            held[operand] = sent if before is None else before + sent
            yield _Piece(operand.name, local, node.gradient, sent, before)


def _tex(name: str) -> str:
    """A name as a formula: ``w10`` is w with the index 10."""
    stem = name.rstrip("0123456789")
    index = name[len(stem) :]
    body = stem if len(stem) == 1 else rf"\mathit{{{stem}}}".replace("_", r"\_")
    return f"{body}_{{{index}}}" if index else body


def _digits(value: float) -> str:
    """A number as a formula, with a power of ten where it has an exponent."""
    text = number(value).replace("−", "-")
    return re.sub(r"e\+?(-?)0*(\d+)", r" \\cdot 10^{\1\2}", text)


def _slope(top: str, bottom: str) -> str:
    """The partial derivative of one name by another."""
    return rf"\frac{{\partial {_tex(top)}}}{{\partial {_tex(bottom)}}}"

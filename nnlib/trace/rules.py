"""The gradient rules of operations as text and LaTeX.

The rules in ``nnlib.ops`` compute the gradients; this table contains the notation for these
rules. A rule is identified by the values that it reads. For example, for y = a b, the rule that
reads b is the rule for a.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PRODUCTS", "RULES", "GradientRule", "letters"]


class GradientRule(NamedTuple):
    """One rule: the values that it reads, and its gradient as text and as LaTeX.

    ``{g}`` stands for the upstream gradient, ``{y}`` for the result, and other letters for the
    operands with these names.
    """

    reads: tuple[str, ...]
    text: str
    latex: str


def _rule(reads: str, text: str, latex: str) -> GradientRule:
    """Return a gradient rule; ``reads`` has one letter for each value that it needs."""
    return GradientRule(tuple(reads.split()), text, latex)


COPY = _rule("", "{g}", "{g}")
SHAPE = _rule("", "{g} in the shape of {x}", r"\mathrm{{reshape}}({g})")

RULES: dict[str, dict[str, GradientRule]] = {
    "add": {"a": COPY, "b": COPY},
    "sub": {"a": COPY, "b": _rule("", "−{g}", "-{g}")},
    "mul": {
        "a": _rule("b", "{g} × {b}", r"{g} \odot {b}"),
        "b": _rule("a", "{g} × {a}", r"{g} \odot {a}"),
    },
    "div": {
        "a": _rule("b", "{g} / {b}", r"{g} \oslash {b}"),
        "b": _rule("y b", "−{g} × {y} / {b}", r"-{g} \odot {y} \oslash {b}"),
    },
    "pow": {
        "a": _rule("a b", "{g} × {b} × {a}^({b} − 1)", r"{g} \odot {b}\,{a}^{{{b} - 1}}"),
        "b": _rule("y a b", "{g} × {y} × ln {a}", r"{g} \odot {y} \odot \ln {a}"),
    },
    "matmul": {
        "a": _rule("b", "{g} {b}ᵀ", r"{g}\,{b}^\top"),
        "b": _rule("a", "{a}ᵀ {g}", r"{a}^\top\,{g}"),
    },
    "linear": {
        "x": _rule("w", "{g} {w}", r"{g}\,{w}"),
        "w": _rule("x", "({g})ᵀ {x}", r"\left({g}\right)^\top\,{x}"),
        "b": _rule("", "the sum of the rows of {g}", r"\sum_n {g}_n"),
    },
    "neg": {"x": _rule("", "−{g}", "-{g}")},
    "exp": {"x": _rule("y", "{g} × {y}", r"{g} \odot {y}")},
    "log": {"x": _rule("x", "{g} / {x}", r"{g} \oslash {x}")},
    "square": {"x": _rule("x", "{g} × 2 {x}", r"{g} \odot 2 {x}")},
    "sqrt": {"x": _rule("y", "{g} / (2 {y})", r"{g} \oslash 2 {y}")},
    "relu": {"x": _rule("y", "{g} where {y} > 0, else 0", r"{g} \odot [{y} > 0]")},
    "tanh": {"x": _rule("y", "{g} × (1 − {y}²)", r"{g} \odot (1 - {y}^2)")},
    "sigmoid": {"x": _rule("y", "{g} × {y} × (1 − {y})", r"{g} \odot {y} \odot (1 - {y})")},
    "sum": {"x": _rule("", "{g} for each element summed", r"{g} \, \mathbf 1")},
    "mean": {
        "x": _rule("", "{g} / n for each of n elements", r"\tfrac 1 n \, {g} \, \mathbf 1")
    },
    "softmax": {
        "z": _rule("y", "{y} × ({g} − Σ {g} {y})", r"{y} \odot ({g} - \textstyle\sum {g} {y})")
    },
    "log_softmax": {
        "z": _rule("y", "{g} − exp({y}) Σ {g}", r"{g} - e^{{{y}}} \textstyle\sum {g}")
    },
    "reshape": {"x": SHAPE},
    "view": {"x": SHAPE},
    "flatten": {"x": SHAPE},
    "squeeze": {"x": SHAPE},
    "unsqueeze": {"x": SHAPE},
    "transpose": {"x": _rule("", "{g} with its axes exchanged back", r"{g}^\top")},
}


# The shapes of the products, by operation and operand.
PRODUCTS = {
    "matmul": {"a": "({g}) ({b})ᵀ", "b": "({a})ᵀ ({g})"},
    "linear": {"x": "({g}) ({w})", "w": "({g})ᵀ ({x})"},
}


def letters(operation: str, reads: tuple[tuple[str, ...] | None, ...]) -> list[str | None]:
    """Return the letter of each operand in the table, or None if it can't be determined.

    Parameters
    ----------
    operation : str
        nnlib's name of the operation.
    reads : tuple of (tuple of str, or None)
        The names of the values that the rule for each operand reads; None for a constant.

    >>> letters("linear", (("x",), (), None))  # weight and bias; the input is a constant
    ['w', 'b', 'x']
    >>> letters("conv2d", (("w",),))
    [None]
    """
    table = RULES.get(operation, {})
    letter_of: list[str | None] = []
    for read in reads:
        fits = [k for k, rule in table.items() if rule.reads == read and read is not None]
        letter_of.append(fits[0] if len(fits) == 1 else None)
    if len(reads) > len(table):
        return letter_of
    if len(reads) == len(table) or operation == "linear":
        unused = iter([k for k in table if k not in letter_of])
        return [next(unused, None) if k is None else k for k in letter_of]
    return letter_of

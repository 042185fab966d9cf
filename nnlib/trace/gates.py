"""The names and symbols of operations, in text, LaTeX and drawings.

The table is in ``grammar.json``, which also defines how you type each operation, and the limits
for an expression's text. The interactive figure for expressions in the book reads it too.
"""

import json
from importlib.resources import files
from typing import NamedTuple

__all__ = ["Gate", "gate", "label", "number"]

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Gate(NamedTuple):
    """The notation for one operation.

    ``text`` and ``latex`` are format strings with one field for each operand, or one for all.
    """

    word: str
    symbol: str
    text: str
    latex: str


GRAMMAR = json.loads(files(__package__).joinpath("grammar.json").read_text(encoding="utf-8"))
GATES = {
    name: Gate(*(entry[field] for field in Gate._fields))
    for name, entry in GRAMMAR["operations"].items()
}


def gate(operation: str) -> Gate:
    """Return the notation of an operation, by default the notation of a function call.

    >>> gate("mul").symbol, gate("conv2d").text
    ('×', 'conv2d({})')
    """
    name = operation.replace("_", r"\_")
    latex = rf"\mathrm{{{{{name}}}}}({{}})"
    plain = Gate(operation, operation, operation + "({})", latex)
    return GATES.get(operation, plain)


def symbol(operation: str, constants: list[float | None]) -> str:
    """Return the symbol in a node's circle, which may include a constant, as in +1 or 1/x.

    >>> symbol("add", [None, 1.0]), symbol("div", [1.0, None]), symbol("exp", [None])
    ('+1', '1/x', 'exp')
    """
    sign = GRAMMAR["operations"].get(operation, {}).get("beside_constant")
    if sign is None or len(constants) < 2 or constants[0] is constants[1]:
        return gate(operation).symbol
    first, second = constants
    if first is None:
        return sign + number(second)
    if operation in ("add", "mul"):
        return sign + number(first)
    return f"{number(first)}{sign}x"


def number(value: float) -> str:
    """Return a number as text with three significant digits and a proper minus sign.

    >>> number(-0.53345), number(4.0), number(-0.0)
    ('−0.533', '4', '0')
    """
    text = f"{value:.3g}".replace("-", "−")
    return "0" if text == "−0" else text


def label(name: str) -> str:
    """Return a name for a drawing, with trailing digits as subscripts.

    >>> label("w10"), label("loss")
    ('w₁₀', 'loss')
    """
    stem = name.rstrip("0123456789")
    if not stem or stem.endswith("."):  # the position in a Sequential, not an index
        return name
    return stem + name[len(stem) :].translate(SUBSCRIPTS)

"""The names and symbols of operations, in text, LaTeX and drawings.

The table is ``grammar.json``, which also says how operations are typed, and within which
limits. The interactive figure of the book's pages, in which expressions are typed, reads the
same file.
"""

import json
from importlib.resources import files
from typing import NamedTuple

__all__ = ["Gate", "gate", "label", "number"]

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Gate(NamedTuple):
    """The look of one operation.

    ``text`` and ``latex`` have a place for each operand.
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
    """Return the look of an operation; one that is not in the table is written as a function.

    >>> gate("mul").symbol, gate("conv2d").text
    ('×', 'conv2d({})')
    """
    name = operation.replace("_", r"\_")
    latex = rf"\mathrm{{{{{name}}}}}({{}})"
    plain = Gate(operation, operation, operation + "({})", latex)
    return GATES.get(operation, plain)


def symbol(operation: str, constants: list[float | None]) -> str:
    """Return what stands in the circle; a constant operand is part of it, as in +1 or 1/x.

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


def number(value: float, digits: int = 3) -> str:
    """Return a number with three significant digits and a true minus sign.

    >>> number(-0.53345), number(4.0), number(-0.0)
    ('−0.533', '4', '0')
    """
    text = f"{value:.{digits}g}".replace("-", "−")
    return "0" if text == "−0" else text


def label(name: str) -> str:
    """Return a name as it is drawn: digits at its end become subscripts.

    >>> label("w10"), label("loss")
    ('w₁₀', 'loss')
    """
    stem = name.rstrip("0123456789")
    if not stem or stem.endswith("."):  # a number within a Sequential, no index
        return name
    return stem + name[len(stem) :].translate(SUBSCRIPTS)

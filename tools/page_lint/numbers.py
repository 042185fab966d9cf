"""Rules on numbers: those in the prose come from cells, or a cell asserts them.

A number may be typed in a formula, when it is small (up to 20), a year, part of a name or a
reference, or when it stands in the page's code: in a cell tagged ``hand-check``, which asserts
it, or in any other as a value that was chosen (the size of a picture, a seed, a rate) and not
computed.
"""

import ast
import re
import tokenize
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from .core import WRITTEN, Page, rule
from .source import FORMULA, ROLE, Cell, Line

CURE = (
    "is typed and stands in no cell: glue it with book.numbers, or assert it in a cell "
    "tagged hand-check"
)
SMALL = 20
YEARS = (1600, 2100)
NUMBER = re.compile(
    r"(?<![\w.,])\d{1,3}(?:(?:,|\{,\})\d{3})+(?:\.\d+)?|(?<![\w.])\d+(?:\.\d+)?"
)
GLUE = re.compile(r"\{glue:text\}`(\w+)")
NAMES = re.compile(
    r"\b(?:[A-Z]\w*[A-Z]\w*|Python|(?i:section|chapter|equation|version)s?) "
    r"\d[\d.]*(?!,?\d)"
    r"|https?://\S+|[A-Za-z]+-\d+|\d+-[A-Za-z]"
)
SECONDS = re.compile(
    r"\d[\d.,]*\s*(?:s|ms|µs|seconds?|milliseconds?|microseconds?)\b(?!')"
    r"|\{glue:text\}`[^`]*`\s*(?:s|ms|µs|seconds?|milliseconds?)\b"
    r"|\d[\d.]* times (?:as fast|faster|slower|as slow)"
)
CODE_NUMBER = re.compile(r"\d[\d_]*\.?\d*(?:e[+-]?\d+)?")


def value(text: str) -> Decimal | None:
    """Return the number that a text spells, or None."""
    try:
        return Decimal(re.sub(r"[,{}_]", "", text).rstrip(".")).normalize()
    except InvalidOperation:
        return None


def in_code(cell: Cell) -> Iterator[Decimal]:
    """Yield the numbers of a cell: literals, those in its strings, and products of literals."""
    for token in cell.tokens:
        if token.type in (tokenize.NUMBER, tokenize.STRING):
            numbers = map(value, CODE_NUMBER.findall(token.string))
            yield from (number for number in numbers if number is not None)
    if "hand-check" in cell.tags:
        yield from _constants(cell)


def _constants(cell: Cell) -> Iterator[Decimal]:
    """Yield the values of sums and products of literals, such as 784 * 10."""
    for node in cell.nodes:
        if isinstance(node, ast.BinOp) and not any(
            isinstance(n, ast.Name | ast.Call | ast.Constant)
            and not (isinstance(n, ast.Constant) and isinstance(n.value, int | float))
            for n in ast.walk(node)
        ):
            try:
                found = eval(compile(ast.Expression(node), "sum", "eval"), {})
            except (ArithmeticError, TypeError, ValueError):
                continue
            if (number := value(str(found))) is not None:
                yield number


def typed(text: str) -> Iterator[str]:
    """Yield the numbers of a line of prose that are neither glued nor part of a name."""
    text = NAMES.sub(" ", re.sub(r"`[^`]*`", " ", ROLE.sub(" ", text)))
    text = re.sub(r"\]\([^)]*\)", " ", text)
    yield from NUMBER.findall(text)


def _worded(page: Page) -> Iterator[Line]:
    """Yield the lines of the page's text without formulas."""
    for line in page.source.body:
        if line.number not in page.source.displayed:
            yield Line(line.number, FORMULA.sub(" ", line.text))


@rule("typed-number", WRITTEN, "a number in prose is glued, or a cell of the page holds it")
def typed_number(page: Page):
    """Yield numbers of the prose that no cell computes or asserts."""
    known = {number for cell in page.source.cells for number in in_code(cell)}
    known |= {(100 * number).normalize() for number in known}  # 0.8 and 80%
    for line in _worded(page):
        for text in typed(re.sub(r"\d+ (?:more )?minutes", " ", line.text)):
            number = value(text)
            if number is not None and not _free(number) and number not in known:
                yield line.number, f"“{text}” {CURE}"


def _free(number: Decimal) -> bool:
    """Return whether a number may be typed anywhere: small, a year, or a power of ten."""
    if number != number.to_integral_value():
        return False
    power_of_ten = number.normalize().as_tuple().digits == (1,)
    return number <= SMALL or YEARS[0] <= number <= YEARS[1] or power_of_ten


@rule("timing", WRITTEN, "no seconds in prose: timings are shown, never quoted")
def timing(page: Page):
    """Yield durations and speed-ups that are typed in the prose."""
    for line in _worded(page):
        if match := SECONDS.search(line.text):
            yield line.number, f"“{match[0]}” is a timing: show it in a cell tagged `timing`"


@rule("glue-source", WRITTEN, "every glued number is named in a cell")
def glue_source(page: Page):
    """Yield names glued into the text that no cell defines."""
    code = "\n".join(cell.code for cell in page.source.cells)
    patterns = tuple(name for name in re.findall(r'f"(\w*)\{', code) if name)
    for number, line in enumerate(page.source.lines, 1):
        for name in GLUE.findall(line):
            if not re.search(rf"\b{name}=", code) and not name.startswith(patterns):
                yield number, f"no cell gives “{name}” to book.numbers"


@rule("glue-once", WRITTEN, "every number has a name of its own")
def glue_once(page: Page):
    """Yield glued names that two cells define; the second value would appear everywhere."""
    seen = set()
    for _, call, line in page.source.calls:
        if ast.unparse(call.func) != "book.numbers":
            continue
        for name in filter(None, (word.arg for word in call.keywords)):
            if name in seen:
                yield line, f"“{name}” is given to book.numbers a second time"
            seen.add(name)

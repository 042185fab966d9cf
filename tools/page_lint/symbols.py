"""Rule on symbols: each letter of a formula is in the notation table, or introduced."""

import re
from functools import cache

from . import book
from .core import LESSON, Page, rule

MISSING = (
    "in no row of reference/notation.yml and the text does not say what it is: "
    "“where $x$ is the …”"
)
SPECIAL = {"e", "d", "pi", "ln", "infty", "partial", "i", "j", "k", "n", "m", "ldots", "cdots"}
GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu "
    "xi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi "
    "Psi Omega ell nabla"
).split()
NOT_SYMBOLS = re.compile(
    r"\\(?:text|mathrm|operatorname|begin|end|tag|label|mathbb|mathsf)\*?\{[^}]*\}"
    r"|\\(?:mathbb|left|right|big|Big)\s*[\w|]"
)
SYMBOL = re.compile(rf"\\(?:{'|'.join(GREEK)})(?![A-Za-z])|\\[A-Za-z]+|[A-Za-z]")
INTRODUCING = re.compile(r"[A-Za-z*)’-]{2,}[*,:]?\s*(?:an?|the|of|by|with|for)?\s*$")
TELLING = re.compile(r"^\s*(?:is|are|has|have|holds?|stands?|means?|says|counts?|,|\)|:)")
RELATION = re.compile(
    r"^\s*(?:_\{?[\w,]+\}?|\^\{?[\w*]+\}?|\([^)]*\))*\s*(?:=|\\in\b|>|<|\\sim|\\ge|\\le)"
)


def symbols(tex: str) -> list[str]:
    """Return the symbols of a formula, without indices, words and function names."""
    tex = NOT_SYMBOLS.sub(" ", tex)
    tex = re.sub(r"[_^](?:\{[^{}]*\}|\\[A-Za-z]+|.)", " ", tex)
    found = [match.lstrip("\\") for match in SYMBOL.findall(tex)]
    names = [s for s in found if len(s) == 1 or s in GREEK]
    return [s for s in dict.fromkeys(names) if s not in SPECIAL]


@cache
def known() -> frozenset[str]:
    """Return the symbols of the notation table."""
    rows = book.table("notation")
    return frozenset(s for row in rows for s in symbols(str(row["symbol"]).strip("$")))


def introduced(page: Page) -> dict[str, int]:
    """Return the first line on which the text introduces each symbol."""
    found = {}
    for line in page.source.lesson:
        for match in re.finditer(r"(?<!\$)\$([^$\n]+)\$", line.text):
            before, after = line.text[: match.start()], line.text[match.end() :]
            for name in _introduced_by(match[1], before, after):
                found.setdefault(name, line.number)
    return found


def _introduced_by(tex: str, before: str, after: str) -> list[str]:
    """Return the symbols that one formula in a sentence introduces."""
    names = symbols(tex)
    if INTRODUCING.search(before) or TELLING.match(after):
        return names
    return names if RELATION.match(re.sub(r"^\s*(?:\\[A-Za-z]+|[A-Za-z])", "", tex)) else []


@rule("symbol", LESSON, "a symbol of a formula is in the table of symbols, or the text says it")
def symbol(page: Page):
    """Yield symbols that are introduced neither at their first use nor shortly after it."""
    introductions, seen = introduced(page), set()
    for tex, line, _ in page.source.formulas:
        for name in symbols(tex):
            if name in seen or name in known():
                continue
            seen.add(name)
            if introductions.get(name, 10**9) > line + 12:
                yield line, f"“{name}” is {MISSING}"

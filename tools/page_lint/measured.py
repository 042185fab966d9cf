"""Rules on measured results: each is a `book.claim` that states it and draws no numbers."""

import ast
import re

from .core import PAGE, Page, rule

VERDICT = re.compile(r"\b(refuted|surviv\w+)\b")
ORDER = re.compile(r"\brewrite\b")
DRAWS = re.compile(r"\b(rng|default_rng|generator|np\.random)\b")


def _text(node: ast.expr | None) -> str:
    """Return the literal text of a message, without its interpolated values."""
    constants = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)] if node else []
    return " ".join(value for value in constants if isinstance(value, str))


@rule("measured", PAGE, "what was measured is a `book.claim`, in the words of the text")
def measured(page: Page):
    """Yield verdicts in assertions, and claims that give orders or draw random numbers."""
    for cell in page.source.cells:
        for node in cell.nodes:
            if isinstance(node, ast.Assert) and (verdict := VERDICT.search(_text(node.msg))):
                line = cell.start + node.lineno - 1
                yield (
                    line,
                    f"a verdict (“{verdict[0]}”) is for a `book.claim`, not for an assert",
                )
    for name, call, line in page.source.calls:
        if name == "claim" and len(call.args) == 2:
            if ORDER.search(_text(call.args[1])):
                yield line, "a claim says what the text says, not what to do: no “rewrite”"
            if DRAWS.search(ast.unparse(call.args[0])):
                yield (
                    line,
                    "the condition of a claim draws, and is looked at twice: draw before",
                )

"""Rules on measured results: each is a `book.claim` that states it and draws no numbers."""

import ast
import re

from .core import PAGE, Page, rule

VERDICT = re.compile(r"\b(refuted|surviv\w+)\b")
ORDER = re.compile(r"\brewrite\b")
TRAINED = re.compile(
    r"(loss|accurac|err_rate|error_rate|seconds|wins\b|winner|histor|epochs)", re.I
)
DRAWS = re.compile(r"\b(rng|default_rng|generator|np\.random)\b")


def _text(node: ast.expr | None) -> str:
    """Return the literal text of a message, without its interpolated values."""
    constants = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)] if node else []
    return " ".join(value for value in constants if isinstance(value, str))


def _trained(test: ast.expr) -> str:
    """Return the name of something measured that a condition compares with < or >, or ""."""
    for node in ast.walk(test):
        unequal = (ast.Lt, ast.Gt, ast.LtE, ast.GtE)
        if isinstance(node, ast.Compare) and any(isinstance(op, unequal) for op in node.ops):
            if any("abs(" in ast.unparse(side) for side in (node.left, *node.comparators)):
                continue  # the distance of two results
            names = [n for side in (node.left, *node.comparators) for n in _names(side)]
            if found := next(filter(TRAINED.search, names), ""):
                return found
    return ""


def _names(node: ast.expr) -> list[str]:
    """Return the names, attributes and texts in an expression."""
    parts = ast.walk(node)
    named = [getattr(part, "id", getattr(part, "attr", "")) for part in parts]
    texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
    return named + [text for text in texts if isinstance(text, str)]


@rule(
    "measured",
    PAGE,
    "what was measured is a `book.claim`, in the words of the text; no inequality about a loss "
    "or an accuracy is an `assert`",
)
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
            elif isinstance(node, ast.Assert) and (name := _trained(node.test)):
                line = cell.start + node.lineno - 1
                yield line, f"an inequality about “{name}” is measured: use `book.claim`"
    for name, call, line in page.source.calls:
        if name == "claim" and len(call.args) == 2:
            if ORDER.search(_text(call.args[1])):
                yield line, "a claim says what the text says, not what to do: no “rewrite”"
            if DRAWS.search(ast.unparse(call.args[0])):
                yield (
                    line,
                    "the condition of a claim draws, and is looked at twice: draw before",
                )

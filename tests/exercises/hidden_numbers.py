"""Find numbers in findings on hidden cases, which could give hidden inputs away."""

import ast
import re

from nngrader.records.finding import PRIVATE

from tests.exercises.declared_problems import leaves

OURS = {"back", "by", "returned", "decimals", "most", "power", "sign", "threshold", "value"}
TYPE = re.compile(r"(?:u?int|float|complex)\d+")
SHAPE = re.compile(r"\((?:(?:1|\?|…|[A-Z](?: [-+] 1|·[A-Z])?)(?:, )?)*,?\)")


def numbers_in(data, findings):
    """Return the findings on hidden cases with a number that the course does not state."""
    known = {m["hint"] for m in data["mistakes"].values()}
    known |= {*data.get("wrong", {}).values(), *_raised(data)}
    known |= {data["name"], *data["returns"], *data["parameters"]}
    known |= {name for names in data["forbidden"].values() for name in names}
    return [
        f
        for f in findings
        if not PRIVATE.isdisjoint(f.data)
        or any(_may_leak(key, leaf, known) for key, leaf in leaves(f.data))
    ]


def _raised(data):
    """Return the messages with which a problem's `measure` rejects an answer."""
    tree = ast.parse(data["measure"]["source"] if "measure" in data else "")
    raised = [node for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc]
    inside = [node for r in raised for node in ast.walk(r.exc)]
    texts = [n.value for n in inside if isinstance(n, ast.Constant)]
    return [text for text in texts if isinstance(text, str)]


def _may_leak(key, leaf, known):
    """Return whether the course does not state a number, or a text with a digit."""
    if isinstance(leaf, bool) or leaf is None or leaf in known:
        return False
    if not isinstance(leaf, str):
        return key not in OURS
    if not re.search(r"\d", leaf):
        return False
    if key in ("returned", "expected"):
        return not (TYPE.fullmatch(leaf) or SHAPE.fullmatch(leaf))
    if key in ("factor", "amount"):
        return leaf not in {"1", "2", "1/ln 2", "ln 10"} and bool(re.search(r"[02-9]", leaf))
    return key not in ("law", "names", "other", "argument", "letters")

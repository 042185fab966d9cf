"""Find numbers in findings on hidden cases, which could give hidden inputs away."""

import ast
import re

OURS = re.compile(
    r"adds? up to [01]|above 1\b|length 1\b|back to 0|where 0 is|(?:u?int|float|complex)\d+|"
    r"1/ln 2|ln 10|[NMCDH]²|by 1\b|(?:is|are) 0\b|\b2 times|- 1\)|"
    r"the diagonal is 0|rounded to \d decimals|\((?:(?:1|\?|…|[A-Z](?:·[A-Z])?)(?:, )?)+,?\)"
)


def numbers_in(data, findings):
    """Return the findings on hidden cases with a number that the course does not state."""
    sentences = [m["hint"] for m in data["mistakes"].values()]
    sentences += [case["tried"] for case in data["cases"]]
    sentences += [*data.get("wrong", {}).values(), *_raised(data)]
    sentences = sorted((s for s in sentences if re.search(r"\d", s)), key=len, reverse=True)
    named = (data["name"], *data["returns"], *data["parameters"])
    names = [name for name in named if name.isidentifier()]
    axes = "".join({letter for case in data["cases"] for letter in case["sizes"]})
    axis = rf"\b[{axes}] [-+] 1\b" if axes else ""  # such as "T - 1" in a shape
    known = re.compile(f"{OURS.pattern}|{axis}") if axis else OURS
    return [text for _, text, _ in findings if _has_number(text, sentences, names, known)]


def _raised(data):
    """Return the messages with which a problem's `measure` rejects an answer."""
    tree = ast.parse(data["measure"]["source"] if "measure" in data else "")
    raised = [node for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc]
    inside = [node for r in raised for node in ast.walk(r.exc)]
    texts = [n.value for n in inside if isinstance(n, ast.Constant)]
    return [text for text in texts if isinstance(text, str)]


def _has_number(text, sentences, names, known):
    """Return whether a digit is left in a text without the known sentences and names."""
    for words in sentences:
        text = re.sub(rf"(?<![\w.]){re.escape(words)}(?![\w])", "", text)
    for name in names:
        text = re.sub(rf"(?<![\w.]){name}(?!\w|\.\d)", "", text)
    return re.search(r"\d", known.sub("", text)) is not None

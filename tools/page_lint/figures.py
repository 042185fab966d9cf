"""Rules on figures: how many, each with a caption and an alternative text."""

import ast
import re
from collections.abc import Iterator

from .core import LESSON, PAGE, Page, rule

SHORTEST = 40
CALLS = {"play", "show"}
DIRECTION = re.compile(
    r"(?i)(?:^|[.;:,(] *)(?:left|right|above|below)\b(?=[:,)]| (?:are|is|it|the|what)\b)"
    r"|\b(?:on|to|at) (?:the )?(?:left|right)\b"
    r"|\b(?:left|right|upper|lower|top|bottom)(?:-hand)? (?:panel|plot|picture|drawing)s?\b"
)
OPENING = re.compile(r"(?i)(?:an? )?(?:figure|image|plot|graph showing|picture showing)\b")


def words_of(node: ast.expr | None) -> str | None:
    """Return the text of a string expression, or None if only running it would tell."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else "…" for v in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = words_of(node.left), words_of(node.right)
        return None if left is None and right is None else f"{left or '…'}{right or '…'}"
    return None


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the expression passed as a keyword argument, or None."""
    return next((k.value for k in call.keywords if k.arg == name), None)


@rule("figure-count", LESSON, "3 to 7 figures before the exercises")
def figure_count(page: Page):
    """Yield a finding if the page has too few or too many figures."""
    if not 3 <= (count := page.source.figures) <= 7:
        yield page.top, f"{count} figures before the exercises; expected 3 to 7"


@rule("figure-caption", PAGE, "a figure has a caption and a name")
def figure_caption(page: Page):
    """Yield figures without a caption, and those without a name to refer to."""
    for cell in page.source.cells:
        if "figure:" in cell.options:
            for option in ("caption", "name"):
                if not re.search(
                    rf"^:\s+{option}: *[\"']?[^\"'\s]", cell.options, re.MULTILINE
                ):
                    yield cell.line, f"the figure has no {option}: add `{option}:` to its cell"
        for name, call, line in cell.calls:
            if name == "play" and not _has(call, "caption"):
                yield line, "the moving figure has no caption: give `caption=`"
    for block in page.source.named("figure"):
        if not [ln for ln in block.body.splitlines()[1:] if ln and not ln.startswith(":")]:
            yield block.line, "the figure has no caption: write it below the options"


@rule("caption-direction", PAGE, "no caption says *left* or *below*: panels stack on a phone")
def caption_direction(page: Page):
    """Yield captions that say where something stands."""
    captions = [
        (cell.line, line)
        for cell in page.source.cells
        for line in re.findall(r"^:\s+caption: *[\"']?(.*)$", cell.options, re.MULTILINE)
    ]
    for name, call, line in page.source.calls:
        if name == "play":
            captions.append((line, words_of(keyword(call, "caption")) or ""))
    for line, caption in captions:
        if match := DIRECTION.search(caption):
            where = match[0].strip(" .;:,(")
            yield (
                line,
                f"the caption says “{where}”: name what is meant, panels stack on a phone",
            )


@rule("figure-alt", PAGE, f"alternative text, {SHORTEST} characters or more, of what is seen")
def figure_alt(page: Page):
    """Yield figures whose alternative text is missing or says too little."""
    calls = page.source.calls
    stills = {
        n for name, c, _ in calls if name == "play" for n in _fallback(c)
    }  # read out with it
    for name, call, line in calls:
        if name in CALLS and call.args and call not in stills:
            yield from _alt(call, line)
    for block in page.source.named("figure", "image"):
        match = re.search(r"^:alt: *(.*)$", block.body, re.MULTILINE)
        yield from _judged(match[1] if match else "", block.line)


def _fallback(call: ast.Call) -> Iterator[ast.AST]:
    """Yield the nodes of a moving figure's `still`, which is shown where no script runs."""
    value = keyword(call, "still")
    return ast.walk(value) if value is not None else iter(())


def _has(call: ast.Call, name: str) -> bool:
    """Return whether a call passes a keyword argument that is not an empty string."""
    value = keyword(call, name)
    return value is not None and words_of(value) != ""


def _alt(call: ast.Call, line: int):
    """Yield what is wrong with a call's `alt`; a call with `**options` is not judged."""
    if any(k.arg is None for k in call.keywords):
        return
    node = keyword(call, "alt")
    if node is None:
        yield line, "the figure has no alternative text: give `alt=`"
    elif (text := words_of(node)) is not None:
        yield from _judged(text, line, open_end="…" in text)


def _judged(text: str, line: int, *, open_end: bool = False):
    """Yield what is wrong with an alternative text."""
    text = text.strip()
    if OPENING.match(text):
        first = " ".join(text.split()[:2])
        yield line, f"the alternative text begins “{first}”: say what is to be seen in it"
    if len(text) < SHORTEST and not open_end:
        count = f"{len(text)} characters; at least {SHORTEST}"
        yield line, f"the alternative text has {count}: say what is to be seen"

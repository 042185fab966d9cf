"""Custom HTML elements with inline data, and a fallback to show if no script runs."""

import hashlib
import html
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["curly", "element", "finite", "key", "listing", "markup", "words"]

# Words between asterisks, but not the factors of a product such as 2*3*4.
EMPHASIS = re.compile(r"(?<![\w*])\*([^\s*]|[^\s*][^*]*[^\s*])\*(?![\w*])")
# The apostrophe of a contraction or a possessive, which may follow a formula.
APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)|^'(?=s\b)")
# An escaped dollar sign, a formula, or code.
PIECES = re.compile(r"\\\$|\$(?P<formula>[^\s$](?:[^$\n]*[^\s$])?)\$|`(?P<code>[^`\n]+)`")


def element(tag: str, data: Mapping, fallback: str) -> str:
    """Return a custom HTML element with inline data and a fallback if no script runs."""
    body = json.dumps(data, ensure_ascii=False, allow_nan=False).replace("</", "<\\/")
    return (
        f'<nn-{tag}><script type="application/json">{body}</script>'
        f'<div class="nn-fallback">{fallback}</div></nn-{tag}>'
    )


def _piece(match: re.Match) -> str:
    """Return one formula, piece of code or dollar sign as HTML."""
    if match["formula"]:
        formula = html.escape(match["formula"])
        return f'<span class="math notranslate nohighlight">\\({formula}\\)</span>'
    return f"<code>{html.escape(match['code'])}</code>" if match["code"] else "$"


def markup(text: str) -> str:
    """Return text as HTML, with markup for formulas, code and emphasis."""
    parts, end = [], 0
    for match in PIECES.finditer(text):
        parts += [_plain(text[end : match.start()]), _piece(match)]
        end = match.end()
    return "".join([*parts, _plain(text[end:])])


def _plain(text: str) -> str:
    """Return words as HTML, with emphasis on words between asterisks."""
    return EMPHASIS.sub(r"<em>\1</em>", html.escape(curly(text)))


def curly(text: str) -> str:
    """Return text with curly apostrophes, like the text of a page."""
    return APOSTROPHE.sub("’", text)


def words(caller: str, name: str, text: Any) -> str:
    """Return an author's text; raise ValueError if it is empty or a formula isn't closed."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{caller}: expected text for {name}, got {text!r}")
    unmatched = PIECES.sub("", text)
    for sign, kind in (("$", "a formula"), ("`", "code")):
        if sign in unmatched:
            raise ValueError(f"{caller}: {kind} is not closed by {sign} in {text!r}")
    return text


def finite(caller: str, name: str, value: Any) -> float:
    """Return an author's number as a float; raise an error if it is not a finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{caller}: expected a number for {name}, got {value!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"{caller}: expected a finite number for {name}, got {value}")
    return number


def listing(items: Iterable[str], kind: str = "ul") -> str:
    """Return HTML items as a list; ``kind`` is its tag, which may include attributes."""
    return f"<{kind}>{''.join(f'<li>{item}</li>' for item in items)}</{kind.split()[0]}>"


def key(*parts: Any) -> str:
    """Return an id for a question: a hash of its parts, which changes if a part changes."""
    body = json.dumps(parts, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()[:10]

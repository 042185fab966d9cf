"""Remove the rules that no page can use (about 85% of all rules) from the theme's style sheet.

The theme brings all of Bootstrap. A browser reads every rule before the first paint, and tests
many of them on each element. The finished pages and scripts show which classes and ids
there are; a selector that needs any other class or id matches nothing.
"""

import re
from itertools import pairwise
from pathlib import Path

import pydata_sphinx_theme
import tinycss2

SHEET = "styles/pydata-sphinx-theme.css"
SOURCE = Path(pydata_sphinx_theme.__file__).parent.joinpath(
    "theme", "pydata_sphinx_theme", "static", SHEET
)
NAMED = re.compile(r'\b(?:class|id)="([^"]*)"')
WORD = re.compile(r"[\w-]+")
GROUPS = ("media", "supports")  # rules that contain other rules
ICON_FONT = "Font Awesome"  # icons.py draws the icons without these rules


def names(static: Path, pages: list[Path]) -> set[str]:
    """Return the classes and ids of the pages, and every word of their scripts."""
    words = set()
    for page in pages:
        for value in NAMED.findall(page.read_text(encoding="utf-8")):
            words.update(value.split())
    scripts = (static.rglob("*.js"), (static.parent / "_play").rglob("*.js"))
    for script in (file for folder in scripts for file in folder):
        words.update(WORD.findall(script.read_text(encoding="utf-8")))
    return words


def pruned(text: str, known: set[str]) -> str:
    """Return a style sheet without the rules that need an unknown class or id."""
    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    return _written(rules, known)


def _written(rules: list, known: set[str]) -> str:
    """Return a style sheet with only the rules that can match something."""
    return "\n".join(filter(None, (_rule(rule, known) for rule in rules)))


def _rule(rule, known: set[str]) -> str:
    """Return a rule with the selectors that can match, or nothing if there is none."""
    if rule.type == "qualified-rule":
        matching = [part for part in _parts(rule.prelude) if _needed(part) <= known]
        selectors = ",".join(tinycss2.serialize(part).strip() for part in matching)
        return f"{selectors}{{{tinycss2.serialize(rule.content)}}}" if matching else ""
    if rule.type == "at-rule" and rule.at_keyword in GROUPS:
        inside = _written(tinycss2.parse_rule_list(rule.content, True, True), known)
        head = tinycss2.serialize(rule.prelude)
        return f"@{rule.at_keyword}{head}{{{inside}}}" if inside else ""
    text = rule.serialize()
    return "" if rule.type == "at-rule" and ICON_FONT in text else text


def _parts(prelude: list) -> list[list]:
    """Return the selectors of a rule, which are separated by commas."""
    parts = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _needed(selector: list) -> set[str]:
    """Return the classes and ids that a selector needs, ignoring those in :is() and :not()."""
    classes = {
        after.value for dot, after in pairwise(selector) if dot == "." and after.type == "ident"
    }
    return classes | {token.value for token in selector if token.type == "hash"}


def prune(app, exception) -> None:
    """Write the theme's style sheet with the rules that the pages can use."""
    if exception is None and app.builder.name == "html":
        static = Path(app.outdir, "_static")
        known = names(static, sorted(Path(app.outdir).rglob("*.html")))
        text = pruned(SOURCE.read_text(encoding="utf-8"), known)
        (static / SHEET).write_text(text, encoding="utf-8")

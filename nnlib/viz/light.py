"""Reduce the size of matplotlib's SVG by writing repeated styles only once.

matplotlib repeats the complete style on every mark and every word. Here each style is written
once: on the root for the whole drawing, on a marker for all its uses, or on a group of marks.
"""

import itertools
import re

from .colours import INK, VARIABLES

__all__ = ["light"]

FONT = "font-family:'DejaVu Sans', sans-serif"
RULE = re.compile(r"<defs><style [^>]*>\*\{([^}]*)\}</style></defs>")
STYLE = re.compile(r' style="([^"]*)"')
USE = re.compile(r'<use xlink:href="#([^"]*)"[^>]*/>')
POLYGON = re.compile(r'(?<= d=")(?:M[\d. -]+(?:L[\d. -]+)*z?)+(?=")')
MARKER = re.compile(r'<path id="([^"]*)"[^>]* style="([^"]*)"')


def light(svg: str) -> str:
    """Return an SVG element without repeated styles."""
    svg = _ruled(STYLE.sub(lambda m: re.sub("([:;]) ", r"\1", m[0]), svg))
    svg = _grouped(_inherited(svg))
    svg = POLYGON.sub(lambda m: _relative(m[0]), svg)
    return _without_bare_groups(svg)


def _ruled(svg: str) -> str:
    """Return an SVG with the styles of the whole drawing moved to its root."""
    rules = ";".join(RULE.findall(svg)).replace(": ", ":").replace("; ", ";")
    start, end = re.match(r"<svg[^>]*>", svg).span()
    defaults = {FONT, f"fill:{VARIABLES[INK]}", ""}
    root = svg[start:end].replace('style="', f'style="{rules};{FONT};'.replace('";', '"'), 1)
    return root + STYLE.sub(lambda m: _style(m[1], defaults), RULE.sub("", svg[end:]))


def _style(style: str, without: set[str]) -> str:
    """Return a style attribute without some declarations; "" if none remain."""
    remaining = ";".join(part for part in style.split(";") if part not in without)
    return f' style="{remaining}"' if remaining else ""


def _inherited(svg: str) -> str:
    """Return an SVG in which marks do not repeat the style of their marker."""
    styles = {name: set(style.split(";")) for name, style in MARKER.findall(svg)}
    return USE.sub(
        lambda use: STYLE.sub(lambda m: _style(m[1], styles.get(use[1], set())), use[0]), svg
    )


def _grouped(svg: str) -> str:
    """Return an SVG in which successive marks of the same style share a group."""
    return re.sub(r"(?:<use [^>]*/>){2,}", lambda m: "".join(_groups(m[0])), svg)


def _groups(marks: str):
    """Yield marks, and successive marks of the same style as one group."""
    for style, group in itertools.groupby(re.findall("<use [^>]*/>", marks), _style_of):
        group = list(group)
        if style and len(group) > 1:
            yield f"<g{style}>{''.join(mark.replace(style, '') for mark in group)}</g>"
        else:
            yield from group


def _style_of(mark: str) -> str:
    """Return the style attribute of an element, or ""."""
    style = STYLE.search(mark)
    return style[0] if style else ""


def _relative(path: str) -> str:
    """Return a path with relative coordinates, rounded to hundredths."""
    out, current, last = [], (0, 0), ""
    for command, coordinates in re.findall(r"([MLz])([^MLz]*)", path):
        if command == "z":
            out.append("z")
        else:
            target = tuple(round(100 * float(number)) for number in coordinates.split())
            step = [a - b for a, b in zip(target, current, strict=True)]
            steps = _numbers(step if command == "L" else target)
            letter = {"ML": "l", "LL": ""}.get(last + command, command)
            out.append(letter + steps if letter or steps[0] == "-" else f" {steps}")
            current = target
        last = command
    return "".join(out)


def _numbers(hundredths) -> str:
    """Return two numbers in SVG's path syntax, as short as possible."""
    x, y = (f"{n / 100:.2f}".rstrip("0").rstrip(".") for n in hundredths)
    x, y = (re.sub(r"^(-?)0\.", r"\1.", number) for number in (x, y))
    return x + ("" if y[0] == "-" else " ") + y


def _without_bare_groups(svg: str) -> str:
    """Return an SVG without groups that have no attributes; their content stays."""
    open_groups: list[str] = []

    def without_bare(tag: re.Match) -> str:
        if tag[0] != "</g>":
            open_groups.append(tag[0])
            return tag[0].replace("<g>", "")
        return "" if open_groups.pop() == "<g>" else "</g>"

    return re.sub(r"<g(?: [^>]*)?>|</g>", without_bare, svg)

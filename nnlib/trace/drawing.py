"""SVG drawings of graphs of numbers: circles with values and gradients, in layers."""

from __future__ import annotations

import html
import itertools
from collections.abc import Sequence
from typing import NamedTuple

from .cards import draw_cards
from .gates import label, number
from .layout import Layout
from .node import Node

__all__ = ["RADIUS", "Frame", "draw"]

RADIUS = 17.0
VALUE, GRADIENT, INK, PAPER = (
    "var(--nn-a, #0062b1)",
    "var(--nn-b, #b4490a)",
    "var(--nn-ink, currentColor)",
    "var(--pst-color-background, var(--jp-layout-color0, #fff))",
)
ITALIC, START = 'font-style="italic"', 'text-anchor="start"'


class Frame(NamedTuple):
    """The map from (layer, slot) to drawing coordinates.

    ``step`` contains the distances between adjacent layers and slots. ``before`` is the
    room for text to the left of a centre and above it, as a pair. ``behind_input`` and
    ``behind_operation`` are pairs too: the room to the right of the centre of an input or an
    operation, and below it.
    """

    along_x: bool
    step: tuple[float, float]
    before: tuple[float, float]
    behind_input: tuple[float, float]
    behind_operation: tuple[float, float]

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return the coordinates of the centre of a position (layer, slot)."""
        first, second = (k * step for k, step in zip(point, self.step, strict=True))
        x, y = (first, second) if self.along_x else (second, first)
        return x + self.before[0], y + self.before[1]

    def size(self, nodes: Sequence[Node], laid_out: Layout) -> tuple[float, float]:
        """Return the width and the height of the drawing."""
        ends = []
        for node, position in zip(nodes, laid_out.nodes, strict=True):
            room = self.behind_operation if node.operation else self.behind_input
            ends.append([a + b for a, b in zip(self.at(position), room, strict=True)])
        passing = [self.at(position) for *_, passed in laid_out.edges for position in passed]
        width, height = (max(axis) for axis in zip(*ends, *passing, strict=True))
        return width, height


FRAMES = {
    "right": Frame(True, (80, 80), (30, 37), (30, 37), (38, 37)),
    "down": Frame(False, (80, 80), (26, 52), (26, 20), (66, 22)),
}


def draw(nodes: Sequence[Node], laid_out: Layout, direction: str, gradients: bool) -> str:
    """Return the drawing of a graph as an SVG element; see ``Graph.svg``."""
    if direction not in FRAMES:
        raise ValueError(f"svg: expected the direction 'right' or 'down', got {direction!r}")
    if not all(map(_fits_a_circle, nodes)):
        return draw_cards(nodes, laid_out, direction, gradients)
    frame = FRAMES[direction]
    width, height = frame.size(nodes, laid_out)
    edges = [_edge(edge, nodes, laid_out, frame, gradients) for edge in laid_out.edges]
    circles = [
        _node(node, frame.at(position), frame.along_x, gradients)
        for node, position in zip(nodes, laid_out.nodes, strict=True)
    ]
    words = html.escape(_description(nodes, gradients))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nn-{direction}" role="img" '
        f'aria-label="{words}" viewBox="0 0 {width:g} {height:g}" '
        f'style="display:block;width:100%;max-width:{width:.0f}px;height:auto" '
        f'font-size="13" font-family="inherit" text-anchor="middle" fill="{INK}">'
        f"{''.join(edges)}{''.join(circles)}</svg>"
    )


def _fits_a_circle(node: Node) -> bool:
    """Return whether a node is a number with a symbol that is short enough for a circle."""
    longest, sign = (7, node.symbol) if node.operation else (4, label(node.name))
    return node.is_scalar and len(sign) <= longest


def _description(nodes: Sequence[Node], gradients: bool) -> str:
    """Describe the graph in words, node by node, for the drawing's alternative text."""
    parts = []
    for node in nodes:
        operation = f" ({node.symbol})" if node.operation else ""
        known = gradients and node.gradient is not None
        gradient_text = f", gradient {number(node.gradient)}" if known else ""
        parts.append(f"{node.name}{operation} {number(node.value)}{gradient_text}")
    return "Graph: " + "; ".join(parts) + "."


def _edge(edge, nodes: Sequence[Node], laid_out: Layout, frame: Frame, gradients: bool) -> str:
    """Return an edge with its arrowhead, and its gradient if the source has several users."""
    source, target, operand, passed = edge
    points = [frame.at(p) for p in (laid_out.nodes[source], *passed, laid_out.nodes[target])]
    same = [x is nodes[source] for x in nodes[target].operands]
    bend = 0.0 if sum(same) == 1 else 26.0 * (sum(same[:operand]) - (sum(same) - 1) / 2)
    path, middle = _curve(points, frame.along_x, bend)
    line = f'<path d="{path}" fill="none" stroke="{INK}" stroke-opacity=".65"/>'
    head = _head(points[-1], frame.along_x)
    if not gradients or nodes[source].users < 2 or nodes[source].gradient is None:
        return line + head
    sent = number(nodes[target].sent[operand])
    return line + head + _text(middle[0], middle[1] + 4, sent, GRADIENT, 'font-size="12"')


def _curve(
    points: list[tuple[float, float]], along_x: bool, bend: float
) -> tuple[str, tuple[float, float]]:
    """Return an SVG path that starts and ends in the layers' direction, and its midpoint."""
    # A downward edge bends early (0.3), above the numbers next to its target.
    along, across, turn = (0, 1, 0.5) if along_x else (1, 0, 0.3)
    ends = [list(p) for p in points]
    ends[0][along] += RADIUS
    ends[-1][along] -= RADIUS + 6
    path = "M{:.4g} {:.4g}".format(*ends[0])
    for left, right in itertools.pairwise(ends):
        first, second = list(left), list(right)
        first[along] = second[along] = left[along] + turn * (right[along] - left[along])
        first[across] += bend
        second[across] += bend
        path += "C{:.4g} {:.4g} {:.4g} {:.4g} {:.4g} {:.4g}".format(*first, *second, *right)
    left, right = ends[len(ends) // 2 - 1], ends[len(ends) // 2]
    middle = [(a + b) / 2 for a, b in zip(left, right, strict=True)]
    middle[across] += 0.75 * bend
    middle[along] += 0.75 * (turn - 0.5) * (right[along] - left[along])
    return path, (middle[0], middle[1])


def _head(tip: tuple[float, float], along_x: bool) -> str:
    """Return an arrowhead that points at a circle, as SVG."""
    x, y = tip
    if along_x:
        corners = f"{x - RADIUS:g} {y:g}l-8 -4v8z"
    else:
        corners = f"{x:g} {y - RADIUS:g}l-4 -8h8z"
    return f'<path d="M{corners}" fill="{INK}"/>'


def _node(node: Node, centre: tuple[float, float], along_x: bool, gradients: bool) -> str:
    """Return a circle with its symbol as SVG, with name, value and gradient next to it."""
    x, y = centre
    dashes, slant = ("", "") if node.operation else (' stroke-dasharray="3 2"', ITALIC)
    circle = (
        f'<circle cx="{x:g}" cy="{y:g}" r="{RADIUS:g}" fill="{PAPER}" stroke="{INK}" '
        f'stroke-width="1.6"{dashes}/>'
    )
    inside = html.escape(node.symbol if node.operation else label(node.name))
    sign = f'<text x="{x:g}" y="{y + 4.5:g}" {slant}>{inside}</text>'
    name = label(node.name) if node.operation else ""
    known = gradients and node.gradient is not None
    value, gradient = number(node.value), number(node.gradient) if known else ""
    if along_x:
        # There is no room for a name next to a number with an exponent.
        named = f"{name} = {value}" if name and "e" not in value else value
        texts = [_text(x, y - 23, named, VALUE), _text(x, y + 31, gradient, GRADIENT)]
    elif node.operation:
        texts = _beside(x + RADIUS + 3, y, name, value, gradient)
    else:
        texts = [_text(x, y - 36, value, VALUE), _text(x, y - 22, gradient, GRADIENT)]
    return circle + sign + "".join(texts)


def _beside(x: float, y: float, name: str, value: str, gradient: str) -> list[str]:
    """Return name, value and gradient as SVG, from top to bottom."""
    return [
        _text(x, y - 9, name, INK, f"{START} {ITALIC}"),
        _text(x, y + 5, value, VALUE, START),
        _text(x, y + 19, gradient, GRADIENT, START),
    ]


def _text(x: float, y: float, words: str, colour: str, more: str = "") -> str:
    """Return text as SVG, outlined in the background colour to hide the lines behind it."""
    if not words:
        return ""
    rim = f'stroke="{PAPER}" stroke-width="3.5" paint-order="stroke"'
    attributes = f'x="{x:.4g}" y="{y:.4g}"'
    return f'<text {attributes} fill="{colour}" {rim} {more}>{html.escape(words)}</text>'

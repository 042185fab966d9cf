"""SVG drawings of graphs of arrays, with a card for the value and gradient of each node."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .gates import label
from .layout import Layout
from .node import Node
from .values import lines, one_line

__all__ = ["Card", "Deck", "card", "draw", "draw_cards"]

LINE, PAD, CHARACTER = 16.0, 8.0, 8.0  # height of a line, padding, width of a character
GAP = {"right": (44.0, 14.0), "down": (34.0, 14.0)}  # between layers; between slots of a layer
VALUE, GRADIENT, INK, PAPER = (
    "var(--nn-a, #0062b1)",
    "var(--nn-b, #b4490a)",
    "var(--nn-ink, currentColor)",
    "var(--pst-color-background, var(--jp-layout-color0, #fff))",
)
SOFT = "var(--nn-soft, #eef1f6)"


class Card(NamedTuple):
    """The text on one card: a title, the lines of the value and the lines of the gradient."""

    title: str
    value: list[str]
    gradient: list[str]
    dashed: bool

    @property
    def size(self) -> tuple[float, float]:
        """The width and the height of the card."""
        rows = 1 + len(self.value) + len(self.gradient) + 0.4 * bool(self.gradient)
        widest = max(
            1.1 * len(self.title) * CHARACTER, _width(self.value), _width(self.gradient)
        )
        return widest + 2 * PAD, rows * LINE + PAD


def _columns(rows: list[str]) -> list[float]:
    """Return the x coordinate of the right edge of each column of a matrix."""
    cells = [row.split("  ") for row in rows if "  " in row]
    widths = [max(map(len, column)) + 1.4 for column in zip(*cells, strict=True)]
    return [x * CHARACTER - 1.4 * CHARACTER for x in itertools.accumulate(widths, initial=1.4)][
        1:
    ]


def _width(rows: list[str]) -> float:
    """Return the width of the longest line."""
    plain = (len(row) * CHARACTER for row in rows if "  " not in row)
    return max([0.0, *plain, *_columns(rows)])


def card(node: Node, gradients: bool) -> Card:
    """Return the card of a node."""
    name, is_result = label(node.name), bool(node.operation)
    title = f"{name} · {node.symbol}" if is_result and name != node.symbol else name
    shown = gradients and node.gradient is not None
    rows = lines(node.gradient) if shown else []
    if rows:
        rows = ["grad", *rows] if len(rows) > 1 else [f"grad {rows[0]}"]
    return Card(title, lines(node.value, node.shape), rows, not is_result)


class Deck(NamedTuple):
    """Positions of the cards: each layer and each slot has room for its largest card.

    ``layers`` contains the centre and half the extent of each layer, and ``step`` is the
    distance between adjacent slots.
    """

    along_x: bool
    layers: list[tuple[float, float]]
    step: float

    def at(self, point: tuple[int, float]) -> tuple[float, float]:
        """Return the coordinates of the centre of a position (layer, slot)."""
        along, across = self.layers[point[0]][0], (point[1] + 0.5) * self.step
        return (along, across) if self.along_x else (across, along)

    def reach(self, layer: int) -> float:
        """Return half the extent of a layer."""
        return self.layers[layer][1]


def deck(cards: Sequence[Card], laid_out: Layout, direction: str) -> Deck:
    """Return the positions of the cards."""
    along_x = direction == "right"
    sizes = [c.size if along_x else c.size[::-1] for c in cards]
    between_layers, between_slots = GAP[direction]
    layers, start = [], 2.0
    for layer in range(laid_out.size[0]):
        extent = max(
            size[0] for size, p in zip(sizes, laid_out.nodes, strict=True) if p[0] == layer
        )
        layers.append((start + extent / 2, extent / 2))
        start += extent + between_layers
    return Deck(along_x, layers, max(size[1] for size in sizes) + between_slots)


def draw_cards(nodes: Sequence[Node], laid_out: Layout, direction: str, gradients: bool) -> str:
    """Return the drawing of a graph as an SVG element; see ``Graph.svg``."""
    cards = [card(node, gradients) for node in nodes]
    return draw(cards, laid_out, direction, _description(nodes, gradients))


def draw(cards: Sequence[Card], laid_out: Layout, direction: str, words: str) -> str:
    """Return cards and their edges as an SVG element with the alternative text ``words``."""
    places = deck(cards, laid_out, direction)
    length, breadth = sum(places.layers[-1]) + 2, laid_out.size[1] * places.step
    width, height = (length, breadth) if places.along_x else (breadth, length)
    edges = [_edge(edge, cards, laid_out, places) for edge in laid_out.edges]
    shown = [_card(c, places.at(p)) for c, p in zip(cards, laid_out.nodes, strict=True)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nn-{direction}" role="img" '
        f'aria-label="{html.escape(words)}" viewBox="0 0 {width:g} {height:g}" '
        f'style="display:block;width:100%;min-width:{0.94 * width:.0f}px;'
        f'max-width:{width:.0f}px;height:auto" '
        f'font-size="13" font-family="inherit" fill="{INK}">'
        f"{''.join(edges)}{''.join(shown)}</svg>"
    )


def _description(nodes: Sequence[Node], gradients: bool) -> str:
    """Describe the graph in words, node by node, for the drawing's alternative text."""
    parts = []
    for node in nodes:
        operation = f" ({node.symbol})" if node.operation else ""
        known = gradients and node.gradient is not None
        gradient_text = f", gradient {one_line(node.gradient)}" if known else ""
        parts.append(
            f"{node.name}{operation} {one_line(node.value, node.shape)}{gradient_text}"
        )
    return "Graph: " + "; ".join(parts) + "."


def _edge(edge: tuple, cards: Sequence[Card], laid_out: Layout, places: Deck) -> str:
    """Return an edge with its arrowhead as SVG, from one card to the next."""
    source, target, operand, passed = edge
    parallel = [e[2] for e in laid_out.edges if e[:2] == (source, target)]
    offset = 14.0 * (parallel.index(operand) - (len(parallel) - 1) / 2)
    along, across = (0, 1) if places.along_x else (1, 0)
    start, end = (list(places.at(laid_out.nodes[k])) for k in (source, target))
    start[along] += cards[source].size[along] / 2
    end[along] -= cards[target].size[along] / 2 + 7
    start[across] += offset
    end[across] += offset
    path = "M{:.4g} {:.4g}".format(*start)
    position = start
    for layer, slot in passed:  # a curve between two layers, and a straight line past the cards
        before, behind = list(places.at((layer, slot))), list(places.at((layer, slot)))
        before[along] -= places.reach(layer)
        behind[along] += places.reach(layer)
        path += _bent(position, before, along) + "L{:.4g} {:.4g}".format(*behind)
        position = behind
    path += _bent(position, end, along)
    corners = "l-1 -4l8 4l-8 4z" if places.along_x else "l-4 -1l4 8l4 -8z"
    return (
        f'<path d="{path}" fill="none" stroke="{INK}" stroke-opacity=".65"/>'
        f'<path d="M{end[0]:.4g} {end[1]:.4g}{corners}" fill="{INK}"/>'
    )


def _bent(start: list[float], end: list[float], along: int) -> str:
    """Return an SVG curve that starts and ends in the direction from layer to layer."""
    first, second = list(start), list(end)
    first[along] = second[along] = (start[along] + end[along]) / 2
    return "C{:.4g} {:.4g} {:.4g} {:.4g} {:.4g} {:.4g}".format(*first, *second, *end)


def _card(c: Card, centre: tuple[float, float]) -> str:
    """Return a card as SVG: the title, the value and, below a line, the gradient."""
    width, height = c.size
    x, y = centre[0] - width / 2, centre[1] - height / 2
    dashes = ' stroke-dasharray="3 2"' if c.dashed else ""
    parts = [
        f'<rect x="{x:.5g}" y="{y:.5g}" width="{width:.5g}" height="{height:.5g}" rx="7" '
        f'fill="{SOFT if c.dashed else PAPER}" stroke="{INK}" stroke-width="1.4"{dashes}/>'
    ]
    row = y + PAD / 2 + 12
    parts.append(_text(x + PAD, row, c.title, INK, ' font-weight="600"'))
    parts += _lines(x + PAD, row + LINE, c.value, VALUE)
    row += LINE * (1 + len(c.value))
    if c.gradient:
        line = f"M{x:.5g} {row - 9:.5g}h{width:.5g}"
        parts.append(f'<path d="{line}" stroke="{INK}" opacity=".4"/>')
        parts += _lines(x + PAD, row + 0.4 * LINE, c.gradient, GRADIENT)
    return "".join(parts)


def _lines(x: float, y: float, rows: list[str], colour: str) -> Iterator[str]:
    """Yield lines of text as SVG, from top to bottom, with the columns of a matrix aligned."""
    ends = _columns(rows)
    for k, row in enumerate(rows):
        if "  " not in row:
            yield _text(x, y + k * LINE, row, colour)
            continue
        for end, cell in zip(ends, row.split("  "), strict=True):
            yield _text(x + end, y + k * LINE, cell, colour, ' text-anchor="end"')


def _text(x: float, y: float, words: str, colour: str, more: str = "") -> str:
    """Return a line of a card, or an entry of a matrix, as SVG."""
    attributes = f'x="{x:.5g}" y="{y:.5g}"'
    return f'<text {attributes} fill="{colour}"{more}>{html.escape(words)}</text>'

"""Names beside lines: they cover nothing, are nearest to their own line, and can be read."""

import functools
from itertools import pairwise

import numpy as np
import pytest

from nnlib import viz
from nnlib.viz.colours import DARK, WORDS
from tests.nnlib.viz.reading import labels_of, names_of
from tests.nnlib.viz.test_looks import luminance

T = np.linspace(0.1, 10, 200)
SETS = {
    "crossing": {"rising": T, "falling": 10 - T, "flat": np.full(200, 2.0)},
    "decaying": {f"rate {k}": np.exp(-k * T / 4) for k in range(1, 6)},
    "long": {"a name of several words": T, "another name of some words": T**2 / 10 + 3},
    "close": {
        f"the {k}": np.exp(-T / 4) * (6 + n / 2) + n / 4 * np.sin(T)
        for n, k in enumerate(("first", "second", "third", "fourth"))
    },
    "fan": {
        f"the {k}": (1 + n / 30) * T
        for n, k in enumerate(("first", "second", "third", "fourth"))
    },
    "waves": {"sine": np.sin(T), "cosine": np.cos(T), "both": np.sin(T) + np.cos(T)},
}
WIDTHS = (3.4, 5.8)
both = [pytest.param(name, width, id=f"{name}-{width}") for name in SETS for width in WIDTHS]


@functools.cache
def drawn(name, width=3.4):
    """Return Axes with named lines after their layout; they are shared and stay as they are."""
    ax = viz.panel(xlabel="x", ylabel="y", title="A title")
    for (label, y), look in zip(SETS[name].items(), viz.LOOKS, strict=False):
        ax.plot(T, y, color=look.colour, label=label)
    viz.label_lines(ax)
    ax.figure.set_figwidth(width)
    ax.figure.draw_without_rendering()
    return ax


def boxes(ax):
    return [name.get_window_extent() for name in names_of(ax)]


def leaders_of(ax):
    (labels,) = (child for child in ax.get_children() if hasattr(child, "names"))
    return labels.leaders


def distance(box, line):
    points = line.get_transform().transform(line.get_xydata())
    steps = np.linspace(points[:-1], points[1:], 5, axis=1).reshape(-1, 2)
    beyond = np.maximum(np.maximum(box.min - steps, steps - box.max), 0)
    return np.hypot(*beyond.T).min()


@pytest.mark.parametrize(("name", "width"), both)
def test_names_cover_neither_lines_nor_each_other_nor_the_edge(name, width):
    ax = drawn(name, width)
    for k, box in enumerate(boxes(ax)):
        assert all(distance(box, line) > 0 for line in ax.get_lines()), labels_of(ax)[k]
        others = [
            led for led in leaders_of(ax) if led.get_color() != names_of(ax)[k].get_color()
        ]
        assert all(distance(box, led) > 0 for led in others), labels_of(ax)[k]
        assert not any(box.overlaps(other) for other in boxes(ax)[:k]), labels_of(ax)[k]
        assert ax.figure.bbox.x0 <= box.x0 <= box.x1 <= ax.figure.bbox.x1
        assert ax.figure.bbox.y0 <= box.y0 <= box.y1 <= ax.figure.bbox.y1


@pytest.mark.parametrize(("name", "width"), both)
def test_a_name_is_nearest_to_its_own_line_or_a_line_leads_there(name, width):
    ax = drawn(name, width)
    led = {leader.get_color(): leader for leader in leaders_of(ax)}
    for line, text, box in zip(ax.get_lines(), names_of(ax), boxes(ax), strict=True):
        if text.get_color() in led:
            (x, *_), (y, *_) = led[text.get_color()].get_data()
            start = type(box)([[x, y], [x, y]])
            assert min(ax.get_lines(), key=lambda other: distance(start, other)) is line
        else:
            assert min(ax.get_lines(), key=lambda other: distance(box, other)) is line


def test_names_that_fit_nowhere_stand_in_the_margin_without_overlap():
    ax = viz.panel()
    for k, look in enumerate(viz.LOOKS[:4]):
        ax.plot([0, 1], [0, 0], color=look.colour, label=f"curve {k}")
    ax.set_ylim(-1, 1)
    viz.label_lines(ax)
    ax.figure.draw_without_rendering()
    found = sorted(boxes(ax), key=lambda box: box.y0)
    assert all(box.x0 > ax.bbox.x1 for box in found)
    assert all(box.x1 <= ax.figure.bbox.x1 for box in found)
    assert all(low.y1 <= high.y0 for low, high in pairwise(found))


def test_names_are_found_a_new_place_when_the_limits_change():
    ax = viz.curves({"line": [1.0, 2.0, 3.0]}, ylabel="y")
    ax.figure.draw_without_rendering()
    ((before,), _) = boxes(ax), ax.set_xlim(0, 30)
    ax.figure.draw_without_rendering()
    (after,) = boxes(ax)
    assert after.x1 < before.x0
    assert distance(after, ax.get_lines()[0]) > 0


def test_a_name_says_a_word_that_stands_in_the_axes_no_second_time_over_it():
    ax = viz.panel()
    ax.plot([0, 1], [0, 1], label="line")
    taken = ax.text(0.5, 0.5, "x" * 14, ha="center", va="center")
    viz.label_lines(ax)
    ax.figure.draw_without_rendering()
    assert not boxes(ax)[0].overlaps(taken.get_window_extent())


def test_bars_and_marks_have_their_names_too():
    ax = viz.panel()
    ax.bar([1, 2, 3], [3, 2, 1], color=viz.BLUE, label="bars")
    ax.scatter([1, 2, 3], [4, 4, 5], color=viz.ORANGE, label="marks")
    viz.label_lines(ax)
    ax.figure.draw_without_rendering()
    assert {n.get_text(): n.get_color() for n in names_of(ax)} == {
        "bars": viz.BLUE,
        "marks": viz.ORANGE,
    }
    bars = [bar.get_window_extent() for bar in ax.patches]
    assert not any(box.overlaps(bar) for box in boxes(ax) for bar in bars)


def test_a_colour_too_pale_for_words_has_a_shade_for_them():
    ax = viz.panel()
    ax.plot([0, 1], [0, 1], color=viz.COLOURS[4], label="pale")
    viz.label_lines(ax)
    html = viz.show(ax, alt="A line.", name="pale")._repr_html_()
    assert f"fill:var(--nn-e-text, {WORDS['e'][0]})" in html
    assert f"stroke:var(--nn-e, {viz.COLOURS[4]})" in html


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_in_each_colour_can_be_read(theme):
    papers = (("#ffffff", "#f3f5f9"), ("#15181e", "#21252e"))[theme]
    plain = dict(zip("abcdefghij", (viz.COLOURS, DARK)[theme], strict=True))
    for colour in (
        plain | {letter: shades[theme] for letter, shades in WORDS.items()}
    ).values():
        for paper in papers:
            low, high = sorted([luminance(colour), luminance(paper)])
            assert (high + 0.05) / (low + 0.05) >= 4.5, (colour, paper)


def test_a_name_keeps_off_a_decision_boundary():
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (60, 2))
    ax = viz.regions(lambda x: x[:, 0] - x[:, 1], points, points @ [1, -1] > 0, names="AB")
    ax.figure.draw_without_rendering()
    boundary = next(c for c in ax.collections if not getattr(c, "filled", True))
    corners = boundary.get_transform().transform_path(boundary.get_paths()[0]).vertices
    steps = np.linspace(corners[:-1], corners[1:], 5, axis=1).reshape(-1, 2)
    assert not any(box.count_contains(steps) for box in boxes(ax))

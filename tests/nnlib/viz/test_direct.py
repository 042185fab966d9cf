"""Names next to lines: they cover nothing, and are nearest to their own line."""

import functools

import numpy as np
import pytest

from nnlib import viz
from tests.nnlib.viz.reading import labels_of, names_of

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
both = [  # a narrow figure, and with --slow a wide one
    *[(name, 3.4) for name in SETS],
    *[pytest.param(name, 5.8, marks=pytest.mark.slow) for name in SETS],
]


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
def test_a_name_is_nearest_to_its_own_line_or_has_a_leader_to_it(name, width):
    ax = drawn(name, width)
    led = {leader.get_color(): leader for leader in leaders_of(ax)}
    for line, text, box in zip(ax.get_lines(), names_of(ax), boxes(ax), strict=True):
        if text.get_color() in led:
            (x, *_), (y, *_) = led[text.get_color()].get_data()
            start = type(box)([[x, y], [x, y]])
            assert min(ax.get_lines(), key=lambda other: distance(start, other)) is line
        else:
            assert min(ax.get_lines(), key=lambda other: distance(box, other)) is line

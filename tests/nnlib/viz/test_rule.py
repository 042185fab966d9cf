"""What every figure function keeps: it returns its Axes, takes ``ax``, changes nothing else."""

import copy
import functools
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

from nnlib import viz
from nnlib.viz.colours import VARIABLES
from tests.nnlib.viz.calls import CALLS, draw

ROOT = Path(__file__).resolve().parents[3]
NO_FIGURES = {"Html", "Look", "label_lines", "panel", "show", "styled"}
each = pytest.mark.parametrize("name", sorted(CALLS))


def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b


def texts(figure):
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def test_every_public_function_that_draws_is_called_here():
    assert set(CALLS) == {n for n in viz.__all__ if callable(getattr(viz, n))} - NO_FIGURES


@pytest.mark.deep(2)
@each
def test_a_figure_function_returns_axes_of_a_panel_of_its_own(name):
    ax, other = draw(name), draw(name)
    assert isinstance(ax, Axes)
    assert ax.figure is not other.figure
    assert ax.figure.get_figwidth() == 3.4
    assert ax.figure.axes == [ax]


@pytest.mark.deep(2)
@each
def test_a_figure_function_draws_on_the_axes_that_it_is_given(name):
    left, right = Figure(figsize=(9, 4)).subplots(1, 2)
    before = set(right.get_children())
    assert draw(name, ax=left) is left
    assert len(left.figure.axes) == 2
    assert set(right.get_children()) == before
    own = draw(name)
    for kind in ("lines", "patches", "collections", "images"):
        assert len(getattr(left, kind)) == len(getattr(own, kind)), kind


@each
@pytest.mark.parametrize(
    ("wrong", "kind"), [(Figure(), "Figure"), ("axes", "str"), (np.array([1]), "ndarray")]
)
def test_what_is_no_axes_is_refused(name, wrong, kind):
    message = f"{name}: expected ax to be plain matplotlib Axes, got {kind}"
    with pytest.raises(TypeError, match=message):
        draw(name, ax=wrong)


def test_round_axes_are_refused():
    polar = Figure().add_subplot(projection="polar")
    with pytest.raises(TypeError, match="curves: expected ax to be plain matplotlib Axes"):
        draw("curves", ax=polar)


@pytest.mark.deep(2)
@each
def test_settings_and_inputs_are_as_before(name):
    before, inputs = dict(mpl.rcParams), copy.deepcopy(CALLS[name])
    draw(name)
    assert dict(mpl.rcParams) == before
    assert same(list(inputs), list(CALLS[name]))


def test_an_error_leaves_the_settings_as_before():
    before = dict(mpl.rcParams)
    with pytest.raises(ValueError, match="curves"):
        viz.curves({}, ylabel="loss")
    assert dict(mpl.rcParams) == before


@pytest.mark.deep(4)
@each
def test_a_figure_is_the_same_bytes_each_time_it_is_drawn_and_shown(name):
    ax = draw(name)
    first = viz.show(ax, alt="What is seen.", name="same")._repr_html_()
    assert viz.show(ax, alt="What is seen.", name="same")._repr_html_() == first
    assert viz.show(draw(name), alt="What is seen.", name="same")._repr_html_() == first


@functools.cache
def shown(name):
    """Return the HTML of a figure on a high panel."""
    ax = viz.panel(height=4)
    return viz.show(draw(name, ax=ax), alt="What is seen.", name="high")._repr_html_()


@pytest.mark.deep(2)
@each
def test_every_colour_of_a_drawing_is_an_ink_of_the_page(name):
    html = shown(name)
    for variable in VARIABLES.values():
        html = html.replace(variable, "")
    html = re.sub(r'"data:image/png;base64,[^"]*"', "", html)
    assert set(re.findall(r"#[0-9a-f]{6}\b", html)) == set()


@functools.cache
def drawn(name):
    """Return the axes of a figure after its layout; it is shared, so no test may change it."""
    ax = draw(name)
    ax.figure.draw_without_rendering()
    return ax


@each
def test_all_words_of_a_drawing_have_one_size_and_exponents_are_smaller(name):
    found = re.findall(r"font(?:-size)?:[^;\"]*?([\d.]+)px", shown(name))
    sizes = Counter(map(float, found))
    assert set(sizes) <= {9.0, 6.3}
    assert sizes[9.0]


def test_a_figure_alone_is_drawn_a_second_time_as_wide_as_the_text():
    def widths(*axes):
        html = viz.show(*axes, alt="What is seen.", name="wide")._repr_html_()
        return re.findall(r"max-width:([\d.]+)px", html)

    assert widths(draw("curves")) == ["353.6", "608.0"]
    assert widths(draw("curves"), draw("bars")) == ["353.6", "353.6"]
    assert widths(draw("roc")) == ["353.6"]  # its axes have one scale


def test_names_of_columns_are_slanted_only_in_the_drawing_that_has_no_room_for_them():
    def slanted(columns):
        names = [chr(ord("a") + k) * 9 for k in range(columns)]
        ax = viz.heatmap(np.ones((1, columns)), ["row"], names, xlabel="x", ylabel="y")
        for _ in range(2):  # to show leaves them as they were
            html = viz.show(ax, alt="What is seen.", name="names")._repr_html_()
        drawings = html.split("<svg")[1:]
        return [len(re.findall(r"rotate\(-60\b[^>]*>[^<]*\w{9}<", svg)) for svg in drawings]

    assert slanted(2) == [0, 0]
    assert slanted(4) == [4, 0]
    assert slanted(8) == [8, 8]


def test_a_drawing_measures_each_of_its_words_once(monkeypatch):
    measured, really = Counter(), TextToPath.get_text_width_height_descent

    def counted(self, words, font, is_formula):
        measured[words, font.get_weight(), font.get_size()] += 1
        return really(self, words, font, is_formula)

    monkeypatch.setattr(TextToPath, "get_text_width_height_descent", counted)
    ax = draw("convergence")
    viz.show(ax, alt="What is seen.", name="once", wide=False)
    assert {ax.get_xlabel(), ax.get_ylabel()} <= {words for words, *_ in measured}
    assert set(measured.values()) == {1}


def test_showing_a_figure_leaves_its_size_as_it_was():
    ax = draw("curves")
    viz.show(ax, alt="What is seen.", name="size")
    assert tuple(ax.figure.get_size_inches()) == (3.4, 2.6)


@each
def test_nothing_is_cut_off_at_the_edge_of_the_panel(name):
    ax = drawn(name)
    box, page = ax.get_tightbbox(), ax.figure.bbox
    assert box.x0 >= page.x0 - 2
    assert box.y0 >= page.y0 - 2
    assert box.x1 <= page.x1 + 2
    assert box.y1 <= page.y1 + 2


@pytest.mark.deep(4)
@each
def test_a_notebook_shows_the_axes_as_a_picture(name):
    data, _ = DisplayFormatter().format(draw(name))
    assert "<svg" in data["text/html"] or "data:image/png" in data["text/html"]
    assert 'class="nn-panels" role="img"' in data["text/html"]


def test_the_picture_in_a_notebook_is_described_by_its_title():
    assert 'aria-label="A &amp; B"' in viz.panel(title="A & B")._repr_html_()


def test_figures_are_drawn_without_pyplot_and_matplotlib_only_when_drawn():
    names = sorted(CALLS)[int(os.environ["TEST_SHARE"]) % 4 :: 4]
    code = (
        "import sys; from nnlib import viz; before = 'matplotlib' in sys.modules; "
        "from tests.nnlib.viz.calls import draw; "
        f"[draw(name)._repr_html_() for name in {names}]; "
        "print(before, 'matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True", "False"]


def test_a_function_of_your_own_draws_in_the_style_of_the_book():
    @viz.styled
    def mine():
        return mpl.rcParams["text.color"], mpl.rcParams["legend.frameon"]

    assert mine() == (viz.INK, False)
    assert mpl.rcParams["legend.frameon"] is True


def test_axes_saved_by_hand_are_readable_on_white():
    figure = viz.panel(xlabel="x").figure
    assert figure.get_facecolor() == (1, 1, 1, 1)
    assert figure.axes[0].xaxis.label.get_color() == viz.INK

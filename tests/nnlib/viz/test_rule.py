"""Rules of every figure function: it returns its Axes, takes ``ax``, changes nothing else."""

import copy
import functools
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nnlib import viz
from nnlib.viz.colours import VARIABLES
from tests.nnlib.harness import Late, naming
from tests.nnlib.viz.calls import CALLS, draw

IPython, mpl = Late("IPython"), Late("matplotlib")
ROOT = Path(__file__).resolve().parents[3]
NO_FIGURES = {"Html", "Look", "label_lines", "panel", "show", "styled"}
each = pytest.mark.parametrize("name", sorted(CALLS))
# Some figures, the others with --slow: a drawing takes a while.
some = pytest.mark.parametrize(
    "name",
    [
        name
        if name in ("curves", "gallery", "heatmap")
        else pytest.param(name, marks=pytest.mark.slow)
        for name in sorted(CALLS)
    ],
)


def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b


def test_every_public_function_that_draws_is_called_here():
    assert set(CALLS) == {n for n in viz.__all__ if callable(getattr(viz, n))} - NO_FIGURES


@each
def test_a_figure_function_returns_axes_of_a_new_panel(name):
    ax, other = draw(name), draw(name)
    assert isinstance(ax, mpl.axes.Axes)
    assert ax.figure is not other.figure
    assert ax.figure.get_figwidth() == 3.4
    assert ax.figure.axes == [ax]


@each
def test_a_figure_function_draws_on_the_axes_that_it_is_given(name):
    left, right = mpl.figure.Figure(figsize=(9, 4)).subplots(1, 2)
    before = set(right.get_children())
    assert draw(name, ax=left) is left
    assert len(left.figure.axes) == 2
    assert set(right.get_children()) == before
    own = draw(name)
    for kind in ("lines", "patches", "collections", "images"):
        assert len(getattr(left, kind)) == len(getattr(own, kind)), kind


@each
def test_other_objects_than_axes_are_refused(name):
    for wrong in (mpl.figure.Figure(), "axes", np.array([1])):
        message = f"expected ax to be plain matplotlib Axes, got {type(wrong).__name__}"
        with naming(wrong), pytest.raises(TypeError, match=f"{name}: {message}"):
            draw(name, ax=wrong)


@each
def test_settings_and_inputs_are_as_before(name):
    before, inputs = dict(mpl.rcParams), copy.deepcopy(CALLS[name])
    draw(name)
    assert dict(mpl.rcParams) == before
    assert same(list(inputs), list(CALLS[name]))


@some
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


@some
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
def test_panels_cut_nothing_off(name):
    ax = drawn(name)
    box, page = ax.get_tightbbox(), ax.figure.bbox
    assert box.x0 >= page.x0 - 2
    assert box.y0 >= page.y0 - 2
    assert box.x1 <= page.x1 + 2
    assert box.y1 <= page.y1 + 2


@some
def test_a_notebook_shows_the_axes_as_a_picture(name):
    data, _ = IPython.core.formatters.DisplayFormatter().format(draw(name))
    assert "<svg" in data["text/html"] or "data:image/png" in data["text/html"]
    assert 'class="nn-panels" role="img"' in data["text/html"]


@pytest.mark.slow
def test_figures_are_drawn_without_pyplot_and_matplotlib_only_when_drawn():
    names = sorted(CALLS)
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

"""The figure of the activation functions: its numbers are those of nnlib, and every control."""

import re

import numpy as np
import pytest
from browser import PHONE

import nnlib
from nnlib.nn import functional as F

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PIECES = [[1.0, 0.0], [-0.5, -1.5]]
START = {"start": "sigmoid", "at": 2.0, "pieces": PIECES}
ELEMENT = "bends"


def maxout(z):
    (w, b), (v, c) = PIECES
    return F.maxout(nnlib.stack([w * z + b, v * z + c], dim=1), 2).squeeze(1)


BENDS = {
    "sigmoid": F.sigmoid,
    "tanh": F.tanh,
    "ReLU": F.relu,
    "leaky ReLU": F.leaky_relu,
    "PReLU": lambda z: F.prelu(z, nnlib.tensor([0.25], dtype=z.dtype)),
    "ELU": F.elu,
    "softplus": F.softplus,
    "maxout": maxout,
}


def of_nnlib(f, place):
    """Return value and derivative at a point, by nnlib's automatic differentiation."""
    z = nnlib.tensor(np.array([place]), requires_grad=True)
    y = f(z)
    y.sum().backward()
    return y.item(), z.grad.item()


def data(**start):
    return START | start


def cursor(figure):
    return figure.get_by_role("slider", name="z, on the values")


def middle(plot, share):
    """Return the position in a plot at a fraction of its horizontal axis."""
    box = plot.bounding_box()
    scale = box["width"] / 300
    return box["x"] + (44 + share * 246) * scale, box["y"] + box["height"] / 2


@pytest.mark.parametrize("name", BENDS)
def test_values_and_derivatives_are_those_of_nnlib(open_figure, name):
    figure = open_figure(start=name)
    plot = figure.locator("svg.nn-plot").first
    for place in (-4.0, -2.3, -1.0, -0.5, 0.0, 0.1, 1.0, 4.0):
        figure.page.mouse.move(*middle(plot, (place + 4) / 8))
        value, slope = of_nnlib(BENDS[name], place)
        z, shown, derivative, left = figure.numbers()
        assert z == place
        assert shown == pytest.approx(value, abs=5.1e-5)
        assert derivative == pytest.approx(slope, abs=5.1e-5)
        assert left == pytest.approx(slope**5, rel=0.006, abs=1e-300)


def test_the_drawn_curves_are_those_of_nnlib(open_figure):
    figure = open_figure(start="ELU")
    paths = figure.locator("svg.nn-plot path.nn-stroke").all()
    strokes = [(p.get_attribute("style"), p.get_attribute("d")) for p in paths]
    thick = [d for style, d in strokes if "stroke-width: 3" in style]
    assert len(thick) == 2
    for d, which, top, span in zip(thick, (0, 1), (4, 2), (6, 2.7), strict=True):
        points = np.array(re.findall(r"[ML]([\d.]+) ([\d.]+)", d), dtype=float)
        assert len(points) > 150
        for px, py in points[::13]:
            z = -4 + (px - 44) * 8 / 246
            expected = of_nnlib(F.elu, z)[which]
            assert top - (py - 28) * span / 192 == pytest.approx(expected, abs=0.03)


def test_arrow_keys_move_the_cursor_by_a_tenth_or_five(open_figure):
    figure = open_figure()
    cursor(figure).press("ArrowRight")
    assert figure.numbers()[0] == 2.1
    cursor(figure).press("Shift+ArrowLeft")
    assert figure.numbers()[0] == 1.6
    both = figure.get_by_role("slider", name=re.compile("^z, on"))
    assert [c.get_attribute("aria-valuetext") for c in both.all()] == ["1.6", "1.6"]
    assert figure.sentence() == "sigmoid at z = 1.6: value 0.832, derivative 0.140."


@pytest.mark.parametrize("side", [0, 1], ids=["values", "derivatives"])
def test_the_mouse_moves_both_cursors(open_figure, side):
    figure = open_figure()
    figure.page.mouse.move(*middle(figure.locator("svg.nn-plot").nth(side), 0.25))
    assert figure.numbers()[0] == -2.0
    assert figure.sentence().startswith("sigmoid at z = −2.0")


def test_a_finger_moves_the_cursor(open_figure):
    figure = open_figure(size=PHONE, touch=True)
    plot = figure.locator("svg.nn-plot").first
    plot.scroll_into_view_if_needed()
    figure.page.touchscreen.tap(*middle(plot, 0.75))
    figure.settle()
    assert figure.numbers()[0] == 2.0
    figure.page.touchscreen.tap(*middle(plot, 0.5))
    assert figure.numbers()[0] == 0.0


def test_a_kink_is_told_and_only_where_one_is(open_figure):
    figure = open_figure(at=0.0)
    for name in BENDS:
        figure.press(name)
        assert ("kink" in figure.sentence()) == (name in ("ReLU", "leaky ReLU", "PReLU")), name
    figure.press("ELU")
    figure.slide("α", 0.5)
    assert "kink" in figure.sentence()


def test_alpha_is_there_where_it_is_free_and_reset_puts_it_back(open_figure):
    figure = open_figure(at=-1.0)
    for name in BENDS:
        figure.press(name)
        figure.settle()
        shown = figure.get_by_label("α", exact=True).is_visible()
        assert shown == (name in ("PReLU", "ELU")), name
    figure.press("ELU")
    figure.slide("α", 2)
    expected = of_nnlib(lambda z: F.elu(z, 2.0), -1.0)
    assert figure.numbers()[1:3] == pytest.approx(expected, abs=5.1e-5)
    figure.press("reset")
    assert figure.sentence().startswith("sigmoid at z = −1.0")
    figure.press("ELU")
    assert figure.numbers()[1:3] == pytest.approx(of_nnlib(F.elu, -1.0), abs=5.1e-5)

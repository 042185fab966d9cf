"""The figure of the activation functions: its numbers are those of nnlib, and every control."""

import re

import numpy as np
import pytest
from browser import PHONE

import nnlib
from nnlib.nn import functional as F

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PIECES = [[1.0, 0.0], [-0.5, -1.5]]
ELEMENT = "activation"


def maxout(z):
    (w, b), (v, c) = PIECES
    return F.maxout(nnlib.stack([w * z + b, v * z + c], dim=1), 2).squeeze(1)


FUNCTIONS = {
    "sigmoid": F.sigmoid,
    "tanh": F.tanh,
    "ReLU": F.relu,
    "leaky ReLU": F.leaky_relu,
    "PReLU": lambda z: F.prelu(z, nnlib.tensor([0.25], dtype=z.dtype)),
    "ELU": F.elu,
    "softplus": F.softplus,
    "GELU": F.gelu,
    "SiLU": F.silu,
    "maxout": maxout,
}
START = {"start": "sigmoid", "at": 2.0, "pieces": PIECES, "choices": list(FUNCTIONS)}


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


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_derivatives_are_those_of_nnlib(open_figure, name):
    figure = open_figure(start=name)
    plot = figure.locator("svg.nn-plot").first
    for place in (-4.0, -2.3, -1.0, -0.5, 0.0, 0.1, 1.0, 4.0):
        figure.page.mouse.move(*middle(plot, (place + 4) / 8))
        value, slope = of_nnlib(FUNCTIONS[name], place)
        z, shown, derivative, weight, factor, left = figure.numbers()
        assert (z, weight) == (place, 1)
        assert shown == pytest.approx(value, abs=5.1e-5)
        assert derivative == factor == pytest.approx(slope, abs=5.1e-5)
        assert left == pytest.approx(slope**10, rel=0.006, abs=1e-300)


def end(figure):
    return figure.get_by_role("slider", name="weight w")


def test_the_weight_multiplies_the_derivative(open_figure):
    figure = open_figure(at=0.0)
    for _ in range(6):
        end(figure).press("Shift+ArrowUp")
    assert figure.numbers()[2:] == [0.25, 4, 1, 1]
    figure.press("reset")
    assert figure.numbers()[3] == 1
    assert end(figure).get_attribute("aria-valuetext") == "1.0"


@pytest.mark.parametrize("name", ["sigmoid", "ReLU"])
def test_the_end_of_the_line_is_dragged_to_the_weight_that_leads_there(open_figure, name):
    figure = open_figure(at=1.0, start=name)
    slope = figure.numbers()[2]
    plot = figure.locator("svg.nn-plot").nth(2)
    box, knob = plot.bounding_box(), end(figure).locator(".nn-knob").bounding_box()
    scale = box["width"] / 300
    start = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    y = box["y"] + scale * (28 + 172 * 5 / 8)  # where the axis has 0.01
    figure.page.mouse.move(*start)
    figure.page.mouse.down()
    figure.page.mouse.move(start[0], y, steps=4)
    figure.page.mouse.up()
    weight, _, left = figure.numbers()[3:]
    assert weight == pytest.approx(0.01**0.1 / slope, abs=0.06)
    assert left == pytest.approx((slope * weight) ** 10, rel=0.02)


def test_a_derivative_of_zero_leaves_nothing_whatever_the_weight(open_figure):
    figure = open_figure(at=-1.0, start="ReLU")
    end(figure).press("End")
    assert figure.numbers()[2:] == [0, 5, 0, 0]


def test_only_the_functions_that_are_asked_for_can_be_chosen(open_figure):
    figure = open_figure(choices=["sigmoid", "GELU"])
    names = figure.get_by_role("group", name="activation functions").get_by_role("button")
    assert names.all_inner_texts() == ["sigmoid", "GELU"]


def test_the_drawn_curves_are_those_of_nnlib(open_figure):
    figure = open_figure(start="ELU")
    paths = figure.locator("svg.nn-plot path.nn-stroke").all()
    drawn = [path.get_attribute("d") for path in paths]
    curves = [d for d in drawn if len(re.findall("[ML]", d)) > 150]
    assert len(curves) == 2
    for d, which, top, span in zip(curves, (0, 1), (4, 2), (6, 2.7), strict=True):
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
    figure.unfold("Ten such layers")
    plot = figure.locator("svg.nn-plot").first
    plot.scroll_into_view_if_needed()
    figure.page.touchscreen.tap(*middle(plot, 0.75))
    figure.settle()
    assert figure.numbers()[0] == 2.0
    figure.page.touchscreen.tap(*middle(plot, 0.5))
    assert figure.numbers()[0] == 0.0


def test_a_jump_is_told_and_only_where_one_is(open_figure):
    figure = open_figure(at=0.0)
    for name in FUNCTIONS:
        figure.press(name)
        assert ("jumps" in figure.sentence()) == (name in ("ReLU", "leaky ReLU", "PReLU")), name
    figure.press("ELU")
    figure.slide("α", 0.5)
    assert "jumps" in figure.sentence()


def test_alpha_is_there_where_it_is_free_and_reset_puts_it_back(open_figure):
    figure = open_figure(at=-1.0)
    for name in FUNCTIONS:
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

"""The nine numbers of a 2-2-1 net: its outputs, loss and regions are those of nnlib."""

import numpy as np
import pytest
from browser import DESKTOP, PHONE
from figure import Figure, drag, middle, number, swipe

import nnlib
from nnlib import nn
from nnlib.nn import functional as F

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "backprop/neurons", "nn-neuron-net"
CORNERS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
TARGETS = np.array([0.0, 1, 1, 0])
NETS = {
    "one neuron": ([[6, 6], [6, -6]], [-3, -3], [8, 0], -4),
    "a strip": ([[6, 6], [6, 6]], [-3, -9], [8, -8], -4),
    "two corners": ([[6, -6], [-6, 6]], [-3, -3], [8, 8], -4),
    "undecided": ([[-10, 10], [10, 10]], [5, -5], [-8, 8], 0),
}


def model(W, b, v, c, activation=True):
    """Return the network in nnlib, without the final sigmoid."""
    hidden = nn.Sigmoid() if activation else nn.Identity()
    net = nn.Sequential(
        nn.Linear(2, 2, dtype=np.float64), hidden, nn.Linear(2, 1, dtype=np.float64)
    )
    values = {"0.weight": W, "0.bias": b, "2.weight": [v], "2.bias": [c]}
    net.load_state_dict({k: nnlib.tensor(np.array(v, float)) for k, v in values.items()})
    return net


def expected(*numbers, at=CORNERS, **activation):
    """Return the four outputs, how many are right, and the loss."""
    z = model(*numbers, **activation)(nnlib.tensor(at))[:, 0]
    right = int(((z.detach().numpy() > 0) == (TARGETS == 1)).sum())
    loss = F.binary_cross_entropy_with_logits(z, nnlib.tensor(TARGETS)).item()
    return [*F.sigmoid(z).detach().numpy(), right, loss]


def facts(figure):
    return [number(text.split(" of ")[0]) for text in figure.texts()]


def grid(figure, which):
    figure.settle()
    return np.array(figure.evaluate(f"element => [...element.grids[{which}]]")).reshape(60, 60)


def handle(figure, name):
    return figure.get_by_role("slider", name=name)


def numbers(figure, name):
    """Return the two weights and the bias that a handle speaks."""
    figure.settle()
    words = handle(figure, name).get_attribute("aria-valuetext")
    return [number(word.strip(",")) for word in words.split() if word[-1] in "0123456789,"]


def slide(figure, neuron, label, value):
    figure.press(neuron)
    figure.locator(f".nn-slider:visible:has-text('{label}') input").fill(str(value))


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("activation", [True, False])
def test_outputs_and_loss_are_those_of_nnlib(figure, name, activation):
    figure.press(name)
    figure.get_by_label("sigmoid in the hidden units").set_checked(activation)
    told = expected(*NETS[name], activation=activation)
    assert facts(figure) == pytest.approx(told, abs=6e-4)


def test_slider_changes_one_number(figure):
    for neuron, label, value, net in (
        ("hidden unit 1", "weight of x₂", -2.5, ([[6, -2.5], [6, 6]], [-3, -9], [8, -8], -4)),
        ("hidden unit 2", "bias", 3, ([[6, -2.5], [6, 6]], [-3, 3], [8, -8], -4)),
        ("output unit", "weight of h₁", 1.5, ([[6, -2.5], [6, 6]], [-3, 3], [1.5, -8], -4)),
    ):
        slide(figure, neuron, label, value)
        assert facts(figure) == pytest.approx(expected(*net), abs=6e-4)
    pressed = figure.locator("button[aria-pressed=true]:not(.nn-unit)")
    assert pressed.count() == 0  # it is none of the given nets any more


@pytest.mark.parametrize("name", NETS)
def test_regions_of_the_inputs_are_those_of_nnlib(figure, name):
    figure.press(name)
    ticks = -0.5 + (np.arange(60) + 0.5) / 60 * 2
    x = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=-1).reshape(-1, 2)
    outputs = F.sigmoid(model(*NETS[name])(nnlib.tensor(x))).detach().numpy().reshape(60, 60)
    assert np.allclose(grid(figure, 0), outputs, atol=1e-5)


def test_boundary_in_the_hidden_plane_is_a_line(figure):
    ticks = -0.15 + (np.arange(60) + 0.5) / 60 * 1.3
    h1, h2 = np.meshgrid(ticks, ticks[::-1])
    assert np.allclose(grid(figure, 1), 1 / (1 + np.exp(4 - 8 * h1 + 8 * h2)), atol=1e-5)


def test_without_the_activation_function_the_net_is_one_neuron(figure):
    figure.get_by_label("sigmoid in the hidden units").uncheck()
    figure.settle()
    assert "0.0 x₁ + 0.0 x₂ + 44.0" in figure.sentence()
    assert np.ptp(grid(figure, 0)) == 0


def test_all_can_be_done_by_keys(figure):
    before = facts(figure)
    keys = figure.page.keyboard
    figure.get_by_role("button", name="output unit").focus()
    keys.press("ArrowLeft")
    keys.press("ArrowDown")
    keys.press("Enter")
    assert figure.sentence().endswith("The plane shows hidden unit 2.")
    figure.locator(".nn-slider:visible input").first.focus()
    keys.press("ArrowLeft")
    handle(figure, "Weights of hidden unit 1").focus()
    keys.press("ArrowRight")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    handle(figure, "Point 01").focus()
    keys.press("ArrowUp")
    net = ([[6.5, 5], [5.9, 6]], [-2.8, -9], [8, -8], -4)
    corners = np.array([[0, 0], [0, 1.05], [1, 0], [1, 1]])
    assert facts(figure) == pytest.approx(expected(*net, at=corners), abs=6e-4)
    assert facts(figure) != before


def test_the_drawing_tells_what_it_shows(figure):
    drawing = figure.locator("svg.nn-plot").first
    assert "regions of the net" in drawing.get_attribute("aria-label")


def test_the_unit_whose_output_the_plane_shows_is_pressed_from_the_start(figure):
    pressed = figure.locator(".nn-unit[aria-pressed=true]")
    assert pressed.get_attribute("aria-label") == "output unit"


def test_small_pictures_are_what_the_units_compute(figure):
    figure.press("two corners")
    figure.settle()
    ticks = -0.5 + (np.arange(25) + 0.5) / 25 * 2
    x = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=-1).reshape(-1, 2)
    net = model(*NETS["two corners"])
    hidden = net[:2](nnlib.tensor(x)).detach().numpy()
    output = F.sigmoid(net(nnlib.tensor(x))).detach().numpy()
    pictures = figure.evaluate("element => element.pictures.map(values => [...values])")
    for ours, right in zip(pictures, (x, 2 * hidden - 1, 2 * output - 1), strict=True):
        np.testing.assert_allclose(ours, right.ravel(), atol=1e-9)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_lines_and_points_are_dragged_by_mouse_and_finger(open_page, size):
    figure = Figure(open_page(size=size).page.locator(ELEMENT))
    page, unit = figure.page, figure.locator("svg.nn-plot").first.bounding_box()["width"] / 310
    w1, w2, b = numbers(figure, "Line of hidden unit 1")
    assert (w1, w2, b) == (6, 6, -3)
    x, y = middle(handle(figure, "Line of hidden unit 1").locator(".nn-knob"))
    up = unit * 238 / 2 * 0.2  # a fifth of a unit of x₂
    drag(page, (x, y), (x, y - up / 2), (x, y - up))
    moved = numbers(figure, "Line of hidden unit 1")
    assert moved[:2] == [6, 6]
    assert moved[2] == pytest.approx(-4.2, abs=0.15)
    before = page.evaluate("scrollY")
    x, y = middle(handle(figure, "Weights of hidden unit 2").locator(".nn-knob"))
    swipe(page, (x, y), (x - 10, y), (x - 1.5 * up, y))  # turns the line to the left
    turned = numbers(figure, "Weights of hidden unit 2")
    assert page.evaluate("scrollY") == before
    assert turned[0] == pytest.approx(0, abs=1.2)
    assert turned[1] == pytest.approx(6, abs=0.3)
    x, y = middle(handle(figure, "Point 11").locator(".nn-knob"))
    drag(page, (x, y), (x - up, y + up), (x - 2 * up, y + 2 * up))
    figure.settle()
    at = handle(figure, "Point 11").get_attribute("aria-valuetext").split(", ")
    assert [float(v) for v in at] == pytest.approx([0.6, 0.6], abs=0.1)
    assert figure.locator("button[aria-pressed=true]:not(.nn-unit)").count() == 0
    figure.press("a strip")
    if size == PHONE:
        figure.get_by_text("Outputs and loss").tap()
    assert facts(figure) == pytest.approx(expected(*NETS["a strip"]), abs=6e-4)

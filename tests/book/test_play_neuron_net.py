"""The nine numbers of a 2-2-1 net: its answers, loss and regions are those of nnlib."""

import numpy as np
import pytest
from figure import number

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
}


def model(W, b, v, c, bend=True):
    """Return the network in nnlib, without the final sigmoid."""
    hidden = nn.Sigmoid() if bend else nn.Identity()
    net = nn.Sequential(
        nn.Linear(2, 2, dtype=np.float64), hidden, nn.Linear(2, 1, dtype=np.float64)
    )
    values = {"0.weight": W, "0.bias": b, "2.weight": [v], "2.bias": [c]}
    net.load_state_dict({k: nnlib.tensor(np.array(v, float)) for k, v in values.items()})
    return net


def expected(*numbers, **bend):
    """Return the four outputs, how many are right, and the loss."""
    z = model(*numbers, **bend)(nnlib.tensor(CORNERS))[:, 0]
    right = int(((z.detach().numpy() > 0) == (TARGETS == 1)).sum())
    loss = F.binary_cross_entropy_with_logits(z, nnlib.tensor(TARGETS)).item()
    return [*F.sigmoid(z).detach().numpy(), right, loss]


def facts(figure):
    return [number(text.split(" of ")[0]) for text in figure.texts()]


def grid(figure, which):
    figure.settle()
    return np.array(figure.evaluate(f"element => [...element.grids[{which}]]")).reshape(60, 60)


def slide(figure, neuron, label, value):
    figure.get_by_label(neuron, exact=True).check()
    figure.locator(f".nn-slider:visible:has-text('{label}') input").fill(str(value))


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("bend", [True, False])
def test_answers_and_loss_are_those_of_nnlib(figure, name, bend):
    figure.press(name)
    figure.get_by_label("sigmoid in the hidden units").set_checked(bend)
    assert facts(figure) == pytest.approx(expected(*NETS[name], bend=bend), abs=6e-4)


def test_slider_changes_one_number(figure):
    for neuron, label, value, net in (
        ("hidden unit 1", "weight of x₂", -2.5, ([[6, -2.5], [6, 6]], [-3, -9], [8, -8], -4)),
        ("hidden unit 2", "bias", 3, ([[6, -2.5], [6, 6]], [-3, 3], [8, -8], -4)),
        ("output unit", "weight of h₁", 1.5, ([[6, -2.5], [6, 6]], [-3, 3], [1.5, -8], -4)),
    ):
        slide(figure, neuron, label, value)
        assert facts(figure) == pytest.approx(expected(*net), abs=6e-4)
    pressed = figure.locator("button[aria-pressed=true]")
    assert pressed.count() == 0  # it is none of the given nets any more


@pytest.mark.parametrize("name", NETS)
def test_regions_of_the_inputs_are_those_of_nnlib(figure, name):
    figure.press(name)
    ticks = -0.5 + (np.arange(60) + 0.5) / 60 * 2
    x = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=-1).reshape(-1, 2)
    answers = F.sigmoid(model(*NETS[name])(nnlib.tensor(x))).detach().numpy().reshape(60, 60)
    assert np.allclose(grid(figure, 0), answers, atol=1e-5)


def test_boundary_in_the_hidden_plane_is_a_line(figure):
    ticks = -0.15 + (np.arange(60) + 0.5) / 60 * 1.3
    h1, h2 = np.meshgrid(ticks, ticks[::-1])
    assert np.allclose(grid(figure, 1), 1 / (1 + np.exp(4 - 8 * h1 + 8 * h2)), atol=1e-5)


def test_without_the_bend_the_net_is_one_neuron(figure):
    figure.get_by_label("sigmoid in the hidden units").uncheck()
    figure.settle()
    assert "0.0 x₁ + 0.0 x₂ + 44.0" in figure.sentence()
    assert np.ptp(grid(figure, 0)) == 0


def test_all_can_be_done_by_keys(figure):
    before = facts(figure)
    figure.get_by_label("hidden unit 1", exact=True).focus()
    figure.page.keyboard.press("ArrowDown")
    figure.locator(".nn-slider:visible input").first.focus()
    figure.page.keyboard.press("ArrowLeft")
    net = ([[6, 6], [5.5, 6]], [-3, -9], [8, -8], -4)
    assert facts(figure) == pytest.approx(expected(*net), abs=6e-4)
    assert facts(figure) != before


def test_the_drawing_tells_what_it_shows(figure):
    drawing = figure.locator("svg.nn-plot").first
    assert "regions of the net" in drawing.get_attribute("aria-label")

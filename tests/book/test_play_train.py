"""A network trained in the page: after any number of epochs its loss is that of nnlib."""

from itertools import pairwise

import numpy as np
import pytest

import nnlib
from nnlib import nn, optim

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "backprop/deep-network", "nn-train"
BENDS = {"tanh": nn.Tanh, "ReLU": nn.ReLU, "none": nn.Identity}
EPOCH, RATE, LAYERS, WIDTH = range(4)  # the sliders, in the order of the page


def shown(figure):
    """Return epoch, and the exact loss that is drawn."""
    figure.settle()
    return int(figure.get_attribute("data-epoch")), float(figure.get_attribute("data-loss"))


def by_nnlib(data, name, epochs, widths, bend, exponent, draw=0):
    """Return the loss by nnlib, and how many points are on the right side."""
    points = next(np.array(s["points"]) for s in data["sets"] if s["name"] == name)
    X, t = nnlib.tensor(points[:, :2]), nnlib.tensor(points[:, 2:])
    sizes, parts, at = [2, *widths, 1], [], 97 * draw
    for n, m in pairwise(sizes):
        layer = nn.Linear(n, m, dtype=np.float64)
        W = np.take(data["noise"], range(at, at + n * m), mode="wrap").reshape(m, n)
        b = nnlib.zeros(m, dtype=np.float64)
        layer.load_state_dict({"weight": nnlib.tensor(W * (3 / n) ** 0.5), "bias": b})
        parts, at = [*parts, layer, BENDS[bend]()], at + n * m
    net = nn.Sequential(*parts[:-1])
    sgd = optim.SGD(net.parameters(), lr=float(f"{10.0**exponent:.12g}"))
    for _ in range(epochs):
        sgd.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(net(X), t).backward()
        sgd.step()
    z = net(X)
    loss = nn.functional.binary_cross_entropy_with_logits(z, t).item()
    return loss, int(((z.detach().numpy() > 0) == points[:, 2:]).sum())


@pytest.mark.parametrize(
    ("name", "widths", "bend", "exponent"),
    [
        ("moons", [8, 8], "tanh", -0.5),
        ("rings", [5], "ReLU", -1),
        ("spirals", [16, 6, 3], "tanh", -1),
        ("XOR clouds", [], "ReLU", 0),
        ("moons", [2, 16], "none", -0.7),
        ("rings", [1], "tanh", 0.2),
    ],
)
def test_each_network_trains_as_with_nnlib(figure, name, widths, bend, exponent):
    figure.press(name)
    figure.press(bend)
    figure.slide(LAYERS, len(widths))
    for layer, width in enumerate(widths):
        figure.slide(WIDTH + layer, width)
    figure.slide(RATE, exponent)
    assert shown(figure)[0] == 0
    for at in (0, 1, 12):
        figure.slide(EPOCH, at)
        epoch, loss = shown(figure)
        right, sided = by_nnlib(figure.data, name, 10 * at, widths, bend, exponent)
        assert epoch == 10 * at
        assert loss == pytest.approx(right, abs=1e-9)
        assert figure.texts()[3] == f"{sided} of 120"


def test_other_start_weights_are_other_and_come_round(figure):
    found = []
    for draw in range(8):
        figure.slide(EPOCH, 5)
        found.append(shown(figure)[1])
        right, _ = by_nnlib(figure.data, "spirals", 50, [8, 8], "tanh", -0.8, draw % 7)
        assert found[-1] == pytest.approx(right, abs=1e-9)
        figure.press("other start weights")
    assert len(set(found)) == 7
    assert found[7] == found[0]


def test_it_starts_half_way_and_can_go_back(figure):
    epoch, loss = shown(figure)
    assert epoch == 400
    assert 0.2 < loss < 0.6
    figure.slide(EPOCH, 50)
    figure.slide(EPOCH, 40)
    assert shown(figure) == (epoch, loss)
    figure.press("◀ back")
    assert shown(figure)[0] == 390
    figure.press("step ▶")
    assert shown(figure) == (epoch, loss)
    figure.press("reset")
    assert shown(figure)[0] == 0


def test_it_runs_and_pauses(figure):
    figure.scroll_into_view_if_needed()
    figure.press("reset")
    figure.press("run")
    figure.page.wait_for_function(
        "() => +document.querySelector('nn-train').dataset.epoch >= 30"
    )
    figure.press("stop")
    epoch, _ = shown(figure)
    figure.page.wait_for_timeout(300)
    assert shown(figure)[0] == epoch


def test_counts_parameters(figure):
    figure.slide(LAYERS, 3)
    for layer in range(3):
        figure.slide(WIDTH + layer, 16)
    assert figure.texts()[:2] == ["2-16-16-16-1", str(48 + 2 * 272 + 17)]
    figure.slide(WIDTH + 1, 4)
    assert figure.texts()[:2] == ["2-16-4-16-1", str(48 + 68 + 80 + 17)]
    figure.slide(LAYERS, 0)
    assert figure.texts()[:2] == ["2-1", "3"]


def test_each_layer_that_is_there_has_a_width(figure):
    sliders = figure.locator("input[type=range]")
    for layers in (0, 1, 3, 2):
        figure.slide(LAYERS, layers)
        assert [sliders.nth(WIDTH + k).is_visible() for k in range(3)] == [
            k < layers for k in range(3)
        ]


def test_a_width_survives_while_its_layer_is_away(figure):
    figure.slide(WIDTH + 1, 5)
    figure.slide(LAYERS, 1)
    figure.slide(LAYERS, 2)
    assert figure.texts()[0] == "2-8-5-1"


def test_too_long_steps_are_told(figure):
    figure.press("ReLU")
    figure.slide(LAYERS, 3)
    figure.slide(RATE, 1)
    figure.slide(EPOCH, 300)
    epoch, _ = shown(figure)
    assert epoch == 3000
    words = figure.sentence()
    assert "Epoch 3000" in words


def test_sliders_move_by_keys(figure):
    slider = figure.locator("input[type=range]").nth(EPOCH)
    slider.focus()
    figure.page.keyboard.press("ArrowRight")
    assert shown(figure)[0] == 410

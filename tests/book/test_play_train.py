"""A network trained in the page: after any number of epochs its loss is that of nnlib."""

import json
from itertools import pairwise

import numpy as np
import pytest
from browser import PHONE
from stage import fresh

import nnlib
from nnlib import nn, optim

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "chapters/backprop/deep-network.html", "nn-train"
DATA = """async () => {
  const text = await (await fetch(location.href)).text();
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector("nn-train script").textContent;
}"""
BENDS = {"tanh": nn.Tanh, "ReLU": nn.ReLU, "none": nn.Identity}
EPOCH, RATE, LAYERS, WIDTH = range(4)  # the sliders, in the order of the page


@pytest.fixture
def data(figure):
    return json.loads(figure.page.evaluate(DATA))


def turn(figure, which, value):
    figure.locator("input[type=range]").nth(which).fill(str(value))


def press(figure, name):
    figure.get_by_role("button", name=name, exact=True).click()


def shown(figure):
    """Epoch, and the exact loss that is drawn."""
    figure.page.evaluate("nn.flush()")
    return int(figure.get_attribute("data-epoch")), float(figure.get_attribute("data-loss"))


def facts(figure):
    figure.page.evaluate("nn.flush()")
    return figure.locator("dd").all_inner_texts()


def by_nnlib(data, name, epochs, widths, bend, exponent, draw=0):
    """The loss, and how many points are on the right side."""
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


def test_script_and_nnlib_agree(figure):
    assert figure.get_attribute("data-agrees") == "true"


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
def test_each_network_trains_as_with_nnlib(figure, data, name, widths, bend, exponent):
    press(figure, name)
    press(figure, bend)
    turn(figure, LAYERS, len(widths))
    for layer, width in enumerate(widths):
        turn(figure, WIDTH + layer, width)
    turn(figure, RATE, exponent)
    assert shown(figure)[0] == 0
    for at in (0, 1, 12):
        turn(figure, EPOCH, at)
        epoch, loss = shown(figure)
        right, sided = by_nnlib(data, name, 10 * at, widths, bend, exponent)
        assert epoch == 10 * at
        assert loss == pytest.approx(right, abs=1e-9)
        assert facts(figure)[3] == f"{sided} of 120"


def test_other_start_weights_are_other_and_come_round(figure, data):
    found = []
    for draw in range(8):
        turn(figure, EPOCH, 5)
        found.append(shown(figure)[1])
        right, _ = by_nnlib(data, "spirals", 50, [8, 8], "tanh", -0.8, draw % 7)
        assert found[-1] == pytest.approx(right, abs=1e-9)
        press(figure, "other start weights")
    assert len(set(found)) == 7
    assert found[7] == found[0]


def test_it_starts_half_way_and_can_go_back(figure):
    epoch, loss = shown(figure)
    assert epoch == 400
    assert 0.2 < loss < 0.6
    turn(figure, EPOCH, 50)
    turn(figure, EPOCH, 40)
    assert shown(figure) == (epoch, loss)
    press(figure, "◀ back")
    assert shown(figure)[0] == 390
    press(figure, "step ▶")
    assert shown(figure) == (epoch, loss)
    press(figure, "reset")
    assert shown(figure)[0] == 0


def test_it_runs_and_pauses(figure):
    figure.scroll_into_view_if_needed()
    press(figure, "reset")
    press(figure, "run")
    figure.page.wait_for_function(
        "() => +document.querySelector('nn-train').dataset.epoch >= 30"
    )
    press(figure, "stop")
    epoch, _ = shown(figure)
    figure.page.wait_for_timeout(300)
    assert shown(figure)[0] == epoch


def test_counts_parameters(figure):
    turn(figure, LAYERS, 3)
    for layer in range(3):
        turn(figure, WIDTH + layer, 16)
    assert facts(figure)[:2] == ["2-16-16-16-1", str(48 + 2 * 272 + 17)]
    turn(figure, WIDTH + 1, 4)
    assert facts(figure)[:2] == ["2-16-4-16-1", str(48 + 68 + 80 + 17)]
    turn(figure, LAYERS, 0)
    assert facts(figure)[:2] == ["2-1", "3"]


def test_each_layer_that_is_there_has_a_width(figure):
    sliders = figure.locator("input[type=range]")
    for layers in (0, 1, 3, 2):
        turn(figure, LAYERS, layers)
        assert [sliders.nth(WIDTH + k).is_visible() for k in range(3)] == [
            k < layers for k in range(3)
        ]


def test_a_width_survives_while_its_layer_is_away(figure):
    turn(figure, WIDTH + 1, 5)
    turn(figure, LAYERS, 1)
    turn(figure, LAYERS, 2)
    assert facts(figure)[0] == "2-8-5-1"


def test_too_long_steps_are_told(figure):
    press(figure, "ReLU")
    turn(figure, LAYERS, 3)
    turn(figure, RATE, 1)
    turn(figure, EPOCH, 300)
    epoch, _ = shown(figure)
    assert epoch == 3000
    words = figure.locator(".nn-live").inner_text()
    assert "Epoch 3000" in words


def test_sliders_move_by_keys(figure):
    slider = figure.locator("input[type=range]").nth(EPOCH)
    slider.focus()
    figure.page.keyboard.press("ArrowRight")
    assert shown(figure)[0] == 410


def test_fits_a_phone(browser, alone):
    with fresh(browser, alone, PAGE, size=PHONE) as seen:
        assert seen.too_wide() == []
        assert "Epoch 400" in seen.page.locator("nn-train .nn-live").inner_text()

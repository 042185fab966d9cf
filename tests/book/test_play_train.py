"""A network trained in the page: after any number of epochs its loss is that of nnlib."""

from itertools import pairwise

import numpy as np
import pytest
from browser import DESKTOP, PHONE
from figure import Figure, drag, middle, swipe

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


def trained(data, name, epochs, widths, bend, exponent, draw=0):
    """Return the network, as nnlib trains it, with the points and their labels."""
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
    return net, X, t


def by_nnlib(*training):
    """Return the loss by nnlib, and how many points are classified correctly."""
    net, X, t = trained(*training)
    z = net(X)
    loss = nn.functional.binary_cross_entropy_with_logits(z, t).item()
    return loss, int(((z > 0) == t).sum())


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


def spot(figure, x, y):
    """Return where a place of the plane is in the window."""
    drawing = figure.locator("svg.nn-plot").first
    middle(drawing)
    box, unit = drawing.bounding_box(), drawing.bounding_box()["width"] / 300
    return box["x"] + unit * (30 + (x + 3) / 6 * 260), box["y"] + unit * (
        28 + (3 - y) / 6 * 232
    )


def count(figure):
    figure.settle()
    return int(figure.get_attribute("data-points"))


def chosen(figure):
    figure.settle()
    return figure.get_by_role("slider", name="A data point").get_attribute("aria-valuetext")


def test_each_small_picture_is_what_its_unit_computes_in_nnlib(figure):
    net, *_ = trained(figure.data, "spirals", 400, [8, 8], "tanh", -0.8)
    axis = np.linspace(-3, 3, 25)
    x = np.stack(np.meshgrid(axis, axis[::-1]), axis=-1).reshape(-1, 2)
    pictures = figure.evaluate("element => element.pictures.map(values => [...values])")
    kept = [x, *(net[:k](nnlib.tensor(x)).detach().numpy() for k in (2, 4))]
    answer = nn.functional.sigmoid(net(nnlib.tensor(x))).detach().numpy()
    for ours, right in zip(pictures, [*kept, 2 * answer - 1], strict=True):
        np.testing.assert_allclose(ours, right.ravel(), atol=1e-7)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_points_are_dragged_added_and_removed_by_mouse_and_finger(open_page, size):
    figure = Figure(open_page(size=size).page.locator(ELEMENT))
    if size == PHONE:
        figure.get_by_text("Data and network").tap()
    figure.press("XOR clouds")
    assert (count(figure), shown(figure)[0]) == (120, 0)
    x, y, _ = figure.data["sets"][3]["points"][7]
    start, end = spot(figure, x, y), spot(figure, x, y + 0.8)
    drag(figure.page, start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), end)
    figure.press("stop")  # a change of the data lets the training run
    assert chosen(figure).startswith("point 8 of 120")
    assert float(chosen(figure).split()[-1].replace("−", "-")) == pytest.approx(
        y + 0.8, abs=0.05
    )
    before = figure.page.evaluate("scrollY")
    swipe(figure.page, end, start)
    assert figure.page.evaluate("scrollY") == before
    assert float(chosen(figure).split()[-1].replace("−", "-")) == pytest.approx(y, abs=0.1)
    figure.get_by_role("button", name="class 1").tap()
    figure.page.mouse.click(*spot(figure, -2.8, 0))
    assert count(figure) == 121
    assert chosen(figure).startswith("point 121 of 121, class 1, at −2.")
    figure.get_by_role("button", name="remove").tap()
    figure.page.touchscreen.tap(*spot(figure, -2.8, 0))
    assert count(figure) == 120
    figure.press("stop")
    figure.press("XOR clouds")
    assert shown(figure)[0] == 0


def test_points_are_moved_added_and_removed_by_keys(figure):
    figure.get_by_role("slider", name="A data point").focus()
    keys = figure.page.keyboard
    keys.press("PageDown")
    assert chosen(figure).startswith("point 120 of 120")
    for _ in range(2):
        keys.press("PageUp")
        figure.settle()
    x, y, _ = figure.data["sets"][2]["points"][1]
    keys.press("ArrowUp")
    where = chosen(figure).split(", at ")[1].replace("−", "-")
    assert [float(v) for v in where.split(", ")] == pytest.approx([x, y + 0.1], abs=6e-3)
    keys.press("Enter")
    assert count(figure) == 121
    keys.press("Delete")
    assert count(figure) == 120


def test_training_goes_on_from_the_weights_of_now_when_a_point_moves(figure):
    _, before = shown(figure)
    figure.get_by_role("slider", name="A data point").focus()
    figure.page.keyboard.press("ArrowUp")
    figure.press("stop")
    figure.slide(EPOCH, 0)
    _, loss = shown(figure)
    assert loss == pytest.approx(before, abs=0.02)
    assert loss != before
    figure.slide(EPOCH, 100)
    assert shown(figure)[1] < loss - 0.05


def test_a_press_on_a_unit_shows_it_in_the_plane(figure):
    name = "hidden layer 1, unit 4"
    figure.press(name)
    assert figure.sentence().endswith(f"The plane shows {name}.")
    unit = figure.get_by_role("button", name=name)
    assert unit.get_attribute("aria-pressed") == "true"
    unit.focus()
    figure.page.keyboard.press("ArrowRight")
    figure.page.keyboard.press("Enter")
    assert "hidden layer 2, unit 4" in figure.sentence()
    figure.press("output")
    assert "The plane" not in figure.sentence()
    assert figure.locator(".nn-unit[tabindex='0']").count() == 1


def test_on_a_phone_network_plane_and_run_share_a_screen(open_page):
    figure = Figure(open_page(size=PHONE).page.locator(ELEMENT))
    boxes = [figure.locator(what).first.bounding_box() for what in (".nn-stage", ".nn-stepper")]
    assert boxes[1]["y"] + boxes[1]["height"] - boxes[0]["y"] < 600

"""The photograph that is changed by hand: its controls, and what two networks take it for."""

import base64

import numpy as np
import pytest
from figure import drag, middle

from nnlib import transforms

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "augment"
SIDE, HIDDEN, CLASSES = 28, 4, 3
PIXELS = np.random.default_rng(0).integers(0, 256, SIDE * SIDE).astype(np.uint8)


def network(seed):
    """Return the data of a network with random weights, and its probabilities as a function."""
    rng = np.random.default_rng(seed)
    W = rng.integers(-127, 128, (HIDDEN, SIDE * SIDE)).astype(np.int8)
    V = rng.integers(-127, 128, (CLASSES, HIDDEN)).astype(np.int8)
    a, b = rng.normal(size=HIDDEN), rng.normal(size=CLASSES)
    values = base64.b64encode(W.tobytes() + V.tobytes()).decode()

    def odds(x):
        z = 0.02 * V.astype(float) @ np.maximum(0.001 * W.astype(float) @ x + a, 0) + b
        return np.exp(z - z.max()) / np.exp(z - z.max()).sum()

    name = f"network {seed}"
    scales, biases = [0.001, 0.02], [a.tolist(), b.tolist()]
    data = dict(name=name, hidden=HIDDEN, scales=scales, values=values, biases=biases)
    return data, odds


NETWORKS = [network(1), network(2)]


def changed(right=0, down=0, turn=0, zoom=1, mirror=False, brightness=1, contrast=1):
    x = (PIXELS / 255).reshape(1, SIDE, SIDE)
    x = transforms.horizontal_flip(x) if mirror else x
    x = transforms.affine(x, angle=turn, translate=(right, down), scale=zoom)
    return transforms.adjust_contrast(transforms.adjust_brightness(x, brightness), contrast)


def known(**state):
    x = changed(**state).ravel()
    odds = [f(x).tolist() for _, f in NETWORKS]
    return {"picture": 0, "state": state, "pixels": x[::9].tolist(), "odds": odds}


def data(**other):
    states = (
        {"right": 3, "down": -2, "turn": 15},
        {"mirror": True, "zoom": 1.25, "turn": -40},
        {"brightness": 1.6, "contrast": 0.6, "down": 5},
    )
    picture = {"label": 1, "pixels": base64.b64encode(PIXELS.tobytes()).decode()}
    return {
        "classes": ["bag", "boot", "coat"],
        "pictures": [picture, {**picture, "label": 2}],
        "networks": [one for one, _ in NETWORKS],
        "start": {"right": 2},
        "known": [known(**state) for state in states],
    } | other


@pytest.fixture
def figure(open_figure):
    return open_figure()


def bars(figure):
    """Return the probability of the label by each network, as the bars show it."""
    figure.settle()
    widths = figure.locator("rect.nn-true").evaluate_all(
        "bars => bars.map(bar => +bar.getAttribute('width'))"
    )
    return [width / 300 for width in widths]


def check(figure, label=1, **state):
    wanted = [f(changed(**state).ravel())[label] for _, f in NETWORKS]
    assert bars(figure) == pytest.approx(wanted, abs=1e-6)


def test_it_agrees_with_nnlib_and_starts_as_the_page_says(figure):
    assert figure.evaluate("e => e.agrees()") is True
    check(figure, right=2)


@pytest.mark.parametrize("key", ["pixels", "odds"])
def test_a_script_that_computes_something_else_is_noticed(open_figure, key):
    wrong = known(turn=10)
    wrong[key] = (0.9 * np.array(wrong[key])).tolist()
    assert open_figure(known=[wrong]).evaluate("e => e.agrees()") is False


def test_the_photograph_is_moved_by_keyboard_and_by_mouse(figure):
    sheet = figure.get_by_role("application", name="photograph")
    sheet.press("Shift+ArrowRight")
    sheet.press("ArrowUp")
    check(figure, right=5, down=-1)
    x, y = middle(sheet)
    pixel = sheet.bounding_box()["width"] / SIDE
    drag(figure.page, (x, y), (x - pixel, y), (x - 4 * pixel, y + 3 * pixel))
    check(figure, right=1, down=2)


@pytest.mark.parametrize(
    ("label", "name", "value"),
    [
        ("turn (degrees)", "turn", 30),
        ("zoom", "zoom", 1.2),
        ("brightness", "brightness", 0.5),
        ("contrast", "contrast", 1.5),
    ],
)
def test_a_slider_changes_the_photograph(figure, label, name, value):
    figure.slide(label, value)
    check(figure, right=2, **{name: value})


def test_mirror_reset_and_another_photograph(figure):
    figure.press("mirror")
    check(figure, right=2, mirror=True)
    assert "mirrored" in figure.sentence()
    figure.press("reset")
    check(figure)
    figure.press("coat")
    check(figure, label=2)


def test_noise_changes_what_the_networks_say_and_a_random_change_is_told(figure):
    before = bars(figure)
    figure.slide("noise", 0.5)
    assert bars(figure) != pytest.approx(before, abs=1e-4)
    figure.press("at random")
    assert "noise" not in figure.sentence()

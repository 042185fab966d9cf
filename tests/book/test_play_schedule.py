"""The schedule that is dragged: rates, walk and mean losses as NumPy's, handles and presets."""

import numpy as np
import pytest
from figure import drag, middle, number

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "schedule"
STEPS = 50
NOISE = np.random.default_rng(0).choice([-4.0, -2, 2, 4], size=STEPS)
PLACES = [0, 10, 20, 30, 40, 49]
PRESETS = [
    {"name": "constant", "kind": "constant", "rate": 0.2, "second": 0},
    {"name": "step", "kind": "drop", "rate": 0.5, "second": 0.8},
    {"name": "1/t", "kind": "inverse", "rate": 1.0, "second": 10},
    {"name": "straight line", "kind": "straight", "rate": 0.8, "second": 0},
]
u = np.arange(STEPS) / STEPS
RATES = [
    np.full(STEPS, 0.2),
    np.where(u < 0.8, 0.5, 0.05),
    1 / (1 + 10 * u),
    0.8 * (1 - u),
]


def means(rates):
    """The mean losses of both weights at the end."""
    steep, flat = 16.0, 400.0
    for eta in rates:
        steep = (1 - eta) ** 2 * steep + 10 * eta**2
        flat = (1 - 0.02 * eta) ** 2 * flat
    return [steep / 2, 0.01 * flat]


def end(rates):
    """Where the walk ends."""
    e = np.array([4.0, -20.0])
    for eta, noise in zip(rates, NOISE, strict=True):
        e = e - eta * (np.array([1, 0.02]) * e + np.array([noise, 0]))
    return e.tolist()


def data(**changed):
    known = [{"rates": r.tolist(), "end": end(r), "mean": means(r)} for r in RATES]
    return {
        "curvature": [1, 0.02],
        "start": [4, -20],
        "variance": 10,
        "noise": NOISE.tolist(),
        "presets": PRESETS,
        "chosen": 0,
        "known": known,
    } | changed


@pytest.fixture
def figure(open_figure):
    return open_figure()


def check(figure, rates):
    """Assert that the figure tells of these rates."""
    shown = figure.facts()
    steep, flat = means(rates)
    for name, value in (
        ("loss after the last step", steep + flat),
        ("steep weight (noise)", steep),
        ("flat weight (distance)", flat),
    ):
        assert number(shown[name]) == pytest.approx(value, rel=0.03, abs=0.006), name
    assert number(shown["sum of all rates"]) == pytest.approx(sum(rates), abs=0.0501)


def test_it_agrees_with_numpy_and_starts_as_the_page_says(figure):
    assert figure.evaluate("e => e.agrees()") is True
    check(figure, RATES[0])


@pytest.mark.parametrize("what", ["rates", "end", "mean"])
def test_a_script_that_computes_something_else_is_noticed(open_figure, what):
    known = data()["known"]
    known[2][what][0] += 0.01
    assert open_figure(known=known).evaluate("e => e.agrees()") is False


def test_each_preset_is_drawn_and_the_lowest_loss_is_kept(figure):
    lowest = sum(means(RATES[0]))
    for preset, rates in zip(PRESETS[1:], RATES[1:], strict=True):
        figure.press(preset["name"])
        check(figure, rates)
        lowest = min(lowest, sum(means(rates)))
        told = number(figure.facts()["lowest loss so far"])
        assert told == pytest.approx(lowest, rel=0.03, abs=0.006)


def test_a_handle_bends_the_logarithm_between_its_neighbours(figure):
    figure.get_by_role("slider", name="learning rate at step 20").press("Shift+ArrowUp")
    lift = np.interp(np.arange(STEPS), PLACES, [0, 0, np.log(0.3 / 0.2), 0, 0, 0])
    check(figure, 0.2 * np.exp(lift))


def test_a_handle_is_dragged_and_a_preset_undoes_it(figure):
    before = figure.sentence()
    handle = figure.get_by_role("slider", name="learning rate at step 49")
    x, y = middle(handle)
    drag(figure.page, (x, y), (x, y + 20), (x, y + 60))
    assert figure.sentence() != before
    assert float(handle.get_attribute("aria-valuenow")) == 49
    figure.press("constant")
    check(figure, RATES[0])

"""The line between two species: loss, confidence and steps as nnlib's, and every control."""

import math
import re

import numpy as np
import pytest

from nnlib.classifiers import LogisticRegression, log_loss, logistic_step
from nnlib.datasets import penguins

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

SLIDERS = ("w₁, per mm", "w₂, per mm", "b")
ELEMENT = "logistic"


def two_species():
    birds = penguins()[0]
    keep = birds.y < 2
    return birds.X[keep][:, :2] - [44, 18], birds.y[keep]


X, T = two_species()


def data(**changed):
    best = LogisticRegression(C=np.inf, tol=1e-9).fit(X, T)
    return {
        "x": X.round(1).tolist(),
        "t": T.tolist(),
        "names": ["Adelie", "Chinstrap"],
        "centre": [44, 18],
        "xlabel": "bill length (mm)",
        "ylabel": "bill depth (mm)",
        "ticks": [[30, 35, 40, 45, 50, 55, 60], [15, 16, 17, 18, 19, 20, 21, 22]],
        "start": [0.5, 0.5, 0],
        "limits": [[-2, 4], [-6, 6], [-8, 8]],
        "eta": 0.2,
        "best": [*best.coef_[0].tolist(), best.intercept_[0]],
        "least": best.loss_curve_[-1],
    } | changed


@pytest.fixture
def figure(open_figure):
    return open_figure()


def theta(figure):
    """Return both weights and the bias with all their digits."""
    figure.settle()
    return np.array(
        [float(figure.get_by_label(name, exact=True).input_value()) for name in SLIDERS]
    )


def put(figure, *values):
    for name, value in zip(SLIDERS, values, strict=True):
        figure.slide(name, value)


def sums(values):
    return X @ values[:2] + values[2]


def probabilities(values):
    return 1 / (1 + np.exp(-sums(values)))


def mean_loss(z):
    """Return the mean loss computed from the logits, where log_loss would clip rounded p."""
    return np.mean(np.logaddexp(0, z) - T * z)


def circle_position(figure):
    figure.settle()
    words = figure.locator(".nn-point").get_attribute("aria-valuetext")
    return [float(v) for v in re.findall(r"\d+\.\d", words)]


def check(figure):
    """Assert that the figure shows what nnlib computes for the same weights."""
    p, shown = probabilities(theta(figure)), figure.facts()
    loss = mean_loss(sums(theta(figure)))
    assert float(shown["mean loss (nats)"]) == pytest.approx(loss, abs=6e-5)
    if np.where(T, p, 1 - p).min() > 1e-12:
        assert loss == pytest.approx(log_loss(T, p), abs=1e-9)
    right = ((p > 0.5) == T).sum()
    assert shown["on the right side"].replace("\xa0", " ") == f"{right} of {len(T)}"
    share = float(shown["mean confidence"].strip("<>%")) / 100
    assert share == pytest.approx(np.maximum(p, 1 - p).mean(), abs=0.00051)
    worst = float(shown["lowest p for the truth"].strip("<>%")) / 100
    assert worst == pytest.approx(np.where(T, p, 1 - p).min(), abs=0.0011)
    assert figure.sentence().startswith(f"{right} of {len(T)} right")


def test_it_starts_as_the_prediction_says(figure):
    assert theta(figure).tolist() == [0.5, 0.5, 0]
    assert figure.facts()["on the right side"].replace("\xa0", " ") == "164 of 175"
    check(figure)


@pytest.mark.parametrize(
    "values", [(1.3, -1.7, 0.9), (-2, 6, -8), (0, 0, 0), (4, -6, 8), (0.1, 0, -3)]
)
def test_its_numbers_are_those_of_nnlib_wherever_the_sliders_stand(figure, values):
    put(figure, *values)
    assert theta(figure).tolist() == list(values)
    check(figure)


def test_doubling_keeps_the_line_and_makes_every_bird_surer(figure):
    losses = []
    for _ in range(3):
        losses.append(log_loss(T, probabilities(theta(figure))))
        where, sure = (
            circle_position(figure),
            float(figure.facts()["mean confidence"].strip("<>%")),
        )
        figure.press("× 2")
        assert circle_position(figure) == where
        assert float(figure.facts()["mean confidence"].strip("<>%")) > sure
        check(figure)
    assert theta(figure).tolist() == [4, 4, 0]
    assert losses[0] > losses[1] < losses[2]  # the page's prediction
    figure.press("× 2")
    assert theta(figure).tolist() == [4, 4, 0]  # the sliders reach no further
    figure.press("÷ 2")
    assert theta(figure).tolist() == [2, 2, 0]


def test_a_step_downhill_is_that_of_nnlib(figure):
    w, b = np.array([0.5, 0.5]), 0.0
    for _ in range(3):
        w, b = logistic_step(X, T, w, b, lr=0.2)
        figure.press("downhill")
        assert theta(figure) == pytest.approx([*w, b], abs=1e-9)
    for _ in range(100):
        w, b = logistic_step(X, T, w, b, lr=0.2)
    figure.press("100 steps")
    assert theta(figure) == pytest.approx([*w, b], abs=1e-9)
    check(figure)


def test_the_least_loss_is_the_fit_without_penalty(figure):
    best = LogisticRegression(C=np.inf, tol=1e-9).fit(X, T)
    figure.press("least loss")
    assert theta(figure) == pytest.approx([*best.coef_[0], best.intercept_[0]], abs=1e-4)
    least = float(figure.facts()["mean loss (nats)"])
    assert least == pytest.approx(best.loss_curve_[-1], abs=6e-5)
    figure.press("100 steps")
    assert float(figure.facts()["mean loss (nats)"]) == least
    figure.press("reset")
    assert theta(figure).tolist() == [0.5, 0.5, 0]


def test_the_keyboard_moves_the_line_and_the_sliders(figure):
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowUp", "Shift+ArrowDown"):
        before, (x, y) = theta(figure), circle_position(figure)
        figure.locator(".nn-point").press(key)
        after = theta(figure)
        assert after[:2].tolist() == before[:2].tolist()
        assert after[2] != before[2]
        x, y = circle_position(figure)
        on_it = after[:2] @ [x - 44, y - 18] + after[2]
        assert abs(on_it) < 0.06  # the place is told to a tenth of a millimetre
        check(figure)
    for name in SLIDERS:
        before = theta(figure)
        figure.get_by_label(name, exact=True).press("ArrowRight")
        assert (theta(figure) != before).sum() == 1
        check(figure)


def test_a_finger_drags_the_line(figure):
    figure.pull(40, 0, ".nn-point path")
    w1, w2, b = theta(figure)
    assert (w1, w2) == (0.5, 0.5)
    assert b < -1  # to the right: fewer birds are called Chinstraps
    check(figure)


def test_the_dashed_lines_are_where_it_is_nine_tenths_sure(figure):
    put(figure, 1, -1, 0.5)
    figure.settle()
    lines = figure.locator(".nn-plot").first.locator("path.nn-stroke")
    paths = lines.evaluate_all("all => all.map(path => path.getAttribute('d'))")
    ends = [[float(v) for v in re.findall(r"-?[\d.]+", d)] for d in paths]
    slopes = [(v - y) / (u - x) for x, y, u, v in ends]
    assert slopes == pytest.approx([slopes[0]] * 3, rel=1e-3)
    at = [x + (100 - y) / s for (x, y, _, _), s in zip(ends, slopes, strict=True)]
    millimetre = (300 - 34 - 14) / 30  # along a row the sum grows by 1 with each
    apart = np.subtract(at[1:], at[0]) / millimetre
    assert sorted(apart) == pytest.approx([-math.log(9), math.log(9)], rel=0.01)


def test_without_weights_there_is_no_line_to_drag(figure):
    put(figure, 0, 0, 1)
    figure.settle()
    assert not figure.locator(".nn-point").is_visible()
    check(figure)
    put(figure, 0.5, 0, 1)
    figure.settle()
    assert figure.locator(".nn-point").is_visible()


def test_a_script_that_computes_something_else_is_noticed(open_figure):
    assert open_figure().evaluate("e => e.agrees()") is True
    right = data()
    assert open_figure(least=right["least"] + 1e-4).evaluate("e => e.agrees()") is False
    moved = [right["best"][0] + 0.1, *right["best"][1:]]
    assert open_figure(best=moved).evaluate("e => e.agrees()") is False


def test_it_survives_sums_of_thousands(open_figure):
    figure = open_figure(limits=[[-1e4, 1e4]] * 3, start=[-1e3, 0, 0])
    loss = mean_loss(-1e3 * X[:, 0])
    assert float(figure.facts()["mean loss (nats)"]) == pytest.approx(loss, abs=6e-5)


def test_on_paper_what_is_read_takes_the_room_of_the_sliders(figure):
    figure.page.emulate_media(media="print")
    columns, width = figure.locator(".nn-columns").last, "e => e.getBoundingClientRect().width"
    readings = columns.locator("> div").last
    assert readings.evaluate(width) == pytest.approx(columns.evaluate(width), abs=1)
    figure.page.emulate_media(media="screen")

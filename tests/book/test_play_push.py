"""The figure of one pushed score: probabilities, Jacobian and slopes against nnlib's."""

import re

import numpy as np
import pytest
from figure import number

import nnlib
from nnlib import calculus
from nnlib.nn import functional as F

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "classifiers/softmax-gradient", "nn-push"
CLASSES = ["sandal", "sneaker", "boot"]
START = np.log([1.0, 2.0, 5.0])


def near(shown, right):
    """Assert that texts with three decimals show these numbers, and 0 only for 0."""
    for words, value in zip(shown, np.ravel(right), strict=True):
        if 0.9995 < abs(value) < 1:
            assert words.strip("+") == ("<−" if value < 0 else ">") + "0.999"
            continue
        assert number(words.strip("<>")) == pytest.approx(
            value, abs=0.0011 if abs(value) < 0.001 else 0.00051
        )
        assert (number(words.strip("<>")) == 0) == (value == 0), (words, value)


def matrix(figure):
    figure.settle()
    return figure.locator(".nn-counts td").all_inner_texts()


def pulls(figure):
    """Return the gradient of the loss as the second plot shows it."""
    figure.settle()
    words = figure.locator("svg[aria-label^='Slopes of the loss']").get_attribute("aria-label")
    return [part.split()[-1] for part in words.split(", ")]


def backward(z, truth):
    """Return probabilities, their Jacobian, the loss and its gradient, by nnlib."""
    rows = []
    for i in range(3):
        scores = nnlib.tensor(z).requires_grad_()
        F.softmax(scores, dim=0)[i].backward()
        rows.append(scores.grad.numpy())
    scores = nnlib.tensor(z[None]).requires_grad_()
    loss = F.cross_entropy(scores, np.array([truth]))
    loss.backward()
    return F.softmax(z, dim=0), np.array(rows), float(loss.detach()), scores.grad.numpy()[0]


def check(figure, z, truth, pushed):
    p, J, loss, slopes = backward(np.asarray(z, float), truth)
    assert np.allclose(J, calculus.numerical_jacobian(lambda z: F.softmax(z, dim=0), z))
    near(matrix(figure), J)
    near(figure.texts(), [*p, loss])
    near(pulls(figure), slopes)
    words = figure.sentence()
    assert words.startswith(f"The picture is a {CLASSES[truth]}.")
    assert f"of the score of {CLASSES[pushed]}:" in words
    near(
        re.findall(r"(?:sandal|sneaker|boot|loss) ([+−<>]*\d\.\d+)", words),
        [*J[:, pushed], slopes[pushed]],
    )
    lit = figure.locator(".nn-counts tr").evaluate_all(
        "rows => rows.map(row => [...row.children].slice(1).map(c => !!c.style.background))"
    )
    assert lit == [[k == pushed for k in range(3)]] * 4


def put(figure, k, value):
    figure.get_by_role("slider", name=f"z of {CLASSES[k]}").fill(str(value))


def test_it_starts_with_the_eighths_of_the_page(figure):
    check(figure, START, truth=0, pushed=2)
    assert figure.texts() == ["0.125", "0.250", "0.625", "2.079"]
    assert pulls(figure) == ["−0.875", "+0.250", "+0.625"]
    sliders = figure.get_by_role("slider")
    shown = [one.get_attribute("aria-valuetext") for one in sliders.all()]
    assert [float(v) for v in shown] == START.round(2).tolist()
    sliders.nth(1).press("ArrowRight")
    assert sliders.nth(1).get_attribute("aria-valuetext") == "0.75"


@pytest.mark.parametrize("pushed", [0, 1, 2])
def test_a_pushed_score_moves_everything_as_nnlib_says(figure, pushed):
    for value in (-5, -1.35, 0, 2.5, 5):
        z = START.copy()
        z[pushed] = value
        put(figure, pushed, value)
        for truth in range(3):
            figure.get_by_role("radio", name=CLASSES[truth]).check()
            check(figure, z, truth, pushed)


def test_far_apart_nothing_is_called_zero_or_certain(figure):
    for k, value in enumerate((5, -5, -5)):
        put(figure, k, value)
    check(figure, [5, -5, -5], truth=0, pushed=2)
    assert figure.texts()[0] == ">0.999"
    assert "0.000" not in " ".join(
        [*figure.texts(), *matrix(figure), *pulls(figure), figure.sentence()]
    )


def test_steps_downhill_shrink_every_slope_and_reset_brings_all_back(figure):
    z = START.copy()
    step = figure.get_by_role("button", name="one step downhill")
    before = np.array([number(v) for v in pulls(figure)])
    for _ in range(8):
        step.press("Enter")
        z = z - (F.softmax(z, dim=0) - np.eye(3)[0])
        check(figure, z, truth=0, pushed=2)
    after = np.array([number(v) for v in pulls(figure)])
    assert (abs(after) < abs(before)).all()
    assert (after != 0).all()
    figure.get_by_role("radio", name="boot").check()
    put(figure, 1, 2)
    figure.press("reset")
    check(figure, START, truth=0, pushed=2)
    assert figure.get_by_role("radio", name="sandal").is_checked()


def test_the_keyboard_pushes_a_score(figure):
    slider = figure.get_by_role("slider", name="z of sneaker")
    slider.press("End")
    check(figure, [START[0], 5, START[2]], truth=0, pushed=1)
    slider.press("ArrowLeft")
    check(figure, [START[0], 4.95, START[2]], truth=0, pushed=1)


def test_tangents_touch_the_curves_with_the_slopes_of_the_column(figure):
    put(figure, 0, 1)
    figure.settle()
    J = backward(np.array([1, START[1], START[2]]), 0)[1]
    plot = figure.locator("svg[aria-label^='Probabilities against']")
    paths = plot.locator("svg path").evaluate_all("all => all.map(e => e.getAttribute('d'))")
    rises = []
    for path in paths:
        ends = [[float(v) for v in point.split()] for point in re.split("[ML]", path)[1:]]
        if len(ends) == 2:
            rises.append((ends[0][1] - ends[1][1]) / (ends[1][0] - ends[0][0]))
    frame = plot.evaluate(
        "e => (b => b.height * 10 / b.width)(e.querySelector('svg').viewBox.baseVal)"
    )
    assert np.array(rises) / frame == pytest.approx(J[:, 0], abs=0.003)

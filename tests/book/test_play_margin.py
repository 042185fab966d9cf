"""The street between two kinds of birds: its width, and what it does with a bird that moves."""

import json

import numpy as np
import pytest
from browser import PHONE
from sklearn.svm import SVC
from stage import fresh

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "chapters/classifiers/svm.html", "nn-margin"
DATA = """async () => {
  const text = await (await fetch(location.href)).text();
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector("nn-margin script").textContent;
}"""
LINES = """element => [...element.querySelector(".nn-plot").querySelectorAll("path.nn-stroke")]
  .map(path => path.getAttribute("d"))"""


@pytest.fixture
def birds(figure):
    """Places (N, 2), sides, and which is dragged."""
    data = json.loads(figure.page.evaluate(DATA))
    points = np.array(data["points"])
    return points[:, :2], points[:, 2].astype(int), data["moved"]


def facts(figure):
    """Width, support vectors, birds on the wrong side, and what the marked one pays."""
    figure.page.evaluate("nn.flush()")
    return [float(v.replace("−", "-")) for v in figure.locator("dd").all_inner_texts()]


def expected(places, side, moved, C):
    svc = SVC(kernel="linear", C=C, tol=1e-9).fit(places, side)
    lead = side * svc.decision_function(places)
    wrong = int((lead <= 0).sum())
    pays = max(0, 1 - lead[moved])
    return [2 / np.linalg.norm(svc.coef_), len(svc.support_), wrong, pays]


def lines(figure):
    figure.page.evaluate("nn.flush()")
    return figure.evaluate(LINES)


def put(figure, x, y):
    """Move the marked bird to a place by keys, from wherever it is."""
    handle = figure.locator(".nn-point")
    handle.focus()
    for axis, goal, keys in (
        (0, x, ("ArrowLeft", "ArrowRight")),
        (1, y, ("ArrowDown", "ArrowUp")),
    ):
        for _ in range(80):
            gap = goal - spot(figure)[axis]
            if abs(gap) < 0.051:
                break
            figure.page.keyboard.press(keys[gap > 0])
    assert np.allclose(spot(figure), [x, y], atol=0.06)


def spot(figure):
    text = figure.locator(".nn-point").get_attribute("aria-valuetext")
    return [float(v.replace("−", "-")) for v in text.split(",")]


def test_script_and_libraries_agree(figure):
    assert figure.get_attribute("data-agrees") == "true"


@pytest.mark.parametrize("exponent", [-1, 0, 1, 2])
def test_street_is_that_of_scikit_learn(figure, birds, exponent):
    figure.locator("input[type=range]").fill(str(exponent))
    found, right = facts(figure), expected(*birds, C=10.0**exponent)
    assert found == pytest.approx(right, abs=0.006)


@pytest.mark.parametrize("place", [(2.0, 2.0), (0.3, 0.0), (-1.5, 1.0)])
def test_street_follows_the_marked_bird(figure, birds, place):
    places, side, moved = birds
    put(figure, *place)
    places[moved] = spot(figure)
    exactly = np.array(expected(places, side, moved, C=10.0))
    found = np.array(facts(figure))
    assert found[:1] == pytest.approx(exactly[:1], rel=0.08)  # the place is told in two digits
    assert found[3] == pytest.approx(exactly[3], rel=0.08, abs=0.05)


def test_line_of_the_hinge_ignores_a_bird_beyond_the_kerb(figure):
    before = lines(figure)
    figure.locator(".nn-point").focus()
    for _ in range(3):
        figure.page.keyboard.press("ArrowRight")
    after = lines(figure)
    assert after[:3] == before[:3]  # both kerbs and the middle
    assert after[3] != before[3]  # the line of logistic regression
    assert "would be the same without it" in figure.locator(".nn-live").inner_text()


@pytest.mark.parametrize("place", [(0.7, -0.4), (0.6, 0.0), (0.8, 0.3), (0.5, -0.5)])
def test_words_tell_the_kerb_from_the_street(figure, birds, place):
    places, side, moved = birds
    put(figure, *place)
    facts(figure)  # the words follow with the next picture
    places[moved] = spot(figure)
    svc = SVC(kernel="linear", C=10, tol=1e-9).fit(places, side)
    assert moved in svc.support_
    lead = side[moved] * svc.decision_function(places)[moved]
    expected = "stands on the kerb" if lead > 1 - 1e-4 else "inside the street"
    assert expected in figure.locator(".nn-live").inner_text()


def test_a_bird_on_the_wrong_side_pays_and_can_be_put_back(figure):
    before = facts(figure)
    put(figure, -1.0, 1.0)
    assert facts(figure)[3] > 1
    assert "on the wrong side" in figure.locator(".nn-live").inner_text()
    figure.get_by_role("button", name="put it back").click()
    assert facts(figure) == before


def test_bird_is_dragged(figure):
    before = spot(figure)
    figure.scroll_into_view_if_needed()
    box = figure.locator(".nn-point").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    figure.page.mouse.move(x, y)
    figure.page.mouse.down()
    figure.page.mouse.move(x - 60, y)
    figure.page.mouse.up()
    assert spot(figure)[0] < before[0] - 0.3


def test_fits_a_phone(browser, alone):
    with fresh(browser, alone, PAGE, size=PHONE) as seen:
        assert seen.too_wide() == []
        assert "Gentoo" in seen.page.locator("nn-margin .nn-live").inner_text()

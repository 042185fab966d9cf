"""The figure of bias and variance: its fits and its sums against nnlib's polynomials."""

import numpy as np
import pytest
from browser import PHONE

from nnlib.classifiers import PolynomialRegression

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "complexity"


def drawn(seed=0, sets=12, most=60):
    """A law, and data sets that follow it up to noise of standard deviation 0.3."""
    rng, grid = np.random.default_rng(seed), np.linspace(-1, 1, 41)
    x = rng.uniform(-1, 1, (sets, most)).round(3)
    y = (np.sin(3 * x) + x**2 + 0.3 * rng.standard_normal(x.shape)).round(3)
    draws = [{"x": a.tolist(), "y": b.tolist()} for a, b in zip(x, y, strict=True)]
    law = {"x": grid.tolist(), "f": (np.sin(3 * grid) + grid**2).tolist()}
    start = {"degree": 6, "samples": 20, "degrees": 9, "few": 12, "y": [-2, 3]}
    return {"law": law, "noise": 0.09, "draws": draws} | start


DATA = drawn()


def data():
    return DATA


@pytest.fixture
def page(open_at):
    return open_at()


def parts(degree, samples):
    """Squared bias, variance, noise, their sum, and the training error, by nnlib."""
    x, f = np.array(DATA["law"]["x"])[:, None], np.array(DATA["law"]["f"])
    values, train = [], []
    for draw in DATA["draws"]:
        X, y = np.array(draw["x"])[:samples, None], np.array(draw["y"])[:samples]
        model = PolynomialRegression(degree).fit(X, y)
        values.append(model.predict(x))
        train.append(((model.predict(X) - y) ** 2).mean())
    bias = ((np.mean(values, axis=0) - f) ** 2).mean()
    variance = np.var(values, axis=0).mean()
    return [bias, variance, DATA["noise"], bias + variance + DATA["noise"], np.mean(train)]


def shown(page):
    page.evaluate("nn.flush()")
    return [float(words.replace("−", "-")) for words in page.locator("dd").all_inner_texts()]


def told(page):
    page.evaluate("nn.flush()")
    return page.locator(".nn-live").inner_text()


def put(page, label, value):
    slider = page.get_by_label(label, exact=True)
    slider.evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value)


def same(page, degree, samples):
    np.testing.assert_allclose(shown(page), parts(degree, samples), rtol=0.006)


def test_it_starts_where_the_data_say(page):
    same(page, DATA["degree"], DATA["samples"])


@pytest.mark.parametrize(("degree", "samples"), [(0, 12), (1, 12), (3, 30), (9, 12), (9, 60)])
def test_the_parts_are_those_of_nnlibs_fits(page, degree, samples):
    put(page, "degree", degree)
    put(page, "samples", samples)
    same(page, degree, samples)


def test_the_curve_of_the_shown_set_is_nnlibs(page):
    """The orange line, read off the drawing, is the fit of the first set."""
    page.evaluate("nn.flush()")
    path = page.locator("path.nn-stroke[style*='--nn-b']").first.get_attribute("d")
    height = [float(pair.split(" ")[1]) for pair in path[1:].split("L")]
    draw = DATA["draws"][0]
    X, y = np.array(draw["x"])[:20, None], np.array(draw["y"])[:20]
    fitted = PolynomialRegression(6).fit(X, y).predict(np.array(DATA["law"]["x"])[:, None])
    slope, level = np.polyfit(fitted, height, 1)
    assert slope < 0
    np.testing.assert_allclose(slope * fitted + level, height, atol=0.2)


def test_the_sentence_names_the_best_degree_and_what_is_to_blame(page):
    put(page, "degree", 1)
    for samples in (12, 60):
        put(page, "samples", samples)
        totals = [parts(d, samples)[3] for d in range(DATA["degrees"] + 1)]
        assert f"is at degree {np.argmin(totals)}." in told(page)
        bias, variance, *_ = parts(1, samples)
        assert ("more of it bias" in told(page)) == (bias > variance)
    put(page, "degree", 9)
    assert "more of it variance" in told(page)


def test_keys_move_the_sliders_and_show_another_data_set(page):
    page.get_by_label("degree", exact=True).press("ArrowRight")
    same(page, DATA["degree"] + 1, DATA["samples"])
    page.get_by_label("samples", exact=True).press("ArrowLeft")
    same(page, DATA["degree"] + 1, DATA["samples"] - 2)
    dots = page.locator("svg.nn-plot .nn-dots").first
    before = dots.get_attribute("d")
    page.get_by_role("button", name="another data set").press("Enter")
    page.evaluate("nn.flush()")
    assert dots.get_attribute("d") != before


def test_the_drawings_say_what_they_show(page):
    put(page, "degree", 2)
    told(page)
    left, right = page.locator("svg.nn-plot").all()
    assert "12 polynomials of degree 2" in left.get_attribute("aria-label")
    assert "At degree 2: squared bias" in right.get_attribute("aria-label")


def test_it_fits_a_phone(open_at):
    page = open_at(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

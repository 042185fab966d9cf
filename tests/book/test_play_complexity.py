"""The figure of bias and variance: its fits and its sums against nnlib's polynomials."""

import numpy as np
import pytest

from nnlib.classifiers import PolynomialRegression

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "complexity"


def drawn(seed=0, sets=12, most=60):
    """Return a function, and data sets sampled from it with noise of standard deviation 0.3."""
    rng, grid = np.random.default_rng(seed), np.linspace(-1, 1, 41)
    x = rng.uniform(-1, 1, (sets, most)).round(3)
    y = (np.sin(3 * x) + x**2 + 0.3 * rng.standard_normal(x.shape)).round(3)
    draws = [{"x": a.tolist(), "y": b.tolist()} for a, b in zip(x, y, strict=True)]
    law = {"x": grid.tolist(), "f": (np.sin(3 * grid) + grid**2).tolist()}
    start = {"degree": 6, "samples": 20, "degrees": 9, "few": 12, "y": [-2, 3]}
    return {"law": law, "noise": 0.09, "draws": draws} | start


DATA = drawn()


def data(**changes):
    return DATA | changes


@pytest.fixture
def figure(open_figure):
    return open_figure()


def parts(degree, samples):
    """Return squared bias, variance, noise, their sum, and the training error, by nnlib."""
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


def same(figure, degree, samples):
    np.testing.assert_allclose(figure.numbers(), parts(degree, samples), rtol=0.006)


def test_it_starts_where_the_data_say(figure):
    same(figure, DATA["degree"], DATA["samples"])


@pytest.mark.parametrize(("degree", "samples"), [(0, 12), (1, 12), (3, 30), (9, 12), (9, 60)])
def test_the_parts_are_those_of_nnlibs_fits(figure, degree, samples):
    figure.slide("degree", degree)
    figure.slide("samples", samples)
    same(figure, degree, samples)


def test_the_curve_of_the_shown_set_is_nnlibs(figure):
    """The orange line, read off the drawing, is the fit of the first set."""
    figure.settle()
    path = figure.locator("path.nn-stroke[style*='--nn-b']").first.get_attribute("d")
    height = [float(pair.split(" ")[1]) for pair in path[1:].split("L")]
    draw = DATA["draws"][0]
    X, y = np.array(draw["x"])[:20, None], np.array(draw["y"])[:20]
    fitted = PolynomialRegression(6).fit(X, y).predict(np.array(DATA["law"]["x"])[:, None])
    slope, level = np.polyfit(fitted, height, 1)
    assert slope < 0
    np.testing.assert_allclose(slope * fitted + level, height, atol=0.2)


def test_the_sentence_names_the_best_degree_and_what_is_to_blame(figure):
    figure.slide("degree", 1)
    for samples in (12, 60):
        figure.slide("samples", samples)
        totals = [parts(d, samples)[3] for d in range(DATA["degrees"] + 1)]
        assert f"is at degree {np.argmin(totals)}." in figure.sentence()
        bias, variance, *_ = parts(1, samples)
        assert ("squared bias is larger" in figure.sentence()) == (bias > variance)
    figure.slide("degree", 9)
    assert "the variance is larger" in figure.sentence()


def test_keys_move_the_sliders_and_show_another_data_set(figure):
    figure.get_by_label("degree", exact=True).press("ArrowRight")
    same(figure, DATA["degree"] + 1, DATA["samples"])
    figure.get_by_label("samples", exact=True).press("ArrowLeft")
    same(figure, DATA["degree"] + 1, DATA["samples"] - 2)
    dots = figure.locator("svg.nn-plot .nn-dots").first
    before = dots.get_attribute("d")
    figure.press("another data set")
    figure.settle()
    assert dots.get_attribute("d") != before


def test_the_drawings_say_what_they_show(figure):
    figure.slide("degree", 2)
    figure.settle()
    left, right = figure.locator("svg.nn-plot").all()
    assert "12 polynomials of degree 2" in left.get_attribute("aria-label")
    assert "At degree 2: squared bias" in right.get_attribute("aria-label")


def test_errors_are_averaged_at_the_places_that_the_data_name(open_figure):
    """On days 0 to 3, read once and then twice, cubics and lines are nnlib's there."""
    days, truth = np.arange(4.0), 5 - 4 * 0.5 ** np.arange(4)
    read = truth + np.random.default_rng(1).integers(-1, 2, (6, 2, 4))
    at, law = {"x": days.tolist(), "f": truth.tolist()}, {"x": [0, 1.5, 3], "f": [1, 3.6, 4.5]}
    draws = [{"x": [*days, *days], "y": y.ravel().tolist()} for y in read]
    few = {"degree": 3, "samples": 4, "degrees": 3, "few": 4, "step": 4, "noise": 2 / 3}
    figure = open_figure(at=at, law=law, draws=draws, range=[0, 3], **few)
    assert figure.numbers()[-1] == 0
    for degree in (3, 1):
        figure.slide("degree", degree)
        for N in (4, 8):
            figure.slide("samples", N)
            X = np.tile(days, N // 4)[:, None]
            models = [PolynomialRegression(degree).fit(X, y.ravel()[:N]) for y in read]
            values = np.array([model.predict(days[:, None]) for model in models])
            bias = ((values.mean(axis=0) - truth) ** 2).mean()
            variance = np.var(values, axis=0).mean()
            np.testing.assert_allclose(figure.numbers()[:2], [bias, variance], rtol=0.006)

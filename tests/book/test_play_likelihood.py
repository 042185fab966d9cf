"""The figure of the likelihood: its numbers are nnlib's, its best Gaussian the fitted one."""

import re

import numpy as np
import pytest
from browser import PHONE
from figure import Figure, number

from nnlib.datasets import penguins
from nnlib.probability import MultivariateGaussian

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "classifiers/maximum-likelihood", "nn-likelihood"
SPECIES = ("Adelie", "Chinstrap", "Gentoo")
STARTS = {
    "Adelie": ([40.5, 17.0], [4.0, 1.0]),
    "Chinstrap": ([47.0, 19.5], [2.0, 1.5]),
    "Gentoo": ([50.5, 14.2], [3.0, 1.2]),
}
EACH, ALL, BELOW = (
    "log-likelihood per bird",
    "log-likelihood of all",
    "below the best, per bird",
)


def facts(figure):
    return {name: number(text) for name, text in figure.facts().items()}


def birds(name):
    data = penguins()[0]
    return data.X[data.y == SPECIES.index(name)][:, :2]


def gaussian(mean, sd, rho=0.0):
    s, t = sd
    return MultivariateGaussian(mean, np.array([[s * s, rho * s * t], [rho * s * t, t * t]]))


def surprise(figure):
    """Return the last number of the sentence, minus the log density of the diamond."""
    words = figure.sentence()
    return float(re.search(r"−ln p = (\d+\.\d\d)\.$", words)[1])


def compare(figure, model, X):
    shown, best = facts(figure), MultivariateGaussian.fit(X)
    each, top = (m.log_likelihood(X) / len(X) for m in (model, best))
    assert shown[EACH] == pytest.approx(each, abs=6e-4)
    assert shown[ALL] == pytest.approx(model.log_likelihood(X), abs=0.06)
    assert shown[BELOW] == pytest.approx(top - each, abs=6e-4)
    det = np.log(np.linalg.det(model.covariance_matrix))
    assert shown["−½ ln det Σ"] == pytest.approx(-det / 2, abs=6e-4)
    far = np.mean(model.mahalanobis(X) ** 2)
    assert shown["−½ mean of r²"] == pytest.approx(-far / 2, abs=6e-4)
    assert surprise(figure) == pytest.approx(-model.log_prob(X).min(), abs=6e-3)


@pytest.mark.parametrize("name", SPECIES)
def test_the_numbers_are_those_of_nnlib(figure, name):
    figure.press(name)
    X = birds(name)
    mean, sd = STARTS[name]
    compare(figure, gaussian(mean, sd), X)
    figure.press("to the maximum")
    best = MultivariateGaussian.fit(X)
    compare(figure, best, X)
    assert facts(figure)["−½ mean of r²"] == -1
    for button, factor in (("both sd ÷ 2", 0.5), ("both sd × 2", 1), ("both sd × 2", 2)):
        figure.press(button)
        wide = MultivariateGaussian(best.loc, best.covariance_matrix * factor**2)
        compare(figure, wide, X)


def test_sliders_and_arrow_keys_move_the_gaussian_and_reset_brings_it_back(figure):
    X = birds("Gentoo")
    (x, y), (s, t) = STARTS["Gentoo"]
    figure.get_by_label("sd of length", exact=True).fill("4.5")
    figure.get_by_label("correlation", exact=True).fill("-0.4")
    compare(figure, gaussian([x, y], [4.5, t], -0.4), X)
    mean = figure.get_by_role("slider", name="mean", exact=True)
    mean.press("Shift+ArrowLeft")
    mean.press("ArrowUp")
    compare(figure, gaussian([x - 0.5, y + 0.1], [4.5, t], -0.4), X)
    assert "length 50.0, depth 14.3" in mean.get_attribute("aria-valuetext")
    figure.press("reset")
    compare(figure, gaussian([x, y], [s, t]), X)


def test_the_cut_follows_what_was_moved_last_and_the_alternative_text_is_true(figure):
    cut = figure.locator(".nn-plot").nth(1)
    assert "mean length" in cut.get_attribute("aria-label")
    below = facts(figure)[BELOW]
    words = figure.page.locator("figure.nn-play:has(nn-likelihood)").get_attribute("aria-label")
    assert f"about {below:.1f} nats per bird below" in words
    for name, expected in (
        ("sd of depth", "standard deviation of depth"),
        ("correlation", "correlation"),
    ):
        figure.get_by_label(name, exact=True).press("ArrowRight")
        facts(figure)
        assert expected in cut.get_attribute("aria-label")
        assert expected in cut.text_content()
    figure.get_by_role("slider", name="mean", exact=True).press("ArrowUp")
    facts(figure)
    assert "mean depth" in cut.text_content()


def test_the_mean_is_dragged(figure):
    before = facts(figure)[EACH]
    figure.pull(-15, -10, ".nn-knob")
    assert facts(figure)[EACH] > before


def test_a_finger_on_a_phone_moves_the_mean(open_page):
    figure = Figure(open_page(size=PHONE).page.locator(ELEMENT))
    figure.unfold("Terms of the log-likelihood")
    before = facts(figure)[EACH]
    figure.pull(-15, -10, ".nn-knob")
    assert facts(figure)[EACH] > before

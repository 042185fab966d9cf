"""A window over a cat's eye: sums of both signs, and weights up to 2."""

import re

import numpy as np
import pytest

from nnlib import datasets, filters

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "cnn/convolution", "nn-kernel"
SENTENCE = re.compile(r"Row (\d+), column (\d+): sum (−?[\d.]+), largest ([\d.]+)\.")


def sums(kernel):
    cat = datasets.photographs().chelsea.mean(axis=2).reshape(128, 2, 128, 2).mean(axis=(1, 3))
    return filters.correlate(np.round(cat[26:74, 14:62]) / 255, kernel, padding="same")


def told(figure):
    """Return row, column, the sum there and the largest sum, as the sentence says them."""
    row, column, here, largest = SENTENCE.search(figure.sentence()).groups()
    return int(row), int(column), float(here.replace("−", "-")), float(largest)


@pytest.mark.parametrize(
    ("name", "kernel"), [("Sobel", filters.sobel()), ("Sobel, turned", filters.sobel().T)]
)
def test_sums_of_both_signs_are_those_of_nnlib(figure, name, kernel):
    figure.press(name)
    window = figure.get_by_role("slider", name="window over the picture")
    seen = []
    for keys in ((), ["Shift+ArrowUp"] * 3, ["Shift+ArrowRight"] * 4):
        for key in keys:
            window.press(key)
        row, column, here, largest = told(figure)
        assert here == pytest.approx(sums(kernel)[row, column], abs=0.051)
        assert largest == pytest.approx(sums(kernel).max(), abs=0.051)
        seen.append((row, column))
    assert len(set(seen)) == 3


def test_a_tap_goes_from_two_to_minus_two(figure):
    weights = figure.locator("[aria-label='kernel, nine weights'] .nn-cell")
    assert weights.nth(3).text_content() == "2"
    weights.nth(3).click()
    assert weights.nth(3).text_content() == "−2"
    weights.nth(4).click()
    assert weights.nth(4).text_content() == "1"


def test_the_map_says_what_its_colours_mean(figure):
    named = figure.locator("[role=img]").evaluate_all("all => all.map(e => e.ariaLabel)")
    colours = (
        "blue where they are positive, pale where they are 0, orange where they are negative"
    )
    assert any(colours in words for words in named)

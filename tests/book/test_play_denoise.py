"""A noisy picture and its denoised one: errors are NumPy's, and noise is set by the slider."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "generative/autoencoders", "nn-denoise"


def test_the_errors_are_numpys(figure):
    for one in figure.data["known"]:
        figure.press(figure.data["names"][one["picture"]])
        figure.slide("noise", one["level"])
        found = re.search(r"(\d+) denoised", figure.sentence())
        assert float(found[1]) == pytest.approx(one["error"], abs=0.51)


def test_without_noise_nothing_is_spoilt(figure):
    figure.slide("noise", 0)
    assert "squared error 0 with noise" in figure.sentence()

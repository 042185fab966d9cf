"""The photograph as a sum of terms: what it adds up is right; keys and buttons move it."""

import base64
import io
import re

import numpy as np
import pytest
from browser import PHONE
from PIL import Image

from nnlib.datasets import photographs

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "maths/svd-pca", "nn-rank"
SENTENCE = re.compile(r"Rank (\d+): ([\d,]+) bytes, (\d+)% .* error: ([\d.]+) of 255")


def facts(figure):
    """Return rank, bytes, percent and error, as the sentence says them."""
    rank, size, percent, error = SENTENCE.search(figure.sentence()).groups()
    return int(rank), int(size.replace(",", "")), int(percent), float(error)


def drawn(figure, which):
    """Return the red channel of one of the four pictures."""
    figure.settle()
    address = figure.locator("canvas").nth(which).evaluate("e => e.toDataURL()")
    file = io.BytesIO(base64.b64decode(address.partition(",")[2]))
    return np.asarray(Image.open(file).convert("RGB"), dtype=float)[..., 0]


def photograph(name):
    """Return a photograph of the page, made again from the data set."""
    pixels = getattr(photographs(), name)
    grey = pixels.mean(axis=2) if pixels.ndim == 3 else pixels
    return grey.reshape(128, 2, 128, 2).mean(axis=(1, 3)).round()


def nearest(A, rank):
    """Return the nearest matrix of a rank, and how far it is, in grey levels per pixel."""
    U, s, Vh = np.linalg.svd(A)
    near = (U[:, :rank] * s[:rank]) @ Vh[:rank]
    return near, np.sqrt(((A - near) ** 2).mean())


@pytest.mark.parametrize(
    ("button", "name"), [("cat", "chelsea"), ("cup", "coffee"), ("brick", "brick")]
)
@pytest.mark.parametrize("rank", [1, 4, 25])
def test_it_shows_the_nearest_matrix_of_the_rank(figure, button, name, rank):
    figure.press(button)
    figure.slide(0, rank)
    A = photograph(name)
    near, error = nearest(A, rank)
    assert facts(figure)[::3] == (rank, pytest.approx(error, abs=0.11))
    assert np.array_equal(drawn(figure, 0), A)
    off = drawn(figure, 1) - np.clip(near, 0, 255)
    assert np.sqrt((off**2).mean()) < 1.2
    assert np.sqrt((off**2).mean()) < 0.2 * error


def test_it_counts_the_bytes_that_it_draws_from(figure):
    for rank in (1, 10, 63):
        figure.slide(0, rank)
        assert facts(figure)[1:3] == (260 * rank, round(100 * 260 * rank / 128**2))


def test_keys_change_the_rank_and_stop_at_its_ends(figure):
    slider = figure.locator("input[type=range]")
    assert facts(figure)[0] == 10
    before = drawn(figure, 1)
    slider.press("ArrowRight")
    assert facts(figure)[0] == 11
    assert not np.array_equal(drawn(figure, 1), before)
    slider.press("End")
    slider.press("ArrowRight")
    assert facts(figure)[0] == 63
    slider.press("Home")
    assert facts(figure)[0] == 1
    assert figure.locator("canvas").nth(2).get_attribute("aria-label") == "term 1 alone"


def test_a_shuffled_cat_has_the_same_pixels_and_three_times_the_error(figure):
    figure.slide(0, 20)
    whole, error = drawn(figure, 0), facts(figure)[3]
    figure.press("cat, shuffled")
    assert facts(figure)[0] == 20
    assert 2.5 * error < facts(figure)[3] < 3.5 * error
    assert np.array_equal(np.sort(drawn(figure, 0).ravel()), np.sort(whole.ravel()))


def test_the_photograph_and_the_copy_stand_side_by_side_on_a_phone(open_page):
    pictures = open_page(size=PHONE).page.locator("nn-rank canvas")
    left, right = (pictures.nth(k).bounding_box() for k in (0, 1))
    assert left["y"] == pytest.approx(right["y"], abs=1)
    assert left["width"] > 120

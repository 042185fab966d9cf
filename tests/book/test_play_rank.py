"""The photograph as a sum of terms: what it adds up is right; hands and keys move it."""

import base64
import io
import re

import numpy as np
import pytest
from browser import PHONE
from figure import drag, middle, swipe
from PIL import Image

from nnlib.datasets import photographs

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "maths/svd-pca", "nn-rank"
SENTENCE = re.compile(r"Rank (\d+): ([\d,]+) of 16,384 bytes \((\d+)%\), .* ([\d.]+) of 255")


def facts(figure):
    """Return rank, bytes, percent and error, as the sentence says them."""
    rank, size, percent, error = SENTENCE.search(figure.sentence()).groups()
    return int(rank), int(size.replace(",", "")), int(percent), float(error)


def drawn(figure, which):
    """Return the red channel of a picture: the sum, a term alone, what is missing."""
    figure.settle()
    address = figure.locator("canvas").nth(which).evaluate("e => e.toDataURL()")
    file = io.BytesIO(base64.b64decode(address.partition(",")[2]))
    return np.asarray(Image.open(file).convert("RGB"), dtype=float)[..., 0]


def handle(figure, name):
    return figure.get_by_role("slider", name=name, exact=True)


def set_rank(figure, rank):
    """Move the rank by keys."""
    tens, ones = divmod(rank - 1, 10)
    for key in ["Home", *["PageUp"] * tens, *["ArrowRight"] * ones]:
        handle(figure, "rank").press(key)


def held(figure):
    """Return the photograph, which the sum shows while the space bar is down."""
    figure.locator("canvas").first.focus()
    figure.page.keyboard.down(" ")
    picture = drawn(figure, 0)
    figure.page.keyboard.up(" ")
    return picture


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
    set_rank(figure, rank)
    A = photograph(name)
    near, error = nearest(A, rank)
    assert facts(figure)[::3] == (rank, pytest.approx(error, abs=0.11))
    assert np.array_equal(held(figure), A)
    off = drawn(figure, 0) - np.clip(near, 0, 255)
    assert np.sqrt((off**2).mean()) < 1.2
    assert np.sqrt((off**2).mean()) < 0.2 * error


def test_it_counts_the_bytes_that_it_draws_from(figure):
    for rank in (1, 10, 63):
        set_rank(figure, rank)
        assert facts(figure)[1:3] == (260 * rank, round(100 * 260 * rank / 128**2))


def test_keys_change_the_rank_and_stop_at_its_ends(figure):
    slider = handle(figure, "rank")
    assert facts(figure)[0] == 10
    assert slider.get_attribute("aria-valuetext") == "10, 2,600 bytes, error 11.5"
    before = drawn(figure, 0)
    slider.press("ArrowRight")
    assert facts(figure)[0] == 11
    assert not np.array_equal(drawn(figure, 0), before)
    slider.press("End")
    slider.press("ArrowRight")
    assert facts(figure)[0] == 63
    slider.press("Home")
    assert facts(figure)[0] == 1


@pytest.mark.parametrize("hand", [drag, swipe])
def test_the_rank_is_dragged_along_the_singular_values(figure, hand):
    knob = handle(figure, "rank").locator(".nn-knob")
    x, y = middle(knob)
    box = figure.locator("svg").first.bounding_box()
    step = box["width"] * 238 / 300 / 63
    hand(figure.page, (x, y), (x + 4 * step, y - 20), (x + 20 * step, y))
    assert facts(figure)[0] == 30
    assert middle(knob)[0] == pytest.approx(x + 20 * step, abs=1)
    words = handle(figure, "rank").locator("text").all_text_contents()
    assert words == ["rank 30", "7,800 bytes", f"error {facts(figure)[3]}"]
    for line in handle(figure, "rank").locator("text").all():
        end = line.bounding_box()
        assert end["x"] + end["width"] <= box["x"] + box["width"]


def test_the_spectrum_is_that_of_numpy_and_a_tap_shows_one_term(figure):
    box = figure.locator("svg").first.bounding_box()
    unit = box["width"] / 300
    s = np.linalg.svd(photograph("chelsea"), compute_uv=False)
    term = handle(figure, "term shown alone")
    for k in (20, 41):
        x = box["x"] + (52 + 238 * (k - 0.5) / 63) * unit
        figure.page.touchscreen.tap(x, box["y"] + 100 * unit)
        figure.settle()
        number, value = term.get_attribute("aria-valuetext").split(", singular value ")
        assert int(number) == k
        assert float(value.replace(",", "")) == pytest.approx(s[k - 1], rel=0.02)
        assert figure.locator("canvas").nth(1).get_attribute("aria-label") == f"term {k} alone"
    before = drawn(figure, 1)
    term.press("Home")
    assert not np.array_equal(drawn(figure, 1), before)
    assert facts(figure)[0] == 10


def test_the_sum_is_the_photograph_while_it_is_held(figure):
    A, before = photograph("chelsea"), drawn(figure, 0)
    x, y = middle(figure.locator("canvas").first)
    figure.page.mouse.move(x, y)
    figure.page.mouse.down()
    assert np.array_equal(drawn(figure, 0), A)
    figure.page.mouse.up()
    assert np.array_equal(drawn(figure, 0), before)
    assert np.array_equal(held(figure), A)
    assert np.array_equal(drawn(figure, 0), before)


def test_a_shuffled_cat_has_the_same_pixels_and_three_times_the_error(figure):
    set_rank(figure, 20)
    whole, error = held(figure), facts(figure)[3]
    figure.press("cat, shuffled")
    assert facts(figure)[0] == 20
    assert 2.5 * error < facts(figure)[3] < 3.5 * error
    assert np.array_equal(np.sort(held(figure).ravel()), np.sort(whole.ravel()))


def test_pictures_and_spectrum_share_a_phones_screen(open_page):
    figure = open_page(size=PHONE).page.locator("nn-rank")
    assert figure.bounding_box()["height"] < 640
    pictures = [figure.locator("canvas").nth(k).bounding_box() for k in (0, 1, 2)]
    assert pictures[0]["width"] > 180
    assert pictures[0]["y"] == pytest.approx(pictures[1]["y"], abs=1)
    assert min(p["width"] for p in pictures[1:]) > 80

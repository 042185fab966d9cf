"""A walk over a plane of codes: the decoder draws as NumPy does; the nearest one is found."""

import base64
import re

import numpy as np
import pytest
from browser import PHONE
from figure import Figure, drag, middle, swipe

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "generative/dimensionality-reduction", "nn-code-walk"
PIXELS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]"


def decoded(layers, x):
    """Return what layers of whole numbers with scales make of a code."""
    for layer in layers:
        W = np.frombuffer(base64.b64decode(layer["weight"]), np.int8)
        z = layer["bias"] + np.array(layer["scale"]) * (W.reshape(-1, layer["inputs"]) @ x)
        x = np.maximum(z, 0) if layer["relu"] else z
    return x


def spot(figure):
    """Return the code that the figure tells."""
    found = re.search(r"Code \((.+?), (.+?)\)", figure.sentence())
    return [float(text.replace("−", "-")) for text in found.groups()]


def drawn(figure, k):
    """Return the grey levels of a picture: 0 the decoded one, 1 the nearest."""
    figure.settle()
    pixels = figure.locator("canvas").nth(k).evaluate(PIXELS)
    return np.array(pixels).reshape(-1, 4)[:, 0] / 255


@pytest.mark.parametrize("k", [0, 1])
def test_the_decoder_draws_as_numpy_does(figure, k):
    chosen = figure.data["maps"][k]
    figure.press(chosen["name"])
    expected = np.clip(decoded(chosen["decoder"], np.array(chosen["at"])), 0, 1)
    np.testing.assert_allclose(drawn(figure, 0), expected, atol=0.005)


def test_the_nearest_picture_is_the_nearest(figure):
    data = figure.data
    chosen = data["maps"][data["shown"]]
    figure.locator(".nn-point").press("Shift+ArrowUp")
    figure.locator(".nn-point").press("ArrowRight")
    step = (chosen["x"][1] - chosen["x"][0]) / 60
    at = np.array(chosen["at"]) + np.array([step, 5 * step])
    nearest = ((np.array(chosen["codes"]) - at) ** 2).sum(axis=1).argmin()
    pictures = np.frombuffer(base64.b64decode(data["pictures"]), np.uint8).reshape(-1, 784)
    np.testing.assert_allclose(drawn(figure, 1), pictures[nearest] / 255, atol=1e-6)
    assert data["names"][data["labels"][nearest]] in figure.sentence()


@pytest.mark.parametrize("hand", [drag, swipe])
def test_the_point_goes_where_a_hand_takes_it_and_another_picture_is_drawn(figure, hand):
    before, picture = spot(figure), drawn(figure, 0)
    x, y = middle(figure.locator(".nn-point"))
    hand(figure.page, (x, y), (x - 20, y - 30), (x - 60, y - 60))
    after = spot(figure)
    assert after[0] < before[0]
    assert after[1] > before[1]
    assert np.abs(drawn(figure, 0) - picture).max() > 0.1


def test_each_code_keeps_its_own_place(figure):
    figure.locator(".nn-point").press("ArrowLeft")
    here = spot(figure)
    figure.press("PCA")
    assert spot(figure) != here
    figure.press("network")
    assert spot(figure) == here


def test_plane_and_pictures_share_a_phone(open_page):
    figure = Figure(open_page(size=PHONE).page.locator(ELEMENT))
    assert figure.bounding_box()["height"] < 660

"""A layer's products: what a pixel, a weight or an output meets, and the gradients of nnlib."""

import re

import numpy as np
import pytest

import nnlib
from nnlib.nn import functional as F

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "cnn/backward", "nn-reach"
SUM = re.compile(r"Gradient: (?:.* = )?(−?\d+)\.")


def gradients(data, k):
    """Return both gradients of a setting, as nnlib's layer computes them."""
    one = data["settings"][k]
    x, w, g = (
        nnlib.tensor(np.array(a, float)[None, None])
        for a in (data["picture"], data["kernel"], one["upstream"])
    )
    x.requires_grad = w.requires_grad = True
    F.conv2d(x, w, stride=one["stride"], padding=one["padding"]).backward(g)
    return x.grad.numpy()[0, 0], w.grad.numpy()[0, 0]


def told(figure):
    """Return the gradient that the sentence tells."""
    return int(SUM.search(figure.sentence())[1].replace("−", "-"))


def touch(figure, board, i, j):
    figure.get_by_role("grid", name=board).get_by_role("row").nth(i).get_by_role(
        "gridcell"
    ).nth(j).click()


@pytest.mark.parametrize("k", range(3))
def test_the_gradients_are_those_of_the_layer(figure, k):
    figure.press(figure.data["settings"][k]["name"])
    pixels, weights = gradients(figure.data, k)
    assert np.array_equal(pixels, figure.data["settings"][k]["pixels"])
    assert np.array_equal(weights, figure.data["settings"][k]["weights"])
    for i, j in ((0, 0), (2, 2), (1, 3), (4, 4)):
        touch(figure, "picture", i, j)
        assert told(figure) == pixels[i, j]
    for i, j in ((0, 0), (1, 2), (2, 1)):
        touch(figure, "kernel", i, j)
        assert told(figure) == weights[i, j]


def test_an_output_meets_nine_pixels_and_each_weight(figure):
    touch(figure, "gradients at the outputs", 1, 1)
    assert figure.sentence().startswith("Output in row 1, column 1: 9 products")
    assert figure.locator("[aria-label=picture] .nn-lit").count() == 9
    assert figure.locator("[aria-label=kernel] .nn-lit").count() == 9


def test_keys_move_and_a_stride_leaves_one_window_at_an_odd_pixel(figure):
    figure.press("stride 2")
    touch(figure, "picture", 2, 2)
    assert "4 products" in figure.sentence()
    figure.page.keyboard.press("ArrowRight")
    assert "row 2, column 3: 2 products" in figure.sentence()
    figure.page.keyboard.press("ArrowUp")
    assert "row 1, column 3: 1 product." in figure.sentence()

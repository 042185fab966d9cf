"""Three layers as volumes: sizes, parameters and work are those of nnlib's summary."""

import re

import pytest

from nnlib import models, nn

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "cnn/layers", "nn-volumes"
SENTENCE = re.compile(
    r"Layer (\d): (\d+) × (\d+) × (\d+), ([\d,]+) parameters, ([\d,]+) multiplications\."
)


def counted(*layers, picture=(3, 32, 32)):
    """Return what nnlib counts for the last of some layers, as the sentence says it."""
    last = models.summary(nn.Sequential(*layers), picture)[-1]
    depth, rows, columns = last.output[0]
    return [rows, columns, depth, last.parameters, last.multiply_adds]


def told(figure):
    """Return the chosen layer's numbers, as the sentence says them."""
    return [
        int(text.replace(",", "")) for text in SENTENCE.search(figure.sentence()).groups()[1:]
    ]


def test_a_volume_is_chosen_and_changed(figure):
    first = nn.Conv2d(3, 10, 5, padding=2)
    assert told(figure) == counted(first)
    figure.get_by_role("button", name="layer 3").click()
    pool = nn.MaxPool2d(2)
    assert told(figure) == counted(first, pool, nn.Conv2d(10, 16, 5))
    stride = figure.get_by_role("slider", name="stride")
    stride.press("ArrowRight")
    assert told(figure) == counted(first, pool, nn.Conv2d(10, 16, 5, stride=2))
    figure.press("max pooling")
    assert told(figure) == counted(first, pool, nn.MaxPool2d(2))


def test_a_larger_picture_adds_no_parameter(figure):
    before = figure.texts()
    figure.get_by_role("button", name="input").click()
    figure.get_by_role("slider", name="side of the picture").press("ArrowRight")
    after = figure.texts()
    assert before[0] == after[0] == "4,776"
    assert before[1] != after[1]


def test_a_kernel_that_does_not_fit_is_said(figure):
    figure.get_by_role("button", name="input").click()
    side = figure.get_by_role("slider", name="side of the picture")
    side.press("Home")
    figure.get_by_role("button", name="layer 3").click()
    assert "does not fit" in figure.sentence()

"""A window over the boot: the sums are those of NumPy, and pointer, keys and taps move it."""

import re

import numpy as np
import pytest

from nnlib.datasets import fashion_mnist

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "start/welcome", "nn-kernel"
SENTENCE = re.compile(r"Row (\d+), column (\d+): sum (−?[\d.]+), largest ([\d.]+)\.")
LIGHT_ABOVE = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])


def boot():
    train = fashion_mnist()[0]
    return train.X[np.flatnonzero(train.y == 9)[0]].reshape(28, 28)


def sums(kernel):
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(boot(), 1), (3, 3))
    return (windows * kernel).sum(axis=(2, 3))


def told(figure):
    """Return row, column, the sum there and the largest sum, as the sentence says them."""
    row, column, here, largest = SENTENCE.search(figure.sentence()).groups()
    return int(row), int(column), float(here.replace("−", "-")), float(largest)


@pytest.mark.parametrize(
    ("name", "kernel"),
    [
        ("light above dark", LIGHT_ABOVE),
        ("dark above light", -LIGHT_ABOVE),
        ("light left of dark", LIGHT_ABOVE.T),
    ],
)
def test_the_sum_at_a_place_is_that_of_numpy(figure, name, kernel):
    figure.press(name)
    window = figure.get_by_role("slider", name="window over the picture")
    for keys in ((), ["ArrowUp"] * 3, ["Shift+ArrowLeft"] * 2, ["Shift+ArrowRight"] * 5):
        for key in keys:
            window.press(key)
        row, column, here, largest = told(figure)
        assert here == pytest.approx(sums(kernel)[row, column], abs=0.051)
        assert largest == pytest.approx(sums(kernel).max(), abs=0.051)
    assert (row, column) == (19, 27)


def test_a_drag_moves_the_window(figure):
    window = figure.get_by_role("slider", name="window over the picture")
    before = told(figure)
    assert (
        window.get_attribute("aria-valuetext")
        == f"Row {before[0]}, column {before[1]}: sum {before[2]}"
    )
    figure.pull(-40, -30, ".nn-kernel-frame")
    after = told(figure)
    assert after[0] < before[0]
    assert after[1] < before[1]


def test_a_tap_changes_a_weight(figure):
    weights = figure.locator("[aria-label='kernel, nine weights'] .nn-cell")
    shown = [weights.nth(k).text_content() for k in range(9)]
    assert shown == ["1", "1", "1", "0", "0", "0", "−1", "−1", "−1"]
    weights.nth(4).click()
    assert weights.nth(4).text_content() == "1"
    row, column, here, _ = told(figure)
    assert here == pytest.approx(
        sums(LIGHT_ABOVE)[row, column] + boot()[row, column], abs=0.051
    )

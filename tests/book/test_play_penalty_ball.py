"""The ball of a penalty that meets a loss: where, for each penalty, and how many zeros."""

import re

import numpy as np
import pytest
from figure import number

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "optimization/regularization", "nn-penalty-ball"
SHARES = {"L2": (0, 1), "L1": (1, 0), "elastic net": (0.5, 0.5)}


def meets(H, m, penalty, strength):
    """Return the minimum of loss and penalty, by proximal steps."""
    a, b = (strength * share for share in SHARES[penalty])
    w = np.array(m, float)
    for _ in range(6_000):
        w = (1 - 0.4 * b) * w - 0.4 * np.array(H) @ (w - m)
        w = np.sign(w) * np.maximum(np.abs(w) - 0.4 * a, 0)
    return w


def told(figure):
    """Return the two weights and the sentence about zeros."""
    said = figure.sentence()
    place = re.search(r"at \((.+?), (.+?)\); (.+)\.$", said)
    return [number(place[1]), number(place[2])], place[3]


def test_it_agrees_with_the_page(figure):
    assert figure.evaluate("e => e.agrees()") is True


@pytest.mark.parametrize("penalty", list(SHARES))
@pytest.mark.parametrize("k", [0, 1, 2])
def test_each_penalty_meets_each_loss_where_steps_end(figure, penalty, k):
    loss = figure.data["losses"][k]
    figure.press(loss["name"])
    figure.press(penalty)
    place, zeros = told(figure)
    right = meets(loss["H"], figure.data["start"], penalty, figure.data["strength"])
    assert place == pytest.approx(right, abs=0.006)
    count = int((np.abs(right) < 1e-9).sum())
    assert zeros.startswith(("no weight", "one weight", "both weights")[count])


def test_the_minimum_and_the_strength_are_moved_by_keyboard(figure):
    figure.press("L1")
    figure.get_by_role("slider", name="minimum of the loss").press("Shift+ArrowUp")
    assert told(figure)[0] == pytest.approx([0.7, 0.2], abs=0.006)
    figure.get_by_role("slider", name="strength of the penalty").press("Shift+ArrowRight")
    assert told(figure)[0] == pytest.approx([0.45, 0], abs=0.006)
    for _ in range(3):
        figure.get_by_role("slider", name="strength of the penalty").press("Shift+ArrowRight")
    assert told(figure)[1].startswith("both weights")

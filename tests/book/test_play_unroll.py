"""A recurrent network that is a rain barrel: its states are those of nnlib's layer."""

import re

import numpy as np
import pytest

import nnlib
from nnlib import nn

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "rnn/recurrence", "nn-unroll"
SENTENCE = re.compile(r"Day (\d): a = .* = (\d+), r = .* = (\d+), level a − r = (\d+)\. (.*)")


def states(rain):
    """Return what nnlib's layer computes: a and r of each day."""
    layer = nn.RNN(1, 2, nonlinearity="relu", dtype=nnlib.float64)
    weights = [[[1], [1]], [[1, -1], [1, -1]], [-1, -6], [0, 0]]
    for parameter, values in zip(layer.parameters(), weights, strict=True):
        parameter.data[:] = np.array(values, float)
    return layer(nnlib.tensor(np.array(rain, float)[:, None]))[0].detach().numpy()


def told(figure):
    """Return the day, a, r and the level that the sentence tells, and what it says of rain."""
    *numbers, words = SENTENCE.search(figure.sentence()).groups()
    return [int(n) for n in numbers], words


def test_each_day_shows_the_state_of_the_layer(figure):
    figure.press("Day 1")
    for day, (a, r) in enumerate(states(figure.data["rain"]), start=1):
        assert told(figure)[0] == [day, a, r, a - r]
        figure.press("Next day")
    assert told(figure)[0][0] == 6


def test_rain_is_changed_and_what_ran_over_is_forgotten(figure):
    assert "on day 3 would change this level, on an earlier day it would not" in told(figure)[1]
    rain = figure.get_by_role("slider", name="rain of day 2")
    rain.press("Home")
    a, r = states([3, 0, 0])[-1]
    assert told(figure)[0] == [3, a, r, a - r]
    assert "on day 1, 2 or 3 would change this level." in told(figure)[1]
    rain.press("End")
    assert told(figure)[0] == [3, 4, 0, 4]


def test_folded_there_is_one_cell(figure):
    shown = figure.locator(".nn-unroll-cell:visible")
    assert shown.count() == 7
    figure.press("Folded")
    figure.settle()
    assert shown.count() == 1
    figure.press("Next day")
    assert told(figure)[0] == [4, 5, 0, 5]

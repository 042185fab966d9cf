"""A cell whose gates are set by hand: its states are those of nnlib's LSTM."""

import re

import numpy as np
import pytest

import nnlib
from nnlib import nn

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "rnn/lstm-gru", "nn-gates"
HOLDS = re.compile(r"It holds (−?[\d.]+)\.")
ALL = {"i": "input gate", "f": "forget gate", "o": "output gate"}


def logit(g):
    """Return the weighted sum at which a sigmoid gives g."""
    g = np.asarray(g, float)
    return np.log(np.clip(g, 1e-15, 1) / np.clip(1 - g, 1e-15, 1))


def cell_of(values, i, f, o):
    """Return the cell states of an LSTM whose inputs are its gates' weighted sums."""
    layer = nn.LSTM(4, 1, bias=False, dtype=nnlib.float64)
    layer.weight_ih_l0.data.array[:] = np.eye(4)
    layer.weight_hh_l0.data.array[:] = 0
    x = np.stack([logit(i), logit(f), np.arctanh(values), logit(o)], axis=1)
    state, found = None, []
    for step in x:
        _, state = layer(nnlib.tensor(step[None]), state)
        found.append(state[1].item())
    return found


def holds(figure):
    """Return what the sentence says that the cell holds at the end."""
    return float(HOLDS.search(figure.sentence()).group(1).replace("−", "-"))


def put(figure, key, step, end):
    """Open or close a gate by the keyboard."""
    figure.settle()  # what was pressed before is drawn
    figure.get_by_role("slider", name=f"{ALL[key]} of step {step}").press(
        "End" if end else "Home"
    )


def test_with_all_gates_open_everything_is_added_up(figure):
    data = figure.data
    figure.press("Open all")
    ones = [1] * len(data["values"])
    whole = cell_of(data["values"], ones, ones, ones)[-1]
    assert holds(figure) == pytest.approx(whole, abs=0.006)
    assert "Not yet" in figure.sentence()


def test_the_sum_of_the_marked_is_kept_and_shown_at_the_end_alone(figure):
    data = figure.data
    figure.press("Open all")
    for step in range(1, len(data["values"]) + 1):
        put(figure, "i", step, step in data["marked"])
    assert holds(figure) == pytest.approx(sum(data["values"][k - 1] for k in data["marked"]))
    assert f"step {data['marked'][0]} shows something already" in figure.sentence()
    for step in range(1, len(data["values"])):
        put(figure, "o", step, False)
    assert "nothing is shown before the end" in figure.sentence()
    figure.press("Last one")
    assert "Not yet" in figure.sentence()
    put(figure, "f", data["marked"][-1], False)
    assert holds(figure) == pytest.approx(data["values"][data["marked"][-1] - 1])
    assert "nothing is shown before the end" in figure.sentence()


def test_a_gate_that_is_half_open_keeps_a_half(figure):
    data = figure.data
    figure.press("Open all")
    figure.press("Half the first")
    first = data["marked"][0]
    for step in range(1, len(data["values"]) + 1):
        put(figure, "i", step, step == first)
    gate = figure.get_by_role("slider", name=f"forget gate of step {first + 1}")
    gate.press("Home")
    for _ in range(5):
        gate.press("ArrowUp")
    assert holds(figure) == pytest.approx(data["values"][first - 1] / 2)


def test_a_gate_is_pressed_shut(figure):
    figure.press("Open all")
    gate = figure.get_by_role("slider", name="input gate of step 1")
    gate.click()
    figure.settle()
    assert gate.get_attribute("aria-valuetext") == "0.0"

"""A batch of five values: dragging one moves all results in training, and one in use."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "optimization/normalization", "nn-batch-norm"
START = np.arange(5.0)


def shown(figure):
    """Return mean, variance, the five results, and how many untouched samples moved."""
    mean, variance, results, others = figure.texts()
    values = [float(v.replace("−", "-")) for v in results.split(", ")]
    return float(mean), float(variance), np.array(values), int(others)


def normalised(values, mean=None, variance=None):
    mean = np.mean(values) if mean is None else mean
    return (values - mean) / np.sqrt((np.var(values) if variance is None else variance) + 1e-5)


def test_in_training_one_sample_moves_all_results(figure):
    mean, variance, results, others = shown(figure)
    assert (mean, variance, others) == (2, 2, 0)
    assert results == pytest.approx(normalised(START), abs=0.006)
    knob = figure.get_by_role("slider", name="sample 5")
    for _ in range(6):
        knob.press("Shift+ArrowRight")
    mean, variance, results, others = shown(figure)
    batch = np.array([0.0, 1, 2, 3, 7])
    assert (mean, variance) == pytest.approx((batch.mean(), batch.var()), abs=0.006)
    assert results == pytest.approx(normalised(batch), abs=0.006)
    assert others == 4


def test_in_use_the_others_stay(figure):
    figure.press("of earlier batches (use)")
    knob = figure.get_by_role("slider", name="sample 1")
    for _ in range(3):
        knob.press("Shift+ArrowLeft")
    _, _, results, others = shown(figure)
    assert results == pytest.approx(normalised(np.array([-1.5, 1, 2, 3, 4]), 2, 2), abs=0.006)
    assert others == 0


def test_a_drag_moves_a_sample_along_the_axis_alone(figure):
    figure.pull(60, 40)
    mean, _, results, others = shown(figure)
    assert mean > 2
    assert others == 4
    assert results.mean() == pytest.approx(0, abs=0.01)
    figure.press("Reset")
    assert shown(figure)[0] == 2

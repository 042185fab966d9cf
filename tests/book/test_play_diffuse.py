"""Noise on its way to samples: where it ends, what the guess is, and that samples lead it."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "generative/diffusion", "nn-diffuse"


def guessed(x, kept, points):
    """Return the mean of the points, weighted by how they explain x, and the weights."""
    logits = -((x - np.sqrt(kept) * points) ** 2).sum(axis=1) / (2 * (1 - kept))
    weights = np.exp(logits - logits.max())
    weights /= weights.sum()
    return weights @ points, weights


def test_at_the_start_the_guess_is_the_mean_of_all_samples(figure):
    figure.slide("steps done", 0)
    points, kept = np.array(figure.data["points"]), figure.data["kept"]
    guess, weights = guessed(np.array(figure.data["own"]), kept[-1], points)
    noise, told, shares = figure.texts()
    assert noise == "1.00"
    assert told.replace("−", "-") == ", ".join(f"{v:.2f}" for v in guess)
    assert shares == ", ".join(f"{w:.2f}" for w in weights)
    assert guess == pytest.approx(points.mean(axis=0), abs=0.02)
    assert "The best guess is a mean" in figure.sentence()


def test_in_the_end_every_dot_is_a_sample(figure):
    figure.slide("steps done", len(figure.data["kept"]) - 1)
    assert "has become sample" in figure.sentence()
    assert "every one ends on a sample" in figure.sentence()


def test_another_start_leads_to_another_sample(figure):
    figure.slide("steps done", len(figure.data["kept"]) - 1)
    reached = set()
    start = figure.get_by_role("slider", name="start of the orange dot")
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowDown"):
        for _ in range(3):
            start.press(f"Shift+{key}")
        reached.add(figure.sentence().split(",")[0])
    assert len(reached) >= 3


def test_a_dragged_sample_is_where_the_dots_go(figure):
    figure.slide("steps done", len(figure.data["kept"]) - 1)
    figure.pull(-40, 30)
    assert "every one ends on a sample" in figure.sentence()
    figure.press("Reset")
    assert "The best guess" in figure.sentence()

"""A ring all-reduce: what each worker holds is NumPy's sum, and the bytes are the text's."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "frameworks/scaling", "nn-ring"


def held(figure):
    """Return the numbers on the board, a row for each worker."""
    figure.settle()
    cells = figure.locator(".nn-ring-cell").all_inner_texts()
    return np.array(cells, dtype=int).reshape(round(len(cells) ** 0.5), -1)


@pytest.mark.parametrize("k", [3, 4, 5, 6])
def test_at_the_end_all_hold_the_sum_of_all_gradients(figure, k):
    figure.press(f"{k} workers")
    gradients = np.array(figure.data["gradients"][str(k)])
    assert (held(figure) == gradients).all()
    figure.slide("steps done", 2 * (k - 1))
    assert (held(figure) == gradients.sum(axis=0)).all()
    assert "every worker holds every sum" in figure.sentence()


def test_half_way_each_worker_holds_one_whole_sum(figure):
    figure.press("5 workers")
    figure.press("next step", times=4)
    whole = np.array(figure.data["gradients"]["5"]).sum(axis=0)
    board = held(figure)
    assert [board[w, (w + 1) % 5] for w in range(5)] == [whole[(w + 1) % 5] for w in range(5)]
    assert figure.locator(".nn-ring-whole").count() == 5
    assert "one whole sum" in figure.sentence()


@pytest.mark.parametrize("k", [3, 6])
def test_a_worker_sends_less_than_two_gradients_and_the_server_sends_more_with_each(figure, k):
    figure.press(f"{k} workers")
    figure.slide("steps done", 2 * (k - 1))
    size = figure.data["megabytes"]
    sent, ring, server = (float(text.removesuffix(" MB")) for text in figure.texts())
    assert sent == ring == pytest.approx(2 * (k - 1) / k * size, abs=0.5)
    assert server == (k - 1) * size


def test_next_and_back_stop_at_the_ends(figure):
    figure.press("3 workers")
    figure.press("back")
    assert "Nothing is sent yet" in figure.sentence()
    figure.press("next step", times=9)
    assert "Step 4 of 4" in figure.sentence()


def test_a_piece_tells_its_sum_by_pointer_and_by_arrow_keys(figure):
    figure.press("3 workers")
    figure.press("next step")
    a, b = (figure.data["gradients"]["3"][w][0] for w in (0, 1))
    figure.locator(".nn-ring-cell").nth(3).click()
    assert f"{a} + {b} = {a + b}" in figure.sentence()
    figure.page.keyboard.press("ArrowRight")
    assert "Worker 2, piece B" in figure.sentence()

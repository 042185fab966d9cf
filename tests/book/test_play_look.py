"""Attention over a story and over letters: the weights are those that NumPy computes."""

import re

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "rnn/attention", "nn-look"


def weights(data, setting, head, at):
    """Return the causal softmax of one row of the scores."""
    row = np.array(data["settings"][setting]["heads"][head][at][: at + 1])
    e = np.exp(row - row.max())
    return e / e.sum()


def told(figure):
    """Return the token and its largest share that the sentence tells, in percent."""
    found = re.match(
        r"Token (\d+), .*? takes (\d+)% from .*?(?:token (\d+)|itself)", figure.sentence()
    )
    at, share, source = found.groups()
    return int(at) - 1, int(share), int(source or at) - 1


def touch(figure, k):
    figure.locator(".nn-look-token").nth(k).click()


@pytest.mark.parametrize("setting", range(3))
@pytest.mark.parametrize("head", range(2))
def test_the_shares_are_a_softmax_over_the_tokens_so_far(figure, setting, head):
    figure.press(figure.data["settings"][setting]["name"])
    figure.press(f"Head {head + 1}")
    for k in (2, 7, 11):
        touch(figure, k)
        p = weights(figure.data, setting, head, k)
        assert told(figure) == (k, round(100 * p.max()), p.argmax())
        assert (
            figure.locator(".nn-look-later").count()
            == len(figure.data["settings"][setting]["tokens"]) - 1 - k
        )


def test_arrows_move_from_token_to_token(figure):
    touch(figure, 4)
    figure.page.keyboard.press("ArrowRight")
    assert told(figure)[0] == 5
    figure.page.keyboard.press("ArrowLeft")
    figure.page.keyboard.press("ArrowLeft")
    assert told(figure)[0] == 3

"""A film of a generator in training: each loss and step shows its stored samples."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "generative/gan", "nn-film"


def shown(figure):
    """Return how many samples of the generator are drawn."""
    return figure.locator(".nn-dots").nth(1).get_attribute("d").count("M")


def test_each_film_and_frame_says_what_is_reached(figure):
    data = figure.data
    for film in data["films"]:
        figure.press(film["name"])
        for k, words in enumerate(film["says"]):
            figure.slide("steps of training", k)
            assert words in figure.sentence()


def test_the_samples_inside_the_plane_are_drawn(figure):
    data = figure.data
    film = data["films"][data["first"]]
    for k in (0, len(data["steps"]) - 1):
        figure.slide("steps of training", k)
        inside = [p for p in film["frames"][k] if max(map(abs, p)) <= data["reach"]]
        assert shown(figure) == len(inside)

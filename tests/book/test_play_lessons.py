"""What students are told about one photograph: each row of bars is that of the data."""

import numpy as np
import pytest
from browser import DESKTOP, PHONE
from figure import Figure

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "classifiers/soft-labels", "nn-lessons"


def bars(figure):
    """Return the widths of the bars as probabilities."""
    figure.settle()
    rects = figure.locator("svg rect.nn-true, svg rect.nn-other").all()
    return np.array([float(r.get_attribute("width")) for r in rects]) / 160


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_lesson_shows_its_row_and_says_its_entropy(open_page, size):
    figure = Figure(open_page(size=size).page.locator(ELEMENT))
    data = figure.data
    for k, lesson in enumerate(data["lessons"]):
        figure.get_by_label(lesson["name"], exact=True).check()
        row = np.array(data["rows"][0][k][0])
        np.testing.assert_allclose(bars(figure), row, atol=1e-9)
        doubt = -(row[row > 0] * np.log(row[row > 0])).sum()
        assert figure.sentence().startswith(f"{lesson['name']}: {lesson['says']}")
        assert float(figure.sentence().split()[-1].rstrip(".")) == pytest.approx(
            doubt, abs=0.006
        )


def test_temperature_and_photograph_change_the_row(figure):
    data = figure.data
    figure.slide("temperature", 2)
    np.testing.assert_allclose(bars(figure), data["rows"][0][1][2], atol=1e-9)
    figure.press(data["photos"][1]["name"])
    np.testing.assert_allclose(bars(figure), data["rows"][1][1][2], atol=1e-9)
    label = data["classes"][data["photos"][1]["label"]]
    assert label in figure.locator("canvas").get_attribute("aria-label")

"""Four sick trainings: the buttons show the losses and errors that the page gives."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "optimization/strategy", "nn-clinic"


def shown(figure):
    """Return the percentages of the sentence and the losses that the description names."""
    percents = [float(v) for v in re.findall(r"([\d.]+)%", figure.sentence())]
    words = figure.locator("svg").first.get_attribute("aria-label")
    return percents, [float(v) for v in re.findall(r"([\d.]+) on ", words)]


def test_each_treatment_of_each_case_is_shown_as_measured(figure):
    data = figure.data
    for i, case in enumerate(data["cases"]):
        figure.press(f"case {case}")
        untreated = data["errors"][i][0]
        assert shown(figure)[0] == pytest.approx([untreated], abs=0.06)
        for j, treatment in enumerate(data["treatments"][1:], 1):
            figure.press(treatment)
            percents, losses = shown(figure)
            assert percents == pytest.approx([data["errors"][i][j], untreated], abs=0.06)
            ends = [curve[-1] for curve in data["losses"][i][j]]
            assert losses == pytest.approx(ends, abs=0.006)


def test_another_case_begins_untreated(figure):
    figure.press(figure.data["treatments"][2])
    figure.press("case C")
    assert "untreated" in figure.sentence()
    assert figure.get_by_role("button", name="none", exact=True).get_attribute("aria-pressed")

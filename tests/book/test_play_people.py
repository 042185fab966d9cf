"""The figure of one thousand tested people: its counts, Bayes' rule, and every control."""

import re

import pytest
from browser import DESKTOP, PHONE

from nnlib.probability import diagnostic_test

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

START = {"prior": 0.01, "sensitivity": 0.9, "specificity": 0.9}
ELEMENT = "people"
DRAWS = """(element, times) => Array.from({length: times}, () => {
  [...element.querySelectorAll("button")].find(b => b.innerText.includes("draw 1,000")).click();
  nn.flush();
  const cells = [...element.querySelectorAll(".nn-counts tbody td")];
  const paths = [...element.querySelectorAll("svg.nn-drawing path")];
  return [cells.map(cell => Number(cell.innerText.replace(",", ""))),
    paths.map(path => path.getAttribute("d").split("M").length - 1)];
})"""  # the table and the marks after each draw


def data(**start):
    return START | start


def counts(figure):
    """Return the nine numbers of the table, row by row."""
    figure.settle()
    cells = figure.locator(".nn-counts tbody td").all_inner_texts()
    return [int(cell.strip().replace(",", "")) for cell in cells]


def drawn(figure):
    """Return how many marks each of the four paths holds."""
    paths = figure.locator("svg.nn-drawing path").all()
    return [len(re.findall("M", path.get_attribute("d"))) for path in paths]


def test_it_starts_with_the_numbers_of_the_page(open_figure):
    figure = open_figure()
    assert counts(figure) == [9, 1, 10, 99, 891, 990, 108, 892, 1000]
    assert figure.texts() == ["8.3%", "0.11%"]
    assert figure.sentence() == "Expected: 108 positive, of these 9 ill, 8.3%."
    assert drawn(figure) == [1, 9, 99, 891]


@pytest.mark.parametrize(
    ("prior", "sensitivity", "specificity"),
    [(1, 90, 91), (20, 75, 60), (50, 50, 50), (0.4, 99.5, 99), (97.3, 12.5, 80)],
)
def test_the_rule_is_that_of_nnlib_and_the_counts_agree(
    open_figure, prior, sensitivity, specificity
):
    figure = open_figure()
    figure.slide("prior", prior)
    figure.slide("sensitivity", sensitivity)
    figure.slide("specificity", specificity)
    shares = [v / 100 for v in (prior, sensitivity, specificity)]
    for text, positive in zip(figure.texts(), (True, False), strict=True):
        right = diagnostic_test(*shares, positive=positive)["ill"]
        assert float(text.strip("<%")) / 100 == pytest.approx(right, abs=0.00051)
    found, missed, ill, alarms, cleared, well, positive, negative, everybody = counts(figure)
    assert (found + missed, alarms + cleared) == (ill, well)
    assert (found + alarms, missed + cleared) == (positive, negative)
    assert ill + well == positive + negative == everybody == 1000
    assert ill == pytest.approx(1000 * shares[0], abs=0.5)
    assert found == pytest.approx(ill * shares[1], abs=0.5001)
    assert alarms == pytest.approx(well * (1 - shares[2]), abs=0.5001)
    assert drawn(figure) == [missed, found, alarms, cleared]


def test_the_keyboard_moves_each_slider(open_figure):
    figure = open_figure()
    for label in ("prior", "sensitivity", "specificity"):
        before = figure.texts()
        slider = figure.get_by_label(label)
        for _ in range(4):
            slider.press("ArrowRight")
        assert figure.texts() != before, label
        assert slider.get_attribute("aria-valuetext").endswith("%")


def test_the_posterior_becomes_the_prior_of_a_second_test(open_figure):
    figure = open_figure()
    again = figure.get_by_role("button", name="make the posterior the prior")
    again.press("Enter")
    assert figure.texts()[0] == "45.0%"
    again.press("Enter")
    assert figure.texts()[0] == "88.0%"
    figure.get_by_role("button", name="reset").press("Enter")
    assert figure.texts() == ["8.3%", "0.11%"]


def test_people_are_drawn_by_chance_and_scatter_as_they_should(open_figure):
    figure = open_figure()
    figure.get_by_role("button", name="draw 1,000").press("Enter")
    first, positives, ill = counts(figure), [], []
    for table, marks in figure.evaluate(DRAWS, 60):
        ill.append(table[2])
        positives.append(table[6])
        assert marks == [table[1], table[0], table[3], table[4]]
    assert counts(figure) == table != first
    for values, p in ((ill, 0.01), (positives, 0.108)):
        sd = (1000 * p * (1 - p)) ** 0.5
        mean = sum(values) / 60
        spread = (sum((v - mean) ** 2 for v in values) / 59) ** 0.5
        assert abs(mean - 1000 * p) < 4 * sd / 60**0.5
        assert 0.65 * sd < spread < 1.35 * sd
    last = counts(figure)
    figure.slide("sensitivity", 89.9)
    figure.slide("sensitivity", 90)
    assert counts(figure) == last  # the same people under a slider that comes back
    figure.get_by_role("button", name="as expected").press("Enter")
    assert counts(figure)[0] == 9


def test_what_cannot_occur_has_no_probability(open_figure):
    figure = open_figure(prior=0, specificity=1)
    assert figure.texts() == ["cannot occur", "0%"]
    assert figure.sentence() == "Expected: nobody is positive."
    again = figure.get_by_role("button", name="make the posterior")
    assert again.get_attribute("aria-disabled") == "true"
    again.press("Enter")
    assert figure.texts()[0] == "cannot occur"


def test_shapes_and_filling_tell_the_groups_apart_without_colour(open_figure):
    figure = open_figure(prior=0.3)
    paths = figure.locator("svg.nn-drawing path")
    styles = [paths.nth(k).evaluate("e => getComputedStyle(e).fill") for k in range(4)]
    assert [style == "none" for style in styles] == [True, False, False, True]
    curved = ["a4" in path.get_attribute("d") for path in paths.all()]
    assert curved == [False, False, True, True]
    label = figure.locator("svg.nn-drawing").get_attribute("aria-label")
    assert label == "30 ill, negative; 270 ill, positive; 70 well, positive; 630 well, negative"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_mark_lies_inside_the_drawing(open_figure, size):
    figure = open_figure(size=size)
    box = figure.locator("svg.nn-drawing").evaluate(
        "e => { const b = e.getBBox(), v = e.viewBox.baseVal; "
        "return [b.x, b.y, v.width - b.x - b.width, v.height - b.y - b.height]; }"
    )
    assert min(box) >= 0

"""The figure of one thousand tested people: its counts, Bayes' rule, and every control."""

import re

import pytest
from browser import DESKTOP, PHONE

from nnlib.probability import diagnostic_test

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

START = {"prior": 0.01, "sensitivity": 0.9, "specificity": 0.9}
ELEMENT = "people"


def data(**start):
    return START | start


def counts(page):
    """The nine numbers of the table, row by row."""
    page.evaluate("nn.flush()")
    cells = page.locator(".nn-counts tbody td").all_inner_texts()
    return [int(cell.strip().replace(",", "")) for cell in cells]


def rule(page):
    """What the formula says of the positive and of the negative, as texts."""
    page.evaluate("nn.flush()")
    return page.locator("dd").all_inner_texts()


def told(page):
    page.evaluate("nn.flush()")
    return page.locator(".nn-live").inner_text()


def put(page, label, value):
    slider = page.get_by_label(label)
    slider.evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value)


def drawn(page):
    """How many marks each of the four paths holds."""
    paths = page.locator("figure svg.nn-drawing path").all()
    return [len(re.findall("M", path.get_attribute("d"))) for path in paths]


def test_it_starts_with_the_numbers_of_the_page(open_at):
    page = open_at()
    assert counts(page) == [9, 1, 10, 99, 891, 990, 108, 892, 1000]
    assert rule(page) == ["8.3%", "0.11%"]
    assert told(page) == "Expected: 108 positive, of these 9 ill, 8.3%."
    assert drawn(page) == [1, 9, 99, 891]


@pytest.mark.parametrize(
    ("prior", "sensitivity", "specificity"),
    [(1, 90, 91), (20, 75, 60), (50, 50, 50), (0.4, 99.5, 99), (97.3, 12.5, 80)],
)
def test_the_rule_is_that_of_nnlib_and_the_counts_agree(
    open_at, prior, sensitivity, specificity
):
    page = open_at()
    put(page, "prior", prior)
    put(page, "sensitivity", sensitivity)
    put(page, "specificity", specificity)
    shares = [v / 100 for v in (prior, sensitivity, specificity)]
    for text, positive in zip(rule(page), (True, False), strict=True):
        right = diagnostic_test(*shares, positive=positive)["ill"]
        assert float(text.strip("<%")) / 100 == pytest.approx(right, abs=0.00051)
    found, missed, ill, alarms, cleared, well, positive, negative, everybody = counts(page)
    assert (found + missed, alarms + cleared) == (ill, well)
    assert (found + alarms, missed + cleared) == (positive, negative)
    assert ill + well == positive + negative == everybody == 1000
    assert ill == pytest.approx(1000 * shares[0], abs=0.5)
    assert found == pytest.approx(ill * shares[1], abs=0.5001)
    assert alarms == pytest.approx(well * (1 - shares[2]), abs=0.5001)
    assert drawn(page) == [missed, found, alarms, cleared]


def test_the_keyboard_moves_each_slider(open_at):
    page = open_at()
    for label in ("prior", "sensitivity", "specificity"):
        before = rule(page)
        slider = page.get_by_label(label)
        for _ in range(4):
            slider.press("ArrowRight")
        assert rule(page) != before, label
        assert slider.get_attribute("aria-valuetext").endswith("%")


def test_the_posterior_becomes_the_prior_of_a_second_test(open_at):
    page = open_at()
    again = page.get_by_role("button", name="make the posterior the prior")
    again.press("Enter")
    assert rule(page)[0] == "45.0%"
    again.press("Enter")
    assert rule(page)[0] == "88.0%"
    page.get_by_role("button", name="reset").press("Enter")
    assert rule(page) == ["8.3%", "0.11%"]


def test_people_are_drawn_by_chance_and_scatter_as_they_should(open_at):
    page = open_at()
    draw, positives, ill = page.get_by_role("button", name="draw 1,000"), [], []
    for _ in range(60):
        draw.press("Enter")
        table = counts(page)
        ill.append(table[2])
        positives.append(table[6])
        assert drawn(page) == [table[1], table[0], table[3], table[4]]
    for values, p in ((ill, 0.01), (positives, 0.108)):
        sd = (1000 * p * (1 - p)) ** 0.5
        mean = sum(values) / 60
        spread = (sum((v - mean) ** 2 for v in values) / 59) ** 0.5
        assert abs(mean - 1000 * p) < 4 * sd / 60**0.5
        assert 0.65 * sd < spread < 1.35 * sd
    last = counts(page)
    put(page, "sensitivity", 89.9)
    put(page, "sensitivity", 90)
    assert counts(page) == last  # the same people under a slider that comes back
    page.get_by_role("button", name="as expected").press("Enter")
    assert counts(page)[0] == 9


def test_what_cannot_occur_has_no_probability(open_at):
    page = open_at(prior=0, specificity=1)
    assert rule(page) == ["cannot occur", "0%"]
    assert told(page) == "Expected: nobody is positive."
    again = page.get_by_role("button", name="make the posterior")
    assert again.get_attribute("aria-disabled") == "true"
    again.press("Enter")
    assert rule(page)[0] == "cannot occur"


def test_shapes_and_filling_tell_the_groups_apart_without_colour(open_at):
    page = open_at(prior=0.3)
    paths = page.locator("figure svg.nn-drawing path")
    styles = [paths.nth(k).evaluate("e => getComputedStyle(e).fill") for k in range(4)]
    assert [style == "none" for style in styles] == [True, False, False, True]
    curved = ["a4" in path.get_attribute("d") for path in paths.all()]
    assert curved == [False, False, True, True]
    label = page.locator("figure svg.nn-drawing").get_attribute("aria-label")
    assert label == "30 ill, negative; 270 ill, positive; 70 well, positive; 630 well, negative"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_fits_its_window_and_every_mark_lies_inside(open_at, size):
    page = open_at(size=size)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size[0]
    box = page.locator("figure svg.nn-drawing").evaluate(
        "e => { const b = e.getBBox(), v = e.viewBox.baseVal; "
        "return [b.x, b.y, v.width - b.x - b.width, v.height - b.y - b.height]; }"
    )
    assert min(box) >= 0

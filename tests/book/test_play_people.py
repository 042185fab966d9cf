"""The figure of one thousand tested people: its groups, Bayes' rule, and every handle."""

import re

import pytest
from browser import DESKTOP, PHONE
from figure import drag, middle, swipe

from nnlib.probability import diagnostic_test

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

START = {"prior": 0.01, "sensitivity": 0.9, "specificity": 0.9}
ELEMENT = "people"
DRAWS = """(element, times) => Array.from({length: times}, () => {
  [...element.querySelectorAll("button")].find(b => b.innerText.includes("draw 1,000")).click();
  nn.flush();
  const drawing = element.querySelector("svg");
  const paths = [...drawing.querySelectorAll("path")].slice(0, 4);
  const told = drawing.getAttribute("aria-label");
  return [told.match(/\\d[\\d,]* /g).map(n => +n.replace(",", "")),
    paths.map(path => path.getAttribute("d").split("M").length - 1)];
})"""  # what is told and the marks after each draw


def data(**start):
    return START | start


def counts(figure):
    """Return the counts: ill and negative, ill and positive, well and positive, the rest."""
    figure.settle()
    label = figure.locator("svg.nn-drawing").get_attribute("aria-label")
    return [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) (?:ill|well)", label)]


def drawn(figure):
    """Return how many marks each of the four paths holds."""
    paths = figure.locator("svg.nn-drawing > path").all()
    return [len(re.findall("M", path.get_attribute("d"))) for path in paths]


def answers(figure):
    """Return the two posteriors as they stand at their bars."""
    figure.settle()
    return [e.text_content() for e in figure.locator("svg text.nn-end").all()]


def end(figure, name):
    return figure.get_by_role("slider", name=name, exact=True)


def test_it_starts_with_the_numbers_of_the_page(open_figure):
    figure = open_figure()
    assert counts(figure) == drawn(figure) == [1, 9, 99, 891]
    assert answers(figure) == ["8.3% ill", "0.11% ill"]
    assert figure.sentence() == "Expected: 108 positive, of these 9 ill, 8.3%."
    words = figure.locator("svg > text").all_text_contents()
    assert "10 ill: ■ 9 positive, □ 1 negative" in words
    assert "990 well: ● 99 positive, ○ 891 negative" in words
    assert "108 positive: 9 ill, 99 well" in words


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
    for text, positive in zip(answers(figure), (True, False), strict=True):
        right = diagnostic_test(*shares, positive=positive)["ill"]
        assert float(text.strip("<").removesuffix("% ill")) / 100 == pytest.approx(
            right, abs=0.00051
        )
    missed, found, alarms, cleared = counts(figure)
    assert missed + found + alarms + cleared == 1000
    assert missed + found == pytest.approx(1000 * shares[0], abs=0.5)
    assert found == pytest.approx((missed + found) * shares[1], abs=0.5001)
    assert alarms == pytest.approx((alarms + cleared) * (1 - shares[2]), abs=0.5001)
    assert drawn(figure) == [missed, found, alarms, cleared]
    bar = figure.locator("svg rect.nn-true").first
    width = float(figure.locator("svg").first.get_attribute("viewBox").split()[2])
    assert float(bar.get_attribute("width")) / width == pytest.approx(found / (found + alarms))


@pytest.mark.parametrize("hand", [drag, swipe])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_ends_of_groups_go_where_a_hand_takes_them(open_figure, size, hand):
    figure = open_figure(size=size, touch=True)
    scale = "e => e.getBoundingClientRect().width / e.viewBox.baseVal.width"
    step = figure.locator("svg.nn-drawing").evaluate(scale) * (13 if size == DESKTOP else 8.2)
    for name, people, now in (
        ("ill people", 6, [2, 14, 98, 886]),
        ("ill people who test positive", -4, [6, 10, 98, 886]),
        ("well people who test positive", -10, [6, 10, 88, 896]),
    ):
        x, y = middle(end(figure, name).locator(".nn-knob"))
        hand(figure.page, (x, y), (x + 2, y), (x + people * step, y))
        assert counts(figure) == drawn(figure) == now
    row = 50 if size == DESKTOP else 36
    x, y = middle(end(figure, "ill people").locator(".nn-knob"))
    hand(figure.page, (x, y), (x, y + step / 2), (x, y + step))
    assert sum(counts(figure)[:2]) == 16 + row


def test_the_keyboard_moves_each_slider_and_each_end(open_figure):
    figure = open_figure()
    for label in ("prior", "sensitivity", "specificity"):
        before = answers(figure)
        slider = figure.get_by_label(label, exact=True)
        for _ in range(4):
            slider.press("ArrowRight")
        assert answers(figure) != before, label
        assert slider.get_attribute("aria-valuetext").endswith("%")
    figure.press("reset")
    figure.settle()
    end(figure, "ill people").press("PageUp")
    assert counts(figure) == [2, 18, 98, 882]
    end(figure, "ill people who test positive").press("End")
    assert counts(figure)[:2] == [0, 20]
    alarms = end(figure, "well people who test positive")
    alarms.press("Home")
    assert answers(figure)[0] == "100% ill"
    assert alarms.get_attribute("aria-valuetext") == "0 of 980, specificity 100.0%"


def test_a_person_tells_their_story_by_tap_and_by_keys(open_figure):
    figure = open_figure(touch=True)
    ring, story = end(figure, "person"), figure.locator("p.nn-note")
    assert story.inner_text().startswith("Person 58 is well and tests positive, a false alarm")
    box = figure.locator("svg.nn-drawing").bounding_box()
    unit = box["width"] / 650
    figure.page.touchscreen.tap(box["x"] + 30 * unit, box["y"] + 40 * unit)
    figure.settle()
    assert (
        story.inner_text()
        == "Person 3 is ill and tests positive: one of 9 whom the test finds."
    )
    ring.press("PageUp")
    figure.settle()
    assert ring.get_attribute("aria-valuetext") == story.inner_text()
    assert story.inner_text().startswith("Person 13 is well and tests positive")
    ring.press("End")
    figure.settle()
    assert story.inner_text() == "Person 1000 is well and tests negative, as 891 do."


def test_the_posterior_becomes_the_prior_of_a_second_test(open_figure):
    figure = open_figure()
    again = figure.get_by_role("button", name="make the posterior the prior")
    again.press("Enter")
    assert answers(figure)[0] == "45.0% ill"
    again.press("Enter")
    assert answers(figure)[0] == "88.0% ill"
    figure.get_by_role("button", name="reset").press("Enter")
    assert answers(figure) == ["8.3% ill", "0.11% ill"]


def test_people_are_drawn_by_chance_and_scatter_as_they_should(open_figure):
    figure = open_figure()
    figure.get_by_role("button", name="draw 1,000").press("Enter")
    first, positives, ill = counts(figure), [], []
    for told, marks in figure.evaluate(DRAWS, 60):
        ill.append(told[0] + told[1])
        positives.append(told[1] + told[2])
        assert marks == told
    assert counts(figure) == told != first
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
    assert counts(figure) == [1, 9, 99, 891]


def test_what_cannot_occur_has_no_probability(open_figure):
    figure = open_figure(prior=0, specificity=1)
    assert answers(figure) == ["cannot occur", "0% ill"]
    assert figure.sentence() == "Expected: nobody is positive."
    again = figure.get_by_role("button", name="make the posterior")
    assert again.get_attribute("aria-disabled") == "true"
    again.press("Enter")
    assert answers(figure)[0] == "cannot occur"


def test_shapes_and_filling_tell_the_groups_apart_without_colour(open_figure):
    figure = open_figure(prior=0.3)
    paths = figure.locator("svg.nn-drawing > path")
    styles = [paths.nth(k).evaluate("e => getComputedStyle(e).fill") for k in range(4)]
    assert [style == "none" for style in styles] == [True, False, False, True]
    curved = ["a4.5" in path.get_attribute("d") for path in paths.all()]
    assert curved == [False, False, True, True]
    label = figure.locator("svg.nn-drawing").get_attribute("aria-label")
    assert label == "30 ill, negative; 270 ill, positive; 70 well, positive; 630 well, negative"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_mark_lies_inside_the_drawing_and_a_screen_holds_them(open_figure, size):
    figure = open_figure(size=size)
    frame, *marks = figure.locator("svg.nn-drawing").evaluate(
        "e => [e, ...e.querySelectorAll(':scope > path, .nn-knob')].map(p => "
        "{ const b = p.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"
    )
    for left, top, right, bottom in marks:
        assert min(left - frame[0], top - frame[1]) >= -0.5
        assert min(frame[2] - right, frame[3] - bottom) >= -0.5
    assert figure.bounding_box()["height"] < (640 if size == PHONE else 800)

"""The figure shows all steps or one at a time, from a file, by keyboard, mouse and touch."""

from pathlib import Path

import pytest

from nnlib import linalg

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXTRA = Path(__file__).parents[2] / "chapters" / "_extra"
STEPS = linalg.row_reduce([[2, 1, 5], [4, 4, 12]], steps=True)
FIGURE = STEPS.play(caption="A reduction.", alt="Five steps on a 2x3 matrix.")
PLAY = ("parts", "parts-time", "steps")
LAST = len(STEPS) - 1


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page with the figure twice, a long one, and no more than its scripts."""
    file = tmp_path_factory.mktemp("figure") / "page.html"
    addresses = [(EXTRA / f"_play/{name}.js").as_uri() for name in PLAY]
    scripts = "".join(f'<script src="{address}" defer></script>' for address in addresses)
    file.write_text(
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Figure</title>"
        f"{scripts}</head><body>{FIGURE.html}{FIGURE.html}</body></html>",
        encoding="utf-8",
    )
    return file


@pytest.fixture(scope="module", params=[(900, "light"), (360, "dark")], ids=["wide", "phone"])
def page(browser, file, request):
    """The page, opened once for each size; no test may leave an error behind."""
    width, scheme = request.param
    size = {"width": width, "height": 700}
    context = browser.new_context(viewport=size, color_scheme=scheme, has_touch=True)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    yield page
    assert errors == []
    context.close()


@pytest.fixture
def figure(page):
    """The first figure, at its first step."""
    page.emulate_media(media="screen")
    figure = page.locator("nn-steps").first
    one = figure.get_by_role("button", name="one at a time")
    if one.is_visible():
        one.click()
    figure.get_by_role("slider", name="step").fill("1")
    return figure


def shown(figure):
    """The places of the steps that can be seen."""
    items = figure.locator("li")
    VISIBLE = "es => es.map(e => getComputedStyle(e).visibility === 'visible')"
    return [k for k, visible in enumerate(items.evaluate_all(VISIBLE)) if visible]


def sentence(figure):
    return figure.locator(".nn-live").inner_text()


def test_it_starts_with_all_steps_and_one_button(page):
    untouched = page.locator("nn-steps").nth(1)
    assert shown(untouched) == list(range(len(STEPS)))
    assert untouched.locator("li p").all_inner_texts() == [str(step) for step in STEPS]
    assert untouched.get_by_role("button").all_inner_texts() == ["one at a time"]
    assert untouched.get_by_role("slider").count() == 0
    assert untouched.locator("[tabindex]").count() == 0


def test_the_keys_walk_through_all_steps_and_stop_at_the_ends(figure):
    figure.locator(".nn-walk").focus()
    sentences = [sentence(figure)]
    for _ in STEPS:
        figure.page.keyboard.press("ArrowRight")
        sentences.append(sentence(figure))
    assert sentences[: len(STEPS)] == [
        f"Step {k} of {len(STEPS)}: {step}" for k, step in enumerate(STEPS, start=1)
    ]
    assert shown(figure) == [LAST]
    figure.page.keyboard.press("Home")
    assert shown(figure) == [0]


def test_print_shows_all_steps(figure):
    figure.page.emulate_media(media="print")
    assert shown(figure) == list(range(len(STEPS)))
    assert figure.locator("li p").first.is_visible()

"""What single pages do in a browser; ``test_every_page.py`` tests what every page must do."""

import re

import pytest
from browser import Visit, served

pytestmark = [pytest.mark.browser]

SOFTMAX = "chapters/classifiers/softmax.html"
IS_VISIBLE = "e => e.checkVisibility({contentVisibilityAuto: true})"


@pytest.fixture(scope="module", params=["server", "file"])
def base(request, book):
    if request.param == "file":
        yield book.as_uri() + "/"
    else:
        with served(book) as address:
            yield address


def address_of(page):
    return f"chapters/{page}.html"


@pytest.mark.parametrize(
    ("body", "undescribed"),
    [
        ('<img src="a.png" alt="a cat"><svg aria-label="a curve"></svg>', []),
        ('<img src="a.png"><img src="b.png" alt="">', ["a.png", "b.png"]),
        ('<div role="img" aria-label="all"><img src="a.png" alt=""><svg></svg></div>', []),
        ('<div role="img" aria-label=""><svg></svg></div>', ["svg"]),
        ('<svg aria-hidden="true"><path/></svg><svg aria-label=" "><g/></svg>', ["svg"]),
        ('<i class="katex-html"><svg></svg></i><svg></svg>', ["svg"]),
    ],
)
def test_images_without_a_text_are_found(browser, body, undescribed):
    page = browser.new_page()
    page.set_content(f"<main>{body}</main>", wait_until="commit")
    assert Visit(page).undescribed() == undescribed
    page.close()


@pytest.mark.slow
def test_the_index_is_the_front_page_and_its_start_leads_to_the_welcome(open_visit, base):
    visited = open_visit(base, "index.html")
    visited.page.locator(".nn-digit-odds").wait_for()
    image = visited.page.locator('meta[property="og:image"]').get_attribute("content")
    assert image.endswith("_static/card.png")
    assert visited.errors == []
    visited.page.get_by_role("link", name="Start", exact=True).click()
    visited.page.wait_for_url("**/chapters/start/welcome.html")
    assert visited.outside == []


@pytest.mark.slow
def test_the_search_works_offline(open_visit, base):
    visited = open_visit(base, "search.html?q=softmax")
    result = visited.page.get_by_role("link", name="Softmax regression")
    result.first.wait_for()
    assert visited.outside == []
    assert visited.errors == []


@pytest.mark.slow
def test_print_is_light_and_shows_answers_in_place_of_controls(open_visit, address):
    page = open_visit(address, SOFTMAX, scheme="dark").page
    page.wait_for_selector("html[data-theme=dark]")
    theme = "document.documentElement.dataset.theme"
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.printed = {theme}; }})")
    page.pdf(page_ranges="1")
    assert page.evaluate("window.printed") == "light"
    assert page.evaluate(theme) == "dark"
    answer = page.locator("nn-recall .nn-fallback").first
    assert not answer.is_visible()
    page.emulate_media(media="print")
    assert answer.is_visible()
    hidden = ("nn-recall .nn-note", "nn-predict button", "nn-softmax .nn-slider")
    for selector in hidden:
        assert page.locator(selector).filter(visible=True).count() == 0
    assert page.locator("nn-softmax svg.nn-drawing").filter(visible=True).count() == 2


@pytest.mark.slow
def test_an_address_opens_the_fold_around_its_place(open_visit, address):
    page = open_visit(address, f"{SOFTMAX}#dlg-e026").page
    page.locator("#dlg-e026").wait_for(state="visible")
    solution = page.locator("div.solution").first
    assert not solution.locator("section p").first.is_visible()
    page.evaluate("location.hash = document.querySelector('div.solution').id")
    solution.locator("section p").first.wait_for(state="visible")


@pytest.mark.slow
def test_the_filter_shows_only_the_topics_that_match(open_visit, address):
    page = open_visit(address, address_of("reference/syllabus")).page
    rows = page.locator("tr[data-notes]")
    whole = rows.count()
    page.get_by_label("Kind").select_option("problem")
    shown = rows.filter(visible=True)
    assert 0 < shown.count() < whole
    assert {row.get_attribute("data-kind") for row in shown.all()} == {"problem"}
    assert f"{shown.count()} of {whole} topics" in page.locator("nn-filter").inner_text()
    page.get_by_label("Kind").select_option("")
    assert shown.count() == whole
    assert not rows.last.evaluate(IS_VISIBLE)
    page.get_by_label("Kind").select_option("problem")
    hidden = page.locator("tr[data-kind=fact]").last
    page.evaluate("id => { location.hash = id; }", hidden.get_attribute("id"))
    page.wait_for_function("document.querySelector(':target').offsetHeight")
    assert shown.count() == whole
    assert hidden.evaluate(IS_VISIBLE)


def test_exercises_are_numbered_within_each_page(book):
    for file in (book / "chapters/maths").glob("*.html"):
        page = file.read_text(encoding="utf-8")
        numbers = re.findall(r'<span class="caption-number">Exercise (\d+) </span>', page)
        assert numbers == [str(k) for k in range(1, len(numbers) + 1)] != []
        assert set(re.findall(r"> Exercise (\d+)", page)) == set(numbers)

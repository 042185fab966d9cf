"""What a reader sees while a page loads, and whether the focus is visible afterwards."""

import pytest
from browser import ARRIVING, PHONE, visit

SOFTMAX = "chapters/classifiers/softmax.html"
GRAPHS = "chapters/backprop/computational-graphs.html"
WATCH = """
window.shift = 0;
new PerformanceObserver(list => list.getEntries().forEach(e => { window.shift += e.value; }))
  .observe({type: "layout-shift", buffered: true});
"""
ELEMENTS = """
() => {
  const all = document.querySelectorAll("nn-predict, nn-recall, nn-graph, .cell");
  window.elements = [...all].filter(e => e.offsetHeight && !e.querySelector("nn-quiz"));
}
"""
HEIGHTS = "elements.map(e => [e.tagName, e.id, e.offsetHeight])"
MOST = 40  # pixels; before their room was kept, figures grew by 300


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    "page", [GRAPHS, "chapters/reference/glossary.html", "search.html?q=softmax"]
)
def test_the_first_window_hardly_moves_while_a_page_loads(open_visit, address, page):
    def watch(tab):
        tab.add_init_script(ARRIVING + WATCH)

    visited = open_visit(address, page, size=PHONE, prepare=watch, curtains=True)
    visited.page.wait_for_timeout(500)
    assert visited.page.evaluate("window.shift") < 0.05


@pytest.mark.slow
@pytest.mark.browser
def test_before_scripts_load_the_page_is_dark_and_has_room_for_figures(browser, address):
    held, go = [], []

    def hold(tab):
        pattern = "**/_play/*.js*"
        tab.route(pattern, lambda route: route.continue_() if go else held.append(route))

    options = {"scheme": "dark", "prepare": hold, "wait_until": "commit"}
    with visit(browser, address, GRAPHS, **options) as visited:
        tab = visited.page
        tab.wait_for_selector("footer.bd-footer", state="attached")
        tab.wait_for_function("document.fonts.status === 'loaded'")
        assert tab.locator("html").get_attribute("data-theme") == "dark"
        tab.evaluate(ELEMENTS)
        before = tab.evaluate(HEIGHTS)
        go.append(True)
        for route in held:
            route.continue_()
        tab.wait_for_selector("nn-graph button >> visible=true")
        tab.wait_for_timeout(300)
        after = tab.evaluate(HEIGHTS)
    pairs = list(zip(before, after, strict=True))
    assert len(pairs) > 20
    assert [(x, y) for x, y in pairs if abs(x[2] - y[2]) > MOST] == []


IS_VISIBLE = "e => e.checkVisibility({contentVisibilityAuto: true})"
PLACES = """
() => {
  const top = e => e.getBoundingClientRect().top;
  const first = top(document.querySelector(".bd-article"));
  const parts = document.querySelectorAll(".bd-article :is(section, h2, h3, .cell, figure)");
  return [...parts].map(e => top(e) - first);
}
"""


@pytest.mark.slow
@pytest.mark.browser
def test_sections_are_laid_out_when_near_and_a_jump_ends_at_its_target(open_visit, address):
    def arrive(tab):
        tab.add_init_script(ARRIVING)

    tab = open_visit(address, SOFTMAX, prepare=arrive).page
    last = tab.locator("#sources > h2")
    assert tab.locator(".bd-article h1").evaluate(IS_VISIBLE)
    assert not last.evaluate(IS_VISIBLE)
    tab.emulate_media(media="print")
    assert last.evaluate(IS_VISIBLE)
    tab.emulate_media(media="screen")
    tab.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    tab.wait_for_selector("#sources.nn-laid-out")
    assert last.evaluate(IS_VISIBLE)
    tab.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    tab.evaluate("document.querySelector('.page-toc a[href=\"#exercises\"]').click()")
    assert tab.locator("html.nn-arriving").count() == 0
    tab.wait_for_function("scrollY > 0 && document.activeElement")
    at_anchor = open_visit(address, f"{SOFTMAX}#exercises", prepare=arrive).page
    assert at_anchor.locator("html.nn-arriving").count() == 0
    assert at_anchor.evaluate(PLACES) == pytest.approx(tab.evaluate(PLACES), abs=0.5)
    where = "document.querySelector('#exercises').getBoundingClientRect().top"
    tab.wait_for_function(f"Math.abs({where} - {at_anchor.evaluate(where)}) < 2")


UNSEEN = """
e => ["outlineStyle", "boxShadow"].every(name => getComputedStyle(e)[name] === "none")
"""


@pytest.mark.slow
@pytest.mark.browser
def test_the_focus_is_visible_on_every_control_of_the_frame(open_visit, address):
    page = open_visit(address, SOFTMAX).page
    unseen = []
    for _ in range(22):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.evaluate(UNSEEN):
            unseen.append(focused.evaluate("e => e.outerHTML.slice(0, 80)"))
    assert unseen == []


REFUSED = """
Object.defineProperty(window, "localStorage", {
  configurable: true, get() { throw new DOMException("refused", "SecurityError"); }
});
"""


@pytest.mark.slow
@pytest.mark.browser
def test_page_works_without_storage(browser, open_visit, address):
    def refuse(tab):
        tab.add_init_script(REFUSED)

    page = open_visit(address, SOFTMAX, prepare=refuse).page
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.locator(".theme-switch-button").first.click()
    page.wait_for_selector("html[data-theme=dark]")
    score = page.locator("nn-quiz .nn-score").inner_text()
    assert "doesn’t store anything" in score

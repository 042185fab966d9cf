"""The header of a page: visible and correct after every kind of navigation."""

import pytest
from browser import DESKTOP, PHONE
from pages import PAGES

WIDE, TABLET = (1920, 1000), (800, 1000)
SOFTMAX = "chapters/classifiers/softmax.html"
API = "chapters/reference/nnlib/functional.html"
HEAD = """
() => {
  const visible = e => {
    const {left, top, right, bottom, width} = e.getBoundingClientRect();
    const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return width > 0 && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight
      && (e.contains(over) || e.closest(".nn-place")?.contains(over));
  };
  const named = selector => document.querySelector(selector);
  const head = named(".bd-header-article").getBoundingClientRect();
  const entry = [...document.querySelectorAll(".bd-sidebar-primary li.current > a")].at(-1);
  const target = document.getElementById(location.hash.slice(1));
  return {
    top: head.top, height: head.height,
    title: named(".nn-place-page > :last-child").textContent,
    line: named(".nn-place-section").textContent,
    unseen: [".nn-place-page", ".nn-place-section", ".nn-find input", ".primary-toggle"]
      .filter(selector => !visible(named(selector))),
    entry: innerWidth < 992 || visible(entry),  // else the contents are closed
    free: target ? target.getBoundingClientRect().top - head.bottom : 0,
  };
}
"""
STILL = """() => new Promise(done => {
  let before = NaN;
  const again = () => { before = scrollY; setTimeout(look, 150); };
  const look = () => scrollY === before ? done(true) : again();
  look();
})"""
AT_REST = "Promise.all(document.getAnimations().map(a => a.finished)).then(() => true)"
SECTIONS = "es => es.map(e => e.firstChild.textContent)"
IDS = "es => es.map(e => e.id)"
PART = [page for page in PAGES if page.startswith("classifiers/")]
TOP = f"Page {PART.index('classifiers/softmax') + 1} of {len(PART)}"


class Head:
    """The head of a page, and the section lines that it may show."""

    def __init__(self, page):
        self.page = page
        names = page.locator(".bd-article > section > section > h2").evaluate_all(SECTIONS)
        self.lines = [f"{k} of {len(names)} · {name}" for k, name in enumerate(names, 1)]
        self.ids = page.locator(".bd-article > section > section").evaluate_all(IDS)

    def expect(self, line):
        """Wait for a section's line; the header is completely visible, and hides no target."""
        condition = "line => document.querySelector('.nn-place-section').textContent === line"
        self.page.wait_for_function(condition, arg=line)
        self.page.wait_for_function("() => new Promise(requestAnimationFrame)")
        result = self.page.evaluate(HEAD)
        assert (result["top"], result["unseen"]) == (0, [])
        assert result["height"] <= 56
        assert result["title"] == "Softmax regression"
        assert result["entry"]
        assert result["free"] >= 0


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESKTOP, WIDE, TABLET])
def test_the_header_shows_the_current_section_after_every_kind_of_navigation(
    open_visit, address, size
):
    page = open_visit(address, SOFTMAX, size=size).page
    head = Head(page)
    head.expect(TOP)
    if size[0] < 1200:
        page.get_by_role("button", name="On this page").click()
    page.locator(f".page-toc a[href='#{head.ids[1]}'] >> visible=true").click()
    page.wait_for_function("id => location.hash === `#${id}`", arg=head.ids[1])
    page.evaluate(AT_REST)  # the menu of a phone slides away
    head.expect(head.lines[1])
    page.go_back()
    head.expect(TOP)
    page.evaluate(STILL)  # going back scrolls too
    page.keyboard.press("End")
    page.evaluate(STILL)
    page.keyboard.press("End")  # on a busy machine a figure may have made the page longer
    head.expect(head.lines[-1])
    page.evaluate("location.hash = 'summary'")
    head.expect(head.lines[-2])
    page.goto(f"{address}{SOFTMAX}#{head.ids[3]}")
    head.expect(head.lines[3])
    page.evaluate("history.replaceState(null, '', location.pathname)")


def test_the_head_names_the_pages_above(book):
    page = (book / API).read_text(encoding="utf-8")
    assert "Reference › The nnlib API ›&nbsp;</span>" in page
    assert '<p class="nn-place-section">Page 4 of 23</p>' in page
    assert "secondary-toggle" in page

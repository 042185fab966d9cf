"""Every page in a browser: offline, typeset, narrow enough, accessible, with live figures.

Each page is opened once, on a phone; the slow tests open it at each width, in light and dark,
with axe, and store screenshots in `_build/screenshots`.
"""

from itertools import groupby

import numpy as np
import pytest
from browser import DESKTOP, INK, PHONE, ROOT, RULES, opened
from figure import PAGES as HOMES
from pages import BELOW, PAGES
from write.scripts import ROOM

pytestmark = pytest.mark.browser

PICTURES = ROOT / "_build" / "screenshots"
LONGEST = 16_000  # pixels of a picture; Chromium draws none of 16,384 or more
TALLEST = 1010  # pixels of a figure on a phone, whose window is 780: the rest is in folds
KEYS = ("ArrowRight", "ArrowLeft", "ArrowUp", "Enter")
CONTROLS = "input, button, select, a[href], [tabindex='0']"
PARTS = {
    part: list(pages)
    for part, pages in groupby(
        sorted([*PAGES, *BELOW], key=lambda page: page.rpartition("/")[0]),
        key=lambda page: page.rpartition("/")[0],
    )
}
ANSWERS = """() => [...document.querySelectorAll(".nn-question")].flatMap((question, k) => {
  const why = question.querySelector(".nn-why"), say = what => `question ${k + 1}: ${what}`;
  const answers = buttons => buttons.map(button => (button.click(), why.innerText));
  const all = [...question.querySelectorAll("button")], problems = [];
  const told = answers(all.filter(b => b.matches("button.nn-pick, button.nn-codeline")));
  const checked = answers(all.filter(b => /^Check\\b/.test(b.innerText.trim())));
  if (new Set(told).size < told.length) problems.push(say("two choices get the same reason"));
  if (told.length && told.filter(text => text.startsWith("✓ Right: ")).length !== 1)
    problems.push(say("not one choice is right"));
  if (checked.includes("")) problems.push(say("says nothing when it is checked"));
  return problems;
})"""
# What a new reader sees between a prediction and its verdict: it must be nothing. A figure is
# allowed where the question is about trying it.
PEEKED = """() => [...document.querySelectorAll("nn-predict")].flatMap(asked => {
  const name = asked.id.replace("predict-", "");
  const recall = document.getElementById(`recall-${name}`);
  if (!recall) return [`no verdict: ${name}`];
  const {DOCUMENT_POSITION_FOLLOWING: after} = Node;
  const results = ".cell_output > .output, figure, figcaption, .caption, table, nn-recall";
  return [...document.querySelectorAll(`.bd-article :is(${results})`)]
    .filter(e => e === recall || asked.compareDocumentPosition(e) & after
      && e.compareDocumentPosition(recall) & after)
    .filter(e => e.checkVisibility() && !e.querySelector("nn-predict"))
    .filter(e => !asked.matches(".nn-try-it")
      || !(e.closest(".nn-play") ?? e.querySelector(".nn-play")))
    .map(e => `seen before ${name} is predicted: ${e.localName} ${e.innerText.slice(0, 60)}`);
})"""
HIDDEN = """() => [...document.querySelectorAll(".nn-curtained, nn-recall")]
  .filter(e => !e.checkVisibility()).map(e => e.id || e.dataset.predictions)"""
SHOW = """async () => {
  const button = [...document.querySelectorAll(".nn-curtain button")]
    .find(button => button.checkVisibility());
  button?.click();
  // The widths of what was hidden are known in the next frame.
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return Boolean(button);
}"""
# What holds for each moving figure before it is touched: a text for those who do not see it,
# handles that a finger can move, agreement with nnlib, and the room that was kept for it.
FIGURES = """async ([tallest, measured]) => {
  const problems = [];
  for (const figure of document.querySelectorAll("figure.nn-play")) {
    const element = figure.querySelector(".nn-ready");
    const say = what => problems.push(`${element?.localName ?? "a figure"}: ${what}`);
    if (!element) { say("has not begun"); continue; }
    nn.flush();
    if ((figure.getAttribute("aria-label") ?? "").length < 30) say("has no text alternative");
    for (const handle of element.querySelectorAll(".nn-point, .nn-handle")) {
      const {x, y} = handle.getBoundingClientRect();
      const touches = [new Touch({identifier: 1, target: handle, clientX: x, clientY: y})];
      const touch = {touches, changedTouches: touches, bubbles: true, cancelable: true};
      if (handle.dispatchEvent(new TouchEvent("touchstart", touch)))
        say("a finger on a handle scrolls the page");
    }
    if (element.agrees && await element.agrees() !== true) say("does not agree with nnlib");
    const cut = [...element.querySelectorAll("svg.nn-drawing")].flatMap(drawing => {
      const frame = drawing.getBoundingClientRect();
      return [...drawing.querySelectorAll("text")].filter(text => {
        const {left, right, width} = text.getBoundingClientRect();
        return width && (left < frame.left - 0.5 || right > frame.right + 0.5);
      });
    });
    if (cut.length) say(`cuts off “${cut[0].textContent}”`);
    if (!measured) continue;
    const room = parseFloat(getComputedStyle(element).minHeight);
    element.style.minHeight = 0;
    const {height} = element.getBoundingClientRect();
    element.style.minHeight = "";
    if (room && Math.abs(room / height - 1) > 0.06) say(`takes ${height} pixels, not ${room}`);
    if (room && height > tallest) say(`is ${height} pixels high`);
  }
  return problems;
}"""
SMALL = """() => [...document.querySelectorAll(".nn-panel > .nn-plot text")].flatMap(text => {
  const shown = text.checkVisibility() && !text.closest(".nn-shelf");  // small pictures
  const scale = shown ? text.getScreenCTM() : null;
  const parts = text.children.length ? [...text.children] : [text];
  const sizes = parts.map(part => parseFloat(getComputedStyle(part).fontSize));
  const largest = scale ? Math.hypot(scale.a, scale.b) * Math.max(...sizes) : 12.5;
  return largest < 11.9 || largest > 13.1 ? [`${largest} px: ${text.textContent}`] : [];
})"""  # words in drawings have 12 pixels on a phone and 13 on a desk
REMEMBER = "figure => { nn.flush(); figure.before = figure.innerHTML; }"
CHANGED = "figure => { nn.flush(); return figure.innerHTML !== figure.before; }"
# A figure with a button “reset” forgets what was done to its points.
RESETS = """figure => {
  const shown = () => {
    nn.flush();
    const told = [...figure.querySelectorAll("dd, .nn-live")].map(e => e.textContent);
    const drawn = [...figure.querySelectorAll("svg path")].map(e => e.getAttribute("d"));
    return JSON.stringify([told, drawn]);
  };
  const press = (node, key) =>
    node.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
  const button = [...figure.querySelectorAll("button")]
    .find(button => /^reset$/i.test(button.innerText.trim()) && !button.closest(".nn-stepper"));
  const points = [...figure.querySelectorAll(".nn-point, .nn-handle")];
  if (!button || !points.length) return [];
  button.click();
  const before = shown();
  for (const point of points)
    for (const key of ["ArrowLeft", "ArrowUp", "Enter"]) press(point, key), nn.flush();
  button.click();
  return shown() === before ? [] : [figure.querySelector(".nn-ready").localName];
}"""


def moves(page, figure) -> bool:
    """Press keys on each control of a figure until what it shows has changed."""
    figure.evaluate(REMEMBER)
    for control in figure.locator(CONTROLS).all():
        if control.is_enabled():
            control.focus()
            for key in KEYS:
                page.keyboard.press(key)
                if figure.evaluate(CHANGED):
                    return True
    return False


def faults(visited, name, size) -> list[str]:
    """Return what is wrong with an open page, a line for each fault."""
    page = visited.page
    result = page.evaluate(PEEKED)
    while page.evaluate(SHOW):
        pass
    result += [f"stays hidden: {what}" for what in page.evaluate(HIDDEN)]
    result += [f"formula: {text}" for text in visited.untypeset()]
    result += [f"too wide: {what}" for what in visited.too_wide()]
    result += [f"without alternative text: {what}" for what in visited.undescribed()]
    result += [f"words of {what}" for what in page.evaluate(SMALL)]
    figures = page.locator("figure.nn-play").all()
    if figures:
        # The front page has one column less on a phone, so its figure has one height for both.
        measured = name != "start/home"
        result += page.evaluate(FIGURES, [TALLEST if size == PHONE else 10_000, measured])
        result += [
            f"does not move by keyboard: {figure.get_attribute('aria-label')}"
            for figure in figures
            if not moves(page, figure)
        ]
        result += [f"{name}: reset keeps" for f in figures for name in f.evaluate(RESETS)]
    result += page.evaluate(ANSWERS)
    result += [f"asks the outside: {address}" for address in visited.outside]
    result += [f"cannot load: {address}" for address in visited.missing]
    return result + [f"error: {text}" for text in visited.errors]


@pytest.mark.parametrize("part", PARTS)
def test_every_page_is_complete_and_its_figures_respond(browser, address, part):
    window, result = browser.new_context(), {}
    pages = PARTS[part] if part != "reference/nnlib" else PARTS[part][::6]  # all made alike
    for page in pages:
        visited = opened(window, address, f"chapters/{page}.html", size=PHONE, curtains=True)
        if wrong := faults(visited, page, PHONE):
            result[page] = wrong
        visited.page.close()
    window.close()
    assert result == {}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("part", PARTS)
def test_every_page_is_accessible_at_each_width_in_light_and_dark(
    browser, book, part, size, scheme
):
    window, result = browser.new_context(), {}
    PICTURES.mkdir(parents=True, exist_ok=True)
    for page in PARTS[part]:
        base, path = f"{book.as_uri()}/", f"chapters/{page}.html"
        visited = opened(window, base, path, size=size, scheme=scheme, curtains=True)
        visited.page.wait_for_selector(f"html[data-theme={scheme}]")
        wrong = faults(visited, page, size) if scheme == "light" else visited.too_wide()
        if wrong := wrong + visited.axe(RULES if scheme == "light" else INK):
            result[page] = wrong
        height = min(LONGEST, visited.page.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": size[0], "height": height}
        name = f"{page.replace('/', '-')}-{size[0]}-{scheme}.png"
        visited.page.screenshot(path=PICTURES / name, full_page=True, clip=clip)
        visited.page.close()
    window.close()
    assert result == {}


def test_every_figure_of_the_book_is_on_a_page():
    scripts = (ROOT / "chapters/_extra/_play").glob("*.js")
    asking = {p.stem for p in scripts if ROOM.search(p.read_text(encoding="utf-8"))}
    assert set(HOMES) - {"specimen", "map"} | {"digit"} == asking


# What `agrees` compares with is part of the data: a number that is a tenth off must be noticed.
SPOILT = {"fit": "b", "fit-line": "best", "batch-walk": "end", "round-bowl": "condition"}


@pytest.mark.slow
@pytest.mark.parametrize("name", SPOILT)
def test_a_figure_that_computes_other_numbers_is_noticed(book_figure, open_figure, name):
    data, key = book_figure(name).data, SPOILT[name]
    assert open_figure(name, data).evaluate("e => e.agrees()") is True
    known = data["known"][0] if isinstance(data["known"], list) else data["known"]
    known[key] = (1.1 * np.array(known[key]) + 0.1).tolist()
    assert open_figure(name, data).evaluate("e => e.agrees()") is False

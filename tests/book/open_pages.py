"""Figures and questions for one test each, in a page that stays open: a visit takes seconds.

Before each test the figures and predictions of the page are replaced by copies as the page
came, so that they begin anew, and all answers are forgotten; size, scheme, place and what is
stored are as at a first visit. A page in which a test failed is closed.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from browser import DESKTOP, Visit, new_tab, new_window
from playwright.sync_api import Browser, Page
from write.scripts import DECLARED

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "_build" / "small" / "bare"
PLAY = ROOT / "chapters/_extra/_play"
BARE = """<!DOCTYPE html><html lang="en" data-theme="light"><title>{name}</title>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{chapters}/_static/nn.css">
<link rel="stylesheet" href="{chapters}/_static/play.css">
<main class="bd-content"><figure class="nn-play"></figure></main>
{scripts}"""
MOST = 3  # pages that stay open
MOVING = "figure.nn-play, nn-predict, nn-recall"
MEMORY = """{
  const [text, moving] = %s;
  const page = new DOMParser().parseFromString(text, "text/html");
  const keep = () => {
    const {page, read} = nn.progress;
    window.asks = read().pages[page]?.asks;
  };
  window.asItCame = [...page.querySelectorAll(moving)];
  if (document.readyState === "complete") keep();
  else addEventListener("load", keep);
}"""  # a script, to be run at each load: other visits delete what a page has stored
RENEW = """async moving => {
  const {page, read, replace} = nn.progress, before = read();
  const asks = window.asks ?? [];
  localStorage.clear();
  sessionStorage.clear();
  scrollTo(0, 0);
  document.activeElement?.blur();
  const copies = window.asItCame.map(figure => document.importNode(figure, true));
  const now = [...document.querySelectorAll(moving)];
  now.forEach((figure, k) => figure.replaceWith(copies[k]));
  replace({...before, pages: {[page]: {asks, answers: {}, predictions: {}}}});
  const frame = () => new Promise(requestAnimationFrame);
  await frame().then(frame);  // in which text gets its size
}"""
INSERT = """([name, data]) => {
  const element = document.createElement(`nn-${name}`);
  const script = document.createElement("script");
  script.type = "application/json";
  script.textContent = data;
  element.append(script);
  localStorage.clear();
  scrollTo(0, 0);
  const main = document.createElement("main"), figure = document.createElement("figure");
  main.className = "bd-content";
  figure.className = "nn-play";
  figure.append(element);
  main.append(figure);
  document.querySelector("main").replaceWith(main);
}"""


@contextmanager
def reopened(
    browser: Browser,
    base: str,
    path: str,
    *,
    size: tuple[int, int] = DESKTOP,
    scheme: str = "light",
    **options,
) -> Iterator[Visit]:
    """Yield a page whose figures have just begun; `visit` for those who test them alone."""

    def opened(page: Page) -> Visit:
        visited = Visit(page)
        visited.watch(base)
        came = page.goto(base + path, wait_until="load")
        keep = MEMORY % json.dumps([came.text(), MOVING])
        page.add_init_script(keep)
        page.evaluate(keep)
        return visited

    with _kept(browser, (base, path), opened, size, scheme, options) as visited:
        visited.page.evaluate(RENEW, MOVING)
        yield visited


@contextmanager
def element_with_data(
    browser: Browser, name: str, *, size=DESKTOP, **options
) -> Iterator[Callable]:
    """Yield what puts an element with some data into a page of its own, opened from a file."""

    def opened(page: Page) -> Visit:
        visited = Visit(page)  # what a script itself puts on the console is for the test
        page.on("pageerror", lambda error: visited.errors.append(str(error)))
        page.on("requestfailed", lambda request: visited.missing.append(request.url))
        page.goto(bare(name).as_uri(), wait_until="load")
        return visited

    with _kept(browser, ("bare", name), opened, size, "light", options) as visited:

        def put(data: dict) -> Page:
            visited.page.evaluate(INSERT, [name, json.dumps(data)])
            return visited.page

        yield put


def bare(name: str) -> Path:
    """Return a page that holds the styles and the scripts of an element, and no more."""
    text = (PLAY / f"{name}.js").read_text(encoding="utf-8")
    needed = ["parts", *" ".join(DECLARED.findall(text)).split(), name]
    sources = [(PLAY / f"{script}.js").as_uri() for script in dict.fromkeys(needed)]
    scripts = "".join(f'<script src="{source}"></script>' for source in sources)
    FOLDER.mkdir(parents=True, exist_ok=True)
    chapters = (ROOT / "chapters").as_uri()
    page = FOLDER / f"{name}.html"
    page.write_text(BARE.format(name=name, chapters=chapters, scripts=scripts), "utf-8")
    return page


@contextmanager
def _kept(browser: Browser, what, opened, size, scheme, options) -> Iterator[Visit]:
    """Yield the open page of a kind, as at a first visit; afterwards nothing went wrong."""
    pages = browser.__dict__.setdefault("kept_pages", {})
    windows = browser.__dict__.setdefault("windows", {})
    options = tuple(sorted(options.items()))
    visited = pages.pop((what, options), None)
    if visited is None or visited.page.is_closed():
        if options not in windows:
            windows[options] = new_window(browser, dict(options))
        visited = opened(new_tab(windows[options], size, scheme))
    try:
        visited.page.bring_to_front()  # behind another tab it may draw one frame a second
        visited.page.mouse.move(0, 0)
        visited.page.set_viewport_size({"width": size[0], "height": size[1]})
        visited.page.emulate_media(color_scheme=scheme)
        yield visited
        assert visited.errors == visited.missing == visited.outside == []
        pages[what, options] = visited
        while len(pages) > MOST:
            pages.pop(next(iter(pages))).page.close()
    finally:
        if (what, options) not in pages:
            visited.page.close()

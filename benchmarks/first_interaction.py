"""Measure how soon the first figure of each page responds on a machine that is 4 times slower.

Usage: python benchmarks/first_interaction.py [--book FOLDER] [--slower 4] [--runs 3] [PAGE ...]

The program opens each page of the built book from its file, in Chromium. It scrolls to the
first figure, or to the first question or filter if there is no figure, and uses the first
control again and again. *answers* is the time at which the figure has changed for the first
time and been painted. *usable* is the time from which each response takes at most a third of a
second, because a browser that is still busy can respond once and then freeze. The program never
commits a prediction: it selects one choice after another, and the selection counts as the
response.

The time is the processor time of the page's main thread, times four, and the minimum of several
runs. It doesn't include other threads or waiting for files. Other programs affect the caches,
so only compare times from an otherwise idle machine. The size includes the page and everything
that it loads. The table starts with the slowest page.
"""

import argparse
import json
import shutil
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, TimeoutError, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
GOAL = 2.0  # seconds
PROMPT = 1 / 3  # the longest response time, in seconds, of a usable figure
LONGEST = 20_000  # the longest time to wait for a page, in milliseconds
PRESS = """(() => {
  const CALM = 2500, EVERY = 50;
  const CONTROL = "input, select, button, [tabindex='0']";
  const KINDS = ["figure.nn-play", ":is(nn-predict, nn-quiz, nn-filter)"];
  const seen = {calm: false};
  window.nnSeen = seen;
  performance.mark("nn-start");
  let changed = false, useless = new Set(), up = true, shown = null, since = null;
  const watch = new MutationObserver(() => { changed = true; });

  // A choice that is already selected; clicking it again changes nothing.
  const marked = node => node.type === "radio" && node.checked;

  function control() {
    for (const kind of KINDS) {
      const found = [...document.querySelectorAll(kind)]
        .find(f => f.checkVisibility() && f.querySelector(CONTROL));
      if (!found) continue;
      const open = [...found.querySelectorAll(CONTROL)].find(
        node => !node.disabled && !marked(node) && !useless.has(node)
          && node.getClientRects().length);
      if (!open) useless.clear();
      return open ? [found, open] : null;
    }
    return null;
  }

  function use(node) {
    const say = event => node.dispatchEvent(event), bubbles = true;
    const pressed = node.tagName === "BUTTON" || ["checkbox", "radio"].includes(node.type);
    if (pressed) return node.click();
    if (node.tagName === "SELECT") {
      node.selectedIndex = (node.selectedIndex + 1) % node.options.length;
    } else if (node.type === "range") {
      const before = node.value;
      up ? node.stepUp() : node.stepDown();
      if (node.value === before) { up = !up; up ? node.stepUp() : node.stepDown(); }
    } else if (node.type === "number") node.value = +node.value + 1;
    else if (node.tagName === "INPUT") node.value = node.value ? "" : "a";
    else {
      up = !up;  // back and forth, so that we never reach an end
      return say(new KeyboardEvent("keydown", {bubbles, key: up ? "ArrowLeft" : "ArrowRight"}));
    }
    say(new Event("input", {bubbles}));
    say(new Event("change", {bubbles}));
  }

  function press() {
    const found = document.readyState !== "loading" && control();
    if (!found) return later();
    const [figure, node] = found;
    if (figure !== shown) figure.scrollIntoView({block: "center", behavior: "instant"});
    shown = figure;
    changed = false;
    watch.disconnect();
    const all = {subtree: true, childList: true, attributes: true, characterData: true};
    watch.observe(figure, all);
    use(node);
    changed = figure.matches("nn-predict") && marked(node);  // no attribute changes
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (!changed) useless.add(node);
      else {
        performance.mark("nn-answer");
        if (document.readyState === "complete") since ??= performance.now();
      }
      seen.calm = since !== null && performance.now() - since > CALM;
      later();
    }));
  }

  const later = () => { if (!seen.calm) setTimeout(press, EVERY); };
  later();
})();"""


def measure(browser: Browser, page: Path, slower: float) -> tuple[float, float, int]:
    """Return the times at which a page answers and is usable, in seconds, and its bytes."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab, weights = context.new_page(), {}
    tab.on("requestfinished", lambda request: weights.update(_weight(request.url)))
    tab.add_init_script(PRESS)
    browser.start_tracing(page=tab, categories=["blink.user_timing"])
    try:
        tab.goto(page.as_uri(), wait_until="commit")
        with suppress(TimeoutError):  # never fast: its last slow response counts
            tab.wait_for_function("window.nnSeen?.calm", timeout=LONGEST, polling=500)
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
        context.close()
    answers = [slower * seconds for seconds in _answers(events)]
    late = [after for before, after in pairwise(answers) if after - before > PROMPT]
    return answers[0], [answers[0], *late][-1], sum(weights.values())


def _answers(events: list[dict]) -> list[float]:
    """Return the main thread's processor time, in seconds, at each response of the figure."""
    answers = [event for event in events if event["name"] == "nn-answer"]
    if not answers:
        raise RuntimeError("first_interaction: no figure on the page responded")
    process = answers[0]["pid"]  # the empty page before belonged to a different process
    starts = [e for e in events if e["name"] == "nn-start" and e["pid"] == process]
    return [(event["tts"] - starts[-1]["tts"]) / 1e6 for event in answers]


def _weight(url: str) -> dict[str, int]:
    """Return the size of a file that a page requested, by its path."""
    path = Path(url.partition("?")[0].removeprefix("file://")).resolve()
    return {str(path): path.stat().st_size} if path.is_file() else {}


def pages(html: Path) -> list[str]:
    """Return the names of the pages with interactive elements."""
    used = 'figure class="nn-play', "<nn-predict", "<nn-quiz", "<nn-filter"
    found = sorted((html / "chapters").rglob("*.html"))
    texts = {path: path.read_text(encoding="utf-8") for path in found}
    return [
        path.relative_to(html / "chapters").with_suffix("").as_posix()
        for path, text in texts.items()
        if any(element in text for element in used)
    ]


def main() -> None:
    """Measure the given pages, or all pages by default, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="such as maths/vectors")
    parser.add_argument("--book", type=Path, default=ROOT / "_build/html")
    parser.add_argument("--slower", type=float, default=4)
    parser.add_argument("--runs", type=int, default=3, help="take the best of these")
    options = parser.parse_args()
    html = options.book.resolve()
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None or not html.is_dir():
        raise SystemExit("first_interaction: expected Chromium and a built book (make book)")
    rows = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name in options.pages or pages(html):
            path = html / "chapters" / f"{name}.html"
            runs = [measure(browser, path, options.slower) for _ in range(options.runs)]
            rows[name] = tuple(map(min, zip(*runs, strict=True)))
        browser.close()
    print(f"{'page':36} answers  usable       kB")
    for name, (answers, usable, weight) in sorted(rows.items(), key=lambda row: -row[1][1]):
        print(f"{name:36} {answers:5.1f} s {usable:5.1f} s {weight / 1000:8,.0f}")
    late = [name for name, row in rows.items() if row[1] > GOAL]
    print(f"{len(rows) - len(late)} of {len(rows)} pages can be used within {GOAL:g} s")


if __name__ == "__main__":
    main()

"""Seconds until the first figure of each page answers, at a quarter of this machine's speed.

Usage: python benchmarks/first_interaction.py [--book FOLDER] [--slower 4] [--runs 3] [PAGE ...]

Each page of the built book is opened from its file, in Chromium. Its first figure, or where
there is none its first question or filter, is brought into the middle of the window, and its
first control is pressed again and again. *answers* is when the figure has changed for the first
time and been painted; *usable* when it does so within a third of a second, and goes on to: a
browser that is still busy answers once and then stands. A prediction is never committed: one
choice after the other is marked, and the mark is its answer.

Seconds are those that the processor worked for the page's main thread, times four, and of
several runs the fewest. What other threads did at the same time, and waiting for files, is not
in them. Other programs take their share of the caches: compare counts of a quiet machine only.
The bytes are those of the page and of all that it loads. The slowest page comes first.
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
PROMPT = 1 / 3  # seconds in which a figure that can be used answers
LONGEST = 20_000  # milliseconds that a page is waited for
PRESS = """(() => {
  const CALM = 2500, EVERY = 50;
  const CONTROL = "input, select, button, [tabindex='0']";
  const KINDS = ["figure.nn-play", ":is(nn-predict, nn-quiz, nn-filter)"];
  const seen = {calm: false};
  window.nnSeen = seen;
  performance.mark("nn-start");
  let changed = false, useless = new Set(), up = true, shown = null, since = null;
  const watch = new MutationObserver(() => { changed = true; });

  // A choice that is marked already: to press it again changes nothing.
  const marked = node => node.type === "radio" && node.checked;

  function control() {
    for (const kind of KINDS) {
      const found = [...document.querySelectorAll(kind)].find(f => f.querySelector(CONTROL));
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
      up = !up;  // to and fro, so that no end is reached
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
    changed = figure.matches("nn-predict") && marked(node);  // no attribute tells of that
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
    """Return when a page answers and is usable, in seconds, and the bytes that it loads."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab, weights = context.new_page(), {}
    tab.on("requestfinished", lambda request: weights.update(_weight(request.url)))
    tab.add_init_script(PRESS)
    browser.start_tracing(page=tab, categories=["blink.user_timing"])
    try:
        tab.goto(page.as_uri(), wait_until="commit")
        with suppress(TimeoutError):  # late to the end: its last late answer counts
            tab.wait_for_function("window.nnSeen?.calm", timeout=LONGEST, polling=500)
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
        context.close()
    answers = [slower * seconds for seconds in _answers(events)]
    late = [after for before, after in pairwise(answers) if after - before > PROMPT]
    return answers[0], [answers[0], *late][-1], sum(weights.values())


def _answers(events: list[dict]) -> list[float]:
    """Return the seconds that the page's main thread had worked when the figure answered."""
    answers = [event for event in events if event["name"] == "nn-answer"]
    if not answers:
        raise RuntimeError("first_interaction: no figure of the page answered")
    process = answers[0]["pid"]  # the empty page before was another one's
    starts = [e for e in events if e["name"] == "nn-start" and e["pid"] == process]
    return [(event["tts"] - starts[-1]["tts"]) / 1e6 for event in answers]


def _weight(url: str) -> dict[str, int]:
    """Return the bytes of a file that a page asked for, by its path."""
    path = Path(url.partition("?")[0].removeprefix("file://")).resolve()
    return {str(path): path.stat().st_size} if path.is_file() else {}


def pages(html: Path) -> list[str]:
    """Return the names of the pages on which something can be used."""
    used = 'figure class="nn-play', "<nn-predict", "<nn-quiz", "<nn-filter"
    found = sorted((html / "chapters").rglob("*.html"))
    texts = {path: path.read_text(encoding="utf-8") for path in found}
    return [
        path.relative_to(html / "chapters").with_suffix("").as_posix()
        for path, text in texts.items()
        if any(element in text for element in used)
    ]


def main() -> None:
    """Measure the pages that are asked for, else all, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="such as maths/vectors")
    parser.add_argument("--book", type=Path, default=ROOT / "_build/html")
    parser.add_argument("--slower", type=float, default=4)
    parser.add_argument("--runs", type=int, default=3, help="of which the best is told")
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

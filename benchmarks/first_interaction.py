"""Seconds until the first figure of each page answers, at a quarter of this machine's speed.

Usage: python benchmarks/first_interaction.py [--book FOLDER] [--slower 4] [--runs 3] [PAGE ...]

Each page of the built book is opened from its file, in Chromium and with the processor that
much slower. Its first figure, or where there is none its first question or filter, is brought
into the middle of the window, and its first control is pressed again and again. *answers* is
when the figure has changed for the first time and been painted; *usable* when it does so within
a third of a second, and goes on to: a browser that is still busy answers once and then stands.
The bytes are those of the page and of all that it loads. The slowest page comes first.
"""

import argparse
import shutil
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, TimeoutError, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
GOAL = 2.0  # seconds
LONGEST = 20_000  # milliseconds that a page is waited for
PRESS = """(() => {
  const PROMPT = 333, CALM = 2500, EVERY = 50;
  const CONTROL = "input, select, button, [tabindex='0']";
  const KINDS = ["figure.nn-play", ":is(nn-predict, nn-quiz, nn-filter)"];
  const seen = {answers: null, usable: null, calm: false};
  window.nnSeen = seen;
  let changed = false, useless = new Set(), up = true, shown = null;
  const watch = new MutationObserver(() => { changed = true; });

  function control() {
    for (const kind of KINDS) {
      const found = [...document.querySelectorAll(kind)].find(f => f.querySelector(CONTROL));
      if (!found) continue;
      const open = [...found.querySelectorAll(CONTROL)].find(
        node => !node.disabled && !useless.has(node) && node.getClientRects().length);
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

  function press(planned) {
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
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const now = performance.now();
      if (!changed) useless.add(node);
      else {
        seen.answers ??= now;
        if (seen.usable === null || now - planned > PROMPT) seen.usable = now;
        if (document.readyState === "complete" && now - seen.usable > CALM) seen.calm = true;
      }
      later();
    }));
  }

  const later = () => {
    if (seen.calm) return;
    const planned = performance.now() + EVERY;
    setTimeout(press, EVERY, planned);
  };
  later();
})();"""


def measure(browser: Browser, page: Path, slower: float) -> tuple[float, float, int]:
    """Return when a page answers and is usable, in seconds, and the bytes that it loads."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab, weights = context.new_page(), {}
    tab.on("requestfinished", lambda request: weights.update(_weight(request.url)))
    wire = context.new_cdp_session(tab)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    tab.add_init_script(PRESS)
    tab.goto(page.as_uri(), wait_until="commit")
    try:
        with suppress(TimeoutError):  # late to the end: its last late answer counts
            tab.wait_for_function("window.nnSeen?.calm", timeout=LONGEST, polling=500)
        answers, usable = tab.evaluate("[nnSeen.answers, nnSeen.usable]")
    finally:
        context.close()
    return answers / 1000, usable / 1000, sum(weights.values())


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
    parser.add_argument("--runs", type=int, default=3, help="of which the median is told")
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
            runs = sorted(measure(browser, path, options.slower) for _ in range(options.runs))
            rows[name] = runs[len(runs) // 2]
        browser.close()
    print(f"{'page':36} answers  usable       kB")
    for name, (answers, usable, weight) in sorted(rows.items(), key=lambda row: -row[1][1]):
        print(f"{name:36} {answers:5.1f} s {usable:5.1f} s {weight / 1000:8,.0f}")
    late = [name for name, row in rows.items() if row[1] > GOAL]
    print(f"{len(rows) - len(late)} of {len(rows)} pages can be used within {GOAL:g} s")


if __name__ == "__main__":
    main()

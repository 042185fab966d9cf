"""Milliseconds of script for each input event of every moving figure of the built book.

Usage: python benchmarks/script_per_input.py [FOLDER]

FOLDER is the built book, by default _build/html. Each figure's first slider, field, point,
cursor, cell and button get many events in small batches, each event followed by its drawing;
between two batches a plain slider on the same page, which writes its value into an output and
does no more, gets its own. The last column is the ratio of the two medians.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "book"))

from browser import chromium, visit  # noqa: E402

MEASURE = """
([index, rounds, batch]) => {
  const figure = document.querySelectorAll("figure.nn-play")[index];
  const send = (node, event) => { node.dispatchEvent(event); nn.flush(); };
  const key = name => (node, k) =>
    send(node, new KeyboardEvent("keydown", {key: name[k % 2], bubbles: true}));
  const value = (node, k) => {
    if (node.step === "any") node.value = +node.value + (k % 2 ? -0.1 : 0.1);
    else if (k % 2) node.stepDown();
    else node.stepUp();
    send(node, new Event("input", {bubbles: true}));
  };
  const kinds = [
    ["slider", "input[type=range]", value], ["field", "input[type=number]", value],
    ["point", ".nn-point", key(["ArrowLeft", "ArrowRight"])],
    ["cursor", ".nn-cursor", key(["ArrowRight", "ArrowLeft"])],
    ["cell", ".nn-paint [tabindex='0']", key(["+", "-"])],
    ["button", ".nn-bar button:not(.nn-steps *)", node => { node.click(); nn.flush(); }],
  ];
  const plain = document.createElement("input"), output = document.createElement("output");
  plain.type = "range";
  plain.addEventListener("input", () => { output.textContent = plain.value; });
  document.body.append(plain, output);
  const timed = (node, act, count = batch) => {
    const started = performance.now();
    for (let k = 0; k < count; k++) act(node, k);
    return (performance.now() - started) / count;
  };
  const median = list => list.sort((a, b) => a - b)[list.length >> 1];
  const found = [];
  for (const [kind, selector, act] of kinds) {
    const node = figure.querySelector(selector);
    if (!node) continue;
    timed(node, act), timed(plain, value);
    const mine = [], other = [];
    for (let r = 0; r < rounds; r++) {
      mine.push(timed(node, act));
      other.push(timed(plain, value, 10 * batch));  // the clock ticks every 0.1 ms
    }
    found.push([kind, median(mine), median(other)]);
  }
  plain.remove(), output.remove();
  const element = figure.querySelector(".nn-ready");
  return [`${element?.localName ?? ""} ${element?.dataset.part ?? ""}`.trim(), found];
}
"""
ROUNDS, BATCH = 25, 20


def figures(folder: Path):
    """Yield page, figure, control, and milliseconds of its script and of a plain slider's."""
    pages = sorted(folder.glob("chapters/**/*.html"))
    base = folder.as_uri() + "/"
    with chromium() as browser:
        for page in pages:
            if 'class="nn-play"' not in page.read_text(encoding="utf-8"):
                continue
            name = page.relative_to(folder).as_posix()
            with visit(browser, base, name) as seen:
                count = seen.page.locator("figure.nn-play").count()
                for k in range(count):
                    element, rows = seen.page.evaluate(MEASURE, [k, ROUNDS, BATCH])
                    for kind, mine, plain in rows:
                        yield name, element, kind, mine, plain


def main() -> None:
    """Print a table with one row for each control of each figure."""
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "_build" / "html"
    if not folder.is_dir():
        raise SystemExit(f"script_per_input: no built book at {folder}; run make book first")
    print(f"{'page':42} {'figure':24} {'control':8} {'ms':>8} {'plain':>8} {'ratio':>7}")
    for page, element, kind, mine, plain in figures(folder):
        name = page.removeprefix("chapters/").removesuffix(".html")
        print(f"{name:42} {element:24} {kind:8} {mine:8.3f} {plain:8.3f} {mine / plain:7.1f}")


if __name__ == "__main__":
    main()

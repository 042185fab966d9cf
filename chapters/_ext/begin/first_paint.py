"""Decide what a page needs before its first paint, so that nothing moves or flashes later.

The theme chooses between light and dark after all scripts have loaded; until then a page would
be white. A browser loads a font that is embedded in a style sheet only when the first letter
needs it, after the first paint, so the lines of text would change. A script in the head does
both earlier.

It also marks a page that a reader opens at its beginning: there, the sections out of sight are
laid out only when the reader scrolls near them (``page.css``, ``page.js``). A page that is
opened at an anchor, or at an earlier scroll position, is laid out immediately, so that the
position is correct.

What follows a prediction is hidden from the first paint on, unless the reader has made a guess
or has asked to see it (``write/curtain.py``).

The font is embedded in a style sheet because it then also loads from ``file://`` in browsers
that refuse fonts from other folders.

If the browser refuses to store anything, the theme's switch would fail, so it gets a substitute
for storage that lasts as long as the page. Our own scripts still get the refusal, and show the
reader a note.
"""

import base64
from pathlib import Path

FONTS = Path("chapters", "_extra", "_vendor", "source-serif")
FACES = (("normal", "text-normal.woff2"), ("italic", "text-italic.woff2"))
FACE = """@font-face {{
  font-family: "NN Text"; font-style: {style}; font-weight: 400 700; font-display: block;
  src: url(data:font/woff2;base64,{data}) format("woff2");
}}
"""
SCRIPT = """(root => {
  if (!["light", "dark"].includes(root.dataset.theme)) {
    root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  const way = performance.getEntriesByType("navigation")[0]?.type;
  if (!location.hash && way === "navigate") root.classList.add("nn-arriving");
  for (const style of ["", "italic "]) document.fonts.load(`${style}1em "NN Text"`);
  try { localStorage.length; } catch (refusal) {
    const stored = {}, ours = name => { if (name.startsWith("nn:")) throw refusal; };
    Object.defineProperty(window, "localStorage", {value: {
      getItem(name) { ours(name); return stored[name] ?? null; },
      setItem(name, value) { ours(name); stored[name] = String(value); },
      removeItem(name) { ours(name); delete stored[name]; },
    }});
  }
  root.classList.add("nn-veiled");
  try {
    const page = /\\/chapters\\/([\\w/-]+)\\.html/.exec(location.pathname)?.[1];
    const all = JSON.parse(localStorage.getItem("nn:progress"));
    const {predictions, shown = []} = all.pages[page ?? location.pathname];
    const open = [...Object.keys(predictions), ...shown];
    root.classList.add(...open.map(id => `nn-open-${id}`));
  } catch { /* nothing is stored for this page */ }
  addEventListener("load", () => {  // without its script, nothing could open a curtain
    if (!window.nn?.curtain) root.classList.remove("nn-veiled");
  });
})(document.documentElement);"""


def add_script(app) -> None:
    """Add the script to the head of each HTML page."""
    if app.builder.name == "html":
        app.add_js_file(None, body=SCRIPT)


def write_fonts(app) -> None:
    """Write the style sheet with the text font next to the theme's style sheets."""
    if app.builder.name == "html":
        target = Path(app.outdir, "_static", "fonts.css")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(sheet(Path(app.confdir, FONTS)), encoding="utf-8")


def sheet(folder: Path) -> str:
    """Return a style sheet that embeds the fonts of a folder."""
    return "".join(
        FACE.format(style=style, data=base64.b64encode((folder / name).read_bytes()).decode())
        for style, name in FACES
    )

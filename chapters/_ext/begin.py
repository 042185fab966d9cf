"""What a page settles before its first drawing, so that nothing moves or flashes later.

The theme decides between light and dark when all scripts have come; until then a page would be
white, and its code set in other lines. A browser reads a face that is data in a sheet only when
the first letter wants it, after the first drawing. A script in the head does both at once.

Where the browser refuses to keep anything, the theme's switch would fail: it gets a stand-in
that lasts as long as the page. Ours is refused as before, and says so to the reader.
"""

BEGIN = """(root => {
  if (!["light", "dark"].includes(root.dataset.theme)) {
    root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  for (const style of ["", "italic "]) document.fonts.load(`${style}1em "NN Text"`);
  try { localStorage.length; } catch (refusal) {
    const kept = {}, ours = name => { if (name.startsWith("nn:")) throw refusal; };
    Object.defineProperty(window, "localStorage", {value: {
      getItem(name) { ours(name); return kept[name] ?? null; },
      setItem(name, value) { ours(name); kept[name] = String(value); },
      removeItem(name) { ours(name); delete kept[name]; },
    }});
  }
})(document.documentElement);"""


def _add(app) -> None:
    """Add the script to the pages of the site."""
    if app.builder.name == "html":
        app.add_js_file(None, body=BEGIN)


def setup(app):
    """Connect to Sphinx."""
    app.connect("builder-inited", _add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Put the book's text face into one sheet, as data.

A face that is part of a sheet is there before the first line is drawn, so no text moves when it
arrives; it also loads from ``file://`` in browsers that refuse fonts from other folders.
"""

import base64
from pathlib import Path

FOLDER = Path("source-serif")
FACES = (("normal", "text-normal.woff2"), ("italic", "text-italic.woff2"))
FACE = """@font-face {{
  font-family: "NN Text"; font-style: {style}; font-weight: 400 700; font-display: block;
  src: url(data:font/woff2;base64,{data}) format("woff2");
}}
"""


def sheet(folder: Path) -> str:
    """Return the style sheet of the faces that lie in a folder."""
    return "".join(
        FACE.format(style=style, data=base64.b64encode((folder / name).read_bytes()).decode())
        for style, name in FACES
    )


def _write(app) -> None:
    """Write the sheet beside the theme's own."""
    if app.builder.name == "html":
        target = Path(app.outdir, "_static", "fonts.css")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(sheet(_vendored(app) / FOLDER), encoding="utf-8")


def _vendored(app) -> Path:
    """Return the folder of vendored files."""
    return Path(app.confdir, "chapters", "_extra", "_vendor")


def setup(app):
    """Connect to Sphinx."""
    app.connect("builder-inited", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

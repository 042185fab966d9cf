"""Draw the icons of the pages with a style sheet of a few kB instead of a script of 1.5 MB.

The theme marks an icon with an empty element, ``<i class="fa-solid fa-moon">``, and ships a
script with some 2,000 drawings. The finished pages show which icons are used; their
outlines are taken from that script and become masks in ``icons.css``. The theme's script is
then removed, with other files that no page needs.
"""

import json
import re
import shutil
from pathlib import Path

import pydata_sphinx_theme
from sphinx.errors import ExtensionError

SCRIPT = Path(pydata_sphinx_theme.__file__).parent.joinpath(
    "theme", "pydata_sphinx_theme", "static", "scripts", "fontawesome.js"
)
CLASSES = re.compile(r'class="([^"]*\bfa-[^"]*)"')
NAME = re.compile(r"fa-([a-z0-9-]+)")
STYLE = {"solid", "regular", "brands", "lg", "sm", "xs", "fw"}  # styles, not icons
FROM_SCRIPT = ("xmark",)  # the theme's script adds it to banners, as a button
OUTLINE = r'[{{,]"?{name}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+",("[^"]+")\]'
BASE = """/* Icons that the pages use, from Font Awesome Free (CC BY 4.0), drawn as masks. */
:is(i, span):is(.fa, .fas, .far, .fab, .fa-solid, .fa-regular, .fa-brands) {
  display: inline-block; width: 1.1em; height: 1em; vertical-align: -.125em;
  background: currentColor; mask: var(--icon) center / contain no-repeat;
  -webkit-mask: var(--icon) center / contain no-repeat;
}
/* The theme's sheet draws them once more, as letters of a font of 150 kB. */
:is(i, span):is(.fa, .fas, .far, .fab, .fa-solid, .fa-regular, .fa-brands)::before {
  content: none;
}
:is(i, span).fa-lg { font-size: 1.25em; vertical-align: -.2em; }
@media (forced-colors: active) { [class*="fa-"] { forced-color-adjust: none; } }
"""
RULE = (
    '.fa-{name} {{ --icon: url("data:image/svg+xml,'
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'%3E"
    "%3Cpath d='{path}'/%3E%3C/svg%3E\"); }}\n"
)
UNUSED = ("**/*.map", "locales", "vendor/fontawesome", "scripts/fontawesome.js*", "*thebe*")


def used(html: str) -> set[str]:
    """Return the names of the icons on a page."""
    return {name for classes in CLASSES.findall(html) for name in NAME.findall(classes)} - STYLE


def outline(name: str, script: str) -> tuple[int, int, str]:
    """Return width, height and path of an icon, the solid one if there are several."""
    drawings = re.findall(OUTLINE.format(name=re.escape(name)), script)
    if not drawings:
        raise ExtensionError(
            f"icons: no drawing of 'fa-{name}' in the theme's {SCRIPT.name}; "
            "expected the name of an icon of Font Awesome Free"
        )
    width, height, path = drawings[-1]
    return int(width), int(height), json.loads(path)


def sheet(names: set[str], script: str) -> str:
    """Return a style sheet that draws these icons."""
    drawn = ((name, *outline(name, script)) for name in sorted(names))
    keys = ("name", "width", "height", "path")
    return BASE + "".join(RULE.format(**dict(zip(keys, icon, strict=True))) for icon in drawn)


def trim(static: Path) -> None:
    """Delete the theme's static files that no page uses."""
    for pattern in UNUSED:
        for path in sorted(static.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def draw_icons(app, exception) -> None:
    """Write the style sheet of all pages' icons, and delete the theme's unused files."""
    if exception is not None or app.builder.name != "html":
        return
    names = set(FROM_SCRIPT)
    for page in sorted(Path(app.outdir).rglob("*.html")):
        names |= used(page.read_text(encoding="utf-8"))
    static = Path(app.outdir, "_static")
    text = sheet(names, SCRIPT.read_text(encoding="utf-8"))
    (static / "icons.css").write_text(text, encoding="utf-8")
    trim(static)

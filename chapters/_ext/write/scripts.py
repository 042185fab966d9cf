"""Load the script of each of our elements only on the pages that use it.

The script of each element builds on ``parts.js``. Comment lines in it declare the rest:

``// needs: parts-plot parts-time``
    The other scripts on which it builds.
``// room: 630 362``
    The height in pixels on a phone and on a desktop, so that nothing jumps when the figure
    starts. A third number is for a figure that fills the column of a wide window, and ``// room
    on optimization/adaptive: 839 520`` is for a page where the figure has different data.
``// data: nnlib/trace/grammar.json``
    A file that is written into the page, where it is ``nnData.grammar``, because a page that
    was opened from a file can't read other files.

Four small scripts are on every page: ``page.js`` (opens folds, prints with the light theme),
``place.js`` (which section the reader is in), ``progress.js`` (where the reader was, ticks next
to finished pages) and ``search-field.js``, which loads the search when its field is used.

The scripts of the theme and of Sphinx's extensions come after all of ours, so that a figure
responds before they run; the page counts as loaded once they have run.
"""

import json
import re
from pathlib import Path

from sphinx.util import logging

import nnlib

logger = logging.getLogger(__name__)

ELEMENT = re.compile(r"<nn-([a-z-]+)[\s>]")
DECLARED = re.compile(r"^// needs: ([a-z -]+)$", re.MULTILINE)
DATA = re.compile(r"^// data: (\S+)$", re.MULTILINE)
ROOM = re.compile(r"^// room(?: on (\S+))?: (\d+) (\d+)(?: (\d+))?$", re.MULTILINE)
NARROW = "36rem"  # two columns don't fit into a figure narrower than this
WIDE = "54rem"  # three columns fit into a figure of this width
THREE_COLUMNS = "1500px"  # the width of the window in which the column is that wide
LATE = (  # in this order; the theme's own scripts follow in static/webpack-macros.html
    "doctools.js",
    "sphinx_highlight.js",
    "clipboard.min.js",
    "copybutton.js",
    "scripts/sphinx-book-theme.js",
)
SOURCE = re.compile(r'src="([^"]+)"')
SHEETS = (
    "nn.css",
    "page.css",
    "text.css",
    "math.css",
    "play.css",
    "questions.css",
    "terms.css",
    "search.css",
    "live.css",
    "print.css",
)
ALWAYS = ("page", "place", "progress", "search-field")  # on every page
FRONT = "home.css"  # the layout of the front page, where readers draw a digit


def add_scripts(app, pagename, templatename, context, doctree) -> None:
    """Add the scripts of every page and of this page's elements, each after those it needs."""
    body = context.get("body", "")
    used = sorted(set(ELEMENT.findall(body)))
    for name in dict.fromkeys([*ALWAYS[:2], *_scripts(app, used), *ALWAYS[2:]]):
        if _file(app, name) is None:
            logger.warning("no script _play/%s.js for <nn-%s>", name, name, location=pagename)
        app.add_js_file(f"../_play/{name}.js", defer="defer")
        if body := data(_text(app, name)):
            app.add_js_file(None, body=body)
    if "digit" in used:
        app.add_css_file(FRONT)
    context["metatags"] = context.get("metatags", "") + _room(app, used, pagename)


def delay(app, pagename, templatename, context, doctree) -> None:
    """Move the scripts that no figure needs from the head to the end of the page."""
    late = [f"_static/{name}" for name in LATE]
    files = [file for file in context["script_files"] if _name(file) not in late]
    late_files = sorted(
        (file for file in context["script_files"] if _name(file) in late),
        key=lambda file: late.index(_name(file)),
    )
    context["script_files"] = files
    context["nn_late"] = [SOURCE.search(context["js_tag"](file))[1] for file in late_files]


def _name(file) -> str:
    """Return the path of a script in the finished book, or "" if it has no file."""
    return str(getattr(file, "filename", file) or "")


def _scripts(app, used: list[str]) -> list[str]:
    """Return the scripts that elements need, each once and after the scripts it builds on."""
    if not used:
        return []
    needed = ["parts", *(name for element in used for name in _with_needs(app, element))]
    return list(dict.fromkeys(needed))


def _with_needs(app, name: str) -> list[str]:
    """Return a script, after the scripts that it builds on."""
    needs = " ".join(DECLARED.findall(_text(app, name))).split()
    return [*(script for need in needs for script in _with_needs(app, need)), name]


def data(script: str) -> str:
    """Return the script with the data files that another script needs, or nothing."""
    root = Path(nnlib.__file__).parents[1]
    files = {
        Path(name).stem: json.loads((root / name).read_text("utf-8"))
        for name in DATA.findall(script)
    }
    text = json.dumps(files).replace("</", "<\\/")
    return f"window.nnData = {{...window.nnData, ...{text}}};" if files else ""


def _room(app, used: list[str], pagename: str) -> str:
    """Return the style that reserves the height of a page's elements."""
    heights = {name: _heights(_text(app, name), pagename) for name in used}
    asked = {name: height for name, height in heights.items() if height}
    wide = "".join(
        f".bd-article figure.nn-play:has(> nn-{name}) {{ max-width: none; }} "
        for name, (_, _, widest) in asked.items()
        if widest
    )
    rules = "".join(
        f"{_height(name, desk)} @container (max-width: {NARROW}) {{ {_height(name, phone)} }} "
        f"@container (min-width: {WIDE}) {{ {_height(name, widest or desk)} }} "
        for name, (phone, desk, widest) in asked.items()
    )
    rules += f"@media (min-width: {THREE_COLUMNS}) {{ {wide}}} " if wide else ""
    return f"<style>@media (scripting: enabled) {{ {rules}}}</style>" if rules else ""


def _heights(script: str, pagename: str) -> tuple | None:
    """Return the heights that a script declares for this page, or else its general ones."""
    rooms = {page: heights for page, *heights in ROOM.findall(script)}
    return rooms.get(pagename.removeprefix("chapters/"), rooms.get(""))


def _height(name: str, pixels: str) -> str:
    """Return the rules that give an element a height, which also limits its still image.

    It is in rem, since letters and figures are larger in very wide windows.
    """
    height = f"{int(pixels) / 16:g}rem"
    return (
        f"nn-{name} {{ min-height: {height}; }} "
        f"nn-{name} .nn-fallback svg {{ max-height: {height}; }}"
    )


def _text(app, name: str) -> str:
    """Return the text of a script, or nothing where there is none."""
    file = _file(app, name)
    return file.read_text(encoding="utf-8") if file else ""


def _file(app, name: str) -> Path | None:
    """Return a script from one of the folders that are copied next to the pages."""
    folders = (Path(app.confdir) / folder for folder in app.config.html_extra_path)
    files = (folder / "_play" / f"{name}.js" for folder in folders)
    return next((file for file in files if file.is_file()), None)

"""Remove the slowest parts of the theme's scripts.

When a page has loaded, and again after each change of a figure, the theme checks every code
block, output and table for overflow, so the browser lays out the whole page, even the parts out
of sight. ``page.js`` replaces that function.

At each click and keystroke, Bootstrap searches the whole page for the buttons that may be
affected, once for each kind of button. Our version looks only at the clicked element and its
ancestors.
"""

import re
from pathlib import Path

from sphinx.errors import ExtensionError

SCRIPT = "_static/scripts/pydata-sphinx-theme.js"
CALL = re.compile(
    r'"complete"===document\.readyState\?(\w)\(\):window\.addEventListener\("load",\1\)'
)
DONE = "/* page.js makes wide elements reachable */0"
BOOTSTRAP = "_static/scripts/bootstrap.js"
SEARCH = re.compile(
    r"const (\w)=\w\.querySelectorAll\((\w)\);"
    r"(for\(let\{target:(\w)\}=\w;\4&&\4!==this;\4=\4\.parentNode\))"
    r"for\(const (\w) of \1\)if\(\5===\4\)"
)
ASKED = "/* the page is not searched */"


def without_call(text: str) -> str:
    """Return the theme's script without its last statement, which checks for overflow."""
    return _once(CALL, DONE, text, DONE, "calls when a page has loaded")


def without_search(text: str) -> str:
    """Return Bootstrap's script without the search of the whole page."""
    asking = rf"{ASKED}\3if(\4.matches?.(\2))"
    return _once(SEARCH, asking, text, ASKED, "does when something is clicked on")


def _once(pattern: re.Pattern, by: str, text: str, done: str, what: str) -> str:
    """Replace the one place of a script that a pattern matches."""
    if done in text:  # a file of the previous build
        return text
    text, times = pattern.subn(by, text)
    if times != 1:
        raise ExtensionError(
            "theme_script: expected one place to change in a script of the theme, "
            f"found {times}; see what the new version {what}"
        )
    return text


def shorten(app, exception) -> None:
    """Write both changed scripts into the finished book."""
    if exception is None and app.builder.name == "html":
        for name, change in ((SCRIPT, without_call), (BOOTSTRAP, without_search)):
            file = Path(app.outdir, name)
            file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")

"""Take one function out of the theme's script, which ``page.js`` replaces.

When a page has loaded, and again after each change of a figure, it asks every code block,
output and table whether it overflows; so the browser lays out the whole page, also what is out
of sight.
"""

import re
from pathlib import Path

from sphinx.errors import ExtensionError

SCRIPT = "_static/scripts/pydata-sphinx-theme.js"
CALL = re.compile(
    r'"complete"===document\.readyState\?(\w)\(\):window\.addEventListener\("load",\1\)'
)
DONE = "/* page.js lets wide things be reached */0"


def without_call(text: str) -> str:
    """Return the theme's script without the call of that function, which stands last in it."""
    if DONE in text:  # a file of the build before
        return text
    text, times = CALL.subn(DONE, text)
    if times != 1:
        raise ExtensionError(
            f"theme_script: expected one call to take out of the theme's {Path(SCRIPT).name}, "
            f"found {times}; see what the new version calls when a page has loaded"
        )
    return text


def shorten(app, exception) -> None:
    """Write the theme's script without that call into the finished book."""
    if exception is None and app.builder.name == "html":
        file = Path(app.outdir, SCRIPT)
        file.write_text(without_call(file.read_text(encoding="utf-8")), encoding="utf-8")

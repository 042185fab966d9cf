"""Start JupyterLab, where a click on a page opens it as a notebook.

Run as ``python tools/open_lab.py``, or ``python tools/open_lab.py --page classifiers/softmax``
to open one page first; other arguments are passed on to JupyterLab. Jupytext reads the pages;
the setting that makes it their default viewer is written into .venv, not into the user's home
folder.
"""

import argparse
import difflib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
VIEWERS = {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}
SETTINGS = {"@jupyterlab/docmanager-extension:plugin": {"defaultViewers": VIEWERS}}


def write_settings(prefix):
    """Make Jupytext the viewer of Markdown files in the JupyterLab under a prefix."""
    path = Path(prefix) / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(SETTINGS))
    return path


def pages(chapters=CHAPTERS):
    """Return the names of the written pages, as in pages.yml."""
    paths = (path.relative_to(chapters) for path in chapters.glob("[a-z]*/**/*.md"))
    return sorted(path.with_suffix("").as_posix() for path in paths)


def file_of(page, chapters=CHAPTERS):
    """Return the file of a page below the chapters; exit if there is no page with this name."""
    name, known = page.strip("/").removeprefix("chapters/").removesuffix(".md"), pages(chapters)
    if name in known:
        return f"{name}.md"
    last = name.rpartition("/")[2]
    same = [page for page in known if page.rpartition("/")[2] == last]
    near = same + [n for n in difflib.get_close_matches(name, known) if n not in same]
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose from {', '.join(known)}"
    sys.exit(f"open_lab: no page is called {page!r}; {hint}")


def command(page, more):
    """Return the command that starts JupyterLab, at a page if one is named."""
    opened = str(CHAPTERS / file_of(page)) if page else str(CHAPTERS)
    root = ["--ServerApp.root_dir", str(CHAPTERS)] if page else []
    return [sys.executable, "-m", "jupyterlab", opened, *root, *more]


def main():
    """Write the settings, run JupyterLab, and exit with its status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--page", default="", metavar="PART/PAGE", help="open this page")
    options, more = parser.parse_known_args()
    line = command(options.page, more)
    write_settings(sys.prefix)
    # As in the build, so that the numbers are the same.
    one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    sys.exit(subprocess.run(line, env=one_thread, check=False).returncode)


if __name__ == "__main__":
    main()

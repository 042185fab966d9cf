"""Open the pages as notebooks in JupyterLab: a click on a page opens it as one.

Run as ``python tools/open_lab.py``; more arguments go to JupyterLab. Jupytext reads the pages;
the setting that makes it their default viewer is written into .venv, not into the user's home.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

VIEWERS = {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}
SETTINGS = {"@jupyterlab/docmanager-extension:plugin": {"defaultViewers": VIEWERS}}


def write_settings(prefix):
    """Make Jupytext the viewer of Markdown files in the JupyterLab below a prefix."""
    path = Path(prefix) / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(SETTINGS))
    return path


def main():
    """Write the settings and hand over to JupyterLab."""
    write_settings(sys.prefix)
    command = [sys.executable, "-m", "jupyterlab", "chapters", *sys.argv[1:]]
    one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # as in the build: same numbers
    sys.exit(subprocess.run(command, env=one_thread, check=False).returncode)


if __name__ == "__main__":
    main()

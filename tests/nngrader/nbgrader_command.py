"""Run nbgrader's own commands in a course, each in a separate process."""

import json
import subprocess
import sys

from .sample_course import environment

# Runs commands of nbgrader's one after the other, each forked from here, where it is loaded.
RUN_EACH = """
import json, os, sys
from nbgrader.apps.nbgraderapp import main
for line in json.loads(sys.argv.pop()):
    if not (child := os.fork()):
        sys.argv[1:] = line
        sys.exit(main())
    if status := os.waitpid(child, 0)[1]:
        sys.exit(f"nbgrader {line} ended with {status}")
"""


def run_nbgrader(course, *lines):
    """Run nbgrader's commands in a course as a person does; raise if one fails."""
    only = {"HOME": str(course), "JUPYTER_CONFIG_DIR": str(course / ".j")}
    settings = environment() | only  # nbgrader reads no configuration but the course's
    line = [sys.executable, "-c", RUN_EACH, json.dumps(lines)]
    done = subprocess.run(line, cwd=course, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]

"""nbgrader's own commands in a course, in a process of their own."""

import subprocess
import sys

from nngrader.gradebook import find_programs

from .making import environment


def settings_for(course):
    """Settings under which nbgrader reads the course's configuration alone."""
    return {"HOME": str(course), "JUPYTER_CONFIG_DIR": str(course / ".j")}


def in_a_process(course, *arguments):
    """Run the command as a person does."""
    find_programs()
    line = [sys.executable, "-m", "nbgrader", *map(str, arguments)]
    settings = environment() | settings_for(course)
    done = subprocess.run(line, cwd=course, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]

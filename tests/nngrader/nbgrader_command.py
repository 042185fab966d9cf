"""nbgrader's own commands in a course, in a process of their own."""

import subprocess
import sys

from .sample_course import environment

# Runs a module as a program, which loads nothing that its imports only try.
RUN_MODULE = """
import runpy, sys
from nngrader.imports import leave_out
leave_out()
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def settings_for(course):
    """Return the environment in which nbgrader reads the course's configuration alone."""
    return {"HOME": str(course), "JUPYTER_CONFIG_DIR": str(course / ".j")}


def module_command(name, *arguments):
    """Return the command line that runs a module of nbgrader's or of Jupyter's."""
    return [sys.executable, "-c", RUN_MODULE, name, *map(str, arguments)]


def run_nbgrader(course, *arguments):
    """Run nbgrader in a course as a person does; fail where it fails."""
    settings = environment() | settings_for(course)
    line = module_command("nbgrader", *arguments)
    done = subprocess.run(line, cwd=course, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]

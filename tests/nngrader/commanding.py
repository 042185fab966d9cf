"""nbgrader's own commands in a course, in a process of their own."""

import subprocess
import sys

from .making import environment

# Runs a module as a program, which loads nothing that its imports only try.
PLAINLY = """
import runpy, sys
from nngrader.imports import leave_out
leave_out()
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def settings_for(course):
    """Settings under which nbgrader reads the course's configuration alone."""
    return {"HOME": str(course), "JUPYTER_CONFIG_DIR": str(course / ".j")}


def module(name, *arguments):
    """The command that runs a module of nbgrader's or of Jupyter's."""
    return [sys.executable, "-c", PLAINLY, name, *map(str, arguments)]


def in_a_process(course, *arguments):
    """Run the command as a person does."""
    settings = environment() | settings_for(course)
    line = module("nbgrader", *arguments)
    done = subprocess.run(line, cwd=course, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]

"""nbgrader's own commands in a course, in a process of their own or in this one."""

import contextlib
import subprocess
import sys

import pytest
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


def in_this_process(course, *arguments):
    """Run the command here, where nbgrader is imported already."""
    from nbgrader.apps.nbgraderapp import NbGraderApp
    from traitlets.config import Application

    find_programs()
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(course):
        for name, value in settings_for(course).items():
            patch.setenv(name, value)
        patch.setattr(sys, "path", [*sys.path])
        try:
            NbGraderApp.launch_instance([*map(str, arguments)])
        finally:
            if Application.initialized():  # the command's own, which the next would take over
                type(Application.instance()).clear_instance()

"""Run a command as an ordinary user, even if Python is in a folder closed to others."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from .sample_course import ROOT, environment

USER = 65533
BECOME = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs"]
IS_ROOT = os.geteuid() == 0


def as_ordinary_user(command):
    """Return the command line that runs a command as the ordinary user."""
    return [*readable_python(), *BECOME, *command] if IS_ROOT else command


def readable_python():
    """Return the start of a command line that makes Python and this checkout readable."""
    line = ["bwrap", "--dev-bind", "/", "/"]
    needed = {Path(p).resolve() for p in (sys.base_prefix, sys.prefix, ROOT)}
    for folder in sorted(needed):
        closed = [p for p in reversed(folder.parents) if not p.stat().st_mode & stat.S_IXOTH]
        if closed:
            line += ["--perms", "0755", "--tmpfs", str(closed[0])]
            inner = [p for p in reversed(folder.parents) if closed[0] in p.parents]
            for p in inner:
                line += ["--perms", "0755", "--dir", str(p)]
            line += ["--ro-bind", str(folder), str(folder)]
    return [*line, "--"]


def chown_tree(folder):
    """Give a folder and all in it to the ordinary user; symbolic links are not followed."""
    for parent, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(Path(parent, name), USER, USER, follow_symlinks=False)


def namespaces_work():
    """Return whether this kernel lets an ordinary user create a user namespace."""
    probe = "bwrap --unshare-user --ro-bind / / true".split()
    settings = environment() | {"HOME": "/"}
    done = subprocess.run(as_ordinary_user(probe), env=settings, capture_output=True, cwd="/")
    return done.returncode == 0

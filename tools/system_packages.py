"""Install the programs beyond Python that the tests need, or say which line installs them.

Needed: bubblewrap for the grader's sandbox, a Chromium browser that opens the built book, and
PostgreSQL, which the grader's tests start for themselves.
Root on Debian or Ubuntu installs them; anybody else is told the one line to run.
"""

import glob
import os
import shutil
import subprocess
import sys

NEEDED = {  # Debian package: programs, any of which will do
    "bubblewrap": ("bwrap",),
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "postgresql": ("initdb",),
    "util-linux": ("setpriv",),
}
ELSEWHERE = "/usr/lib/postgresql/*/bin"  # where Debian puts programs that are not on the PATH


def find(name):
    """Return the path of a program on the PATH or among PostgreSQL's, or None."""
    kept = sorted(glob.glob(f"{ELSEWHERE}/{name}"), key=version, reverse=True)
    return shutil.which(name) or next(iter(kept), None)


def version(path):
    """Return the version number in a path of Debian's, for sorting."""
    return [int(part) for part in path.split("/") if part.isdigit()]


def missing(which=find):
    """Return the packages of which no program is found."""
    return [p for p, names in NEEDED.items() if not any(which(n) for n in names)]


def line(packages, root):
    """Return the command that installs the packages on Debian or Ubuntu."""
    sudo = "" if root else "sudo "
    return (
        f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends "
        + " ".join(packages)
    )


def main():
    """Install what is missing if this is allowed, else exit with the command to run."""
    wanted = missing()
    if not wanted:
        return
    if not sys.platform.startswith("linux"):
        if not any(map(shutil.which, NEEDED["chromium"])):
            sys.exit("system_packages: install Chromium or Google Chrome, then run it again.")
        return
    root = os.geteuid() == 0
    if not (root and shutil.which("apt-get")):
        sys.exit(
            f"system_packages: {', '.join(wanted)} missing. Run this, then try again:\n"
            f"  {line(wanted, root)}"
        )
    print(f"Installing {', '.join(wanted)} (once)", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(line(wanted, root), shell=True, env=environment, check=False).returncode:
        sys.exit(f"system_packages: that failed. Run it by hand:\n  {line(wanted, root)}")


if __name__ == "__main__":
    main()

"""Install the programs beyond Python that the tests need, or print the command.

The tests need bubblewrap and setpriv for the grader's sandbox, a Chromium browser to open the
built book, and PostgreSQL, which the grader's tests start themselves. If you are root on Debian
or Ubuntu, the program installs them; otherwise it prints the command to run. If Debian offers
the headless Chromium, the program installs that too, because tests that open pages then take a
quarter less time.
"""

import glob
import os
import shutil
import subprocess
import sys

WINDOWLESS = "chromium-headless-shell"  # package and program
NEEDED = {  # Debian package: programs, any of which will do
    "bubblewrap": ("bwrap",),
    "chromium": (
        WINDOWLESS,
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ),
    "postgresql": ("initdb",),
    "util-linux": ("setpriv",),
}
CAREFUL = "--no-remove -o Acquire::Retries=0 -o Acquire::http::Timeout=15"
NO_PROMPTS = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
ELSEWHERE = "/usr/lib/postgresql/*/bin"  # where Debian puts programs that are not on the PATH


def find(name):
    """Return the path of a program on the PATH or among PostgreSQL's, or None."""
    kept = sorted(glob.glob(f"{ELSEWHERE}/{name}"), key=version, reverse=True)
    return shutil.which(name) or next(iter(kept), None)


def version(path):
    """Return the version number in a Debian path, for sorting."""
    return [int(part) for part in path.split("/") if part.isdigit()]


def missing(which=find):
    """Return the packages whose programs are all missing."""
    return [p for p, names in NEEDED.items() if not any(which(n) for n in names)]


def line(packages, root):
    """Return the command that installs the packages on Debian or Ubuntu."""
    sudo = "" if root else "sudo "
    return (
        f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends "
        + " ".join(packages)
    )


def main():
    """Install what is missing, or exit with the command to run."""
    wanted = missing()
    if wanted:
        install(wanted)
    if may_install() and not find(WINDOWLESS):
        install_windowless()


def may_install():
    """Return whether this process may install Debian packages."""
    return sys.platform.startswith("linux") and os.geteuid() == 0 and bool(find("apt-get"))


def install_windowless():
    """Install the headless Chromium if it is offered; otherwise the full Chromium is enough."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    if subprocess.run(["apt-cache", "show", WINDOWLESS], **quiet).returncode == 0:
        print(f"Installing {WINDOWLESS} (once)", flush=True)
        command = f"apt-get install -y --no-install-recommends {CAREFUL} {WINDOWLESS}"
        subprocess.run(command.split(), env=NO_PROMPTS, **quiet)


def install(wanted):
    """Install packages if this is allowed; otherwise exit with the command to run."""
    if not sys.platform.startswith("linux"):
        if not any(map(shutil.which, NEEDED["chromium"])):
            sys.exit("system_packages: install Chromium or Google Chrome, then run it again.")
        return
    root = os.geteuid() == 0
    if not may_install():
        sys.exit(
            f"system_packages: {', '.join(wanted)} missing. Run this, then try again:\n"
            f"  {line(wanted, root)}"
        )
    print(f"Installing {', '.join(wanted)} (once)", flush=True)
    if subprocess.run(line(wanted, root), shell=True, env=NO_PROMPTS, check=False).returncode:
        sys.exit(f"system_packages: that failed. Run it by hand:\n  {line(wanted, root)}")


if __name__ == "__main__":
    main()

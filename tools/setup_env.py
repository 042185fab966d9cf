"""Make .venv from requirements.lock; the one step between a fresh clone and everything else.

Run as ``python3 tools/setup_env.py``. Standard library only, and written so that an old Python
can still read it and say what is wrong. Runs again only when the lock or the Python version has
changed, or another TORCH_INDEX is named; after a change of pyproject.toml only the project is
installed again.

Torch has no hash: its wheel differs by platform and by source (CPU, CUDA, local), and so does
what it needs besides. ``TORCH_INDEX`` may name another package index for it, such as the one
with torch's own CPU builds.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENV = ROOT / ".venv"
STAMP = ENV / ".ready"
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
TORCH = re.search(r'"(torch==.+)"', PROJECT)[1]
SELDOM = (  # about a third of all lines, compiled when they are imported
    r"/(tests?|testing|torch/_inductor|sympy/(parsing|physics|stats)|dask/(array|dataframe)"
    r"|keras/src/backend/(jax|openvino|tensorflow)|fontTools/(feaLib|ttLib|varLib)"
    r"|numpy/distutils|playwright/async_api)/"
).replace("/", r"[/\\]")
PACKAGE = re.compile(r"^\S+==", re.MULTILINE)
UV = re.compile(r"^uv==(?:.*\\\n)*.*\n", re.MULTILINE)  # with its hashes
NEEDED_GIB = 4
NETWORK = (
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Name or service not known",
    "getaddrinfo failed",
    "Network is unreachable",
    "Connection refused",
    "ProxyError",
    "ReadTimeoutError",
    "ConnectTimeoutError",
    "No route to host",
)


class SetupError(Exception):
    """A failed set-up: what went wrong and what to do about it, in one or two lines."""


def check_python(version):
    """Raise SetupError for a Python that cannot run the course."""
    if version < (3, 11):
        raise SetupError(
            "setup_env: Python 3.11 or newer is needed, this is {}.{}.\n"
            "Name another one: make PYTHON=python3.11 setup".format(*version[:2])
        )


def check_disk(free_bytes):
    """Raise SetupError when the environment would not fit."""
    if free_bytes < NEEDED_GIB * 2**30:
        raise SetupError(
            f"setup_env: {free_bytes / 2**30:.1f} GiB are free below {ROOT}, {NEEDED_GIB} GiB "
            "are needed. Free some space and run it again."
        )


def explain(output):
    """Return the advice that the output of a failed installation calls for."""
    if any(sign in output for sign in NETWORK):
        return (
            "setup_env: the package index cannot be reached. Connect to the network, then run "
            "it again."
        )
    if "No space left on device" in output:
        return f"setup_env: the disk is full. Free {NEEDED_GIB} GiB and run it again."
    if "DO NOT MATCH THE HASHES" in output:
        return (
            "setup_env: a package differs from the one in requirements.lock. If you use a "
            "mirror, check it; otherwise report this."
        )
    return f"{output[-2000:]}\nsetup_env: the installation failed; pip's last lines are above."


def digest(name):
    """Return a hash of one of the project's files and of the Python version."""
    made = hashlib.sha256(repr(sys.version_info[:3]).encode())
    made.update((ROOT / name).read_bytes())
    return made.hexdigest()


def finished(packages, index):
    """Return whether the locked packages are installed, and torch from the index asked for.

    Without TORCH_INDEX any torch will do, so that it need be named in one terminal only.
    """
    done = STAMP.read_text().splitlines() if STAMP.exists() else []
    return done[:1] == [packages] and (not index or done[2:] == [index])


class Progress:
    """Shows pip's progress: one line on a terminal, every 25th package elsewhere."""

    def __init__(self, total):
        self.total, self.done = total, 0

    def __call__(self, line):
        """Show progress if a line of pip's output names a new package, or show its error."""
        if line.startswith("ERROR"):
            print(line.rstrip(), flush=True)
        if line.lstrip().startswith(("Collecting ", "Processing ")) and self.total:
            self.done += 1
            text = f"      {self.done}/{self.total} packages"
            if sys.stdout.isatty():
                print(f"\r{text}", end="", flush=True)
            elif self.done % 25 == 0:
                print(text, flush=True)

    def close(self):
        """End the line on a terminal."""
        if self.done and sys.stdout.isatty():
            print(flush=True)


def run(command, show=None):
    """Run a command and show its progress; raise SetupError if it fails."""
    show, lines = show or Progress(0), []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout:
            show(line)
            lines.append(line)
    if process.returncode:
        raise SetupError(explain("".join(lines)))


def make_venv():
    """Create the empty environment."""
    try:
        venv.create(ENV, with_pip=True, clear=True, symlinks=os.name != "nt")
    except (subprocess.CalledProcessError, ImportError):
        shutil.rmtree(ENV, ignore_errors=True)
        raise SetupError(
            "setup_env: this Python cannot make virtual environments. On Debian or Ubuntu: "
            "sudo apt-get install python3-venv"
        ) from None


def pip_install(python):
    """Return the pip command that installs into the environment."""
    return [
        str(python),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--progress-bar=off",
        "--no-compile",
    ]


def install(python, index):
    """Install the locked packages, and torch from an index of its own beside them."""
    torch = [*(["--index-url", index] if index else []), TORCH]
    print(f"[2/4] locked packages and {TORCH}", flush=True)
    with ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(install_locked, python),
            pool.submit(run, [*pip_install(python), "--no-deps", *torch]),
        ]
    for done in running:
        done.result()
    print("[3/4] what torch needs besides", flush=True)
    run([*pip_install(python), *torch])


def install_locked(python):
    """Install the locked packages: uv first, then the others by uv, on all cores.

    The lock names every package that another one needs. Where uv fails, pip, which has more
    settings, installs them one by one, and says what is wrong if there is something wrong.
    """
    lock = ROOT / "requirements.lock"
    text = lock.read_text(encoding="utf-8")
    locked = ["--no-deps", "--require-hashes", "-r"]
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "uv.txt"
        alone.write_text("".join(UV.findall(text)), encoding="utf-8")
        run([*pip_install(python), *locked, str(alone)])
    where = ["--python", str(python), *index_of_pip(python)]
    home = os.path.expanduser("~")
    where += [] if os.access(home, os.W_OK) else ["--no-cache"]  # uv's own is in the home
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    uv = [str(python), "-m", "uv", "pip", "install", *where, *quiet, *locked, str(lock)]
    if subprocess.run(uv, check=False).returncode:
        print("      uv could not install them; pip tries", flush=True)
        show = Progress(len(PACKAGE.findall(text)))
        run([*pip_install(python), *locked, str(lock)], show)
        show.close()


def index_of_pip(python):
    """Return the package index that pip is told to use, as uv's arguments; none for PyPI.

    uv reads settings of its own, not those of pip.
    """
    asked = [str(python), "-m", "pip", "config", "list"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False)
    found = dict(re.findall(r"^(.+)\.index-url='(.*)'$", listed.stdout, re.MULTILINE))
    first = [found[place] for place in (":env:", "install", "global") if place in found]
    return ["--index-url", first[0]] if first else []


def compile_all(python):
    """Compile most of the packages on all cores; pip would compile all on one.

    Some hold files for other versions of Python, so that the exit status says nothing.
    """
    packages = [str(path) for path in ENV.rglob("site-packages")]
    command = [str(python), "-m", "compileall", "-q", "-j", "0", "-x", SELDOM, *packages]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def relative(path):
    """Return the text of a .pth file with its folders made relative to its own.

    Python reads these files in the locale's encoding, so an umlaut in the way to the project
    would stop every start of Python under LC_ALL=C.
    """
    folders = path.read_text(encoding="utf-8").splitlines()
    return "".join(f"{os.path.relpath(folder, path.parent)}\n" for folder in folders)


def install_project(python):
    """Install this project in place, and check that all packages fit together."""
    print("[4/4] this project", flush=True)
    run([*pip_install(python), "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    for path in ENV.rglob("_nn_first_principles.pth"):
        path.write_text(relative(path), encoding="ascii")
    run([str(python), "-m", "pip", "check"])


def main():
    """Make the environment, or update what is out of date in it."""
    check_python(sys.version_info)
    index = os.environ.get("TORCH_INDEX", "")
    packages, project = digest("requirements.lock"), digest("pyproject.toml")
    if finished(packages, index):
        _, installed, *made_with = STAMP.read_text().splitlines()
        if installed == project:
            return
        index = "".join(made_with)
    python = ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    with ThreadPoolExecutor(1) as pool:
        if not finished(packages, index):
            check_disk(shutil.disk_usage(ROOT).free)
            print(
                "Setting up .venv (a few minutes, once)\n[1/4] virtual environment", flush=True
            )
            make_venv()
            install(python, index)
            pool.submit(compile_all, python)
        install_project(python)
    STAMP.write_text(f"{packages}\n{project}\n{index}\n")
    print("The environment is ready in .venv", flush=True)


if __name__ == "__main__":
    try:
        main()
    except SetupError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(explain(str(error)) if error.errno == 28 else f"setup_env: {error}")

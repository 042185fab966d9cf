"""Create .venv from requirements.lock, the first step after cloning the repository.

Run as ``python3 tools/setup_env.py``. This program uses only the standard library and simple
syntax, so that even an old Python can run it and print the error. It installs everything again
only if the lock, the Python version or TORCH_INDEX has changed; if pyproject.toml has changed,
it installs only the project again.

The lock has no hash for torch, because its wheel and its dependencies differ by platform and by
source (CPU, CUDA, local). ``TORCH_INDEX`` can name a different package index for torch, such as
the index of its CPU builds.
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
SELDOM = (  # about a third of all code; it is compiled when it is imported
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
    """A failed setup: the error and how to fix it, in one or two lines."""


def check_python(version):
    """Raise SetupError for a Python that cannot run the course."""
    if version < (3, 11):
        raise SetupError(
            "setup_env: Python 3.11 or newer is needed, but this is {}.{}.\n"
            "Use a newer one: make PYTHON=python3.11 setup".format(*version[:2])
        )


def check_disk(free_bytes):
    """Raise SetupError if the disk is too full for the environment."""
    if free_bytes < NEEDED_GIB * 2**30:
        raise SetupError(
            f"setup_env: expected {NEEDED_GIB} GiB of free space in {ROOT}, got "
            f"{free_bytes / 2**30:.1f} GiB. Free some space and run it again."
        )


def explain(output):
    """Return advice that fits the output of a failed installation."""
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
    """Return a hash of one of the project's files, the Python version and torch's version."""
    made = hashlib.sha256(repr((*sys.version_info[:3], TORCH)).encode())
    made.update((ROOT / name).read_bytes())
    return made.hexdigest()


def finished(packages, index):
    """Return whether the locked packages are installed, with torch from the requested index.

    Without TORCH_INDEX, any torch is accepted, so you need to set the variable only once.
    """
    done = STAMP.read_text().splitlines() if STAMP.exists() else []
    return done[:1] == [packages] and (not index or done[2:] == [index])


class Progress:
    """Shows pip's progress: one line on a terminal, every 25th package elsewhere."""

    def __init__(self, total):
        self.total, self.done = total, 0

    def __call__(self, line):
        """Show progress if a line of pip's output names a new package; print an error line."""
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
    """Install the locked packages and, in parallel, torch from its own index."""
    torch = [*(["--index-url", index] if index else []), TORCH]
    print(f"[2/4] locked packages and {TORCH}", flush=True)
    with ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(install_locked, python),
            pool.submit(run, [*pip_install(python), "--no-deps", *torch]),
        ]
    for done in running:
        done.result()
    print("[3/4] the packages that torch needs", flush=True)
    run([*pip_install(python), *torch])


def install_locked(python):
    """Install uv with pip, and then the other locked packages with uv, on all cores.

    The lock contains all dependencies. If uv fails, pip, which has more settings, installs the
    packages, and its output shows the error if it fails too.
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
    where += [] if os.access(home, os.W_OK) else ["--no-cache"]  # uv's cache is in it
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    uv = [str(python), "-m", "uv", "pip", "install", *where, *quiet, *locked, str(lock)]
    if subprocess.run(uv, check=False).returncode:
        print("      uv could not install them; trying pip", flush=True)
        show = Progress(len(PACKAGE.findall(text)))
        run([*pip_install(python), *locked, str(lock)], show)
        show.close()


def index_of_pip(python):
    """Return the package index in pip's settings as arguments for uv; none for PyPI.

    uv doesn't read pip's settings.
    """
    asked = [str(python), "-m", "pip", "config", "list"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False)
    indexes = dict(re.findall(r"^(.+)\.index-url='(.*)'$", listed.stdout, re.MULTILINE))
    first = [indexes[place] for place in (":env:", "install", "global") if place in indexes]
    return ["--index-url", first[0]] if first else []


def compile_all(python):
    """Compile most of the packages on all cores; pip would compile all of them on one core.

    The exit status is ignored, because some packages have files for other versions of Python.
    """
    packages = [str(path) for path in ENV.rglob("site-packages")]
    command = [str(python), "-m", "compileall", "-q", "-j", "0", "-x", SELDOM, *packages]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def relative(path):
    """Return the text of a .pth file with folders relative to the file.

    Python reads these files in the locale's encoding, so with LC_ALL=C it couldn't start at all
    if the path of the project contained a non-ASCII letter.
    """
    folders = path.read_text(encoding="utf-8").splitlines()
    return "".join(f"{os.path.relpath(folder, path.parent)}\n" for folder in folders)


def install_project(python):
    """Install this project in place, and check that all packages are compatible."""
    print("[4/4] this project", flush=True)
    run([*pip_install(python), "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    for path in ENV.rglob("_nn_first_principles.pth"):
        path.write_text(relative(path), encoding="ascii")
    run([str(python), "-m", "pip", "check"])


def main():
    """Create the environment, or update the parts that are out of date."""
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

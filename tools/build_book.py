"""Execute the pages, build the book, and say where its first page is.

Usage: python tools/build_book.py [--serial] [--strict] [--out OUT] [FOLDER]

Pages whose cells changed are executed two at a time, with a line for each; `--serial` executes
them one after the other. A page that fails, a missing topic, a dead link or any other warning
fails the build. A measured number that came out otherwise than the text says (`book.claim`) is
told at the end, and fails the build with `--strict`.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent))

import check_links

ROOT = Path(__file__).resolve().parent.parent
FIRST = Path("_build/html/index.html")
NOISE = "Kernel is running over TCP without encryption"  # each kernel says so; it is local
FAILED = "executed pages failed"  # chapters/_ext/execute/parallel.py says which
PROGRAM = """import gc
gc.set_threshold(100_000, 50, 1_000_000)  # a book is of many objects, few of them garbage
from nngrader.cli import skip_unused_imports
skip_unused_imports()
from jupyter_book.cli.main import main
main(prog_name="jupyter-book")"""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

SETTINGS = ("IPYTHONDIR", "MPLCONFIGDIR")


def environment(serial: bool, folder: Path = ROOT, *, strict: bool = False) -> dict[str, str]:
    """Return the environment variables of the build: one thread a kernel, own programs first.

    A folder that holds the packages is built with them, wherever else they are installed. The
    settings of IPython and matplotlib are the build's own: those of a reader would change what
    pages show, and a home that cannot be written would be complained of at each page.
    """
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    workers = {"BOOK_WORKERS": "1"} if serial else {}
    claims = {"BOOK_CLAIMS": "strict"} if strict else {}
    packages = [folder, folder / "exercises"] if (folder / "nnlib/__init__.py").exists() else []
    before = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    path = {"PYTHONPATH": os.pathsep.join([*map(str, packages), *before])}
    fixed = dict.fromkeys(THREADS, "1") | {"PYTHONHASHSEED": "0"}  # sets print in one order
    own = {name: str(ROOT / "_build" / "settings" / name.lower()) for name in SETTINGS}
    for own_path in own.values():
        Path(own_path).mkdir(parents=True, exist_ok=True)
    return fixed | os.environ | {"PATH": programs} | path | workers | claims | own


def build(
    folder: Path, *, serial: bool = False, strict: bool = False, out: Path | None = None
) -> int:
    """Build the book in a folder and check its links; return 0 if all is well.

    What is built goes into ``_build`` of that folder, or of another one, ``out``.
    """
    env = environment(serial, folder, strict=strict)
    if find_spec("jupyter_book") is None:
        print("build_book: jupyter-book is not installed; run `make setup`", file=sys.stderr)
        return 1
    command = [sys.executable, "-P", "-c", PROGRAM, "build", str(folder)]
    command += ["-W", "-n", "--keep-going", "-q"]
    command += ["--path-output", str(out)] if out else []
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        for line in _worth_reading(process.stderr):
            print(line, end="", file=sys.stderr, flush=True)
    return process.returncode or _check_links(folder, out or folder)


def _check_links(folder: Path, out: Path) -> int:
    """Print each dead link of the built book; return 1 if there is one, else 0."""
    findings = check_links.check((out / FIRST).parent)
    for finding in findings:
        print(f"check_links: {finding}", file=sys.stderr)
    for key in check_links.unused(folder / "chapters"):
        print(f"check_links: references.bib: no page cites {key}")
    return 1 if findings else 0


def _worth_reading(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines that help a reader: no noise of kernels, no traceback of Sphinx's own."""
    failed = False
    for line in lines:
        if NOISE not in line and not failed:
            yield line
        failed = failed or FAILED in line


def main() -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT, metavar="FOLDER")
    parser.add_argument("--serial", action="store_true", help="one page at a time")
    parser.add_argument("--strict", action="store_true", help="hold to every book.claim")
    parser.add_argument("--out", type=Path, metavar="OUT", help="build into OUT/_build")
    options = parser.parse_args()
    folder, out = options.folder.resolve(), (options.out or options.folder).resolve()
    started = time.monotonic()
    status = build(folder, serial=options.serial, strict=options.strict, out=out)
    seconds = time.monotonic() - started
    if status:
        print(f"The book was not built: see above ({seconds:.0f} s).", file=sys.stderr)
    else:
        print(f"The book is built ({seconds:.0f} s). Open {out / FIRST}")
    return status


if __name__ == "__main__":
    sys.exit(main())

"""Execute the pages, build the book, and print the path of its first page.

Usage: python tools/build_book.py [--serial] [--strict] [--out OUT] [FOLDER]

The build executes the pages whose cells have changed, up to four in parallel, and prints a line
for each; `--serial` executes them in sequence. A reader always gets a book: if a check of a
page fails or a cell raises an error, the page shows a notice, and a summary follows at the end.
If you add `--strict`, as the tests do, each of these fails the build, and so does a missing
topic, a dead link or any other warning.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent))

import check_links

ROOT = Path(__file__).resolve().parent.parent
FIRST = Path("_build/html/index.html")
SUMMARY = Path("_build/checks.json")  # written by chapters/_ext/execute/findings.py
SHOWN = 6  # findings in the summary
WIDTH = 150  # columns of a finding
LITTLE_SPACE = 500_000_000  # bytes; if less is free, a failed build mentions the disk
NOISE = "Kernel is running over TCP without encryption"  # harmless: the kernels are local
FAILED = "executed pages failed"  # chapters/_ext/execute/parallel.py lists them
PROGRAM = """import gc
gc.set_threshold(100_000, 50, 1_000_000)  # a book has many objects, few of them garbage
from jupyter_book.cli.main import main
main(prog_name="jupyter-book")"""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

SETTINGS = ("IPYTHONDIR", "MPLCONFIGDIR")


def environment(serial: bool, folder: Path = ROOT, *, strict: bool = False) -> dict[str, str]:
    """Return the environment variables of the build.

    Kernels use one thread by default, and this Python's programs come first on the PATH. If the
    folder contains the packages, the build uses them instead of installed ones. It has its own
    settings for IPython and matplotlib, because a reader's settings would change the outputs of
    pages, and a read-only home folder would cause a warning for each page.
    """
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    workers = {"BOOK_WORKERS": "1"} if serial else {}
    claims = {"BOOK_CLAIMS": "strict"} if strict else {}
    packages = [folder, folder / "exercises"] if (folder / "nnlib/__init__.py").exists() else []
    before = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    path = {"PYTHONPATH": os.pathsep.join([*map(str, packages), *before])}
    # With a fixed hash seed, sets always print in the same order.
    fixed = dict.fromkeys(THREADS, "1") | {"PYTHONHASHSEED": "0"}
    own = {name: str(ROOT / "_build" / "settings" / name.lower()) for name in SETTINGS}
    for own_path in own.values():
        Path(own_path).mkdir(parents=True, exist_ok=True)
    return fixed | os.environ | {"PATH": programs} | path | workers | claims | own


def build(
    folder: Path, *, serial: bool = False, strict: bool = False, out: Path | None = None
) -> int:
    """Build the book in a folder and check its links; return 0 if there is a book.

    A strict build returns 0 only if nothing failed and there was no warning. The output goes
    into ``_build`` in that folder, or in the folder ``out``.
    """
    env = environment(serial, folder, strict=strict)
    ((out or folder) / SUMMARY).unlink(missing_ok=True)
    if find_spec("jupyter_book") is None:
        print("build_book: jupyter-book is not installed; run `make setup`", file=sys.stderr)
        return 1
    command = [sys.executable, "-P", "-c", PROGRAM, "build", str(folder)]
    command += ["-W", "-n", "--keep-going", "-q"] if strict else ["-q"]
    command += ["--path-output", str(out)] if out else []
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        for line in _worth_reading(process.stderr):
            print(line, end="", file=sys.stderr, flush=True)
    if process.returncode or not strict:
        return process.returncode
    return _check_links(folder, out or folder)


def _check_links(folder: Path, out: Path) -> int:
    """Print each dead link of the built book; return 1 if there is one, else 0."""
    findings = check_links.check((out / FIRST).parent)
    for finding in findings:
        print(f"check_links: {finding}", file=sys.stderr)
    for key in check_links.unused(folder / "chapters"):
        print(f"check_links: references.bib: no page cites {key}")
    return 1 if findings else 0


def _worth_reading(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines that help a reader, without kernels' noise and Sphinx's tracebacks."""
    failed = False
    for line in lines:
        if NOISE not in line and not failed:
            yield line
        failed = failed or FAILED in line


def summary(out: Path) -> Iterator[str]:
    """Yield the lines of the summary: the checks that came out differently on this computer."""
    path = out / SUMMARY
    findings = json.loads(path.read_text(encoding="utf-8"))["findings"] if path.exists() else []
    if not findings:
        return
    checks = "One check" if len(findings) == 1 else f"{len(findings)} checks"
    yield f"{checks} came out differently on this computer. The pages show where:"
    for f in findings[:SHOWN]:
        expected = f["statement"] or f["expected"]
        text = f"{f['page']}:{f['line']}  expected: {expected}  found: {f['actual']}"
        yield "  " + textwrap.shorten(text, WIDTH, placeholder=" …")
    if len(findings) > SHOWN:
        yield f"  … and {len(findings) - SHOWN} more in {path}"
    yield f"Please report this (see CONTRIBUTING.md). All details are in {path}"


def advice(out: Path) -> str:
    """Return advice for a reader if the tools fail to build the book."""
    free = shutil.disk_usage(out).free
    if free < LITTLE_SPACE:
        return f"Only {free / 1e6:.0f} MB are free on this disk. Free 1 GB and run it again."
    return (
        "The first message above that starts with a file name or 'Execution error' shows the "
        "cause. If no page can be executed, run `make clean` to remove the environment, and "
        "then `make book` to create it again."
    )


def main() -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT, metavar="FOLDER")
    parser.add_argument("--serial", action="store_true", help="one page at a time")
    parser.add_argument("--strict", action="store_true", help="fail on any error or warning")
    parser.add_argument("--out", type=Path, metavar="OUT", help="build into OUT/_build")
    options = parser.parse_args()
    folder, out = options.folder.resolve(), (options.out or options.folder).resolve()
    started = time.monotonic()
    strict = options.strict or os.environ.get("BOOK_CLAIMS") == "strict"
    status = build(folder, serial=options.serial, strict=strict, out=out)
    seconds = time.monotonic() - started
    if status:
        hint = "See above." if strict else advice(out)
        print(f"The book was not built ({seconds:.0f} s). {hint}", file=sys.stderr)
        return status
    for line in summary(out):
        print(line)
    print(f"The book is built ({seconds:.0f} s). Open {out / FIRST}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

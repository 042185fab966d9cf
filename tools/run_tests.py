"""Run the tests, and build the book at the same time.

Usage: python tools/run_tests.py [--slow] [PATH or NAME]

A path below tests/ or below the repository runs the tests there; anything else is a name for
pytest's ``-k``. Without an argument everything runs: first the pages of the strict book
(`gate_book.py`) are executed on up to four cores, then the tests run while one process
writes the book, and finally the tests that open the book run.

The grader's sandbox needs Linux. On other systems the program skips its tests and prints a
note; if ``CI=true`` is set, it exits with an error instead.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gate_book

ROOT = Path(__file__).resolve().parent.parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
PYTEST = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-rfE", "--durations=10"]
MOST_WORKERS = 5  # each may need 1 GB
GRACE = 20  # seconds for the book's build to stop


def chosen(name: str, root: Path = ROOT) -> list[str]:
    """Return pytest's arguments for a path, or for part of a test's name."""
    for path in (root / "tests" / name, root / "tests" / f"{name}.py", root / name):
        if path.exists():
            return [str(path.relative_to(root))]
    return ["-k", name]


def platform_arguments(platform: str, ci: bool) -> list[str]:
    """Return the expression for pytest's ``-m``; exit if CI would have to skip tests."""
    if platform.startswith("linux"):
        return []
    if ci:
        sys.exit("run_tests: under CI=true every test must run, and the sandbox needs Linux")
    print("Skipped: the tests of the grader's sandbox, which needs Linux")
    return ["not sandbox"]


def in_parallel(dist: str = "loadfile") -> list[str]:
    """Return the arguments for pytest-xdist: one worker more than cores, because some wait."""
    from joblib import cpu_count

    workers = min(cpu_count() + 1, MOST_WORKERS)
    return ["-n", str(workers), "--dist", dist]


@contextmanager
def book_build() -> Iterator[subprocess.Popen]:
    """Build the book in another process; the block begins once its pages have been executed.

    The process ends when the block ends, or earlier.
    """
    (gate_book.FOLDER / "log").unlink(missing_ok=True)
    program = str(ROOT / "tools" / "gate_book.py")
    process = subprocess.Popen([sys.executable, program], start_new_session=True)
    try:
        print("Executing the pages of the book; the tests follow", flush=True)
        while process.poll() is None and not gate_book.executed(gate_book.FOLDER):
            time.sleep(1)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def run(*arguments: str) -> int:
    """Run pytest and return its exit status, which is not 0 if no test ran."""
    return subprocess.run([*PYTEST, *arguments], cwd=ROOT, check=False).returncode


def main() -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", nargs="?", default="", metavar="PATH or NAME")
    parser.add_argument("--slow", action="store_true", help="the slow tests too")
    options = parser.parse_args()
    os.environ.update(ONE_THREAD)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # otherwise each worker compiles everything
    marks = platform_arguments(sys.platform, os.environ.get("CI") == "true")
    slow = ["--slow"] * options.slow
    if options.name:
        only = ["-m", *marks] if marks else []
        return run(*slow, *only, *in_parallel(), *chosen(options.name))
    with book_build() as book:
        without = ["-m", " and ".join(["not built_book", *marks])]
        failed = run(*slow, *without, *in_parallel())
        if book.wait():
            print("run_tests: the book does not build, so the tests that open it did not run")
            return 1
    with_book = ["-m", " and ".join(["built_book", *marks])]
    return run(*slow, *with_book, *in_parallel(dist="worksteal"), "tests/book") or failed


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("run_tests: stopped")

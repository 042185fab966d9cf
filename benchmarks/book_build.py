"""Seconds to build the book: cold, with nothing changed, and after an edit of one page.

Usage: python benchmarks/book_build.py [PAGE]

Works on a copy in a temporary folder. PAGE is the page whose cell is edited, by default
classifiers/softmax. The last column is the ratio to a cold build with one page at a time, in
the same run, since seconds depend on the machine and on what else it does.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tools"))

import build_book  # noqa: E402

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__", "runs.txt")


def timed_build(folder: Path, *, cold: bool = False, serial: bool = False) -> float:
    """Build the book once, from nothing if `cold`; return the wall seconds."""
    if cold:
        shutil.rmtree(folder / "_build", ignore_errors=True)
    started = time.perf_counter()
    if build_book.build(folder, serial=serial):
        raise SystemExit("book_build: the book does not build")
    return time.perf_counter() - started


def edit_prose(page: Path) -> None:
    """Add a sentence to the page's summary."""
    text = page.read_text(encoding="utf-8")
    page.write_text(
        text.replace("## Summary\n", "## Summary\n\nA sentence.\n"), encoding="utf-8"
    )


def edit_cell(page: Path) -> None:
    """Add a line to the page's first cell."""
    text = page.read_text(encoding="utf-8")
    page.write_text(
        text.replace("\nimport numpy as np\n", "\nimport numpy as np\nedited = 1\n", 1)
    )


def edit_operation(copy: Path) -> None:
    """Add a line to nnlib's Adam, which only pages that train with it import."""
    with (copy / "nnlib" / "optim" / "adam.py").open("a") as file:
        file.write("\nedited = 1\n")


def main() -> None:
    """Build the book six times and print a table of the seconds."""
    name = sys.argv[1] if len(sys.argv) > 1 else "classifiers/softmax"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        page = copy / "chapters" / f"{name}.md"
        rows = {
            "cold, one page at a time": timed_build(copy, cold=True, serial=True),
            "cold": timed_build(copy, cold=True),
            "nothing changed": timed_build(copy),
        }
        edit_prose(page)
        rows["prose of one page edited"] = timed_build(copy)
        edit_cell(page)
        rows["cell of one page edited"] = timed_build(copy)
        edit_operation(copy)
        rows["optimiser of nnlib edited"] = timed_build(copy)
    whole = rows["cold, one page at a time"]
    for case, seconds in rows.items():
        print(f"{case:26} {seconds:6.1f} s {seconds / whole:6.2f}")


if __name__ == "__main__":
    main()

"""Create the versions to read offline: an ePub, a PDF of the book, and the formula sheet.

Usage: python tools/print_book.py epub|pdf [FOLDER]

Both need a book that builds without errors. `pdf` also needs the built pages (`make book`) and
Chromium.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from build_book import environment

ROOT = Path(__file__).resolve().parent.parent
NAME = "neural-networks-from-first-principles"
sys.path.append(str(ROOT / "chapters" / "_ext"))


def epub(root: Path) -> None:
    """Write the ePub, check it, and print its size."""
    from printed import epub, epub_check

    target = root / "_build" / f"{NAME}.epub"
    # Use the same environment as `make book`; otherwise its stored outputs would not match.
    os.environ.update(environment(serial=False, folder=root))
    size = epub.make(root, target)
    faults = epub_check.faults(target)
    if faults:
        raise epub.EpubError("the ePub is not valid:\n" + "\n".join(faults))
    print(f"{target}: {size / 1e6:.1f} MB")


def pdf(root: Path) -> None:
    """Write the PDFs of the book and of the formula sheet, and print their sizes."""
    from printed import browser, pdf

    folder = root / "_build" / "pdf"
    with browser.printer() as printer:
        for name, make in (("formula-sheet", pdf.sheet), (NAME, pdf.make)):
            target = folder / f"{name}.pdf"
            sheets = make(root, target, printer)
            print(f"{target}: {sheets} pages, {target.stat().st_size / 1e6:.1f} MB")


def main() -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["epub", "pdf"])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT, metavar="FOLDER")
    options = parser.parse_args()
    started = time.monotonic()
    try:
        {"epub": epub, "pdf": pdf}[options.what](options.folder.resolve())
    except (RuntimeError, FileNotFoundError) as error:
        print(f"print_book: {error}", file=sys.stderr)
        return 1
    print(f"{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

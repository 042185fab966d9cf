"""Hash every run of eight words of the notes, so that we can find copied text in pages.

Usage: python tools/hash_notes.py FOLDER [--out FILE]

FOLDER contains the notes as text (*.txt). We cannot publish them, so the repository contains
only the hashes, in `chapters/reference/syllabus/runs.bin`; page_lint/runs.py explains them.
"""

import argparse
import sys
from pathlib import Path

from page_lint.rules import RUNS
from page_lint.runs import BYTES, of_notes, stored


def hash_folder(folder: Path) -> set[bytes]:
    """Return the hashes of all notes in a folder."""
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise SystemExit(f"hash_notes: expected notes (*.txt) in {folder}, found none")
    return {run for file in files for run in of_notes(file.read_text(encoding="utf-8"))}


def main() -> int:
    """Write the hashes; print their number and the probability of a false match; return 0."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=RUNS, metavar="FILE")
    options = parser.parse_args()
    hashes = hash_folder(options.folder)
    options.out.write_bytes(stored(hashes))
    chance = len(hashes) / 256**BYTES
    print(f"{options.out.name}: {len(hashes):,} runs, {BYTES * len(hashes):,} bytes")
    print(f"A run that is not in the notes is reported with probability {chance:.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

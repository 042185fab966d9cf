"""Find files unfit to commit: unfinished merges, stray whitespace, broken YAML, large files.

Run as ``python tools/check_repository.py``; `make lint` and pre-commit also run it. It checks
all files that git tracks or would add; some checks skip vendored folders.
"""

import json
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
VENDORED = ("chapters/_extra/_vendor/", "tests/book/vendor/")
BINARY = {".bin", ".npz", ".png", ".woff", ".woff2", ".whl", ".ico"}
LARGEST = 3_000_000
HOME = ("/root" + "/", "/home" + "/")  # split, so that the check does not find this file


def files() -> list[Path]:
    """Return the files that git tracks or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return sorted(ROOT / n for n in listed.split("\0") if n and (ROOT / n).is_file())


def whitespace(text: str) -> str | None:
    """Return what is wrong with the white space of a text file, or None."""
    if any(line != line.rstrip() for line in text.splitlines()):
        return "white space at the end of a line"
    if "\r" in text:
        return "carriage returns"
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        return "the file must end with one newline"
    return None


def conflict(text: str) -> str | None:
    """Return a message if a merge is unfinished, or None."""
    marks = ("<" * 7, ">" * 7)  # written so that the check does not find this file
    left = any(line.startswith(marks) for line in text.splitlines())
    return "conflict markers: finish the merge" if left else None


def structure(path: Path, text: str) -> str | None:
    """Return what is wrong with a YAML, JSON or notebook file, or None."""
    try:
        if path.suffix in (".yml", ".yaml", ".cff"):
            yaml.safe_load(text)
        if path.suffix in (".json", ".ipynb"):
            json.loads(text)
    except (yaml.YAMLError, ValueError) as error:
        return f"cannot be read: {str(error).splitlines()[0]}"
    if path.suffix == ".ipynb":
        return "a notebook: commit its Markdown source instead"
    return None


def complaint(path: Path) -> str | None:
    """Return what is wrong with one file, or None."""
    if path.stat().st_size > LARGEST:
        return f"larger than {LARGEST:,} bytes"
    name = path.relative_to(ROOT).as_posix()
    if path.suffix in BINARY or name.startswith(VENDORED):
        return None
    text = path.read_bytes().decode("utf-8", "replace")
    if any(home in text for home in HOME) and not name.startswith(("tests/", "exercises/")):
        return "a path that exists on one machine only"
    return conflict(text) or structure(path, text) or whitespace(text)


def main() -> None:
    """Print every problem; exit with 1 if there is one."""
    complaints = [(p, c) for p in files() if (c := complaint(p))]
    for path, text in complaints:
        print(f"{path.relative_to(ROOT)}: {text}")
    sys.exit(bool(complaints))


if __name__ == "__main__":
    main()

"""Build everything that people download, into `dist/`, and print the sizes.

Usage: python tools/make_dist.py [wheel] [site] [kits] [pdf] [epub]

Without arguments, it builds all of them: the wheel and the sdist, the site and the executed
notebooks as zip files, a zip of each assignment for students, the PDF files and the ePub.
`site` and `pdf` need the built book (`make book`).
"""

import argparse
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
HTML = ROOT / "_build" / "html"
NAME = "neural-networks-from-first-principles"
LARGEST_WHEEL = 8_000_000  # bytes
READ_SITE = "Unpack this file and open index.html. The site needs no server and no network.\n"
READ_NOTEBOOKS = """\
These are the pages of the book as executed notebooks. To run them, create an environment:
    python3 -m venv env
    . env/bin/activate
    pip install jupyterlab "nn_first_principles-VERSION-py3-none-any.whl[viz,classifiers,book]"
    jupyter lab
Pages that use PyTorch or Keras also need the extras "torch" or "keras".
Some pages read stored results of long experiments, which are only in the repository.
"""


def run(*command: object) -> None:
    """Run a program of this environment in the repository; raise RuntimeError if it fails."""
    if subprocess.run([sys.executable, *map(str, command)], cwd=ROOT).returncode:
        raise RuntimeError(f"failed: {' '.join(map(str, command))}")


def wheel() -> None:
    """Build the wheel and the sdist, and check the size of the wheel."""
    run("-m", "hatchling", "build", "-d", DIST)
    for file in DIST.glob("*.whl"):
        if file.stat().st_size > LARGEST_WHEEL:
            raise RuntimeError(f"{file.name} is larger than {LARGEST_WHEEL / 1e6:.0f} MB")


def zipped(target: Path, folder: Path, pattern: str, readme: str) -> None:
    """Write the files of a folder that match a pattern into a zip file, with a README.txt."""
    files = sorted(f for f in folder.rglob(pattern) if f.is_file())
    if not files:
        raise FileNotFoundError(f"no {pattern} in {folder}; run `make book` first")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(f"{target.stem}/README.txt", readme)
        for file in files:
            z.write(file, f"{target.stem}/{file.relative_to(folder)}")


def site() -> None:
    """Write the built site and the executed notebooks as zip files."""
    if not (HTML / "index.html").exists():
        raise FileNotFoundError(f"no {HTML / 'index.html'}; run `make book` first")
    zipped(DIST / f"{NAME}-site.zip", HTML, "*", READ_SITE)
    pages = HTML / "_sources" / "chapters"
    zipped(DIST / f"{NAME}-notebooks.zip", pages, "*.ipynb", READ_NOTEBOOKS)


def kits() -> None:
    """Release each assignment for people who study on their own."""
    for source in sorted((ROOT / "exercises" / "source").glob("ps*")):
        run("-m", "nngrader.cli", "release", source.name, "--out", DIST / "kits")


def pdf() -> None:
    """Print the book and the formula sheet."""
    run("tools/print_book.py", "pdf")
    for file in (ROOT / "_build" / "pdf").glob("*.pdf"):
        shutil.copy2(file, DIST)


def epub() -> None:
    """Build the ePub."""
    run("tools/print_book.py", "epub")
    shutil.copy2(ROOT / "_build" / f"{NAME}.epub", DIST)


def main() -> int:
    """Run the program and return its exit status."""
    steps = {f.__name__: f for f in (wheel, site, kits, pdf, epub)}
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(steps))
    chosen = parser.parse_args().steps or list(steps)
    if unknown := [name for name in chosen if name not in steps]:
        parser.error(f"unknown step {unknown[0]!r}; expected {', '.join(steps)}")
    DIST.mkdir(exist_ok=True)
    try:
        for name in chosen:
            steps[name]()
    except (RuntimeError, FileNotFoundError) as error:
        print(f"make_dist: {error}", file=sys.stderr)
        return 1
    for file in sorted(DIST.rglob("*")):
        if file.suffix in (".whl", ".gz", ".zip", ".pdf", ".epub"):
            print(f"{file.stat().st_size / 1e6:8.1f} MB  {file.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
